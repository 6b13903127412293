import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieWire
import ScopeKit
import StoreKit
import Testing

@Suite struct `The rows of a log` {
  @Test func `are all written where two have a young group open`() throws {
    let scene = try Scene()
    let other = try scene.again()
    try other.append(Scene.post, by: Cast.signingKey("ann"), time: 2)
    for time in 0..<260 {
      try scene.post(time: UInt64(time))
    }
    #expect((try? scene.log.allEntries().count) == 262)
    #expect(try scene.again().allEntries().count == 262)
  }

  @Test func `say what is to be erased where the store was opened without keys`() async throws {
    let shelf = try Shelf()
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(
      of: ann,
      with: [(bob, .member)],
      preferences: [PreferenceSetting(key: "full-delete", value: .on)]
    )
    let his = try shelf.group(id, bob)
    let message = try await his.post("secret")
    try await shelf.hand(over: id, from: bob, to: ann)
    let hers = try shelf.group(id, ann)
    #expect(try ann.counts()["contents"] == 1)
    try await his.delete(message)
    let keyless = try Store.open(shelf.path("ann.coterie")).log(of: id)
    _ = try keyless.ingest(bob.log(of: id).allEntries().map(\.envelope))
    try await hers.refresh()
    #expect(try await hers.message(message).state == "erased")
    try await hers.post("more")
    _ = try shelf.open("ann.coterie")
    #expect(try ann.counts()["contents"] == 1)
  }

  @Test func `name what decides above more heads than an event can name`() throws {
    let scene = try Scene()
    let cat = try scene.join("cat", as: .member)
    let ann = try #require(scene.log.chainEnds().first { $0.author == Cast.ann })
    let invite = scene.next(
      after: ann.id,
      ann.sequence + 1,
      parents: [cat],
      .inviteCreate(invitee: Cast.bob, role: .member)
    )
    var offered = [invite.good]
    for branch in 0..<65 {
      let one = scene.next(after: cat, 1, by: "cat", time: UInt64(branch))
      offered += [one.good, scene.next(after: one.id, 2, by: "cat").good]
    }
    #expect(try scene.log.ingest(offered).placed.count == 131)
    let accept = Action.inviteAccept(invite: invite.id, seal: Cast.someSeal, name: nil)
    #expect(scene.log.mayI(accept, by: Cast.bob) == nil)
    let joined = try? scene.log.append(accept, by: Cast.signingKey("bob"), time: 9)
    #expect(joined != nil)
    let members = scene.log.governance()?.members.map(\.key) ?? []
    #expect(members.contains(Cast.bob) == (joined != nil))
  }

  @Test func `end before pages that are free, and are read`() throws {
    let shelf = try Shelf()
    let path = shelf.path("a.coterie")
    try Ledger.create(at: path, identifier: [UInt8](repeating: 1, count: 16))
    let value = [UInt8](repeating: 7, count: 1000)
    do {
      let ledger = try Ledger.open(path)
      try ledger.write { transaction throws(LedgerError) in
        for place in UInt64(1)...40 {
          try transaction.put(.waiting, LedgerKey.arrival(1, place), value)
        }
        for place in UInt64(1)...40 {
          try transaction.delete(.waiting, LedgerKey.arrival(1, place))
        }
        try transaction.put(.events, LedgerKey.arrival(1, 1), value)
      }
      #expect(try ledger.checkedSnapshot().count(.events) == 1)
    }
    #expect(try Ledger.open(path).snapshot().value(.events, LedgerKey.arrival(1, 1)) == value)
  }

  @Test func `are read when everything that waited got its place at once`() throws {
    let scene = try Scene()
    let path = scene.path
    var last = scene.log.group
    var chain: [[UInt8]] = []
    for place in 1...200 {
      let made = scene.next(after: last, UInt64(place))
      last = made.id
      chain.append(made.good)
    }
    #expect(try scene.log.ingest(Array(chain.dropFirst())).waiting == 199)
    #expect(try scene.log.ingest([chain[0]]).placed.count == 200)
    #expect(throws: Never.self) { try StoreReader(path) }
    #expect(throws: Never.self) { try scene.again() }
  }
}
