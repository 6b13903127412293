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

@Suite struct `A manifest from elsewhere` {
  @Test func `of any size brings nothing down`() {
    for size: UInt64 in [.max, .max - 1, .max - (1 << 20) + 2] {
      let manifest = AttachmentManifest(name: "a", type: nil, size: size, chunks: [])
      #expect(AttachmentManifest(manifest.bytes) == nil)
    }
    let chunk = Hashing.digest(of: [1], domain: .chunk)
    let whole: UInt64 = 1 << 20
    for (size, count) in [(0, 0), (1, 1), (whole, 1), (whole + 1, 2)] {
      let chunks = [Digest](repeating: chunk, count: count)
      let manifest = AttachmentManifest(name: "a", type: nil, size: size, chunks: chunks)
      #expect(AttachmentManifest(manifest.bytes) == manifest)
    }
  }
}

@Suite struct `A folder that is looked into seldom`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  @Test func `brings the contents of packets that were left one after the other`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for number in 0..<8 {
      try await shelf.group(id, ann).post("message \(number)")
      try sync(ann)
    }
    #expect(packets.count == 8)
    #expect(try sync(bob).received == 8)
    for _ in 0..<2 { for store in [ann, bob] { try sync(store) } }
    #expect(try await texts(id, bob) == Set((0..<8).map { "message \($0)" }))
    #expect(packets.isEmpty)
  }

  @Test func `brings back what a store from before has lost of its own`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try bob.backUp(to: shelf.path("old.coterie"))
    try await shelf.group(id, ann).post("seen by Bob")
    try sync(ann)
    try sync(bob)
    try await shelf.group(id, bob).post("lost with the store")
    for store in [bob, ann, bob] { try sync(store) }
    #expect(packets.isEmpty)
    let old = try shelf.open("old.coterie")
    let hers = try shelf.group(id, ann)
    try await hers.refresh()
    try await hers.post("after")
    for _ in 0..<4 { for store in [ann, old] { try sync(store) } }
    #expect(try await texts(id, old) == ["seen by Bob", "lost with the store", "after"])
    #expect(packets.isEmpty)
  }

  @Test func `brings what was lost once, though others are busy`() async throws {
    let ann = try shelf.make("ann.coterie")
    let (bob, cat) = (try shelf.make("bob.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member), (cat, .member)])
    for _ in 0..<3 { for store in [ann, bob, cat] { try sync(store) } }
    #expect(packets.isEmpty)
    try await shelf.group(id, ann).post("lost on the way")
    try sync(ann)
    try sync(cat)
    for name in packets {
      try FileManager.default.removeItem(atPath: shelf.path("spool/\(name)"))
    }
    var said: Set<String> = ["lost on the way"]
    for turn in 0..<8 {
      let one = turn % 2 == 0 ? cat : ann
      let group = try shelf.group(id, one)
      try await group.refresh()
      try await group.post("turn \(turn)")
      said.insert("turn \(turn)")
      for store in [one, bob, cat, ann] { try sync(store) }
      shelf.clock.advance(seconds: 12 * 3600)
    }
    #expect(try await texts(id, bob) == said)
  }

  @Test func `believes nobody who is not a member about others`() async throws {
    let ann = try shelf.make("ann.coterie")
    let (bob, eve) = (try shelf.make("bob.coterie"), try shelf.make("eve.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member), (eve, .member)])
    for _ in 0..<3 { for store in [ann, bob, eve] { try sync(store) } }
    let hers = try shelf.group(id, ann)
    try await hers.refresh()
    try await hers.remove(try #require(await shelf.group(id, eve).me))
    for _ in 0..<3 { for store in [ann, bob, eve] { try sync(store) } }
    let message = try await hers.post("for Bob")
    let bobsKey = try #require(await shelf.group(id, bob).me)
    let evesKey = try #require(try eve.keys().first)
    let annsKey = try #require(try ann.keys().first)
    let packet = Packet(
      group: id,
      sender: evesKey.publicKey,
      ends: [message],
      others: [bobsKey],
      entries: []
    )
    let sealed = try #require(packet.sealed(to: annsKey.seal.publicKey, by: evesKey))
    try Data(sealed).write(to: URL(filePath: shelf.path("spool/lie.packet")))
    try sync(ann)
    #expect(try sync(bob).received == 1)
  }

  @Test func `founds by a link no group but that of the link`() async throws {
    let ann = try shelf.make("ann.coterie")
    let (cat, eve) = (try shelf.make("cat.coterie"), try shelf.make("eve.coterie"))
    let id = try await shelf.group(of: ann, with: [(eve, .member)])
    let ticket = try await shelf.group(id, ann).createLink(as: .member)
    try cat.setContactPolicy(ContactPolicy(rule: .nobody))
    try cat.keep(ticket, now: 1)
    let other = try await shelf.group(of: eve, with: [])
    let evesKey = try #require(try eve.keys().first { $0.group == other })
    let packet = Packet(
      group: other,
      sender: evesKey.publicKey,
      ends: [other],
      others: [],
      entries: try eve.log(of: other).allEntries()
    )
    let link = try #require(await shelf.group(id, ann).state().links.first)
    let seal = try #require(SealKey.publicKey(ofSigner: link.key))
    let sealed = try #require(packet.sealed(to: seal, by: evesKey))
    try Data(sealed).write(to: URL(filePath: shelf.path("spool/spam.packet")))
    try sync(cat)
    #expect(try cat.groups() == [])
    try sync(ann)
    try sync(cat)
    #expect(try cat.groups() == [id])
  }
}

@Suite struct `A session of two who know each other` {
  @Test func `ends for two stores of one who is invited`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
    try exchange(ann, bob, shelf)
    try bob.backUp(to: shelf.path("old.coterie"))
    let old = try shelf.open("old.coterie")
    try await shelf.group(id, ann).post("news")
    try exchange(ann, bob, shelf)
    let (_, back) = try exchange(bob, old, shelf)
    #expect(back.received == 1)
  }

  @Test func `brings both groups to which one key was invited`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let key = try bob.makeKey(now: 1)
    var groups: Set<Digest> = []
    for _ in 0..<3 {
      let id = try await shelf.group(of: ann, with: [])
      try await shelf.group(id, ann).invite(key, as: .member)
      groups.insert(id)
    }
    for _ in 0..<3 { try exchange(ann, bob, shelf) }
    #expect(Set(try bob.groups()) == groups)
  }

  @Test func `gives a member who was raised what was posted before that`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let off = PreferenceSetting(key: "history", value: .off)
    let id = try await shelf.group(of: ann, with: [(bob, .member)], preferences: [off])
    let hers = try shelf.group(id, ann)
    try await hers.post("while he was a member")
    try await hers.setRole(of: try #require(await shelf.group(id, bob).me), to: .moderator)
    try exchange(ann, bob, shelf)
    let his = try shelf.group(id, bob)
    #expect(try await his.messages().map(\.content) == [Array("while he was a member".utf8)])
  }

  @Test func `brings older contents though the newer ones are gone`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let hers = try shelf.group(id, ann)
    try await hers.post("older")
    var newer: [Digest] = []
    for number in 0..<300 { newer.append(try await hers.post("newer \(number)")) }
    let redacted = try ann.log(of: id).allEntries().map { BundleEntry(envelope: $0.envelope) }
    _ = try bob.log(of: id).ingest(redacted)
    try await hers.eraseHere(newer)
    for _ in 0..<2 { try exchange(ann, bob, shelf) }
    let his = try shelf.group(id, bob)
    #expect(try await his.messages().compactMap(\.content) == [Array("older".utf8)])
  }
}

@Suite struct `Someone who was removed` {
  private func wants(_ ids: [Digest]) -> [UInt8] {
    var writer = CBORWriter()
    writer.array(2)
    writer.array(ids.count)
    for id in ids { writer.digest(id) }
    writer.array(0)
    return [22] + writer.bytes
  }

  /// Ann, Bob whom she removed, and the event of a name that she took after that.
  private func scene(_ shelf: Shelf) async throws -> (Store, Store, Digest) {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let hers = try shelf.group(id, ann)
    try await hers.remove(try #require(await shelf.group(id, bob).me))
    for name in ["cat", "dan", "fay"] {
      let store = try shelf.make("\(name).coterie")
      try await hers.invite(try store.makeKey(now: 1), as: .member)
      try await shelf.hand(over: id, from: ann, to: store)
      try await shelf.group(id, store).accept()
      try await shelf.hand(over: id, from: store, to: ann)
      try await hers.refresh()
    }
    return (ann, bob, try await hers.rename(to: "Nobody of whom he knows"))
  }

  @Test func `is sent nothing newer, whatever it asks for`() async throws {
    for turns in 1...12 {
      let shelf = try Shelf()
      let (ann, bob, name) = try await scene(shelf)
      let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
      let his = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
      for turn in 0..<40 {
        if turn == turns { his.sayWithinGroup(bytes: wants([name])) }
        // What he sends out of turn ends the session sooner or later.
        do {
          if let out = try hers.send() { try his.receive(out) }
          if let back = try his.send() { try hers.receive(back) }
        } catch {
          break
        }
      }
      try his.close()
      #expect(his.outcome.received <= 1 && his.outcome.waiting == 0, "after \(turns) turns")
      #expect(his.outcome.contents == 0)
    }
  }

  @Test func `is not told of the chains of those who came later`() async throws {
    let shelf = try Shelf()
    let (ann, bob, _) = try await scene(shelf)
    let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
    let his = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
    try Pump.run(hers, his)
    #expect(his.chainsKept.lacked == 1)
    #expect(his.outcome.received == 1)
  }
}

@Suite struct `A member who says the same again and again` {
  /// The session of Ann, to which Bob says something so many times once they have begun.
  private func session(
    _ message: [UInt8],
    _ times: Int,
    from first: Int = 6
  ) async throws -> ExchangeSession {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for number in 0..<20 { try await shelf.group(id, ann).post("message \(number)") }
    let hers = try ExchangeSession(store: ann, surroundings: shelf.surroundings)
    let his = try ExchangeSession(store: bob, surroundings: shelf.surroundings)
    for turn in 0..<200 {
      if turn >= first, turn < first + times { his.sayWithinGroup(bytes: message) }
      do {
        while let back = try his.send() { try hers.receive(back) }
        if let out = try hers.send() { try his.receive(out) }
      } catch {
        break
      }
    }
    return hers
  }

  @Test func `is sent everything once`() async throws {
    // The last needs, of none.
    for first in 3..<12 {
      #expect(try await session([19, 0x80], 30, from: first).outcome.sent <= 20)
    }
  }

  /// Each answer makes this end look through all events for what it lacks.
  @Test func `is cut off where it answers what was not asked`() async throws {
    #expect(try await !session([24], 1).isDone)
    #expect(try await !session([21, 0x80], 2).isDone)
  }

  @Test func `is no member who says it once`() async throws {
    #expect(try await session([], 0).isDone)
  }
}
