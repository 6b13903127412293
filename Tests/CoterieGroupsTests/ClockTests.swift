import CoterieEvents
import CoterieGroups
import CoterieWire
import StoreKit
import Testing

/// A group in which Ann and Bob have read what disappears, and the clock that both go by.
private struct Timing {
  let shelf: Shelf
  let (ann, bob): (Store, Store)
  let group: Digest
  let (hers, his): (Group, Group)

  init() async throws {
    shelf = try Shelf()
    (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    group = try await shelf.group(of: ann, with: [(bob, .member)])
    (hers, his) = (try shelf.group(group, ann), try shelf.group(group, bob))
  }

  /// Posts a message that disappears after so many seconds, and has Bob read it.
  @discardableResult
  func say(_ text: String, for seconds: UInt64) async throws -> Digest {
    let message = try await hers.post(text, Group.Posting(lifetimeSeconds: seconds))
    try await shelf.hand(over: group, from: ann, to: bob)
    _ = try await his.refresh()
    try await his.markRead([message])
    return message
  }

  func sweep(_ store: Store) throws -> Int { try store.sweep(now: shelf.clock.now) }

  func states() async throws -> [String] { try await his.messages().map(\.state) }
}

private let day: Int64 = 86_400

@Suite struct `A clock that is wrong` {
  @Test func `and ahead for a reading leaves each message the time that it had`() async throws {
    let scene = try await Timing()
    scene.shelf.clock.advance(seconds: 365 * day)
    try await scene.say("read in the future", for: 60)
    scene.shelf.clock.advance(seconds: -365 * day)
    try await scene.say("read now", for: 2)
    #expect(try scene.sweep(scene.bob) == 0)
    scene.shelf.clock.advance(seconds: 3)
    #expect(try scene.sweep(scene.bob) == 1)
    #expect(try await scene.states() == ["live", "erased"])
    scene.shelf.clock.advance(seconds: 56)
    #expect(try scene.sweep(scene.bob) == 0)
    scene.shelf.clock.advance(seconds: 2)
    #expect(try scene.sweep(scene.bob) == 1)
  }

  @Test func `and was ahead for one command erases nothing that is posted afterwards`()
    async throws
  {
    let scene = try await Timing()
    try await scene.say("for a year", for: UInt64(365 * day))
    scene.shelf.clock.advance(seconds: 30 * day)
    #expect(try scene.sweep(scene.ann) == 0)
    scene.shelf.clock.advance(seconds: -30 * day)
    try await scene.hers.post("for an hour", Group.Posting(lifetimeSeconds: 3600))
    #expect(try scene.sweep(scene.ann) == 0)
    scene.shelf.clock.advance(seconds: 3599)
    #expect(try scene.sweep(scene.ann) == 0)
    scene.shelf.clock.advance(seconds: 2)
    #expect(try scene.sweep(scene.ann) == 1)
  }

  @Test func `and set back prolongs nothing: what remained remains`() async throws {
    let scene = try await Timing()
    try await scene.say("for a minute", for: 60)
    scene.shelf.clock.advance(seconds: 30)
    #expect(try scene.sweep(scene.bob) == 0)
    for _ in 0..<2 {
      scene.shelf.clock.advance(seconds: -7200)
      #expect(try scene.sweep(scene.bob) == 0)
    }
    scene.shelf.clock.advance(seconds: 29)
    #expect(try scene.sweep(scene.bob) == 0)
    scene.shelf.clock.advance(seconds: 2)
    #expect(try scene.sweep(scene.bob) == 1)
  }

  @Test func `is not what someone has who waited for another to write`() async throws {
    let scene = try await Timing()
    try await scene.say("for a minute", for: 60)
    let due = try scene.bob.nextTimer()
    let now = scene.shelf.clock.now
    #expect(try scene.bob.sweep(now: now + 4000) == 0)
    #expect(try scene.bob.sweep(now: now) == 0)
    #expect(try scene.bob.nextTimer() == due)
  }
}
