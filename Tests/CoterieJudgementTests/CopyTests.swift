import CoterieEvents
import CoterieJudgement
import ScopeKit
import Testing

@Suite struct `A copy of a judge` {
  @Test(arguments: 1...20)
  func `goes its own way, and so does the one that was copied`(_ seed: UInt64) throws {
    let events = RandomGroup(seed: seed, members: 4, events: 40).graph.events
    let half = events.count / 2
    let judge = Judge(seed: 4)
    for event in events.prefix(half) { _ = try? judge.insert(event) }
    let before = Judged(judge)
    let copy = judge.copy()
    #expect(Judged(copy) == before)
    for event in events.dropFirst(half) { _ = try? copy.insert(event) }
    #expect(Judged(copy) == Judged(events))
    #expect(Judged(judge) == before)
    for event in events.dropFirst(half) { _ = try? judge.insert(event) }
    #expect(Judged(judge) == Judged(copy))
    #expect(Promises.broken(in: copy, Judged(copy)) == nil)
  }
}
