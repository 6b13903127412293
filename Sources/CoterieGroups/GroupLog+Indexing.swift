internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieWire

// An event is committed to the log alone: one tree, whose pages follow each other. Its rows in the
// indexes follow together with those of others, in the order of their keys: they stand all over the
// trees, and a commit writes every page that it touches. The mark `indexed` says how far they are.
//
// While a log is filled they follow whenever it has grown by a third: that writes each page a few
// times, however many events there are. Were they to follow with each batch, then in a large log
// every event would write a page of its own.

extension GroupLog {
  private static let indexed = Array("indexed".utf8)

  /// The key of the mark that says up to which arrival a group's indexes are written.
  static func indexedMark(_ number: UInt32) -> [UInt8] { indexed + LedgerKey.group(number) }

  /// As soon as so many events stand in the log and not in the indexes, their rows are written.
  var unindexedMax: Int {
    let part = isFilling ? min(Int(clamping: arrivals / 4), Limits.fillingEventsMax) : 0
    return max(Limits.unindexedEventsMax, part)
  }

  /// Takes in what `body` ingests, and has the indexes follow less often meanwhile.
  ///
  /// If it is interrupted, they follow with the next event that is written.
  package func filling<Result>(_ body: () throws(GroupError) -> Result) throws(GroupError) -> Result
  {
    isFilling = true
    defer { isFilling = false }
    return try body()
  }

  /// Writes the rows of all events that the indexes lack, if they are so many.
  package func finishFilling(atLeast count: Int = 1) throws(GroupError) {
    if unindexed.count < count { return }
    try exclusively { () throws(GroupError) in
      if unindexed.count < count { return }
      try GroupError.ofLedger { () throws(LedgerError) in
        try ledger.write { transaction throws(LedgerError) in
          try index(unindexed, end: arrivals, in: transaction)
        }
      }
      (unindexed, storedHeads) = ([], Set(headIDs))
    }
  }

  /// The envelope of an event that is held; O(log events).
  func envelope(of event: Int, in snapshot: Snapshot) throws(LedgerError) -> [UInt8]? {
    guard let place = unindexed.lastIndex(of: event) else {
      return try snapshot.envelope(of: replica.judge.graph.id(event), in: number)
    }
    let arrival = arrivals - UInt64(unindexed.count - 1 - place)
    return try snapshot.value(.events, LedgerKey.arrival(number, arrival))
  }

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
    var envelopes = Envelopes(source: self, group: group)
    return try envelopes.envelope(of: event)
  }
}

/// Finds events of a group by their ids.
struct Envelopes<Source: LedgerSource> {
  let source: Source
  let group: UInt32
  /// The arrivals of events that no index has yet; read when they are first asked for.
  private var newest: [Digest: [UInt8]]?

  init(source: Source, group: UInt32) {
    self.source = source
    self.group = group
  }

  /// The envelope of an event; nil if it is not held.
  ///
  /// O(log events); the first that the indexes lack costs a look at all that they lack.
  mutating func envelope(of event: Digest) throws(LedgerError) -> [UInt8]? {
    if let arrival = try source.value(.ids, LedgerKey.digest(group, event)) {
      return try source.value(.events, LedgerKey.group(group) + arrival)
    }
    if newest == nil { newest = try unindexed() }
    guard let key = newest?[event] else { return nil }
    return try source.value(.events, key)
  }

  /// The keys of the events that the indexes lack.
  private func unindexed() throws(LedgerError) -> [Digest: [UInt8]] {
    let indexed = LedgerKey.number(try source.value(.marks, GroupLog.indexedMark(group)) ?? [])
    var keys: [Digest: [UInt8]] = [:]
    let start = LedgerKey.arrival(group, indexed &+ 1)
    try source.scan(.events, prefix: LedgerKey.group(group), from: start) { key, envelope in
      if let id = try? Event.decode(envelope).event.id { keys[id] = key.copy(of: 0..<key.count) }
      return true
    }
    return keys
  }
}
