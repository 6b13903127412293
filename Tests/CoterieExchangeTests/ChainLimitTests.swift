import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieSealing
import CoterieVault
import CoterieWire
import StoreKit
import Testing

/// A list of chain ends as a member says it: author, sequence, id.
private func ends(_ authors: [Digest], _ seed: UInt64) -> [UInt8] {
  var random = SplitMix64(seed: seed)
  var writer = CBORWriter(capacity: authors.count * 72)
  writer.array(authors.count)
  for author in authors {
    writer.array(3)
    writer.digest(author)
    writer.unsigned(UInt64(seed))
    writer.digest(someDigest(&random))
  }
  return [16] + writer.bytes
}

/// A list of needs: a chain, and events of it that are there.
private func needs(_ count: Int, _ have: [Digest], _ seed: UInt64) -> [UInt8] {
  var random = SplitMix64(seed: seed)
  var writer = CBORWriter()
  writer.array(count)
  for _ in 0..<count {
    writer.array(2)
    writer.digest(someDigest(&random))
    writer.array(have.count)
    for id in have { writer.digest(id) }
  }
  return [18] + writer.bytes
}

private func someDigest(_ random: inout SplitMix64) -> Digest {
  Digest(word0: random.next(), word1: random.next(), word2: random.next(), word3: random.next())
}

@Suite struct `A member who names chains without end` {
  /// The session of Ann, to which Bob says what he should not, so many turns after the beginning.
  private func session(
    _ shelf: Shelf,
    _ ann: Store,
    _ bob: Store,
    after turns: Int,
    says messages: [[UInt8]]
  ) throws -> ExchangeSession {
    let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
    let his = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
    for _ in 0..<turns {
      let (out, back) = (try hers.send(), try his.send())
      if let back { try hers.receive(back) }
      if let out { try his.receive(out) }
    }
    for message in messages {
      his.sayWithinGroup(bytes: message)
      while let back = try his.send() { try hers.receive(back) }
    }
    return hers
  }

  /// What is kept at the most, whenever he begins.
  private func kept(_ messages: [[UInt8]]) async throws -> (lacked: Int, known: Int) {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try await shelf.hand(over: id, from: ann, to: bob)
    var most = (lacked: 0, known: 0)
    for turns in 1...6 {
      let hers = try? session(shelf, ann, bob, after: turns, says: messages)
      guard let hers else { continue }
      most.lacked = max(most.lacked, hers.chainsKept.lacked)
      most.known = max(most.known, hers.chainsKept.known)
    }
    return most
  }

  @Test func `takes memory for four thousand chains of one author`() async throws {
    let author = Digest.zero
    let messages = (0..<5).map { ends([Digest](repeating: author, count: 2000), $0) }
    #expect(try await kept(messages).lacked == ExchangeLimits().lackedOfAuthorMax)
  }

  @Test func `takes memory for sixty-five thousand chains in all`() async throws {
    var random = SplitMix64(seed: 1)
    let messages = (0..<10).map { seed in
      ends((0..<8000).map { _ in someDigest(&random) }, seed)
    }
    #expect(try await kept(messages).lacked == ExchangeLimits().lackedMax)
  }

  @Test func `takes no memory for asking after what is not there`() async throws {
    var random = SplitMix64(seed: 2)
    let have = (0..<60).map { _ in someDigest(&random) }
    var lastEnds = ends([], 0)
    lastEnds[0] = 17
    let known = try await kept([lastEnds] + (0..<8).map { needs(900, have, $0) }).known
    // The three chains of the group, told by Bob before he begins.
    #expect(known <= 3)
  }
}

@Suite struct `More chains than one exchange asks for` {
  @Test func `come with the next`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let others = try (0..<4).map { try shelf.make("\($0).coterie") }
    let id = try await shelf.group(of: ann, with: [(bob, .member)] + others.map { ($0, .member) })
    try await shelf.hand(over: id, from: ann, to: bob)
    for other in others {
      try await shelf.group(id, other).post("news")
      try await shelf.hand(over: id, from: other, to: ann)
    }
    var limits = ExchangeLimits()
    limits.lackedMax = 3
    let counts = try (0..<3).map { _ in
      let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
      let his = try ExchangeSession(
        store: bob,
        surroundings: shelf.surroundings,
        limits: limits
      )
      try Pump.run(hers, his)
      return his.outcome.received
    }
    #expect(counts == [3, 1, 0])
    #expect(try await shelf.group(id, bob).messages().count == 4)
  }
}
