import CoterieEvents
import CoterieGroups
import CoterieJudgement
import Foundation
import ScopeKit
import StoreKit
import Testing

@Suite struct `What could not be written` {
  @Test func `of contents leaves nothing of their events in memory`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let (hers, his) = (try shelf.group(id, ann), try shelf.group(id, bob))
    var left = 1
    _ = try await hers.post(fileNamed: "a.txt", .init(.file)) { _ in
      left -= 1
      return left < 0 ? [] : [1, 2, 3]
    }
    let entries = try ann.log(of: id).allEntries()
    let blocked = shelf.path("bob.coterie/attachments")
    try? FileManager.default.removeItem(atPath: blocked)
    #expect(FileManager.default.createFile(atPath: blocked, contents: nil))
    await #expect(throws: GroupError.self) { _ = try await his.ingest(entries) }
    try FileManager.default.removeItem(atPath: blocked)
    let mine = try await his.post("hello")
    let again = try bob.log(of: id)
    #expect(again.number(of: mine) != nil)
  }

  @Test func `is in no state, and in no checkpoint`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let key = try bob.makeKey(now: 1)
    try await hers.invite(key, as: .member)
    try await shelf.hand(over: id, from: ann, to: bob)
    let his = try shelf.group(id, bob)
    let slots = shelf.path("bob.coterie/slots")
    _ = try await his.verdict(of: id)
    let log = try bob.log(of: id)
    let stored = try #require(try bob.keys().first)
    let words = GroupLog.Words([1, 2], secret: Cast.someSeal)
    let invite = try #require(try await his.myInvites().first)
    try FileManager.default.moveItem(atPath: slots, toPath: slots + ".away")
    try FileManager.default.createSymbolicLink(
      atPath: slots,
      withDestinationPath: slots + ".away"
    )
    await #expect(throws: GroupError.self) { try await his.accept(name: "Bob") }
    #expect(throws: GroupError.self) {
      try log.append(
        .inviteAccept(invite: invite, seal: Cast.someSeal, name: words.commitment),
        with: words,
        by: stored,
        time: 5
      )
    }
    try FileManager.default.removeItem(atPath: slots)
    try FileManager.default.moveItem(atPath: slots + ".away", toPath: slots)
    #expect(try await his.state().members.count == 1)
    #expect(log.governance()?.members.count == 1)
    try log.writeCheckpoint()
    #expect(try bob.governance(of: id)?.members.count == 1)
    #expect(try bob.log(of: id).governance()?.members.count == 1)
  }
}
