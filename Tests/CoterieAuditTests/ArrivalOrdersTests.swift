import CoterieEngine
import CoterieEvents
import CoterieJudgement
import CoterieWire
import ScopeKit
import Testing

/// A history of three who post in turn, each beside what one of the others last did.
private func history(_ count: Int) throws -> (replica: Replica, events: [Event]) {
  let replica = Replica()
  var events = [Cast.founding(by: Cast.ann)]
  _ = try replica.receive(events[0], envelope: [])
  let people = [Cast.ann, Cast.bob, Cast.cat]
  while events.count < count {
    let number = events.count
    var draft = replica.draft(
      .messagePost(Post(type: .text, content: Cast.content)),
      by: people[number % 3],
      time: UInt64(number)
    )
    draft.parents = Parents([events[max(0, number - 2)].id])
    events.append(draft.event)
    _ = try replica.receive(draft.event, envelope: [])
  }
  return (replica, events)
}

@Suite struct `Another order of arrival` {
  @Test(arguments: [1, 2, 500, Limits.waitingEventsMax, Limits.waitingEventsMax + 1, 25_000])
  func `brings every event, and leaves none without room to wait`(_ count: Int) throws {
    let (replica, events) = try history(count)
    let orders = ArrivalOrders(replica.judge.graph)
    var random = SplitMix64(seed: 7)
    for order in [orders.random(using: &random), orders.latestFirst()] {
      #expect(order.sorted() == Array(events.indices))
      let other = Replica()
      var late = 0
      for number in order {
        switch try other.receive(events[number], envelope: []) {
        case .noRoom: Issue.record("there is no room for \(number)")
        case .waits: late += 1
        default: break
        }
      }
      #expect(other.judge.count == count)
      // In the second order parents come first; in the first hardly ever.
      if order == orders.latestFirst() { #expect(late == 0) }
      if order != orders.latestFirst(), count > 2 { #expect(late > count / 4) }
    }
  }

  @Test func `takes the latest first of those whose parents are there`() throws {
    let graph = try history(9).replica.judge.graph
    let order = ArrivalOrders(graph).latestFirst()
    var taken: Set<Int> = []
    for event in order {
      let isFree = { (other: Int) in
        let parents = graph.parents(other).map { Int($0) }
        let named = parents + (graph.previous(other).map { [$0] } ?? [])
        return !taken.contains(other) && named.allSatisfy { taken.contains($0) }
      }
      #expect((0..<9).last(where: isFree) == event)
      taken.insert(event)
    }
  }

  @Test func `is judged whole even where events find no room`() throws {
    let (replica, events) = try history(Limits.waitingEventsMax + 2)
    let other = Replica()
    var asked = 0
    let order = Array(events.indices.reversed())
    other.receive(order) {
      (events[$0], [])
    } afterEach: {
      asked += 1
    }
    #expect(asked == events.count)
    #expect(other.judge.count == events.count)
    let digests = [replica.judge, other.judge].map { judge in
      judge.tally(in: judge.currentView(), order: judge.canonicalOrder()).digest
    }
    #expect(digests[0] == digests[1])
  }
}
