internal import CoterieBundles
internal import CoterieEvents
public import CoterieLedger
internal import CoterieSealing
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

  /// Brings what is sound in a damaged store of this user into a new one: events whose bytes and
  /// signature are good, contents that match what was signed, keys, and what was erased, read and
  /// is to disappear here.
  ///
  /// Groups that were forgotten stay so, as far as that can be told. The damaged store is only
  /// read. O(pages + events).
  ///
  /// - Throws: `.vault(.locked)` if the store has a passphrase and is not unlocked.
  public static func salvage(
    _ damaged: String,
    to path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder?
  ) throws(GroupError) -> Salvage {
    do {
      let vault = try Vault(store: damaged, keyring: keyring, unlocked: unlocked)
      return try salvage(vault, to: path, keyring: keyring, unlocked: unlocked)
    } catch {
      throw .of(error, else: .ledger(.notFound(path: damaged)))
    }
  }

  /// The same of a damaged store whose vault was opened.
  ///
  /// Where it has a passphrase, the new store is locked with that one.
  public static func salvage(
    _ vault: Vault,
    to path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder?
  ) throws(GroupError) -> Salvage {
    var found = Remains()
    var salvage = Salvage()
    let hasPassphrase: Bool
    do {
      let state = try vault.passphraseState()
      if vault.isLocked { throw VaultError.locked(needsKeyFile: state.needsKeyFile) }
      hasPassphrase = state.isSet
      salvage.unreadable = try StoreReader.entries(ofDamaged: vault.path) { key, value in
        found.take(key, value, vault)
      }
    } catch {
      throw .of(error, else: .ledger(.notFound(path: vault.path)))
    }
    if let source = try? StoreReader(vault.path) { found.takeTables(of: source) }
    let store =
      try hasPassphrase
      ? create(at: path, lockedAs: vault)
      : create(at: path, keyring: keyring, unlocked: unlocked)
    if let keys = try? vault.keys(), !keys.isEmpty {
      try store.changeKeys { $0 = keys }
      salvage.keys = keys.count
    }
    salvage.bad = found.bad
    for (group, events) in found.inOrder() where !found.isForgotten(group) {
      let log = try store.adopt(group)
      try log.put(found.notes, of: events)
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
  /// Notes what the damaged store said of the contents of events, before any of them comes.
  fileprivate func put(_ notes: ContentNotes, of events: [Digest]) throws(GroupError) {
    try GroupError.ofLedger { () throws(LedgerError) in
      try ledger.write { transaction throws(LedgerError) in
        try contents?.put(notes, of: events, in: transaction)
        try Contents.putClock(of: notes, in: transaction)
      }
    }
  }

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
  /// What was erased, read, and is to disappear.
  var notes = ContentNotes()
  /// The highest number that each group had in the store, and the highest that was forgotten.
  private var numbers: [Digest: UInt32] = [:]
  private var forgotten: [Digest: UInt32] = [:]
  /// The groups of the store, where that can be told.
  private var groups: Set<Digest>?

  /// Whether a group was forgotten, of which older pages tell still.
  ///
  /// One that was forgotten and came again has a higher number.
  func isForgotten(_ group: Digest) -> Bool {
    if let groups, !groups.contains(group) { return true }
    return forgotten[group].map { $0 >= numbers[group] ?? 0 } ?? false
  }

  /// Takes what the tables say that can be read whole.
  mutating func takeTables(of source: StoreReader) {
    notes.takeTables(of: source)
    groups = (try? source.groups()).map { Set($0.map(\.id)) }
  }

  private mutating func take(group: Digest, _ number: UInt32) {
    numbers[group] = max(numbers[group] ?? 0, number)
  }

  mutating func take(_ key: [UInt8], _ value: [UInt8], _ vault: Vault) {
    notes.take(key, value)
    if key.count == 32, value.count == 4, let group = Digest(key) {
      take(group: group, LedgerKey.group(of: value.span))
    } else if let number = Store.numberForgotten(key), let group = Digest(value) {
      forgotten[group] = max(forgotten[group] ?? 0, number)
    } else if value.first == 0xd2, value.count > Signature.byteCount {
      // Tag 18: an envelope of a table of events, or of one that waited. An id may start so too.
      if let event = try? Event.decode(value.span).event {
        events[event.id] = (event, value)
        if key.count == 12 { take(group: event.groupID, LedgerKey.group(of: key.span)) }
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
