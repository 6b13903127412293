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

@Suite struct `A folder`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  @Test func `carries a group among three, and is empty once all know`() async throws {
    let ann = try shelf.make("ann.coterie")
    let (bob, cat) = (try shelf.make("bob.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.invite(try bob.makeKey(now: 1), as: .admin)
    try await hers.invite(try cat.makeKey(now: 1), as: .member)
    try sync(ann)
    #expect(packets.count == 2)
    for store in [bob, cat] {
      try sync(store)
      try await shelf.group(id, store).accept()
      try sync(store)
    }
    for _ in 0..<3 { for store in [ann, bob, cat] { try sync(store) } }
    #expect(packets == [])
    let states = [
      try await shelf.group(id, ann).state(), try await shelf.group(id, bob).state(),
      try await shelf.group(id, cat).state(),
    ]
    #expect(states[0] == states[1] && states[1] == states[2])
    #expect(states[0].members.count == 3)
    // One message takes one packet for each of the others, and one answer each.
    try await hers.refresh()
    try await hers.post("hello")
    #expect(try sync(ann).sent == 2)
    #expect(try sync(bob).sent == 0)
    #expect(try sync(cat).sent == 0)
    #expect(try sync(ann).sent == 0)
    #expect(packets == [])
  }

  @Test func `brings a member of a group into a chat with another of its members`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let (_, chat, _) = try await shelf.chat(of: ann, with: bob)
    let hers = try shelf.group(chat, ann)
    try sync(ann)
    try sync(bob)
    let his = try shelf.group(chat, bob)
    try await his.accept()
    try await his.post("only us")
    for _ in 0..<3 { for store in [bob, ann] { try sync(store) } }
    _ = try await hers.refresh()
    #expect(try await hers.messages().map(\.content) == [Array("only us".utf8)])
    #expect(try await hers.state() == his.state())
    #expect(packets == [])
  }

  @Test func `tells whoever carries it nothing but sizes and times`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let hers = try shelf.group(id, ann)
    try await hers.post("what no one in between may read")
    try sync(ann)
    #expect(packets.count == 1)
    let known = try ann.keys() + bob.keys()
    for name in packets {
      #expect(name.count == 32 + ".packet".count)
      let bytes = Array(
        try #require(FileManager.default.contents(atPath: shelf.path("spool/\(name)")))
      )
      #expect(!bytes.contains(Array("what no one".utf8)))
      #expect(!bytes.contains(id.bytes))
      for key in known {
        #expect(!bytes.contains(key.publicKey.bytes))
        #expect(!bytes.contains(key.seal.publicKey.bytes))
      }
    }
  }

  @Test func `that loses packets loses nothing for good`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try await shelf.group(id, ann).post("lost once")
    try sync(ann)
    for name in packets {
      try FileManager.default.removeItem(atPath: shelf.path("spool/\(name)"))
    }
    try sync(bob)
    #expect(try sync(ann).sent == 1)
    #expect(try sync(bob).received == 1)
    try sync(ann)
    #expect(packets == [])
  }

  @Test func `with damaged and foreign files in it does no harm`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try Data(Entropy.bytes(5000)).write(to: URL(filePath: shelf.path("spool/random.packet")))
    try Data().write(to: URL(filePath: shelf.path("spool/empty.packet")))
    try FileManager.default.createSymbolicLink(
      atPath: shelf.path("spool/link.packet"),
      withDestinationPath: "/etc/passwd"
    )
    try await shelf.group(id, ann).post("hello")
    try sync(ann)
    for name in packets where name.count > 30 {
      let path = shelf.path("spool/\(name)")
      var bytes = try #require(FileManager.default.contents(atPath: path))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: path))
    }
    #expect(try sync(bob).received == 0)
    #expect(packets.contains("random.packet") && packets.contains("link.packet"))
  }

  @Test func `reaches who took a fresh seal key, with what was sealed to either`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let his = try shelf.group(id, bob)
    try await shelf.group(id, ann).post("to the older key")
    try sync(ann)
    try await his.changeSeal()
    #expect(try sync(bob).received == 1)
    try sync(ann)
    try await shelf.group(id, ann).post("to the newer key")
    try sync(ann)
    #expect(try sync(bob).received == 1)
  }

  @Test func `reaches who changed its seal key twice, before it looked into the folder`()
    async throws
  {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let his = try shelf.group(id, bob)
    try await shelf.group(id, ann).post("to a key that is erased before it is read")
    try sync(ann)
    try await his.changeSeal()
    try await his.changeSeal()
    #expect(try sync(bob).received == 0)
    #expect(try sync(ann).sent == 1)
    #expect(try sync(bob).received == 1)
    try sync(ann)
    #expect(packets == [])
  }

  @Test func `opens nothing that was sealed to an older key once all know the newer`()
    async throws
  {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for _ in 0..<2 { for store in [ann, bob] { try sync(store) } }
    try await post("saved on the way", id, ann)
    try sync(ann)
    let name = try #require(packets.first)
    let saved = try #require(FileManager.default.contents(atPath: shelf.path("spool/\(name)")))
    let his = try shelf.group(id, bob)
    try await his.changeSeal()
    for store in [bob, ann, bob] { try sync(store) }
    #expect(try bob.keys().map { $0.olderSealKey != nil } == [true])
    try await post("in knowledge of it", id, ann)
    for store in [ann, bob] { try sync(store) }
    #expect(try await texts(id, bob) == ["saved on the way", "in knowledge of it"])
    #expect(try bob.keys().map { $0.olderSealKey != nil } == [false])
    try saved.write(to: URL(filePath: shelf.path("spool/back.packet")))
    #expect(try sync(bob).bytesReceived == 0)
  }

  @Test func `waits a month for those who say nothing before the older key goes`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    try await shelf.group(id, bob).changeSeal()
    for (days, isThere) in [(29, true), (2, false)] {
      shelf.clock.advance(seconds: Int64(days) * 86_400)
      try exchange(ann, bob, shelf)
      #expect(try bob.keys().map { $0.olderSealKey != nil } == [isThere])
    }
  }

  @Test func `carries one group alone where only that is asked for`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let one = try await shelf.group(of: ann, with: [(bob, .member)])
    let other = try await shelf.group(of: ann, with: [(bob, .member)])
    for id in [one, other] { try await post("hello", id, ann) }
    func sync(_ store: Store, _ groups: Set<Digest>?) throws -> ExchangeOutcome {
      let folder = shelf.path("spool")
      return try Spool(
        store: store,
        folder: folder,
        groups: groups,
        surroundings: shelf.surroundings
      ).run()
    }
    #expect(try sync(ann, [one]).sent == 1)
    #expect(try sync(bob, [other]).received == 0)
    #expect(try sync(bob, nil).received == 1)
    let ours = try ExchangeSession(
      store: bob,
      groups: [try bob.log(of: other)],
      surroundings: shelf.surroundings
    )
    try await post("again", one, ann)
    try Pump.run(ours, try ExchangeSession(store: ann, surroundings: shelf.surroundings))
    #expect(ours.outcome.received == 1)
    #expect(try await texts(one, bob) == ["hello"])
    #expect(try await texts(other, bob) == ["hello"])
  }
}
