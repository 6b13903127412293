internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// Compares a recorded scenario, run, with the logs it comes from, event by event.
struct RecordingCheck {
  let graph: RecordedGraph
  let world: World

  /// The events in the order of their steps, on both sides.
  var pairs: [(log: Digest, scenario: Digest, step: String?)] {
    zip(graph.order, world.events).map { ($0, $1.event.id, $1.step) }
  }

  private var scenarioID: [Digest: Digest] {
    Dictionary(pairs.map { ($0.log, $0.scenario) }) { first, _ in first }
  }

  /// An event of the scenario by its step's name.
  private func step(of id: Digest) -> String { world.stepName(of: id) ?? "\(id)" }

  /// Parents, previous events and sequence numbers.
  func shape() -> [Recorded.Difference] {
    let ids = scenarioID
    var found: [Recorded.Difference] = []
    func compare(_ event: Digest, _ path: String, _ log: [Digest?], _ scenario: [Digest?]) {
      let wanted = log.map { id in id.map { ids[$0] ?? $0 } }
      guard Set(wanted) != Set(scenario) else { return }
      func text(_ ids: [Digest?]) -> String {
        ids.map { id in id.map { step(of: $0) } ?? "none" }.joined(separator: ", ")
      }
      found.append(
        Recorded.Difference(event: event, path: path, log: text(wanted), scenario: text(scenario))
      )
    }
    for (id, known) in zip(graph.order, world.events) {
      guard let event = graph.events[id] else { continue }
      compare(id, "parents", event.parents.ids, known.event.parents.ids)
      compare(id, "previous", [event.previous], [known.event.previous])
      if event.sequence != known.event.sequence {
        found.append(
          Recorded.Difference(
            event: id,
            path: "sequence",
            log: "\(event.sequence)",
            scenario: "\(known.event.sequence)"
          )
        )
      }
    }
    return found
  }

  /// The verdicts in the union of all logs.
  func verdicts() -> [Recorded.Difference] {
    compare(graph.union, world.union, store: nil)
  }

  /// What one log held, and the verdicts that it gave.
  func side(_ log: RecordedLog, _ person: Person) -> [Recorded.Difference] {
    compare(log.replica(), person.replica, store: person.name)
  }

  private func compare(
    _ log: Replica,
    _ scenario: Replica,
    store: String?
  ) -> [Recorded.Difference] {
    let views = (log.judge.currentView(), scenario.judge.currentView())
    let ids = scenarioID
    return pairs.compactMap { pair in
      let sides = (
        Self.verdict(of: pair.log, in: log, views.0),
        Self.verdict(of: pair.scenario, in: scenario, views.1)
      )
      if Self.isSame(sides.0, sides.1, ids) { return nil }
      let isHeld = (sides.0 == nil) == (sides.1 == nil)
      return Recorded.Difference(
        event: pair.log,
        store: store,
        path: isHeld ? "verdict" : "held",
        log: sides.0?.short { step(of: ids[$0] ?? $0) } ?? "absent",
        scenario: sides.1?.short { step(of: $0) } ?? "absent"
      )
    }
  }

  private static func verdict(
    of id: Digest,
    in replica: Replica,
    _ current: CurrentView
  ) -> Verdict? {
    if replica.waiting.guests[id] != nil { return Verdict(status: .pending) }
    return replica.judge.number(of: id).map { replica.judge.verdict(of: $0, in: current) }
  }

  /// Whether two verdicts say the same: status, code, cause, standing, need and support.
  private static func isSame(_ one: Verdict?, _ other: Verdict?, _ ids: [Digest: Digest]) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    func same(_ left: Digest?, _ right: Digest?) -> Bool { left.map { ids[$0] } == .some(right) }
    return one.status == other.status && one.code == other.code && one.need == other.need
      && one.standing == other.standing
      && (one.by == nil ? other.by == nil : same(one.by, other.by))
      && (one.support == nil ? other.support == nil : same(one.support, other.support))
      && (one.root == nil ? other.root == nil : same(one.root, other.root))
  }
}

extension Verdict {
  /// Status, code and cause in a few words.
  func short(_ name: (Digest) -> String = { "\($0)" }) -> String {
    status.rawValue + (code.map { " \($0.rawValue)" } ?? "")
      + (by.map { " by \(name($0))" } ?? "")
  }
}
