package import CoterieEngine
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
  package var record: CheckpointRecord

  /// The state digest; nil where only governance was noted, which takes no pass over the history.
  public var digest: Digest? { record.digest }
  /// The governance state.
  public var governance: Governance { record.governance }

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
    guard let newest = try source.newestCheckpoint(of: number), newest.arrivals < 1 << 60,
      let record = try? CheckpointRecord(bytes: newest.bytes)
    else { return nil }
    var checkpoint = Checkpoint(arrivals: newest.arrivals, record: record)
    var (later, holds) = (UInt64(0), true)
    let start = LedgerKey.arrival(number, newest.arrivals + 1)
    try source.scan(.events, prefix: LedgerKey.group(number), from: start) { _, envelope in
      later += 1
      let kind = (try? Event.decode(envelope))?.event.action.kind
      holds = kind?.isNoted == false && !record.hasConflicts && later <= laterEventsMax
      return holds
    }
    guard holds else { return nil }
    if later > 0 { checkpoint.record.digest = nil }
    checkpoint.arrivals += later
    return checkpoint
  }
}
