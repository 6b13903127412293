internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// The events of a world as a scenario: what was signed on what, and what the definition says.
extension SimulatedWorld {
  /// The scenario of the store that holds most; nil if no store holds anything.
  func scenario(_ breach: Breach?) -> JSONValue? {
    let richest = honest.max { ($0.judge?.count ?? 0) < ($1.judge?.count ?? 0) }
    guard let log = richest?.eye, let breach else { return nil }
    return ScenarioWriting(log, names: names).json(
      title: "\(breach.promise) of seed \(plan.seed)",
      about: breach.found
    )
  }

  private var names: [Digest: String] {
    var names: [Digest: String] = [:]
    for member in members {
      if let key = member.key { names[key] = member.name }
    }
    return names
  }
}

/// Writes the events of a log as the steps of a scenario.
private struct ScenarioWriting {
  private let judge: Judge
  private var events: [(step: String, event: Event)] = []
  private var steps: [Digest: String] = [:]
  private var names: [Digest: String]

  init(_ log: GroupLog, names: [Digest: String]) {
    judge = log.replica.judge
    self.names = names
    guard let snapshot = try? log.snapshot() else { return }
    for number in judge.canonicalOrder() {
      let entry = try? log.entry(of: number, withContent: false, in: snapshot)
      // Scenarios have no words for kinds that are unknown.
      guard let event = entry.flatMap({ try? Event.decode($0.envelope.span).event }),
        event.action.kind != .unknown
      else { continue }
      let step = "e\(events.count + 1)"
      steps[event.id] = step
      events.append((step, event))
      if self.names[event.author] == nil { self.names[event.author] = "x\(self.names.count)" }
    }
  }

  func json(title: String, about: String) -> JSONValue {
    let current = judge.definitionView()
    var verdicts: [String: JSONValue] = [:]
    for (step, event) in events {
      guard let number = judge.number(of: event.id) else { continue }
      let verdict = judge.verdict(of: number, in: current)
      verdicts[step] = .fields([
        "status": .string(verdict.status.rawValue),
        "code": verdict.code.map { .string($0.rawValue) },
        "by": verdict.by.flatMap { steps[$0] }.map { .string($0) },
      ])
    }
    var members: [String: JSONValue] = [:]
    for member in judge.governance(in: current)?.members ?? [] {
      members[names[member.key] ?? member.key.hex] = .string(member.standing.role.name)
    }
    return .object([
      "scenario": 1,
      "title": .string(title),
      "about": .string(about),
      "steps": .array(events.map { self.step($0.step, $0.event) }),
      "expect": .object(["members": .object(members), "verdicts": .object(verdicts)]),
    ])
  }

  private func step(_ step: String, _ event: Event) -> JSONValue {
    var fields: [String: JSONValue] = [
      "id": .string(step), "as": .string(names[event.author] ?? "x"),
      "do": .string(event.action.kind.name),
    ]
    if event.action.kind != .groupFound {
      var parents = event.parents.ids
      if let previous = event.previous, !parents.contains(previous) { parents.append(previous) }
      fields["after"] = .strings(parents.compactMap { steps[$0] })
    }
    for (name, value) in body(of: event) { fields[name] = value }
    return .object(fields)
  }

  private func body(of event: Event) -> [String: JSONValue] {
    let shown = ActionFields(
      key: { .string(names[$0] ?? $0.hex) },
      event: { .string(steps[$0] ?? $0.hex) }
    ).json(of: event.action)
    guard case .object(var fields) = shown else { return [:] }
    // Seals, link keys and contents derive from the steps themselves.
    for name in ["seal", "content", "nonce", "rules", "from", "commitment"] { fields[name] = nil }
    if event.action.content != nil { fields["text"] = .string(steps[event.id] ?? "") }
    switch event.action {
    case .inviteAccept, .memberProfile: fields["name"] = nil
    case .linkCreate: fields["link"] = nil
    case .linkJoin(let joining):
      fields["name"] = nil
      fields["proof"] = nil
      if judge.number(of: event.id).map({ judge.facts(of: $0).code }) == .badProof {
        fields["proof"] = "bad"
      }
      if steps[joining.link] == nil { fields["link"] = "e1" }
    default: break
    }
    return fields
  }
}
