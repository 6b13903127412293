internal import CoterieBundles
internal import CoterieEvents
public import CoterieLedger
public import CoterieSealing
public import CoterieVault
internal import CoterieWire

extension Store {
  /// What salvaging brought out of a damaged store.
  public struct Salvage: Sendable, Equatable {
    /// Events that are in the new store.
    public var events = 0
    /// Contents that are in the new store.
    public var contents = 0
    /// Private keys that are in the new store.
    public var keys = 0
    /// Events that were found and wait for others that were not.
    public var waiting = 0
    /// Events that were found and are damaged.
    public var bad = 0
    /// Pages of the damaged store that the disk did not give.
    public var unreadable = 0

    /// Takes all fields.
    public init(
      events: Int = 0,
      contents: Int = 0,
      keys: Int = 0,
      waiting: Int = 0,
      bad: Int = 0,
      unreadable: Int = 0
    ) {
      self.events = events
      self.contents = contents
      self.keys = keys
      self.waiting = waiting
      self.bad = bad
      self.unreadable = unreadable
    }
  }

  /// Gives the store a new key, seals keys and live slots anew, and zeros what was sealed before:
  /// contents that were erased cannot be opened even from copies of the old slots.
  ///
  /// O(slots). Compact the store afterwards with `Vault.compact`.
  public func changeKey() throws(GroupError) {
    try withVault { vault throws(VaultError) in try vault.changeKey() }
  }

  /// The same for a store with a passphrase.
  public func changeKey(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64
  ) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    defer { ledger.endExclusive() }
    do throws(VaultError) {
      try vault.changeKey(passphrase: passphrase, keyFile: keyFile, now: now)
    } catch {
      throw .vault(error)
    }
  }

  /// How the store's file stands now.
  public func condition() throws(LedgerError) -> Ledger.Condition { try ledger.condition() }

  /// Copies the store as it is now into a new folder, which opens with the same key.
  public func backUp(to path: String) throws(GroupError) {
    try withVault { vault throws(VaultError) in try vault.backUp(ledger, to: path) }
  }

  private func withVault(_ body: (Vault) throws(VaultError) -> Void) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    try exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try body(vault)
      } catch {
        throw .vault(error)
      }
    }
  }

  // MARK: Salvaging

  /// Brings what is sound in a damaged store of this user into a new one: events whose bytes and
  /// signature are good, contents that match what was signed, keys, and what was erased here.
  ///
  /// The damaged store is only read. O(pages + events).
  public static func salvage(
    _ damaged: String,
    to path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder?
  ) throws(GroupError) -> Salvage {
    var found = Remains()
    let vault: Vault
    var salvage = Salvage()
    do {
      vault = try Vault(store: damaged, keyring: keyring, unlocked: unlocked)
      salvage.unreadable = try StoreReader.entries(ofDamaged: damaged) { key, value in
        found.take(key, value, vault)
      }
    } catch {
      throw .of(error, else: .ledger(.notFound(path: damaged)))
    }
    let store = try create(at: path, keyring: keyring, unlocked: unlocked)
    if let keys = try? vault.keys(), !keys.isEmpty {
      try store.changeKeys { $0 = keys }
      salvage.keys = keys.count
    }
    salvage.bad = found.bad
    for (group, events) in found.inOrder() {
      let log = try store.adopt(group)
      let ingestion = try log.ingest(events.map { found.entry(of: $0) })
      salvage.events += ingestion.placed.count
      salvage.contents += ingestion.contents
      salvage.waiting += ingestion.waiting
      salvage.bad += ingestion.bad.count
      for event in events {
        guard let file = found.contents[event]?.attachment else { continue }
        try log.take(chunksOf: event, from: file)
      }
      try log.writeCheckpoint()
    }
    return salvage
  }
}

extension GroupLog {
  /// Copies the chunks of an attachment, which are sealed under the same secret here and there.
  fileprivate func take(chunksOf event: Digest, from file: AttachmentFile) throws(GroupError) {
    do {
      guard let own = try contents?.attachment(of: event, in: ledger.snapshot()) else { return }
      try FileAccess.copy(file.path, to: own.path)
    } catch {
      return
    }
  }
}

/// What was found on the pages of a damaged store.
private struct Remains {
  var events: [Digest: (event: Event, envelope: [UInt8])] = [:]
  var contents: [Digest: (secret: Digest, content: [UInt8], attachment: AttachmentFile?)] = [:]
  var bad = 0

  mutating func take(_ key: [UInt8], _ value: [UInt8], _ vault: Vault) {
    if value.first == 0xd2, value.count > Signature.byteCount {
      // Tag 18: an envelope of a table of events, or of one that waited. An id may start so too.
      if let event = try? Event.decode(value.span).event {
        events[event.id] = (event, value)
      } else {
        bad += 1
      }
    } else if key.count == 36, value.first == 0x83, let event = Digest(key[4...]),
      let content = vault.salvaged(row: value, of: event)
    {
      contents[event] = content
    }
  }

  func entry(of id: Digest) -> BundleEntry {
    var entry = BundleEntry(envelope: events[id]?.envelope ?? [])
    entry.secret = contents[id]?.secret
    entry.content = contents[id]?.content
    return entry
  }

  /// The events of each group, parents first; those whose parents are lost at the end.
  func inOrder() -> [(group: Digest, events: [Digest])] {
    var missing: [Digest: Int] = [:]
    var children: [Digest: [Digest]] = [:]
    var ready: [Digest] = []
    for (id, found) in events {
      let before = Set(found.event.parents.ids + (found.event.previous.map { [$0] } ?? []))
      let held = before.filter { events[$0] != nil }
      missing[id] = held.count
      for parent in held { children[parent, default: []].append(id) }
      if held.isEmpty { ready.append(id) }
    }
    var byGroup: [Digest: [Digest]] = [:]
    ready.sort()
    while let id = ready.popLast() {
      if let event = events[id]?.event { byGroup[event.groupID, default: []].append(id) }
      for child in children[id] ?? [] {
        missing[child, default: 1] -= 1
        if missing[child] == 0 { ready.append(child) }
      }
    }
    return byGroup.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
