import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieWire
import Foundation
import StoreKit
import Testing

@testable import CoterieVault

@Suite struct `A group of people` {
  @Test func `does what its members do, by name of the act`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .admin)])
    let (hers, his) = (try shelf.group(id, ann), try shelf.group(id, bob))
    let me = try #require(await his.me)
    try await hers.setProfile(name: "Chess club", description: "Mondays")
    try await hers.setWelcome("be nice")
    try await hers.setPreference("voice", to: .off)
    try await hers.rename(to: "Ann")
    try await hers.block(me)
    try await hers.unblock(me)
    try await hers.setRole(of: me, to: .moderator)
    let message = try await hers.post("hello")
    try await hers.react(to: message, with: "👍")
    try await hers.report(message, because: "spam")
    try await hers.edit(message, to: "hello!")
    #expect(
      try await hers.messages().map { String(decoding: $0.content ?? [], as: UTF8.self) }
        == ["hello!"]
    )
    #expect(try await hers.messages().map(\.state) == ["edited"])
    #expect(try await hers.messages()[0].reactions.map(\.emoji) == ["👍"])
    let state = try await hers.state()
    #expect(state.name == "Chess club")
    #expect(state.members.map(\.standing.role).sorted() == [.moderator, .owner])
    #expect(try await hers.names().values.sorted() == ["Ann"])
  }

  @Test func `is refused by code, and nothing is written`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let his = try shelf.group(id, bob)
    let before = await his.eventCount
    await #expect(throws: GroupError.refused(.roleTooLow, by: nil)) { try await his.dissolve() }
    #expect(try await his.mayI(.groupDissolve)?.code == .roleTooLow)
    #expect(try await his.mayI(.memberLeave) == nil)
    #expect(await his.eventCount == before)
  }

  @Test func `tells whoever listens what changes`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let (one, other) = (try shelf.group(id, ann), try shelf.group(id, ann))
    let changes = await other.changes()
    let message = try await one.post("hello")
    #expect(try await other.refresh() == [message])
    var heard = changes.makeAsyncIterator()
    #expect(await heard.next()?.events == [message])
  }

  @Test func `tells of what another program wrote between two acts of its own`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let (one, other) = (try shelf.group(id, ann), try shelf.group(id, ann))
    let changes = await one.changes()
    let first = try await one.post("first")
    let second = try await other.post("second")
    let third = try await one.post("third")
    let fourth = try await other.post("fourth")
    #expect(try await one.refresh() == [fourth])
    #expect(try await one.refresh() == [])
    var heard = changes.makeAsyncIterator()
    #expect(await heard.next()?.events == [first])
    #expect(await heard.next()?.events == [second, third])
    #expect(await heard.next()?.events == [fourth])
  }

  @Test func `never forwards out of a secret chat, nor where forwarding is off`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let chat = try await shelf.group(of: ann, with: [(bob, .owner)], template: .secretChat)
    let club = try await shelf.group(of: ann, with: [])
    let (from, to) = (try shelf.group(chat, ann), try shelf.group(club, ann))
    let secret = try await from.post("between us")
    await #expect(throws: GroupError.refused(.preferenceOff, by: nil)) {
      try await from.forward(secret, to: to)
    }
    let open = try await to.post("for all")
    let again = try await to.forward(open, to: to)
    #expect(try await to.message(again).isForwarded)
    try await to.setPreference("forwarding", to: .off)
    await #expect(throws: GroupError.refused(.preferenceOff, by: nil)) {
      try await to.forward(open, to: to)
    }
  }

  @Test func `founds a direct message only where its group allows it`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let club = try shelf.group(id, ann)
    let grant = try #require(
      await club.state().members.first { $0.standing.role == .member }?.grant
    )
    let origin = Founding.Origin(group: id, event: grant)
    func found() throws -> Group {
      try Group.found(
        "",
        template: .secretChat,
        from: origin,
        in: ann,
        surroundings: shelf.surroundings
      )
    }
    let chat = try found()
    guard case .groupFound(let founding) = try await chat.event(chat.id).action else {
      Issue.record("the first event is no founding")
      return
    }
    #expect(founding.from == origin)
    try await club.setPreference("direct-messages", to: .off)
    #expect(throws: GroupError.refused(.preferenceOff, by: nil)) { try found() }
  }
}

/// Looks for what was erased in every byte of every file of a store.
private func traces(
  of words: [String],
  _ rows: [(event: Digest, sealed: [UInt8])],
  in shelf: Shelf,
  _ name: String
) throws -> [String] {
  var found: [String] = []
  for (file, bytes) in try shelf.files(name) where file != "log.mdb-lock" {
    for word in words where bytes.contains(Array(word.utf8)) { found.append("\(word) in \(file)") }
    guard bytes.count >= 32 else { continue }
    for start in 0...(bytes.count - 32) {
      let window = bytes[start..<(start + 32)]
      // Pages of LMDB are full of runs of zeros, of which one try is enough.
      if start > 0, window.allSatisfy({ $0 == 0 }) { continue }
      guard let secret = Digest(window) else { continue }
      let key = Contents.key(of: secret)
      for row in rows where Cipher.open(row.sealed, context: row.event.bytes, key: key) != nil {
        found.append("a secret in \(file) at \(start)")
      }
    }
  }
  return found
}

private func row(_ event: Digest, _ group: Digest, _ store: Store) throws -> (Digest, [UInt8]) {
  let log = try store.log(of: group)
  let place = try log.contents?.place(of: event, in: log.snapshot())
  return (event, try #require(place).sealed)
}

@Suite struct `Erasing` {
  @Test func `leaves nothing in any byte of any file, however it came about`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(
      of: ann,
      with: [(bob, .admin)],
      preferences: [PreferenceSetting(key: "full-delete", value: .on)]
    )
    let hers = try shelf.group(id, ann)
    let kept = try await hers.post("what is kept")
    var gone: [Digest] = []
    gone.append(try await hers.post("what is deleted"))
    gone.append(try await hers.post("what disappears", Group.Posting(lifetimeSeconds: 60)))
    gone.append(try await hers.post("what is erased here"))
    gone.append(try await hers.post("what was said at first"))
    gone.append(try await hers.edit(gone[3], to: "what was said then"))
    let words = [
      "what is deleted", "what disappears", "what is erased here", "what was said at first",
      "what was said then",
    ]
    let rows = try gone.map { try row($0, id, ann) }
    try await hers.delete(gone[0])
    shelf.clock.advance(seconds: 61)
    #expect(try await hers.sweep() == 1)
    #expect(try await hers.eraseHere([gone[2]]) == 1)
    try await hers.delete(gone[3])
    #expect(try traces(of: words, rows, in: shelf, "ann.coterie") == [])
    #expect(try await hers.content(of: kept) == Array("what is kept".utf8))
    #expect(
      try await hers.messages().map(\.state)
        == ["live", "erased", "erased", "erased", "erased"]
    )
    for event in gone {
      await #expect(throws: GroupError.noContent(event)) { try await hers.content(of: event) }
    }
    // History verifies afterwards, and whoever never had the contents agrees.
    try await shelf.hand(over: id, from: ann, to: bob)
    #expect(try await shelf.group(id, bob).state() == hers.state())
    #expect(try await shelf.group(id, shelf.open("ann.coterie")).state() == hers.state())
  }

  @Test func `takes everything that someone removed with erase has posted`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let his = try shelf.group(id, bob)
    let message = try await his.post("what bob said")
    try await shelf.hand(over: id, from: bob, to: ann)
    let hers = try shelf.group(id, ann)
    #expect(try await hers.content(of: message) == Array("what bob said".utf8))
    let rows = [try row(message, id, ann)]
    try await hers.remove(try #require(await his.me), erase: true)
    #expect(try traces(of: ["what bob said"], rows, in: shelf, "ann.coterie") == [])
    // He learns of it, and his store erases it too.
    try await shelf.hand(over: id, from: ann, to: bob)
    #expect(try traces(of: ["what bob said"], rows, in: shelf, "bob.coterie") == [])
  }

  @Test func `clears for both in a secret chat`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .owner)], template: .secretChat)
    let (hers, his) = (try shelf.group(id, ann), try shelf.group(id, bob))
    let message = try await hers.post("between us")
    try await shelf.hand(over: id, from: ann, to: bob)
    let rows = [try row(message, id, bob)]
    _ = try await his.refresh()
    try await his.clearHistory()
    try await shelf.hand(over: id, from: bob, to: ann)
    for name in ["ann.coterie", "bob.coterie"] {
      #expect(try traces(of: ["between us"], rows, in: shelf, name) == [])
    }
  }

  @Test func `is not undone by someone who sends the content again`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let hers = try shelf.group(id, ann)
    let message = try await hers.post("what is forgotten")
    try await shelf.hand(over: id, from: ann, to: bob)
    let rows = [try row(message, id, ann)]
    try await hers.eraseHere([message])
    let entries = try bob.log(of: id).allEntries()
    let ingestion = try await hers.ingest(entries)
    #expect(ingestion.contents == 0)
    #expect(ingestion.unkept > 0)
    #expect(try traces(of: ["what is forgotten"], rows, in: shelf, "ann.coterie") == [])
  }

  @Test func `ends what was decided and interrupted when the store is opened again`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let message = try await hers.post("what was decided")
    let rows = [try row(message, id, ann)]
    let contents = try #require(ann.log(of: id).contents)
    // Killed after the decision.
    try ann.ledger.write { transaction throws(LedgerError) in
      try contents.decide([message], in: transaction)
    }
    await #expect(throws: GroupError.noContent(message)) { try await hers.content(of: message) }
    _ = try shelf.open("ann.coterie")
    #expect(try traces(of: ["what was decided"], rows, in: shelf, "ann.coterie") == [])
    #expect(try contents.held().isEmpty)
    // Killed after the slot was overwritten.
    let second = try await hers.post("what was half gone")
    let place = try #require(try contents.place(of: second, in: ann.ledger.snapshot()))
    try ann.ledger.write { transaction throws(LedgerError) in
      try contents.decide([second], in: transaction)
    }
    try contents.vault.slotFile.erase([place.slot])
    _ = try shelf.open("ann.coterie")
    #expect(try contents.held().isEmpty)
    #expect(try contents.hasDecided(in: ann.ledger.snapshot()) == false)
  }

  @Test func `writes nothing while no timer runs and nothing is to be erased`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let group = try await shelf.group(of: ann, with: [])
    try await shelf.group(group, ann).post("stays")
    let file = "\(ann.path)/log.mdb"
    let before = try Data(contentsOf: URL(filePath: file))
    #expect(try ann.sweep(now: shelf.clock.now) == 0)
    #expect(try Data(contentsOf: URL(filePath: file)) == before)
  }

  @Test func `of what disappears starts with the reading, and needs no right clock`()
    async throws
  {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    let hers = try shelf.group(id, ann)
    let message = try await hers.post("soon gone", Group.Posting(lifetimeSeconds: 60))
    try await shelf.hand(over: id, from: ann, to: bob)
    let his = try shelf.group(id, bob)
    shelf.clock.advance(seconds: 3600)
    #expect(try await his.sweep() == 0)
    try await his.markRead([message])
    shelf.clock.advance(seconds: 30)
    try await his.markRead([message])
    #expect(try await his.sweep() == 0)
    shelf.clock.advance(seconds: 31)
    #expect(try await his.sweep() == 1)
    // A clock that was set back keeps nothing alive.
    let second = try await his.post("gone as well", Group.Posting(lifetimeSeconds: 1))
    shelf.clock.advance(seconds: 5)
    #expect(try await his.sweep() == 1)
    shelf.clock.advance(seconds: -7200)
    let third = try await his.post("posted in the past", Group.Posting(lifetimeSeconds: 1))
    #expect(try await his.sweep() == 0)
    shelf.clock.advance(seconds: 2)
    #expect(try await his.sweep() == 1)
    for event in [message, second, third] {
      await #expect(throws: GroupError.noContent(event)) { try await his.content(of: event) }
    }
  }

  @Test func `forgets a whole group, keys and all`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let other = try await shelf.group(of: ann, with: [])
    let message = try await shelf.group(id, ann).post("all of it")
    let kept = try await shelf.group(other, ann).post("not this")
    let rows = [try row(message, id, ann)]
    try ann.forget(id)
    #expect(try ann.groups() == [other])
    #expect(try ann.keys().map(\.group) == [other])
    #expect(try traces(of: ["all of it"], rows, in: shelf, "ann.coterie") == [])
    #expect(try await shelf.group(other, ann).content(of: kept) == Array("not this".utf8))
  }

  @Test func `needs no key, so that a locked store erases what is due`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let message = try await hers.post("under lock", Group.Posting(lifetimeSeconds: 10))
    let rows = [try row(message, id, ann)]
    var words = Array("sesame".utf8)
    try ann.setPassphrase(SecretBytes(moving: &words), keyFile: nil, cost: .least)
    try ann.vault?.lock()
    shelf.clock.advance(seconds: 11)
    #expect(try ann.sweep(now: shelf.clock.now) == 1)
    #expect(try traces(of: ["under lock"], rows, in: shelf, "ann.coterie") == [])
  }
}
