internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieWire

// An event is committed to the log alone: one tree, whose pages follow each other. Its rows in the
// indexes follow together with those of others, in the order of their keys: they stand all over the
// trees, and a commit writes every page that it touches. The mark `indexed` says how far they are.

extension GroupLog {
  private static let indexed = Array("indexed".utf8)

  /// The key of the mark that says up to which arrival a group's indexes are written.
  static func indexedMark(_ number: UInt32) -> [UInt8] { indexed + LedgerKey.group(number) }

  /// Learns which of the events that were just read are not in the indexes yet.
  ///
  /// - Parameter known: how many of them have rows; in a store of an older program, which has no
  ///   mark, all do.
  func noteUnindexed(
    _ events: [Int],
    known: Int,
    in source: any LedgerSource
  ) throws(GroupError) {
    let mark = try GroupError.ofLedger { () throws(LedgerError) in
      try source.value(.marks, Self.indexedMark(number))
    }
    let before = arrivals - UInt64(events.count)
    let rows = before - UInt64(unindexed.count) + UInt64(known)
    let reached = min(arrivals, mark.map { LedgerKey.number($0) } ?? rows)
    unindexed = Array((unindexed + events).suffix(Int(arrivals - reached)))
  }

  /// Writes the newest events' rows into the indexes.
  ///
  /// - Parameters:
  ///   - events: the newest events of the log, in the order of arrival.
  ///   - end: the arrival of the last of them.
  func index(
    _ events: [Int],
    end: UInt64,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    let judge = replica.judge
    let graph = judge.graph
    let first = end + 1 - UInt64(events.count)
    var records = AdmissionRecords()
    for (place, event) in events.enumerated() {
      let key = LedgerKey.arrival(number, first + UInt64(place))
      try transaction.put(.admissions, key, records.bytes(of: event, in: judge))
    }
    let rows = events.enumerated()
      .map { (id: graph.id($1), event: $1, arrival: first + UInt64($0)) }
      .sorted { $0.id < $1.id }
    for row in rows {
      let value = LedgerKey.bigEndian(row.arrival, 8)
      try transaction.put(.ids, LedgerKey.digest(number, row.id), value)
    }
    // Both sorts below leave those alone that are equal in what they sort by.
    for row in rows.sorted(by: { graph.depth($0.event) < graph.depth($1.event) }) {
      let key = LedgerKey.order(number, depth: UInt32(graph.depth(row.event)), row.id)
      try transaction.put(.order, key, LedgerKey.bigEndian(row.arrival, 8))
    }
    for row in rows.sorted(by: { graph.authorKey($0.event) < graph.authorKey($1.event) }) {
      let (author, sequence) = (graph.authorKey(row.event), graph.sequence(row.event))
      let key = LedgerKey.chain(number, author, sequence, row.arrival)
      try transaction.put(.chains, key, row.id.bytes)
    }
    let heads = Set(headIDs)
    for id in storedHeads.subtracting(heads) {
      try transaction.delete(.heads, LedgerKey.digest(number, id))
    }
    for id in heads.subtracting(storedHeads) {
      try transaction.put(.heads, LedgerKey.digest(number, id), [])
    }
    try transaction.put(.marks, Self.indexedMark(number), LedgerKey.bigEndian(end, 8))
  }
}

extension LedgerSource {
  /// The envelope of an event by its id; nil if it is not held.
  ///
  /// O(log events), and for the newest few a look at each.
  func envelope(of event: Digest, in group: UInt32) throws(LedgerError) -> [UInt8]? {
    if let arrival = try value(.ids, LedgerKey.digest(group, event)) {
      return try value(.events, LedgerKey.group(group) + arrival)
    }
    let indexed = LedgerKey.number(try value(.marks, GroupLog.indexedMark(group)) ?? [])
    var found: [UInt8]?
    let start = LedgerKey.arrival(group, indexed &+ 1)
    try scan(.events, prefix: LedgerKey.group(group), from: start) { _, envelope in
      if (try? Event.decode(envelope))?.event.id == event {
        found = envelope.copy(of: 0..<envelope.count)
      }
      return found == nil
    }
    return found
  }
}
