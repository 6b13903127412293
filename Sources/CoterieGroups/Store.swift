internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
public import CoterieLedger
public import CoterieSealing
public import CoterieWire

/// A store of this user: the groups that one member holds.
public final class Store {
  /// The store's folder.
  public var path: String { ledger.path }
  private let ledger: Ledger
  private var logs: [Digest: GroupLog] = [:]

  private init(_ ledger: Ledger) {
    self.ledger = ledger
  }

  /// Makes an empty store and enters it into the keyring.
  public static func create(at path: String, keyring: Keyring) throws(GroupError) -> Store {
    do {
      try Ledger.create(at: path, identifier: Array(Entropy.digest().bytes.prefix(16)))
      try keyring.add(path)
      return Store(try Ledger.open(path))
    } catch {
      throw .ledger(error)
    }
  }

  /// Opens a store for reading and writing.
  public static func open(_ path: String) throws(GroupError) -> Store {
    do {
      return Store(try Ledger.open(path))
    } catch {
      throw .ledger(error)
    }
  }

  /// The groups held, by their numbers in the store.
  public func groups() throws(GroupError) -> [Digest] {
    do {
      return try ledger.snapshot().groups().map(\.id)
    } catch {
      throw .ledger(error)
    }
  }

  /// Opens a group: reads and judges its events, the first time it is asked for.
  public func group(_ id: Digest) throws(GroupError) -> GroupLog {
    if let open = logs[id] { return open }
    let known: [(number: UInt32, id: Digest)]
    do {
      known = try ledger.snapshot().groups()
    } catch {
      throw .ledger(error)
    }
    guard let entry = known.first(where: { $0.id == id }) else { throw .noSuchGroup(id) }
    let log = GroupLog(ledger: ledger, group: id, number: entry.number)
    try log.load()
    logs[id] = log
    return log
  }

  /// Founds a group and commits its first event.
  public func found(
    _ founding: Founding,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> GroupLog {
    let draft = Draft(
      group: nil,
      author: key.publicKey,
      sequence: 0,
      previous: nil,
      parents: Parents([]),
      time: time,
      action: .groupFound(founding)
    )
    let log = try adopt(draft.id)
    _ = try log.place(draft.event, draft.sealed(with: key))
    return log
  }

  /// Makes room for a group whose events will come from elsewhere; answers the one that is there.
  public func adopt(_ id: Digest) throws(GroupError) -> GroupLog {
    if let open = logs[id] { return open }
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        if try transaction.value(.groups, id.bytes) != nil { return }
        var newest: UInt64 = 0
        try transaction.scan(.groups, prefix: []) { _, value in
          newest = max(newest, LedgerKey.number(value.copy(of: 0..<value.count)))
          return true
        }
        try transaction.put(.groups, id.bytes, LedgerKey.bigEndian(newest + 1, 4))
      }
    } catch {
      throw .ledger(error)
    }
    return try group(id)
  }
}
