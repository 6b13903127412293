internal import CoterieBundles
internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
internal import CoterieSealing
public import CoterieWire

extension MemberLog {
  /// The events of the log: those that have their places, parents first, and those that wait.
  ///
  /// O(events).
  public func heldEvents(
    from source: some LogSource
  ) throws(SourceFault) -> (placed: [Event], waiting: [Event]) {
    let judge = replica.judge
    var placed: [Event] = []
    for number in 0..<judge.count {
      let envelope = try source.envelope(at: places[number])
      guard let event = try? Event.decode(envelope.span).event, event.id == judge.graph.id(number)
      else { throw SourceFault(.malformed, "\(source.name) changed while it was read") }
      placed.append(event)
    }
    return (placed, replica.waiting.guests.values.map(\.event).sorted { $0.id < $1.id })
  }
}

extension BundleSource {
  /// The contents that stand beside events and are what their authors committed to, by event.
  public func contents() throws(SourceFault) -> [Digest: [UInt8]] {
    var found: [Digest: [UInt8]] = [:]
    try scanEntries { entry, _ in
      guard let secret = entry.secret, let content = entry.content,
        let event = try? Event.decode(entry.envelope.span).event,
        event.action.content?.holds(for: content, secret: secret) == true
      else { return true }
      found[event.id] = content
      return true
    }
    return found
  }
}
