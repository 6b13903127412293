package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// The promises G1 to G7 of the specification, checked on one set of events.
extension Promises {
  /// The first promise that is broken, in words; nil if all hold.
  ///
  /// `orders` are further arrival orders, parents first.
  package static func broken(
    by graph: Graph,
    members: [Digest],
    orders: [[Event]]
  ) -> String? {
    let judge = Judge(seed: 2)
    for event in graph.events { _ = try? judge.insert(event) }
    let reference = Judged(judge)
    if let broken = broken(in: judge, reference, orders: orders) { return broken }
    return seenEverything(graph, reference, members)
  }

  /// G5, G6 and G7: events that have seen everything.
  private static func seenEverything(
    _ graph: Graph,
    _ reference: Judged,
    _ members: [Digest]
  ) -> String? {
    for author in members {
      for action in acts(by: author, among: members) {
        let event = graph.draft(action, by: author, after: graph.heads)
        let after = Judged(graph.events + [event])
        let broken = broken(
          by: event.id,
          of: author,
          action.kind,
          before: reference,
          after: after
        )
        if let broken { return broken }
      }
    }
    return nil
  }

  private static func acts(by author: Digest, among members: [Digest]) -> [Action] {
    members.filter { $0 != author }.flatMap { other -> [Action] in
      [.memberRemove(member: other, erase: false), .memberRole(member: other, role: .observer)]
    } + [.memberLeave, .groupPreference(key: "voice", value: .off)]
  }
}
