public import CoterieEvents
public import CoterieJudgement
public import CoterieLedger
public import CoterieSealing
public import CoterieVault
public import CoterieWire
internal import Synchronization

/// A store of this user: the groups that one member holds, its keys and its contents.
public final class Store: Sendable {
  /// The store's folder.
  public var path: String { ledger.path }
  /// Keys and secrets; nil for a store that was opened without its keyring, for events only.
  public let vault: Vault?
  package let ledger: Ledger

  /// What is done when a group is forgotten, by number.
  let farewells = Mutex<(count: UInt64, all: [UInt64: Farewell])>((0, [:]))

  private static let numbersGiven = Array("groups".utf8)

  private init(_ ledger: Ledger, _ vault: Vault?) {
    self.ledger = ledger
    self.vault = vault
  }

  /// Makes an empty store and enters it into the keyring with its key; whole, or not at all.
  public static func create(
    at path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder? = nil,
    under key: NewKey = NewKey()
  ) throws(GroupError) -> Store {
    do {
      let beside = try Ledger.build(for: path, identifier: Entropy.bytes(16))
      do {
        try Vault.enter(beside.path, movingTo: path, under: key, in: keyring)
      } catch {
        beside.remove()
        throw error
      }
      try beside.settle()
    } catch {
      throw .of(error, else: .ledger(.system(operation: "making \(path): \(error)", number: 0)))
    }
    return try open(path, keyring: keyring, unlocked: unlocked, under: key)
  }

  /// Makes an empty store that has the key and the lock of another one, which is unlocked.
  static func create(
    at path: String,
    lockedAs other: Vault
  ) throws(GroupError) -> Store {
    do {
      let beside = try Ledger.build(for: path, identifier: Entropy.bytes(16))
      do {
        try other.share(with: beside.path, movingTo: path)
      } catch {
        beside.remove()
        throw error
      }
      try beside.settle()
      return Store(try Ledger.open(path), try other.twin(at: path))
    } catch {
      throw .of(error, else: .ledger(.system(operation: "making \(path): \(error)", number: 0)))
    }
  }

  /// Opens a store for reading and writing its events; contents are not kept.
  public static func open(_ path: String) throws(GroupError) -> Store {
    do {
      return Store(try Ledger.open(path), nil)
    } catch {
      throw .ledger(error)
    }
  }

  /// Opens a store with its keys and contents, which stay sealed while it is locked.
  ///
  /// Ends erasures that were interrupted.
  public static func open(
    _ path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder? = nil
  ) throws(GroupError) -> Store {
    try open(path, keyring: keyring, unlocked: unlocked, under: nil)
  }

  private static func open(
    _ path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder?,
    under key: NewKey?
  ) throws(GroupError) -> Store {
    let ledger: Ledger
    do {
      ledger = try Ledger.open(path)
    } catch {
      throw .ledger(error)
    }
    do {
      let store = Store(
        ledger,
        try Vault(store: path, keyring: keyring, unlocked: unlocked, under: key)
      )
      try store.finishErasures()
      try store.finishForgetting()
      return store
    } catch {
      throw .of(error, else: .ledger(.system(operation: "opening \(path): \(error)", number: 0)))
    }
  }

  /// The groups held, by their numbers in the store.
  public func groups() throws(GroupError) -> [Digest] {
    try numbers().map(\.id)
  }

  func numbers() throws(GroupError) -> [(number: UInt32, id: Digest)] {
    do {
      return try ledger.snapshot().groups()
    } catch {
      throw .ledger(error)
    }
  }

  /// The governance state of a group, from its newest checkpoint if that still holds, else by
  /// judging all its events; nil while the founding event is missing.
  ///
  /// O(members) from a checkpoint, else O(events).
  public func governance(of id: Digest) throws(GroupError) -> Governance? {
    let log = try unreadLog(of: id)
    if let known = try checkpoint(of: log) { return known.governance }
    try log.load()
    return log.governance()
  }

  /// The newest checkpoint of a group, if it still holds.
  func checkpoint(of log: GroupLog) throws(GroupError) -> Checkpoint? {
    let newest = try GroupError.ofLedger { () throws(LedgerError) in
      try Checkpoint.newest(in: try ledger.snapshot(), group: log.number)
    }
    return newest?.governance.group == log.group ? newest : nil
  }

  /// Reads and judges the events of a group.
  ///
  /// O(events).
  public func log(of id: Digest) throws(GroupError) -> GroupLog {
    let log = try unreadLog(of: id)
    try log.load()
    return log
  }

  /// The log of a group of which nothing was read yet: to be loaded before anything is asked.
  func unreadLog(of id: Digest) throws(GroupError) -> GroupLog {
    guard let entry = try numbers().first(where: { $0.id == id }) else { throw .noSuchGroup(id) }
    let contents = vault.map { Contents(vault: $0, ledger: ledger, number: entry.number) }
    return GroupLog(ledger: ledger, group: id, number: entry.number, contents: contents)
  }

  /// Founds a group and commits its first event.
  public func found(
    _ founding: Founding,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> GroupLog {
    let draft = Draft(founding: founding, by: key.publicKey, time: time)
    let envelope = draft.sealed(with: key)
    let log = try adopt(try draft.event(in: envelope).id)
    try log.place(draft, envelope)
    return log
  }

  /// Makes room for a group whose events will come from elsewhere; answers the one that is there.
  public func adopt(_ id: Digest) throws(GroupError) -> GroupLog {
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        if try transaction.value(.groups, id.bytes) != nil { return }
        // The number of a group that was forgotten is not used again: someone may still have it
        // open.
        var newest = LedgerKey.number(try transaction.value(.meta, Self.numbersGiven) ?? [])
        try transaction.scan(.groups, prefix: []) { _, value in
          newest = max(newest, LedgerKey.number(value.copy(of: 0..<value.count)))
          return true
        }
        try transaction.put(.meta, Self.numbersGiven, LedgerKey.bigEndian(newest + 1, 8))
        try transaction.put(.groups, id.bytes, LedgerKey.bigEndian(newest + 1, 4))
      }
    } catch {
      throw .ledger(error)
    }
    return try log(of: id)
  }

  /// Runs `body` while no other process writes to the store.
  func exclusively<Result>(
    _ body: () throws(GroupError) -> Result
  ) throws(GroupError) -> Result {
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    defer { ledger.endExclusive() }
    return try body()
  }
}

extension Draft {
  /// The first event of a group.
  init(founding: Founding, by author: Digest, time: UInt64) {
    self.init(
      group: nil,
      author: author,
      sequence: 0,
      previous: nil,
      parents: Parents([]),
      time: time,
      action: .groupFound(founding)
    )
  }
}
