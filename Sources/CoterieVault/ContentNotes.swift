public import CoterieLedger
public import CoterieWire

/// What a store says of contents besides themselves: which were erased here, which were read, and
/// when they disappear.
///
/// Found in the entries of tables, or of pages of a damaged store of which nobody knows to which
/// table they belong: an entry is known by its shape. What was erased stays so, and when something
/// was read does not change, so that entries of older pages are as good as others there.
public struct ContentNotes: Sendable {
  /// Contents that were erased here, or are about to be.
  public private(set) var erased: Set<Digest> = []
  /// When messages were read, in milliseconds since 1970.
  public private(set) var readings: [Digest: UInt64] = [:]
  /// When contents disappear; of several times, as older pages have them, the first.
  public private(set) var timers: [Digest: UInt64] = [:]
  /// The time by which the timers run; nil if it is not known.
  public private(set) var clock: UInt64?

  /// Notes nothing.
  public init() {}

  /// Takes an entry, if it is one of these.
  public mutating func take(_ key: [UInt8], _ value: [UInt8]) {
    guard key.count >= 36, let event = Digest(key.suffix(32)) else { return }
    let head = key.dropLast(36)
    switch (head.count, value.count) {
    case (0, 1): erased.insert(event)
    case (Contents.readMark.count, 8) where head.elementsEqual(Contents.readMark):
      readings[event] = LedgerKey.number(value)
    case (8, 0): timers[event] = min(timers[event] ?? .max, LedgerKey.number(head))
    default: break
    }
  }

  /// Takes timers and clock from the tables of a store, where those can be read whole.
  public mutating func takeTables(of source: some LedgerSource) {
    clock = (try? source.value(.meta, Contents.clock)).map { LedgerKey.number($0) }
    var found = ContentNotes()
    let isWhole: Void? = try? source.scan(.timers, prefix: [], from: nil) { key, value in
      found.take(key.copy(of: 0..<key.count), value.copy(of: 0..<value.count))
      return true
    }
    if isWhole != nil { timers = found.timers }
  }
}

extension Contents {
  /// Notes in a fresh store what another one said of events of this group.
  public func put(
    _ notes: ContentNotes,
    of events: [Digest],
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    try decide(events.filter { notes.erased.contains($0) }, in: transaction)
    for event in events {
      if let time = notes.readings[event] { try noteReading(of: event, time, in: transaction) }
      if let due = notes.timers[event], !notes.erased.contains(event) {
        try startTimer(of: event, due: due, in: transaction)
      }
    }
  }

  /// Sets the time by which the timers of a fresh store run to that of another one.
  public static func putClock(
    of notes: ContentNotes,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    guard let clock = notes.clock else { return }
    try transaction.put(.meta, Self.clock, LedgerKey.bigEndian(clock, 8))
  }
}
