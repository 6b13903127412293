internal import CoterieEvents
public import CoterieJudgement
public import CoterieLedger
public import CoterieWire

/// The state of a group at one arrival: it gives members and roles at once, without judging again.
///
/// Most events, such as messages, leave the governance state as it is, so a checkpoint holds until
/// another kind of event comes; see `newest`. Never believed by an audit, which compares it with
/// the full replay.
public struct Checkpoint: Equatable, Sendable {
  /// How many events the state is of.
  public var arrivals: UInt64
  /// The state digest; nil where only governance was noted, which takes no pass over the history.
  public var digest: Digest?
  /// The governance state.
  public var governance: Governance
  /// Whether someone signed conflicting acts: then any later event may decide which of them counts.
  var hasConflicts: Bool

  /// The bytes that a store keeps, one item behind the other: digest or null, governance, whether
  /// there are conflicts.
  var bytes: [UInt8] {
    var writer = CBORWriter(capacity: 1024)
    if let digest { writer.digest(digest) } else { writer.null() }
    writer.raw(governance.encoded)
    writer.bool(hasConflicts)
    return writer.bytes
  }

  init(arrivals: UInt64, digest: Digest?, governance: Governance, hasConflicts: Bool) {
    self.arrivals = arrivals
    self.digest = digest
    self.governance = governance
    self.hasConflicts = hasConflicts
  }

  init(arrivals: UInt64, bytes: [UInt8]) throws(Malformed) {
    self.arrivals = arrivals
    var cursor = CBORCursor()
    digest = cursor.null(in: bytes.span) ? nil : try cursor.digest(in: bytes.span)
    guard bytes.count > cursor.offset else { throw Malformed(.truncated, at: bytes.count) }
    governance = try Governance(encoded: Array(bytes[cursor.offset..<(bytes.count - 1)]))
    var last = CBORCursor(at: bytes.count - 1)
    hasConflicts = try last.bool(in: bytes.span)
  }

  /// Events that may stand above a checkpoint: more are judged rather than looked through.
  static let laterEventsMax: UInt64 = 1000

  /// The newest checkpoint of a group, if its governance state is that of everything that the store
  /// holds: later events are of kinds that leave it as it is.
  ///
  /// Its digest is nil if there are later events. O(members + later events), at most a few
  /// milliseconds however long the history is.
  /// - Parameter number: the group's number in the store.
  public static func newest(in source: any LedgerSource, group number: UInt32) throws(LedgerError)
    -> Checkpoint?
  {
    var newest: (arrivals: UInt64, bytes: [UInt8])?
    try source.scan(.checkpoints, prefix: LedgerKey.group(number), from: nil) { key, value in
      let arrivals = (4..<key.count).reduce(UInt64(0)) { $0 << 8 | UInt64(key[$1]) }
      newest = (arrivals, value.copy(of: 0..<value.count))
      return true
    }
    guard let newest, newest.arrivals < 1 << 60,
      var checkpoint = try? Checkpoint(arrivals: newest.arrivals, bytes: newest.bytes)
    else { return nil }
    var (later, holds) = (UInt64(0), true)
    let start = LedgerKey.arrival(number, newest.arrivals + 1)
    try source.scan(.events, prefix: LedgerKey.group(number), from: start) { _, envelope in
      later += 1
      let kind = (try? Event.decode(envelope))?.event.action.kind
      holds =
        kind?.changesGovernance == false && !checkpoint.hasConflicts && later <= laterEventsMax
      return holds
    }
    guard holds else { return nil }
    if later > 0 { checkpoint.digest = nil }
    checkpoint.arrivals += later
    return checkpoint
  }
}
