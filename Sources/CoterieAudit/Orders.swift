internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
public import CoterieWire

extension MemberLog {
  /// Judges the same events again in a random order of arrival and random batches.
  ///
  /// - Returns: the state digest, which must equal that of the log. O(events · log events).
  public func digest(inOrder seed: UInt64, from source: some LogSource) throws(SourceFault)
    -> Digest?
  {
    var random = SplitMix64(seed: seed)
    let other = MemberLog(name: name, group: group, seed: random.next())
    let order = ArrivalOrders(replica.judge.graph).random(using: &random)
    try other.replica.receive(order) { (number) throws(SourceFault) in
      let envelope = try source.envelope(at: places[number])
      guard let decoded = try? Event.decode(envelope.span) else {
        throw SourceFault(.malformed, "\(source.name) changed while it was read")
      }
      return (decoded.event, envelope)
    } afterEach: {
      if random.below(512) == 0 { _ = other.replica.judge.currentView() }
    }
    return other.summary().digest
  }
}
