import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieSealing
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

/// Two members; the first has written on two branches, and once with both seen.
private struct Branches {
  let shelf: Shelf
  let ann: Store
  let bob: Store
  let id: Digest
  /// One branch, the other, and the event that builds on both.
  let entries: [BundleEntry]

  init() async throws {
    shelf = try Shelf()
    ann = try shelf.make("ann.coterie")
    bob = try shelf.make("bob.coterie")
    let cat = try shelf.make("cat.coterie")
    id = try await shelf.group(of: ann, with: [(cat, .member), (bob, .member)])
    try await shelf.hand(over: id, from: ann, to: cat)
    let hers = try shelf.group(id, ann)
    let one = try await hers.post("one branch")
    let other = try await shelf.group(id, cat).post("the other")
    try await shelf.hand(over: id, from: cat, to: ann)
    _ = try await hers.refresh()
    let both = try await hers.post("both seen")
    var found: [BundleEntry] = []
    for wanted in [one, other, both] {
      let all = try ann.log(of: id).allEntries()
      let entry = all.first { (try? Event.decode($0.envelope.span).event.id) == wanted }
      found.append(try #require(entry))
    }
    entries = found
  }
}

@Suite struct `What waits in a store` {
  @Test func `gets its place whichever part of the program brings what it waits for`() async throws
  {
    let branches = try await Branches()
    // A second look at the store lets the event in that waits; this one brings the rest.
    let first = try branches.bob.log(of: branches.id)
    let second = try branches.bob.log(of: branches.id)
    #expect(try second.ingest([branches.entries[2]]).waiting == 1)
    #expect(try first.ingest([branches.entries[0]]).placed.count == 1)
    #expect(try second.ingest([branches.entries[1]]).placed.count == 2)
    let anew = try branches.bob.log(of: branches.id)
    let wanted = try branches.ann.log(of: branches.id).allEntries().map(\.envelope)
    #expect(try anew.allEntries().map(\.envelope) == wanted)
    #expect(try branches.bob.counts()["waiting"] == 0)
  }

  @Test func `is on disk before anything can build on it`() async throws {
    let branches = try await Branches()
    let first = try branches.bob.log(of: branches.id)
    let second = try branches.bob.log(of: branches.id)
    #expect(try second.ingest([branches.entries[2]]).waiting == 1)
    // The first has seen no new event since: it must look at who waits all the same.
    #expect(try first.ingest(Array(branches.entries[..<2])).placed.count == 3)
    #expect(try branches.bob.counts()["waiting"] == 0)
    try await branches.shelf.group(branches.id, branches.bob).post("on top")
    let count = try branches.ann.log(of: branches.id).allEntries().count
    #expect(try branches.bob.log(of: branches.id).allEntries().count == count + 1)
  }
}

@Suite struct `A content that comes twice in one batch` {
  @Test func `takes one slot, so that erasing it leaves none`() async throws {
    let branches = try await Branches()
    let entry = branches.entries[0]
    let secret = try #require(entry.secret)
    let ingestion = try branches.bob.log(of: branches.id).ingest([entry, entry])
    #expect(ingestion.contents == 1)
    let vault = try #require(branches.bob.vault)
    #expect(try vault.liveSecrets().contains(secret))
    let message = try Event.decode(entry.envelope.span).event.id
    try await branches.shelf.group(branches.id, branches.bob).eraseHere([message])
    #expect(try !vault.liveSecrets().contains(secret))
  }
}

@Suite struct `A message that decides a fork` {
  /// Bob removes Cat on one device and invites someone on another.
  ///
  /// Cat, who knows of neither, has erased a message. Dan has seen the invite first, so it counts,
  /// and with it what Cat did.
  @Test func `erases what was deleted by whom the fork had removed`() async throws {
    let shelf = try Shelf()
    let stores = try ["ann", "bob", "cat", "dan"].map { try shelf.make("\($0).coterie") }
    let (ann, bob, cat, dan) = (stores[0], stores[1], stores[2], stores[3])
    let id = try await shelf.group(
      of: ann,
      with: [(bob, .admin), (cat, .moderator), (dan, .member)],
      preferences: [PreferenceSetting(key: "full-delete", value: .on)]
    )
    let message = try await shelf.group(id, dan).post("to be erased")
    for store in [ann, bob, cat] { try await shelf.hand(over: id, from: dan, to: store) }
    try await shelf.group(id, cat).delete(message)

    // Without a witness the lesser id counts: of ten removals and ten invites some pair will do.
    let copies = (0..<20).map { "bob\($0).coterie" }
    for copy in copies { try bob.backUp(to: shelf.path(copy)) }
    let victim = try #require(await shelf.group(id, cat).me)
    var removals: [(Digest, Store)] = []
    var invites: [(Digest, Store)] = []
    for (place, copy) in copies.enumerated() {
      let store = try shelf.open(copy)
      let his = try shelf.group(id, store)
      shelf.clock.advance(seconds: 1)
      if place.isMultiple(of: 2) {
        removals.append((try await his.remove(victim), store))
      } else {
        invites.append((try await his.invite(SigningKey().publicKey, as: .member), store))
      }
    }
    let first = try #require(removals.min { $0.0 < $1.0 })
    let second = try #require(invites.max { $0.0 < $1.0 })
    try #require(first.0 < second.0)
    try await shelf.hand(over: id, from: second.1, to: dan)
    for store in [first.1, second.1, cat] { try await shelf.hand(over: id, from: store, to: ann) }
    let hers = try shelf.group(id, ann)
    #expect(try await hers.content(of: message) == Array("to be erased".utf8))

    try await shelf.group(id, dan).post("seen")
    try await shelf.hand(over: id, from: dan, to: ann)
    await #expect(throws: GroupError.noContent(message)) {
      _ = try await hers.refresh()
      return try await hers.content(of: message)
    }
  }
}
