import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieWire
import ScopeKit
import StoreKit
import Testing

@Suite struct `What a stranger signed` {
  typealias Made = (id: Digest, good: [UInt8], wrong: [UInt8])

  /// An event that the log knows in memory alone, and a member's that waits for it in another log.
  private func knownHereAwaitedElsewhere(in scene: Scene) throws -> (stranger: Made, waits: Made) {
    let joined = try scene.join("bob")
    let stranger = scene.next(after: nil, 0, by: "eve", parents: [scene.log.group])
    #expect(try scene.log.ingest([stranger.good]).strangers == 1)
    let waits = scene.next(after: joined, 1, by: "bob", parents: [joined, stranger.id])
    #expect(try scene.again().ingest([waits.good]).waiting == 1)
    return (stranger, waits)
  }

  @Test func `is on disk before an event of its author that builds on it`() throws {
    let scene = try Scene()
    let stranger = scene.next(after: nil, 0, by: "eve", parents: [scene.log.group])
    #expect(try scene.log.ingest([stranger.good]).strangers == 1)
    let joined = try scene.join("eve")
    let again = try scene.again()
    #expect(again.number(of: joined) != nil)
  }

  @Test func `being known here leaves alone what waits for it elsewhere`() throws {
    let scene = try Scene()
    let (stranger, waits) = try knownHereAwaitedElsewhere(in: scene)
    #expect(try scene.store.counts()["waiting"] == 1)
    try scene.post()
    #expect(try scene.store.counts()["waiting"] == 1)
    // Whoever gets the one that is missing has both.
    let again = try scene.again()
    #expect(try again.ingest([stranger.good]).placed.contains(waits.id))
    try scene.post()
    #expect(try scene.store.counts()["waiting"] == 0)
    #expect(scene.log.number(of: waits.id) != nil)
  }

  @Test func `brings what waits for it its place, in the program that knows it`() throws {
    let scene = try Scene()
    let (stranger, waits) = try knownHereAwaitedElsewhere(in: scene)
    #expect(try scene.log.ingest([waits.good]).placed == [stranger.id, waits.id])
    #expect(try scene.store.counts()["waiting"] == 0)
    let again = try scene.again()
    #expect(again.number(of: waits.id) != nil)
  }

  @Test func `is kept together with what vouches for it, in any order`() throws {
    let scene = try Scene()
    let group = scene.log.group
    let stranger = scene.next(after: nil, 0, by: "eve", parents: [group])
    let voucher = scene.next(after: stranger.id, 1, by: "eve")
    let naming = scene.next(after: group, 1, parents: [group, stranger.id])
    let found = try scene.log.ingest([stranger.wrong, naming.good, voucher.good])
    #expect(found.placed.contains(naming.id))
    #expect(try scene.audited() == [])
    let entries = try scene.store.log(of: group).allEntries()
    let other = try Store.create(at: scene.shelf.path("b.coterie"), keyring: scene.shelf.keyring)
    #expect(try other.adopt(group).ingest(entries).bad == [:])
  }

  @Test func `counts in no position while it is only in memory`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let (one, other) = (try shelf.group(id, ann), try shelf.group(id, ann))
    let draft = Draft(
      group: id,
      author: Cast.eve,
      sequence: 0,
      previous: nil,
      parents: Parents([id]),
      time: 1,
      action: Scene.post
    )
    _ = try await one.ingest([BundleEntry(envelope: draft.sealed(with: Cast.signingKey("eve")))])
    for text in ["a", "b"] { try await one.post(text) }
    try await other.refresh()
    #expect(await one.eventCount == other.eventCount)
    for place in 1...3 {
      let (hers, his) = (
        try await one.events(matching: "#\(place)"), try await other.events(matching: "#\(place)")
      )
      #expect(hers == his)
    }
  }
}
