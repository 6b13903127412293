import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire
import ScopeKit

/// Graphs of events that an input spells, judged in two orders and from the definition.
enum JudgementTarget {
  private static let eventsMax = 24
  private static let people = [Cast.ann, Cast.bob, Cast.cat, Cast.eve, Cast.key("dan")]

  /// Five bytes an event: who, what, on what, at which role, and behind which heads.
  static func judge(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let template: Template = input.byte().isMultiple(of: 4) ? .secretChat : .secretGroup
    var graph = Graph()
    graph.add(Cast.founding(by: Cast.ann, template: template))
    while !input.isAtEnd, graph.events.count < eventsMax {
      let author = people[Int(input.byte()) % people.count]
      let (kind, target, detail) = (input.byte(), input.byte(), input.byte())
      let action = action(kind, target, detail, author, graph)
      let event = graph.draft(action, by: author, after: parents(input.byte(), graph))
      if !graph.events.contains(where: { $0.id == event.id }) { graph.add(event) }
    }
    let broken = Promises.broken(
      by: graph,
      members: [],
      orders: [latestFirst(graph)]
    )
    precondition(broken == nil, "a promise is broken")
  }

  /// All heads, or the heads of the graph as it was some events ago.
  private static func parents(_ choice: UInt8, _ graph: Graph) -> [Digest] {
    let count = max(1, graph.events.count - Int(choice % 8))
    let known = graph.events.prefix(count)
    let covered = known.reduce(into: Set<Digest>()) { $0.formUnion(graph.past(of: $1.id)) }
    return known.map(\.id).filter { !covered.contains($0) }
  }

  private static func latestFirst(_ graph: Graph) -> [Event] {
    var left = Array(graph.events.reversed())
    var placed: Set<Digest> = []
    var ordered: [Event] = []
    while let next = left.firstIndex(where: { event in
      event.parents.ids.allSatisfy { placed.contains($0) }
        && event.previous.map { placed.contains($0) } ?? true
    }) {
      placed.insert(left[next].id)
      ordered.append(left.remove(at: next))
    }
    return ordered
  }

  private static func action(
    _ kind: UInt8,
    _ target: UInt8,
    _ detail: UInt8,
    _ author: Digest,
    _ graph: Graph
  ) -> Action {
    let person = people[Int(target) % people.count]
    let event = graph.events[Int(target) % graph.events.count].id
    let role = Role.allCases[Int(detail) % Role.allCases.count]
    switch kind % 28 {
    case 0...2: return .inviteCreate(invitee: person, role: role)
    case 3...5: return .inviteAccept(invite: event, seal: Cast.someSeal, name: nil)
    case 6: return .inviteDecline(invite: event)
    case 7: return .inviteWithdraw(invite: event)
    case 8: return .linkCreate(link: Cast.linkKey, role: role, uses: UInt64(detail % 3))
    case 9: return .linkRole(link: event, role: role)
    case 10: return .linkClose(link: event)
    case 11:
      let statement = Joining.statement(group: graph.group ?? event, author: author)
      let proof = SigningKey(seed: Cast.linkSeed).signature(of: statement)
      return .linkJoin(Joining(link: event, proof: proof, seal: Cast.someSeal, name: nil))
    case 12...14: return .memberRole(member: person, role: role)
    case 15...16: return .memberRemove(member: person, erase: detail.isMultiple(of: 2))
    case 17: return .memberLeave
    case 18: return .memberResign(role: role)
    case 19: return .memberBlock(member: person)
    case 20: return .memberUnblock(member: person)
    case 21...22: return .messagePost(Post(type: .text, content: Cast.content))
    case 23: return .messageEdit(message: event, content: Cast.content)
    case 24: return .messageDelete(message: event)
    case 25: return .groupPreference(key: "full-delete", value: .from(role))
    case 26: return .historyClear
    default: return Cast.everyAction[Int(detail) % Cast.everyAction.count]
    }
  }
}
