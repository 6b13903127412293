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

@Suite struct `A store from before its owner came in` {
  /// Bob accepts, and then goes back to a copy from before.
  @Test func `goes on with the key that was invited`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.invite(try bob.makeKey(now: 1), as: .member)
    try exchange(ann, bob, shelf)
    try bob.backUp(to: shelf.path("old.coterie"))
    try await shelf.group(id, bob).accept()
    try exchange(ann, bob, shelf)
    let old = try shelf.open("old.coterie")
    let his = try shelf.group(id, old)
    try exchange(ann, old, shelf)
    _ = try await hers.refresh()
    try await hers.post("after")
    #expect(try exchange(ann, old, shelf).1.received == 1)
    try await his.refresh()
    try await his.post("from the old store")
    #expect(try exchange(ann, old, shelf).0.received == 1)
  }

  /// A key that is stored before the joining is refused would stand for this store ever after.
  @Test func `keeps its key when joining by a link is refused`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let key = try bob.makeKey(now: 1)
    try await hers.invite(key, as: .member)
    let ticket = try await hers.createLink(as: .member)
    try await hers.close(link: ticket.link)
    try exchange(ann, bob, shelf)
    let his = try shelf.group(id, bob)
    await #expect(throws: GroupError.self) { try await his.join(by: ticket) }
    #expect(try bob.keys().map(\.publicKey) == [key])
    try await hers.withdraw(invite: hers.state().invites[0].id)
    try await shelf.hand(over: id, from: ann, to: bob)
    await #expect(throws: GroupError.self) { try await his.accept() }
    #expect(try bob.keys().map(\.purpose) == [.free])
  }

  /// The seal that others know must stay, or nothing that they leave can be opened.
  @Test func `keeps its seal when changing it is refused`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.dissolve()
    let seals = try ann.keys().map { $0.seal.publicKey }
    await #expect(throws: GroupError.self) { try await hers.changeSeal() }
    #expect(try ann.keys().map { $0.seal.publicKey } == seals)
  }

  @Test func `is not sent everything again for an invite that is still open`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    try await hers.invite(try bob.makeKey(now: 1), as: .member)
    let ticket = try await hers.createLink(as: .member)
    try exchange(ann, bob, shelf)
    try await shelf.group(id, bob).join(by: ticket)
    #expect(try exchange(ann, bob, shelf).0.received == 1)
    let (one, other) = try exchange(ann, bob, shelf)
    #expect((one.sent, other.sent) == (0, 0))
  }
}
