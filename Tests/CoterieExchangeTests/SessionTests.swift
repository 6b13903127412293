import CoterieBundles
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieJudgement
import CoterieSealing
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

@Suite struct `A session` {
  @Test func `brings an invited person in, and then only what is missing`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.post("before")
    try await hers.invite(try bob.makeKey(now: 1), as: .admin)
    #expect(try exchange(ann, bob, shelf).1.received == 3)
    let his = try shelf.group(id, bob)
    try await his.accept(name: "Bob")
    try await his.post("after")
    let (out, back) = try exchange(bob, ann, shelf)
    #expect((out.sent, out.received, back.received, back.contents) == (2, 0, 2, 2))
    #expect(try exchange(bob, ann, shelf).0.sent == 0)
    _ = try await hers.refresh()
    #expect(try await hers.state() == his.state())
    #expect(
      try await hers.messages().map { String(decoding: $0.content ?? [], as: UTF8.self) }
        == ["before", "after"]
    )
    #expect(
      try await his.messages().map { String(decoding: $0.content ?? [], as: UTF8.self) }
        == ["before", "after"]
    )
  }

  @Test func `brings a member of a group into a chat with another of its members`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let (id, chat, inGroup) = try await shelf.chat(of: ann, with: bob)
    let hers = try shelf.group(chat, ann)
    // Who takes no invites is told of none.
    try bob.setContactPolicy(ContactPolicy(rule: .nobody))
    try exchange(ann, bob, shelf)
    #expect(try bob.groups() == [id])
    try bob.setContactPolicy(ContactPolicy(rule: .everyone))
    try exchange(ann, bob, shelf)
    #expect(Set(try bob.groups()) == [id, chat])
    let his = try shelf.group(chat, bob)
    #expect(try await his.myInvites().count == 1)
    try await his.accept(name: "Bob")
    try await his.post("only us")
    try exchange(bob, ann, shelf)
    _ = try await hers.refresh()
    #expect(try await hers.messages().map(\.content) == [Array("only us".utf8)])
    #expect(try await hers.state() == his.state())
    #expect(try await shelf.group(id, bob).me == inGroup)
  }

  @Test func `brings the holder of a link in`() async throws {
    let shelf = try Shelf()
    let (ann, cat) = (try shelf.make("ann.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let ticket = try await shelf.group(id, ann).createLink(as: .member)
    #expect(LinkTicket(text: " \(ticket.text)\n") == ticket)
    try cat.keep(ticket, now: 1)
    try exchange(ann, cat, shelf)
    let hers = try shelf.group(id, cat)
    try await hers.join(by: ticket, name: "Cat")
    #expect(try exchange(cat, ann, shelf).1.received == 1)
    #expect(try await shelf.group(id, ann).state() == hers.state())
  }

  @Test func `tells a stranger nothing, and one who was removed that and no more`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let (bob, eve) = (try shelf.make("bob.coterie"), try shelf.make("eve.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    _ = try eve.makeKey(now: 1)
    #expect(try exchange(ann, eve, shelf).1.received == 0)
    #expect(try eve.groups() == [])
    // Eve has the whole history by other ways, and is no one in it.
    try await shelf.hand(over: id, from: ann, to: eve)
    let hers = try shelf.group(id, ann)
    let his = try shelf.group(id, bob)
    let removal = try await hers.remove(try #require(await his.me))
    try await hers.post("without him")
    #expect(try exchange(ann, eve, shelf).1.received == 0)
    #expect(try exchange(ann, bob, shelf).1.received == 1)
    _ = try await his.refresh()
    #expect(try await his.verdict(of: removal)?.status == .effective)
    #expect(try await his.messages().isEmpty)
  }

  @Test func `keeps earlier contents from newcomers where history is off`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let off = PreferenceSetting(key: "history", value: .off)
    let id = try await shelf.group(of: ann, with: [], preferences: [off])
    let hers = try shelf.group(id, ann)
    let earlier = try await hers.post("earlier")
    try await hers.invite(try bob.makeKey(now: 1), as: .member)
    try exchange(ann, bob, shelf)
    let his = try shelf.group(id, bob)
    try await his.accept()
    try exchange(ann, bob, shelf)
    _ = try await hers.refresh()
    let later = try await hers.post("later")
    try exchange(ann, bob, shelf)
    _ = try await his.refresh()
    await #expect(throws: GroupError.noContent(earlier)) { try await his.content(of: earlier) }
    #expect(try await his.content(of: later) == Array("later".utf8))
    #expect(try await his.state() == hers.state())
  }

  @Test func `takes invites from whom the policy admits, and from no one else`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.invite(try bob.makeKey(now: 1), as: .member)
    try bob.setContactPolicy(ContactPolicy(rule: .nobody))
    try exchange(ann, bob, shelf)
    #expect(try bob.groups() == [])
    try bob.setContactPolicy(ContactPolicy(rule: .known))
    try exchange(ann, bob, shelf)
    #expect(try bob.groups() == [])
    let key = try #require(await hers.me)
    try bob.setContactPolicy(ContactPolicy(rule: .known, known: [key]))
    try exchange(ann, bob, shelf)
    #expect(try bob.groups() == [id])
  }

  @Test func `brings both branches of a fork to both ends`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for number in 0..<40 { try await shelf.group(id, ann).post("message \(number)") }
    try ann.backUp(to: shelf.path("second.coterie"))
    let second = try shelf.open("second.coterie")
    try exchange(ann, bob, shelf)
    try await shelf.group(id, ann).post("on one device")
    try await shelf.group(id, second).post("on the other")
    try exchange(ann, bob, shelf)
    let (out, _) = try exchange(second, bob, shelf)
    #expect((out.sent, out.received) == (1, 1))
    #expect(try exchange(ann, bob, shelf).0.received == 1)
    let states = try await [ann, bob, second].asyncMap { try await shelf.group(id, $0).state() }
    #expect(Set(states.map(\.members.count)) == [2])
    let counts = try await [ann, bob, second].asyncMap { try await shelf.group(id, $0).eventCount }
    #expect(Set(counts).count == 1)
  }

  @Test func `carries attachments, and goes on with a chunk after an interruption`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let data = Entropy.bytes((3 << 20) + 77)
    var place = 0
    let message = try await shelf.group(id, ann).post(
      fileNamed: "a.bin",
      Group.Posting(.file)
    ) { count in
      defer { place += count }
      return Array(data[min(place, data.count)..<min(data.count, place + count)])
    }
    // The other end goes away in the midst of the second chunk.
    let first = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
    let second = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
    var moved = 0
    while moved < 1_600_000 {
      let out = try first.send()
      let back = try second.send()
      if let out {
        moved += out.count
        try second.receive(out)
      }
      if let back { try first.receive(back) }
      if out == nil, back == nil { break }
    }
    try second.close()
    #expect(second.outcome.chunks >= 1 && second.outcome.chunks < 4)
    let rest = try exchange(ann, bob, shelf).1
    #expect(rest.chunks == 4 - second.outcome.chunks)
    #expect(rest.received == 0)
    let reading = try await shelf.group(id, bob).attachment(of: message)
    #expect(try (0..<4).flatMap { try reading.chunk($0) ?? [] } == data)
  }

  @Test func `asks for what lies before an event that waits`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try await shelf.group(id, ann).post("lost on the way")
    try await shelf.group(id, ann).post("arrives")
    let newest = try #require(try ann.log(of: id).allEntries().last)
    #expect(try bob.log(of: id).ingest([newest]).waiting == 1)
    #expect(try exchange(ann, bob, shelf).1.received == 2)
    #expect(try await shelf.group(id, bob).messages().count == 2)
  }

  @Test func `comes to its end with one who was invited twice and is told nothing`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.invite(try bob.makeKey(now: 1), as: .member)
    let ticket = try await hers.createLink(as: .member)
    try bob.keep(ticket, now: 1)
    try exchange(ann, bob, shelf)
    let his = try shelf.group(id, bob)
    try await his.decline()
    try await his.join(by: ticket)
    #expect(try exchange(ann, bob, shelf).0.received == 2)
    _ = try await hers.refresh()
    #expect(try await hers.state() == his.state())
  }

  @Test func `loses nothing wherever it is cut`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for cut in stride(from: 1, to: 4000, by: 211) {
      try await shelf.group(id, ann).post("cut at \(cut)")
      try await shelf.group(id, bob).post("at \(cut) cut")
      let first = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
      let second = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
      var left = cut
      while left > 0 {
        let out = try first.send()
        if let out {
          try second.receive(Array(out.prefix(left)))
          left -= out.count
        }
        let back = left > 0 ? try second.send() : nil
        if let back {
          try first.receive(Array(back.prefix(left)))
          left -= back.count
        }
        if out == nil, back == nil { break }
      }
      try first.close()
      try second.close()
    }
    try exchange(ann, bob, shelf)
    let (hers, his) = (try shelf.group(id, ann), try shelf.group(id, bob))
    #expect(try await hers.state() == his.state())
    #expect(await hers.eventCount == 3 + 2 * 19)
    #expect(await his.eventCount == 3 + 2 * 19)
    #expect(try await his.messages().allSatisfy { $0.content != nil })
  }
}

extension Sequence {
  fileprivate func asyncMap<Result>(
    _ body: (Element) async throws -> Result
  ) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await body(element)) }
    return results
  }
}

@Suite struct `A hostile end` {
  private func session(_ shelf: Shelf, _ store: Store) throws -> ExchangeSession {
    try ExchangeSession(store: store, surroundings: shelf.surroundings)
  }

  @Test func `that sends garbage is cut off by its byte`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    _ = try await shelf.group(of: ann, with: [])
    #expect(throws: ExchangeError.garbage("something that is not this protocol", offset: 0)) {
      try session(shelf, ann).receive(Array("GET / HTTP/1.1".utf8))
    }
    #expect(throws: ExchangeError.garbage("a key that is none", offset: 8)) {
      try session(shelf, ann).receive(Array("coterie1".utf8) + [UInt8](repeating: 0, count: 32))
    }
    let hello = Array("coterie1".utf8) + SealKeyPair().publicKey.bytes
    #expect(throws: ExchangeError.self) {
      let one = try session(shelf, ann)
      try one.receive(hello + Entropy.bytes(24))
      for _ in 0..<100 { try one.receive(Entropy.bytes(100_000)) }
    }
    // A frame that claims to be huge is refused before any memory is taken.
    let one = try session(shelf, ann)
    try one.receive(hello + Entropy.bytes(24))
    #expect(throws: ExchangeError.garbage("a frame of 4294967295 bytes", offset: 64)) {
      try one.receive([255, 255, 255, 255])
    }
  }

  @Test func `that sends random bytes of any length never brings it down`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    _ = try await shelf.group(of: ann, with: [])
    var random = SplitMix64(seed: 7)
    for _ in 0..<300 {
      let one = try session(shelf, ann)
      var bytes = Array("coterie1".utf8)
      if random.next() % 4 > 0 { bytes += SealKeyPair().publicKey.bytes }
      bytes += Entropy.bytes(Int(random.next() % 3000))
      for _ in 0..<Int(random.next() % 4) {
        bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(truncatingIfNeeded: random.next())
      }
      _ = try? one.receive(bytes)
      #expect(!one.isDone)
    }
  }
}
