import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

private let post = Action.messagePost(
  Post(type: .text, content: Commitment(digest: Cast.someSeal, size: 1))
)

@Suite struct `The running digest` {
  /// Bob posts three times; Ann, who has seen one post less than the count says, takes his right.
  private func group(_ lowering: Action, seen: Int) -> Graph {
    var graph = Graph.group(founder: Cast.ann, members: [(Cast.bob, .member), (Cast.cat, .member)])
    var newest = graph.heads
    var parents = newest
    for place in 0..<3 {
      if place == seen { parents = newest }
      let event = graph.draft(post, by: Cast.bob, after: newest)
      graph.add(event)
      newest = [event.id]
    }
    graph.add(graph.draft(lowering, by: Cast.ann, after: parents))
    graph.act(post, by: Cast.cat)
    return graph
  }

  @Test(arguments: [
    Action.memberRemove(member: Cast.bob, erase: false),
    .memberRole(member: Cast.bob, role: .observer),
  ])
  func `counts of equal posts those that were seen before their author was lowered`(
    _ lowering: Action
  ) throws {
    for seen in 0..<3 {
      let graph = group(lowering, seen: seen)
      let judge = Judge(seed: 3)
      for event in graph.events { _ = try judge.insert(event) }
      let current = judge.currentView()
      let order = judge.canonicalOrder()
      let tally = judge.tally(in: current, order: order)
      #expect(tally.counts == [.effective: graph.events.count - 3 + seen, .defeated: 3 - seen])
      #expect(tally.digest == judge.digest(of: order, in: current))
    }
  }
}
