package import CoterieEvents
internal import CoterieSealing
package import CoterieWire

/// All graphs of a small scope: a founder and members, and up to so many events after the setup.
///
/// Each event chooses an author, an authority act and an antichain of the events there as its
/// parents; an author that leaves its own newest event out forks. Every graph comes once: of all
/// orders in which its events could have been added, only the one that is least by ids is followed
/// (the lexicographic normal form of a trace, Anisimov and Knuth 1979).
package struct Scope {
  package let setup: Graph
  package let people: [Digest]
  private let depth: Int
  private let isCore: Bool
  private let share: (index: UInt64, of: UInt64)

  /// Takes the setup, who acts, how many events, and which share of the graphs to visit.
  ///
  /// `isCore` leaves the acts that take a role or give the highest: removing, leaving, demoting to
  /// observer, raising to owner. Deeper graphs of them can be visited whole.
  package init(
    setup: Graph,
    people: [Digest],
    depth: Int,
    isCore: Bool = false,
    share: (index: UInt64, of: UInt64) = (0, 1)
  ) {
    self.setup = setup
    self.people = people
    self.depth = depth
    self.isCore = isCore
    self.share = share
  }

  /// Hands over each graph of exactly `depth` events; `body` answers false to stop.
  package func visit(_ body: (Graph) -> Bool) {
    var graph = setup
    _ = extend(&graph, left: depth, body)
  }

  private func extend(_ graph: inout Graph, left: Int, _ body: (Graph) -> Bool) -> Bool {
    if left == 0 {
      let isOurs = graph.events.last.map { $0.id.word0 % share.of == share.index } ?? true
      return isOurs ? body(graph) : true
    }
    for parents in antichains(graph) {
      for author in people {
        for action in actions(by: author, in: graph) {
          let event = graph.draft(action, by: author, after: parents)
          guard isNormal(event, in: graph), !graph.events.contains(where: { $0.id == event.id })
          else { continue }
          graph.add(event)
          defer { graph.removeLast() }
          if !extend(&graph, left: left - 1, body) { return false }
        }
      }
    }
    return true
  }

  /// Whether no later-added event with a greater id could have come after this one instead.
  private func isNormal(_ event: Event, in graph: Graph) -> Bool {
    var past = Set(event.parents.ids)
    for parent in event.parents.ids { past.formUnion(graph.past(of: parent)) }
    if let previous = event.previous { past.insert(previous) }
    for other in graph.events[setup.events.count...].reversed() {
      if past.contains(other.id) { return true }
      if event.id < other.id { return false }
    }
    return true
  }

  /// Sets of events after the setup of which none lies before another; the setup's end is one too.
  private func antichains(_ graph: Graph) -> [[Digest]] {
    let base = setup.heads
    let later = graph.events[setup.events.count...].map(\.id)
    var found: [[Digest]] = [base]
    for mask in 1..<(1 << later.count) {
      let chosen = later.indices.filter { mask >> $0 & 1 == 1 }.map { later[$0] }
      let isAntichain = chosen.allSatisfy { one in
        !chosen.contains { graph.past(of: $0).contains(one) }
      }
      if isAntichain { found.append(chosen) }
    }
    return found
  }

  /// Every authority act that an author may try, and dissolving.
  private func actions(by author: Digest, in graph: Graph) -> [Action] {
    if isCore { return coreActions(by: author) }
    var actions: [Action] = []
    for person in people where person != author {
      for role in [Role.observer, .member, .admin, .owner] {
        actions.append(.memberRole(member: person, role: role))
      }
      actions.append(.memberRemove(member: person, erase: false))
    }
    actions += [.memberLeave, .memberResign(role: .member), .groupDissolve]
    actions += [
      .groupPreference(key: "voice", value: .off), .groupProfile(name: "New", description: nil),
      .groupWelcome(text: "Hello"),
    ]
    actions += [Role.member, .owner].map { .inviteCreate(invitee: Cast.eve, role: $0) }
    actions.append(.linkCreate(link: Cast.linkKey, role: .member, uses: 1))
    for event in graph.events[setup.events.count...] {
      switch event.action.kind {
      case .inviteCreate: actions.append(.inviteWithdraw(invite: event.id))
      case .linkCreate:
        actions += [.linkClose(link: event.id), .linkRole(link: event.id, role: .observer)]
      default: break
      }
    }
    return actions + entries(by: author, in: graph)
  }

  private func coreActions(by author: Digest) -> [Action] {
    people.filter { $0 != author }.flatMap { person -> [Action] in
      [
        .memberRemove(member: person, erase: false),
        .memberRole(member: person, role: .observer), .memberRole(member: person, role: .owner),
      ]
    } + [.memberLeave]
  }

  /// Accepting, declining and joining.
  private func entries(by author: Digest, in graph: Graph) -> [Action] {
    guard author == Cast.eve || author == people.last else { return [] }
    var actions: [Action] = []
    for event in graph.events[setup.events.count...] {
      switch event.action {
      case .inviteCreate(let invitee, _) where invitee == author:
        actions += [
          .inviteAccept(invite: event.id, seal: Cast.someSeal, name: nil),
          .inviteDecline(invite: event.id),
        ]
      case .linkCreate:
        guard let group = graph.group else { continue }
        let key = SigningKey(seed: Cast.linkSeed)
        let proof = key.signature(of: Joining.statement(group: group, author: author))
        actions.append(.linkJoin(Joining(link: event.id, proof: proof, seal: Cast.someSeal)))
      default: break
      }
    }
    return actions
  }
}

/// All orders in which the events after the setup can arrive, parents first.
package func arrivalOrders(of graph: Graph, after setup: Int) -> [[Event]] {
  var orders: [[Event]] = []
  var order = Array(graph.events[..<setup])
  var left = Array(graph.events[setup...])
  func extend() {
    if left.isEmpty {
      orders.append(order)
      return
    }
    for place in left.indices {
      let event = left[place]
      let isReady = !left.contains { graph.past(of: event.id).contains($0.id) }
      guard isReady else { continue }
      left.remove(at: place)
      order.append(event)
      extend()
      order.removeLast()
      left.insert(event, at: place)
    }
  }
  extend()
  return orders
}
