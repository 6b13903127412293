import CoterieEngine
import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

/// A graph of random events, and beside it each event's whole past, as plain sets.
private struct RandomGraph {
  var graph: EventGraph
  private(set) var pasts: [Set<Int>] = []

  init(seed: UInt64, count: Int, people: Int, clocked: Int) {
    graph = EventGraph(seed: seed)
    var random = SplitMix64(seed: seed)
    var newest = [Int?](repeating: nil, count: people)
    for number in 0..<count {
      let person = random.below(people)
      // A chain now and then goes on from an older event: a fork.
      let previous = random.below(50) == 0 ? newest[person].map { max(0, $0 - 1) } : newest[person]
      let chained = previous.flatMap { graph.author($0) == person ? $0 : newest[person] }
      var parents = Set(
        (0..<(1 + random.below(3))).compactMap { _ in
          number == 0 ? nil : max(0, number - 1 - random.below(random.below(40) == 0 ? number : 12))
        }
      )
      if number > 0, parents.isEmpty { parents = [number - 1] }
      let event = graph.insert(
        id: Digest(word0: random.next(), word1: UInt64(number), word2: 0, word3: seed),
        author: Digest(word0: UInt64(person), word1: 1, word2: 1, word3: 1),
        sequence: chained.map { graph.sequence($0) + 1 } ?? 0,
        previous: chained,
        parents: parents.sorted(),
        needsClock: random.below(1000) < clocked
      )
      var past = parents
      for parent in parents { past.formUnion(pasts[parent]) }
      if let chained { past.formUnion(pasts[chained].union([chained])) }
      pasts.append(past)
      newest[graph.author(event)] = event
    }
  }
}

@Suite struct `The graph of events` {
  @Test(arguments: [0, 5, 100, 1000])
  func `knows what lies before what, with few clocks and with many`(clocked: Int) {
    for seed in UInt64(1)...3 {
      var made = RandomGraph(seed: seed, count: 1500, people: 7, clocked: clocked)
      var random = SplitMix64(seed: seed &+ 99)
      for _ in 0..<6000 {
        let (first, second) = (random.below(1500), random.below(1500))
        #expect(made.graph.isBefore(first, second) == made.pasts[second].contains(first))
      }
    }
  }

  @Test func `has clocks that say how far a past reaches into each chain`() {
    var made = RandomGraph(seed: 7, count: 6000, people: 9, clocked: 3)
    for event in stride(from: 0, to: 6000, by: 487) {
      let clock = made.graph.clock(of: event)
      var expected = [Int32](repeating: -1, count: clock.count)
      for before in made.pasts[event].union([event]) {
        let chain = made.graph.chain(before)
        expected[chain] = max(expected[chain], Int32(made.graph.position(before)))
      }
      #expect(clock == expected)
    }
  }
}

@Suite struct `A chunk of envelopes` {
  @Test func `gives each event as it is read alone, and the same faults`() throws {
    let key = SigningKey(seed: Cast.someSeal)
    var envelopes: [[UInt8]] = []
    for place in 0..<40 {
      let draft = Draft(
        group: Cast.someSeal,
        author: key.publicKey,
        sequence: UInt64(place + 1),
        previous: Cast.someSeal,
        parents: Parents([Cast.someSeal]),
        time: UInt64(place) << 40,
        action: place % 2 == 0 ? .historyClear : .groupWelcome(text: Text("\(place)"))
      )
      var envelope = draft.sealed(with: key)
      if place % 5 == 0 { envelope[place] ^= 0x40 }
      if place % 7 == 0 { envelope.removeLast(place) }
      envelopes.append(envelope)
    }
    var chunk = EnvelopeChunk()
    for (place, envelope) in envelopes.enumerated() { chunk.append(envelope.span, UInt64(place)) }
    chunk.read()
    for (place, envelope) in envelopes.enumerated() {
      let alone = Result { () throws(Malformed) in try Event.decode(envelope.span).event }
      #expect(chunk.result(place) == alone)
      #expect(chunk.items[place].place == UInt64(place))
    }
    chunk.removeAll()
    #expect(chunk.items.isEmpty)
  }
}
