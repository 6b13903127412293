import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieWire
import StoreKit
import Testing

/// A message with a lifetime of a minute that Ann has posted and Bob has read.
private struct Reading {
  let shelf: Shelf
  let (ann, bob): (Store, Store)
  let group: Digest
  let (hers, his): (Group, Group)
  let message: Digest

  init() async throws {
    shelf = try Shelf()
    (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    group = try await shelf.group(of: ann, with: [(bob, .member)])
    (hers, his) = (try shelf.group(group, ann), try shelf.group(group, bob))
    message = try await hers.post("at first", Group.Posting(lifetimeSeconds: 60))
    try await shelf.hand(over: group, from: ann, to: bob)
    _ = try await his.refresh()
    try await his.markRead([message])
  }

  func hand() async throws {
    try await shelf.hand(over: group, from: ann, to: bob)
    _ = try await his.refresh()
  }

  /// How the message stands with someone: its state, and what it says.
  func standing(with member: Group) async throws -> [String?] {
    let shown = try await member.message(message)
    return [shown.state, shown.content.map { String(decoding: $0, as: UTF8.self) }]
  }
}

@Suite struct `What disappears` {
  @Test func `takes its edits along, with its author and with who read it`() async throws {
    let scene = try await Reading()
    let edit = try await scene.hers.edit(scene.message, to: "and then")
    try await scene.hand()
    #expect(try await scene.standing(with: scene.his) == ["edited", "and then"])
    scene.shelf.clock.advance(seconds: 61)
    for (store, member) in [(scene.ann, scene.hers), (scene.bob, scene.his)] {
      #expect(try store.sweep(now: scene.shelf.clock.now) == 2)
      #expect(try store.nextTimer() == nil)
      #expect(try await scene.standing(with: member) == ["erased", nil])
      await #expect(throws: GroupError.noContent(edit)) { try await member.content(of: edit) }
    }
  }

  @Test func `takes edits along that were there before it was read`() async throws {
    let scene = try await Reading()
    let (shelf, hers, his) = (scene.shelf, scene.hers, scene.his)
    let message = try await hers.post("unread", Group.Posting(lifetimeSeconds: 60))
    let edit = try await hers.edit(message, to: "unread too")
    try await scene.hand()
    try await his.markRead([message])
    shelf.clock.advance(seconds: 61)
    #expect(try scene.bob.sweep(now: shelf.clock.now) == 3)
    await #expect(throws: GroupError.noContent(edit)) { try await his.content(of: edit) }
  }

  @Test func `starts with the reading of an edit, where the post never came`() async throws {
    let scene = try await Reading()
    let (shelf, hers, his) = (scene.shelf, scene.hers, scene.his)
    let message = try await hers.post("kept back", Group.Posting(lifetimeSeconds: 60))
    _ = try await hers.edit(message, to: "only this came")
    var entries = try scene.ann.log(of: scene.group).allEntries()
    for place in entries.indices where entries[place].content == Array("kept back".utf8) {
      (entries[place].content, entries[place].secret) = (nil, nil)
    }
    _ = try await his.ingest(entries)
    try await his.markRead([message])
    shelf.clock.advance(seconds: 61)
    #expect(try scene.bob.sweep(now: shelf.clock.now) == 2)
    #expect(try await his.message(message).state == "erased")
    #expect(try await his.message(message).content == nil)
  }

  @Test func `is not brought back by an edit that comes afterwards`() async throws {
    let scene = try await Reading()
    let edit = try await scene.hers.edit(scene.message, to: "and then")
    scene.shelf.clock.advance(seconds: 61)
    #expect(try scene.bob.sweep(now: scene.shelf.clock.now) == 1)
    let entries = try scene.ann.log(of: scene.group).allEntries()
    let ingestion = try await scene.his.ingest(entries)
    #expect(ingestion.contents == 0)
    #expect(try await scene.standing(with: scene.his) == ["erased", nil])
    await #expect(throws: GroupError.noContent(edit)) { try await scene.his.content(of: edit) }
    #expect(try !scene.bob.log(of: scene.group).missingContents(limit: 9).contains(edit))
  }

  @Test func `or was erased here is not brought back by an edit of another's or one's own`()
    async throws
  {
    let scene = try await Reading()
    let (hers, his) = (scene.hers, scene.his)
    try await his.eraseHere([scene.message])
    let edit = try await hers.edit(scene.message, to: "and then")
    try await scene.hand()
    #expect(try await scene.standing(with: his) == ["erased", nil])
    #expect(try await scene.standing(with: hers) == ["edited", "and then"])
    #expect(try !scene.bob.log(of: scene.group).missingContents(limit: 9).contains(edit))
    try await hers.eraseHere([scene.message])
    let count = await hers.eventCount
    await #expect(throws: GroupError.noContent(scene.message)) {
      try await hers.edit(scene.message, to: "once more")
    }
    #expect(await hers.eventCount == count)
  }
}
