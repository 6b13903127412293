public import CoterieLedger
public import CoterieWire

/// Erasure in three steps, each of which may be the last before a crash: the decision is committed;
/// the slot is overwritten and synced; the ciphertext is deleted and the work marked done.
///
/// After the second step nothing can bring the content back; after the first, the second always
/// follows, at the latest when the store is opened again.
extension Contents {
  private static let pending = Array("erase".utf8)

  private func pendingKey(_ event: Digest) -> [UInt8] { Self.pendingKey(event, number) }

  private static func pendingKey(_ event: Digest, _ number: UInt32) -> [UInt8] {
    pending + LedgerKey.digest(number, event)
  }

  /// Whether a content was erased here, or is about to be.
  public func isErased(_ event: Digest, in source: some LedgerSource) throws(VaultError) -> Bool {
    try vault.ledger { () throws(LedgerError) in
      try source.value(.erasures, LedgerKey.digest(number, event)) != nil
    }
  }

  /// Step one: decides that contents are to be gone, for ever; those that never came too.
  ///
  /// A content that arrives later for such an event is not kept.
  public func decide(
    _ events: [Digest],
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    try Self.decide(events, of: number, in: transaction)
  }

  /// The same in a store that was opened without its keys: what follows is done when it is opened
  /// with them.
  public static func decide(
    _ events: [Digest],
    of number: UInt32,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    for event in events {
      let key = LedgerKey.digest(number, event)
      if try transaction.value(.erasures, key) != nil { continue }
      let isHeld = try transaction.value(.contents, key) != nil
      try transaction.put(.erasures, key, [isHeld ? 0 : 1])
      if isHeld { try transaction.put(.marks, pendingKey(event, number), []) }
    }
  }

  /// Steps two and three for everything that was decided in this group.
  ///
  /// Needs no key, so it works in a locked store. The caller holds the writer lock. O(decided).
  ///
  /// - Returns: how many contents are gone now.
  @discardableResult
  public func finishErasures() throws(VaultError) -> Int {
    let source: Snapshot
    do {
      source = try ledger.snapshot()
    } catch {
      throw .ledger(error)
    }
    let decided = try decided(in: source)
    if decided.isEmpty { return 0 }
    var slots: [UInt64] = []
    var files: [AttachmentFile] = []
    for event in decided {
      guard let place = try place(of: event, in: source) else { continue }
      slots.append(place.slot)
      if let file = place.attachment { files.append(file) }
    }
    try vault.ledger { () throws(LedgerError) in
      try vault.slotFile.erase(slots)
      for file in files { file.remove() }
      try ledger.write { transaction throws(LedgerError) in
        for event in decided {
          let key = LedgerKey.digest(number, event)
          try transaction.delete(.contents, key)
          try transaction.put(.erasures, key, [1])
          try transaction.delete(.marks, pendingKey(event))
        }
      }
    }
    return decided.count
  }

  /// Whether erasures were decided and not finished.
  public func hasDecided(in source: some LedgerSource) throws(VaultError) -> Bool {
    try !decided(in: source).isEmpty
  }

  private func decided(in source: some LedgerSource) throws(VaultError) -> [Digest] {
    let prefix = Self.pending + LedgerKey.group(number)
    var found: [Digest] = []
    try vault.ledger { () throws(LedgerError) in
      try source.scan(.marks, prefix: prefix, from: nil) { key, _ in
        if let id = Digest(key.copy(of: prefix.count..<key.count)) { found.append(id) }
        return true
      }
    }
    return found
  }

  // MARK: Timers

  static let readMark = Array("read".utf8)
  static let clock = Array("clock".utf8)

  /// When a message was read here, in milliseconds since 1970; nil if it was not.
  public func readTime(of event: Digest, in source: some LedgerSource) throws(VaultError) -> UInt64?
  {
    try vault.ledger { () throws(LedgerError) in
      try source.value(.marks, Self.readMark + LedgerKey.digest(number, event))
        .map { LedgerKey.number($0) }
    }
  }

  /// A message that is read, and what ends with it.
  public struct Reading: Sendable {
    /// The event that posted it.
    public var event: Digest
    /// Its edits.
    public var edits: [Digest]
    /// Seconds until it disappears; nil for never.
    public var lifetimeSeconds: UInt64?

    /// Takes all fields.
    public init(event: Digest, edits: [Digest] = [], lifetimeSeconds: UInt64?) {
      self.event = event
      self.edits = edits
      self.lifetimeSeconds = lifetimeSeconds
    }
  }

  /// Notes that messages were read at `now`, and starts the timers of those that disappear, which
  /// run for their edits too.
  ///
  /// What was read before keeps its time.
  public func markRead(
    _ messages: [Reading],
    now: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    for message in messages {
      let mark = Self.readMark + LedgerKey.digest(number, message.event)
      if try transaction.value(.marks, mark) != nil { continue }
      try noteReading(of: message.event, now, in: transaction)
      guard let lifetime = message.lifetimeSeconds else { continue }
      for event in [message.event] + message.edits {
        try startTimer(of: event, due: now &+ lifetime &* 1000, in: transaction)
      }
    }
  }

  func noteReading(
    of event: Digest,
    _ time: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    let mark = Self.readMark + LedgerKey.digest(number, event)
    try transaction.put(.marks, mark, LedgerKey.bigEndian(time, 8))
  }

  func startTimer(
    of event: Digest,
    due: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    let key = LedgerKey.bigEndian(due, 8) + LedgerKey.digest(number, event)
    try transaction.put(.timers, key, [])
  }

  /// Gives edits that have come the end of their messages: an edit is gone where its message was
  /// erased here, and disappears together with one that was read.
  ///
  /// O(edits), and O(timers) if one of them is of a message that was read.
  public func join(
    _ edits: [(edit: Digest, message: Digest)],
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    var due: [Digest: UInt64]?
    for (edit, message) in edits {
      let key = LedgerKey.digest(number, message)
      if try transaction.value(.erasures, key) != nil {
        try decide([edit], in: transaction)
      } else if try transaction.value(.marks, Self.readMark + key) != nil {
        if due == nil { due = try running(in: transaction) }
        guard let end = due?[message] else { continue }
        try startTimer(of: edit, due: end, in: transaction)
      }
    }
  }

  /// When the timers of this group run out, by event.
  private func running(
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) -> [Digest: UInt64] {
    let group = LedgerKey.group(number)
    var found: [Digest: UInt64] = [:]
    try transaction.scan(.timers, prefix: []) { key, _ in
      if key.count == 44, key.copy(of: 8..<12) == group {
        found[Digest(in: key, at: 12)] = LedgerKey.number(key.copy(of: 0..<8))
      }
      return true
    }
    return found
  }

  /// Who is less behind than this has only waited for another to write.
  private static let patienceMilliseconds: UInt64 = 10_000

  /// The time that timers go by.
  ///
  /// A clock that was set back takes all running timers with it: each message keeps the time that
  /// remained, and a clock that was wrong does no harm to what is read or posted after it was set
  /// right.
  ///
  /// O(1), and O(timers) after the clock was set back.
  public static func time(
    _ now: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) -> UInt64 {
    let seen = LedgerKey.number(try transaction.value(.meta, clock) ?? [])
    if now <= seen, seen - now <= patienceMilliseconds { return seen }
    if now < seen { try moveTimers(back: seen - now, in: transaction) }
    try transaction.put(.meta, clock, LedgerKey.bigEndian(now, 8))
    return now
  }

  private static func moveTimers(
    back milliseconds: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    var timers: [[UInt8]] = []
    try transaction.scan(.timers, prefix: []) { key, _ in
      if key.count == 44 { timers.append(key.copy(of: 0..<44)) }
      return true
    }
    for timer in timers { try transaction.delete(.timers, timer) }
    for timer in timers {
      let due = LedgerKey.number(timer[..<8])
      let moved = LedgerKey.bigEndian(due - min(due, milliseconds), 8)
      try transaction.put(.timers, moved + timer[8...], [])
    }
  }

  /// Timers of a store that have run out: the group's number and the event of each.
  ///
  /// O(run out).
  public static func due(
    _ time: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) -> [(key: [UInt8], number: UInt32, event: Digest)] {
    var found: [(key: [UInt8], number: UInt32, event: Digest)] = []
    try transaction.scan(.timers, prefix: []) { key, _ in
      guard key.count == 44 else { return true }
      let bytes = key.copy(of: 0..<44)
      guard LedgerKey.number(bytes[..<8]) <= time, let event = Digest(bytes[12...]) else {
        return false
      }
      found.append((bytes, UInt32(LedgerKey.number(bytes[8..<12])), event))
      return true
    }
    return found
  }

  /// When the next timer of a store runs out, in milliseconds since 1970; nil if none runs.
  public static func nextDue(in source: some LedgerSource) throws(LedgerError) -> UInt64? {
    var next: UInt64?
    try source.scan(.timers, prefix: [], from: nil) { key, _ in
      if key.count == 44 { next = LedgerKey.number(key.copy(of: 0..<8)) }
      return false
    }
    return next
  }
}
