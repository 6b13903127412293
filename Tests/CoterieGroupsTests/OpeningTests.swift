import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieWire
import StoreKit
import Testing

@Suite struct `A group that is opened` {
  @Test func `is opened from a checkpoint and reads its log when more is asked`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .admin)])
    let judged = try shelf.group(id, ann)
    try await judged.post("one")
    try await judged.rename(to: "Ann")
    try await judged.setProfile(name: "Chess club")
    try await judged.rename(to: "Anne")
    try await judged.post("two")
    let opened = try shelf.group(id, ann)
    // What is written after that is not yet known to it, as to one that has judged its log.
    let later = try await judged.post("three")
    #expect(try await opened.state() == judged.state())
    #expect(await opened.eventCount + 1 == judged.eventCount)
    #expect(await opened.me == judged.me)
    #expect(try await opened.names().values.sorted() == ["Anne"])
    let changes = await opened.changes()
    #expect(try await opened.messages().count == 3)
    #expect(try await opened.names() == judged.names())
    var heard = changes.makeAsyncIterator()
    #expect(await heard.next()?.events == [later])
    #expect(await opened.eventCount == judged.eventCount)
    let fourth = try await opened.post("four")
    #expect(await heard.next()?.events == [fourth])
    #expect(try await opened.refresh() == [])
  }

  @Test func `answers once what came since it was opened from a checkpoint`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let (judged, opened) = (try shelf.group(id, ann), try shelf.group(id, ann))
    let news = [try await judged.post("one"), try await judged.setWelcome("hello")]
    #expect(try await opened.refresh() == news)
    #expect(try await opened.refresh() == [])
    #expect(try await opened.state() == judged.state())
  }

  @Test(arguments: [
    // An act in the middle: what was written next names what is not there any more.
    (UInt64(2), GroupError.damagedLog(arrival: 3, Malformed(.notAfterItsParents, at: 0))),
    // The newest message, which nothing names.
    (5, .damagedLog(arrival: 5, Malformed(.wrongSignature, at: 0))),
  ])
  func `says that its log is damaged before it writes, and still who is in`(
    _ damaged: UInt64,
    _ error: GroupError
  ) async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let judged = try shelf.group(id, ann)
    try await judged.setWelcome("hello")
    for text in ["one", "two", "three"] { try await judged.post(text) }
    let ledger = try Ledger.open(shelf.path("ann.coterie"))
    try ledger.write { transaction throws(LedgerError) in
      let key = LedgerKey.arrival(1, damaged)
      guard var envelope = try transaction.value(.events, key) else { return }
      envelope[envelope.count - 70] ^= 1
      try transaction.put(.events, key, envelope)
    }
    let before = try shelf.files("ann.coterie")["log.mdb"]
    let opened = try shelf.group(id, ann)
    #expect(try await opened.state().welcome == "hello")
    for _ in 0..<2 {
      await #expect(throws: error) { try await opened.post("on top of that") }
      await #expect(throws: error) { try await opened.refresh() }
      await #expect(throws: error) { try await opened.messages() }
    }
    #expect(try shelf.files("ann.coterie")["log.mdb"] == before)
  }
}
