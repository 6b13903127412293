internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// The events of all logs in the order of their steps, without those that no scenario can say.
struct RecordedGraph {
  /// Everything that any of the logs holds.
  let union: Replica
  /// The events that become steps; whatever an event names stands before it.
  private(set) var order: [Digest] = []
  private(set) var events: [Digest: Event] = [:]
  /// Events that become no step, and why.
  private(set) var leftOut: [(event: Digest, reason: String)] = []
  private var gone: Set<Digest> = []
  private var known: [Digest: Event] = [:]

  init(_ logs: [RecordedLog]) {
    union = Replica()
    for log in logs {
      for event in log.placed + log.waiting {
        known[event.id] = event
        _ = try? union.receive(event, envelope: [])
      }
    }
    for (id, missing) in union.pending {
      leaveOut(id, "it waits for \(missing.map { "\($0)" }.joined(separator: ", "))")
    }
    let judge = union.judge
    for number in judge.canonicalOrder() { visit(judge.graph.id(number)) }
  }

  private mutating func leaveOut(_ id: Digest, _ reason: String) {
    gone.insert(id)
    leftOut.append((id, reason))
  }

  /// Puts an event behind everything that it names; no recursion, since chains are long.
  private mutating func visit(_ start: Digest) {
    var stack = [start]
    var entered: Set<Digest> = []
    while let id = stack.last {
      guard events[id] == nil, !gone.contains(id), let event = known[id] else {
        stack.removeLast()
        continue
      }
      if entered.insert(id).inserted {
        let before = event.parents.ids + (event.previous.map { [$0] } ?? [])
        let named = event.action.references.filter { union.judge.number(of: $0) != nil }
        stack += (before + named).filter { events[$0] == nil && !gone.contains($0) }.reversed()
        continue
      }
      stack.removeLast()
      place(event)
    }
  }

  private mutating func place(_ event: Event) {
    if case .unknown(let kind, _) = event.action {
      leaveOut(event.id, "no scenario knows the kind \(kind.string)")
    } else if let missing = event.action.references.first(where: { events[$0] == nil }) {
      leaveOut(event.id, "it names \(missing), which is in none of the logs or was left out")
    } else {
      events[event.id] = event
      order.append(event.id)
    }
  }

  /// Puts events that name nothing but each other before all others, as a setup does.
  mutating func putFirst(_ ids: [Digest]) {
    let first = Set(ids)
    order = ids + order.filter { !first.contains($0) }
  }

  /// The parents of an event that are steps: one that was left out stands for its own parents.
  func parents(of event: Event) -> [Digest] {
    kept(event.parents.ids)
  }

  private func kept(_ ids: [Digest]) -> [Digest] {
    guard !leftOut.isEmpty else { return ids }
    var found: [Digest] = []
    var stack = Array(ids.reversed())
    while let id = stack.popLast() {
      if events[id] != nil {
        if !found.contains(id) { found.append(id) }
      } else if let event = known[id] {
        stack += event.parents.ids.reversed()
      }
    }
    return found
  }

  /// The author's event before, among those that are steps.
  func previous(of event: Event) -> Digest? {
    keptPrevious(event.previous)
  }

  private func keptPrevious(_ id: Digest?) -> Digest? {
    var place = id
    while let known = place, events[known] == nil { place = self.known[known]?.previous }
    return place
  }

  /// The one that a step with these parents has before it if it does not say otherwise.
  func usualPrevious(of event: Event) -> Digest? {
    let judge = union.judge
    let parents = event.parents.ids.compactMap { judge.number(of: $0) }
    guard let author = judge.graph.authors.number(of: event.author) else { return nil }
    var best: Int?
    for chain in judge.graph.chainsOfAuthor[author] {
      let held = judge.graph.chains[Int(chain)].events.last { known in
        parents.contains { $0 == Int(known) || judge.precedes(Int(known), $0) }
      }
      guard let held, judge.graph.id(Int(held)) != event.id else { continue }
      let known = Int(held)
      if let champion = best {
        let (one, other) = (judge.graph.sequence(champion), judge.graph.sequence(known))
        if one > other || (one == other && isEarlier(champion, known)) { continue }
      }
      best = known
    }
    return keptPrevious(best.map { judge.graph.id($0) })
  }

  /// Of two events of one sequence number, the one whose step stands first.
  private func isEarlier(_ one: Int, _ other: Int) -> Bool {
    let ids = (union.judge.graph.id(one), union.judge.graph.id(other))
    return (order.firstIndex(of: ids.0) ?? .max) < (order.firstIndex(of: ids.1) ?? .max)
  }
}
