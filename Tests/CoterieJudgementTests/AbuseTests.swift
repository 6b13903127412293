import CoterieEngine
import CoterieEvents
import CoterieJudgement
import CoterieWire
import Foundation
import ScopeKit
import Testing

/// Events of one author, each behind the one before.
private func chain(of author: Digest, count: Int) -> [Event] {
  var events = [Cast.founding(by: author)]
  for sequence in 1..<count {
    let last = events[sequence - 1]
    events.append(
      Draft(
        group: events[0].id,
        author: author,
        sequence: UInt64(sequence),
        previous: last.id,
        parents: Parents([last.id]),
        time: 0,
        action: sequence % 3 == 0
          ? .groupPreference(key: "voice", value: .off)
          : .messagePost(Post(type: .text, content: Cast.content))
      ).event
    )
  }
  return events
}

@Suite struct `Someone who wants to bring a judge down` {
  @Test func `gains nothing by a chain as long as it likes: 256 KiB of stack are enough`() async {
    let events = chain(of: Cast.ann, count: 20_000)
    let count = await withCheckedContinuation { continuation in
      let thread = Thread {
        let judge = Judge(seed: 1)
        for event in events { _ = try? judge.insert(event) }
        let view = judge.currentView()
        let order = judge.canonicalOrder()
        _ = judge.governance(in: view)
        continuation.resume(returning: judge.tally(in: view, order: order).counts[.effective])
      }
      thread.stackSize = 256 << 10
      thread.start()
    }
    #expect(count == 20_000)
  }

  @Test func `gains nothing by events whose past never comes: only so many wait`() throws {
    let replica = Replica()
    _ = try replica.receive(Cast.founding(by: Cast.ann), envelope: [])
    var turnedAway = 0
    for number in 0..<(Limits.waitingEventsMax + 50) {
      let event = Draft(
        group: replica.judge.group,
        author: Cast.bob,
        sequence: UInt64(number + 1),
        previous: Cast.someSeal,
        parents: Parents([Cast.someSeal]),
        time: 0,
        action: .memberLeave
      ).event
      if case .noRoom = try replica.receive(event, envelope: [1]) { turnedAway += 1 }
    }
    #expect(turnedAway == 50)
    #expect(replica.waiting.guests.count == Limits.waitingEventsMax)
  }

  @Test func `gains nothing by large events whose past never comes: only so many bytes wait`()
    throws
  {
    let replica = Replica()
    _ = try replica.receive(Cast.founding(by: Cast.ann), envelope: [])
    let envelope = [UInt8](repeating: 1, count: Limits.envelopeBytesMax)
    var held = 0
    for number in 0..<1100 {
      let event = Draft(
        group: replica.judge.group,
        author: Cast.bob,
        sequence: UInt64(number + 1),
        previous: Cast.someSeal,
        parents: Parents([Cast.someSeal]),
        time: 0,
        action: .memberLeave
      ).event
      if case .waits = try replica.receive(event, envelope: envelope) { held += envelope.count }
    }
    #expect(held <= Limits.waitingBytesMax)
  }

  @Test func `gains nothing by a hundred heads: events name sixty-four, and then fewer stand`()
    throws
  {
    var graph = Graph.group(founder: Cast.ann, members: [(Cast.bob, .member)])
    let before = graph.heads
    for number in 0..<100 {
      let post = Post(type: .text, content: Cast.content, lifetime: UInt64(number + 1))
      graph.add(graph.draft(.messagePost(post), by: Cast.bob, after: before))
    }
    let replica = Replica()
    for event in graph.events { _ = try replica.receive(event, envelope: []) }
    #expect(replica.judge.heads.count == 100)
    for left in [37, 1] {
      let draft = replica.draft(.historyClear, by: Cast.ann, time: 0)
      #expect(draft.parents.count == min(Limits.parentsMax, replica.judge.heads.count))
      _ = try replica.receive(draft.event, envelope: [])
      #expect(replica.judge.heads.count == left)
    }
    #expect(Judged(replica.judge).verdicts.values.allSatisfy { $0.status == .effective })
  }

  @Test(arguments: Cast.everyAction.indices)
  func `cannot bring an event of one group into another`(_ place: Int) throws {
    let judge = Judge(seed: 1)
    let founding = Cast.founding(by: Cast.ann)
    _ = try judge.insert(founding)
    let foreign = Draft(
      group: Cast.someSeal,
      author: Cast.ann,
      sequence: 1,
      previous: founding.id,
      parents: Parents([founding.id]),
      time: 0,
      action: Cast.everyAction[place]
    ).event
    #expect(throws: Malformed.self) { try judge.insert(foreign) }
  }

  @Test func `cannot leave a gap in a chain, or start one in its midst`() throws {
    let judge = Judge(seed: 1)
    let founding = Cast.founding(by: Cast.ann)
    _ = try judge.insert(founding)
    for sequence in [0, 2, UInt64.max] {
      let event = Draft(
        group: founding.id,
        author: Cast.ann,
        sequence: sequence,
        previous: sequence == 0 ? nil : founding.id,
        parents: Parents([founding.id]),
        time: 0,
        action: .memberLeave
      ).event
      if sequence == 0 {
        // Another beginning is a fork, not a gap.
        _ = try judge.insert(event)
      } else {
        #expect(throws: Malformed.self) { try judge.insert(event) }
      }
    }
  }
}
