internal import CoterieEngine
internal import CoterieEvents
public import CoterieJudgement
public import CoterieWire

/// One event on a walk through a log, and what it did to the members.
public struct WalkStep: Sendable {
  /// The event with its verdict in the whole log.
  public var report: EventReport
  /// One more than the greatest depth among its parents and its previous event.
  public var depth: Int
  /// Who became another kind of member by it, judged on it and the events before it alone.
  public var changes: [MemberChange]
}

/// How somebody stands after an event, where that is not how they stood before it.
public struct MemberChange: Equatable, Sendable {
  /// The person's key.
  public var key: Digest
  /// How they stand now; nil for one who is no member any more.
  public var member: Governance.Member?
}

extension MemberLog {
  /// Hands over all judged events in canonical order.
  ///
  /// With `isTracing` a second judge takes the same events in the same order and is asked after
  /// each of them who is a member: the state at position n is that of whoever holds the events up
  /// to n, and no others. A start of canonical order holds every event's past, so that is a log as
  /// well. O(events), and O(persons) for each event that can move someone.
  public func walk(
    from source: some LogSource,
    isTracing: Bool,
    _ body: (WalkStep) -> Void
  ) throws(SourceFault) {
    let judge = replica.judge
    let current = judge.currentView()
    var tracer = isTracing ? Tracer(reserving: judge.count) : nil
    for (place, number) in judge.canonicalOrder().enumerated() {
      let envelope = try source.envelope(at: places[number])
      guard let event = try? Event.decode(envelope.span).event, event.id == judge.graph.id(number)
      else { throw SourceFault(.malformed, "\(source.name) changed while it was read") }
      let changes = tracer?.take(event) ?? []
      let report = EventReport(
        event: event,
        position: place + 1,
        byteCount: envelope.count,
        verdict: judge.verdict(of: number, in: current),
        missing: []
      )
      body(WalkStep(report: report, depth: judge.graph.depth(number), changes: changes))
    }
  }

  /// The events that wait, by id.
  public var waiting: [EventReport] {
    replica.waiting.guests.keys.sorted().compactMap { report(waiting: $0) }
  }
}

/// Judges events one after the other and tells how members move.
private struct Tracer {
  private let judge = Judge(seed: 0x5eed)
  private var known: [Digest: Governance.Member] = [:]

  init(reserving count: Int) {
    judge.reserve(count)
  }

  mutating func take(_ event: Event) -> [MemberChange] {
    guard case .inserted(let number)? = try? judge.insert(event), judge.mayMoveMembers(number)
    else { return [] }
    let members = judge.members(in: judge.currentView())
    var changes: [MemberChange] = []
    var present: Set<Digest> = []
    for member in members {
      present.insert(member.key)
      if known[member.key] == member { continue }
      known[member.key] = member
      changes.append(MemberChange(key: member.key, member: member))
    }
    for key in known.keys.sorted() where !present.contains(key) {
      known[key] = nil
      changes.append(MemberChange(key: key, member: nil))
    }
    return changes.sorted { $0.key < $1.key }
  }
}
