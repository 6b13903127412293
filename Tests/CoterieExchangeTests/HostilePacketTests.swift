import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

@Suite struct `A packet that brings more than it should`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  /// Ann, Bob and Cat, who have looked into the folder; and what Bob signs for Ann.
  private func scene() async throws -> (Store, Store, Store, Digest) {
    let ann = try shelf.make("ann.coterie")
    let (bob, cat) = (try shelf.make("bob.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member), (cat, .member)])
    for _ in 0..<3 { for store in [ann, bob, cat] { try sync(store) } }
    return (ann, bob, cat, id)
  }

  private func put(
    _ name: String,
    _ id: Digest,
    ends: [Digest],
    others: [Digest],
    from bob: Store,
    to ann: Store
  ) throws {
    let signer = try #require(try bob.keys().first)
    let seal = try #require(try ann.keys().first).seal.publicKey
    let packet = Packet(
      group: id,
      sender: signer.publicKey,
      ends: ends,
      others: others,
      entries: []
    )
    let sealed = try #require(packet.sealed(to: seal, by: signer))
    try Data(sealed).write(to: URL(filePath: shelf.path("spool/\(name).packet")))
  }

  private func size(_ name: String) throws -> Int {
    try shelf.files(name).values.map(\.count).reduce(0, +)
  }

  @Test func `takes no memory for each of its ends with each of its others`() async throws {
    let (ann, bob, cat, id) = try await scene()
    let before = try size("ann.coterie")
    let catsKey = try #require(await shelf.group(id, cat).me)
    try put(
      "many",
      id,
      ends: (0..<300).map { _ in Entropy.digest() },
      others: [Digest](repeating: catsKey, count: 400) + (0..<400).map { _ in Entropy.digest() },
      from: bob,
      to: ann
    )
    #expect(try sync(ann).complaints == [])
    #expect(!packets.contains("many.packet"))
    #expect(try size("ann.coterie") - before < 1 << 18)
  }

  @Test(arguments: [(65_537, 1), (1, 16_385)])
  func `is left out with a word if it names too much`(ends: Int, others: Int) async throws {
    let (ann, bob, _, id) = try await scene()
    try put(
      "more",
      id,
      ends: (0..<ends).map { _ in Entropy.digest() },
      others: (0..<others).map { _ in Entropy.digest() },
      from: bob,
      to: ann
    )
    #expect(try sync(ann).complaints.count == 1)
    #expect(packets == [])
  }

  @Test func `is removed once it has ended the program twice, and left again`() async throws {
    let (ann, bob, _, id) = try await scene()
    try await post("of good will", id, bob)
    try sync(bob)
    let before = packets
    for _ in 0..<2 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = shelf.path as String] in
        let store = try Store.open(
          "\(path)/ann.coterie",
          keyring: Keyring(path: "\(path)/keyring"),
          unlocked: UnlockedFolder(path: "\(path)/unlocked")
        )
        let spool = Spool(
          store: store,
          folder: "\(path)/spool",
          surroundings: Surroundings(now: { 1 })
        )
        _ = try spool.run {
          kill(getpid(), SIGKILL)
          return true
        }
      }
    }
    #expect(packets == before)
    let outcome = try sync(ann)
    #expect(outcome.complaints.count == 1)
    #expect(packets.count == before.count - 1)
    for store in [bob, ann] { try sync(store) }
    #expect(try await texts(id, ann) == ["of good will"])
  }

  @Test func `leaves no mark once it is gone, if it was for someone else`() async throws {
    let (ann, bob, _, _) = try await scene()
    let before = try ann.marks(under: []).count
    for number in 0..<20 {
      try Data(Entropy.bytes(300)).write(to: URL(filePath: shelf.path("spool/\(number).packet")))
    }
    for store in [ann, bob] { try sync(store) }
    #expect(try ann.marks(under: []).count <= before + 1)
    for name in packets {
      try FileManager.default.removeItem(atPath: shelf.path("spool/\(name)"))
    }
    try sync(ann)
    let after = try ann.marks(under: [])
    #expect(after.count <= before + 1)
    #expect(after.values.allSatisfy { $0.count < 200 })
  }
}
