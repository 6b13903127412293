import CoterieBundles
import CoterieEvents
import CoterieGroups
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
