internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// What one store of a scenario shows, or the union of all, with names in place of keys and ids.
struct WorldView {
  private let world: World
  private let person: Person?
  private let view: ReplicaView

  init(_ world: World, of person: Person?) {
    self.world = world
    self.person = person
    view = ReplicaView(
      person?.replica ?? world.union,
      name: { world.name(of: $0) ?? $0.hex },
      step: { world.stepName(of: $0) ?? $0.hex }
    )
  }

  var json: JSONValue {
    var fields = view.state
    fields["verdicts"] = verdicts
    fields["digest"] = .optional(stateDigest(of: view.replica)?.hex)
    fields["refused"] = refused
    fields["messages"] = messages
    fields["same"] = same
    return .object(fields)
  }

  /// The field of an expectation.
  func field(_ name: String) -> JSONValue {
    guard case .object(let fields) = json else { return .null }
    return fields[name] ?? .null
  }

  private func step(of id: Digest) -> String { world.stepName(of: id) ?? id.hex }

  private func map(_ pairs: [(String, JSONValue)]) -> JSONValue {
    .object(Dictionary(pairs) { first, _ in first })
  }

  private var verdicts: JSONValue {
    map(
      world.events.compactMap { known in
        view.verdict(of: known.event.id).map { (step(of: known.event.id), $0) }
      }
    )
  }

  private func stateDigest(of replica: Replica) -> Digest? {
    let judge = replica.judge
    guard judge.count > 0 else { return nil }
    let current = judge.currentView()
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    return judge.governance(in: current)?.digest(verdicts: tally.digest)
  }

  private var refused: JSONValue {
    map(world.refused.map { ($0.key, .string($0.value)) })
  }

  private var messages: JSONValue {
    let judge = view.replica.judge
    var pairs: [(String, JSONValue)] = []
    for known in world.events where known.event.action.kind == .messagePost {
      guard let current = view.current, let number = judge.number(of: known.event.id),
        let state = judge.messageState(of: number, in: current)
      else { continue }
      let shown = isErasedLocally(known.event.id) ? .erased : state
      pairs.append((step(of: known.event.id), .string(shown.rawValue)))
    }
    return map(pairs)
  }

  /// Erased from this store; for the union, from every store that holds the event.
  private func isErasedLocally(_ id: Digest) -> Bool {
    if let person { return person.erased.contains(id) }
    let holders = world.people.filter { $0.replica.judge.number(of: id) != nil }
    return !holders.isEmpty && holders.allSatisfy { $0.erased.contains(id) }
  }

  private var same: JSONValue {
    let digests = world.people.compactMap { stateDigest(of: $0.replica) }
    return .bool(Set(digests).count <= 1)
  }
}
