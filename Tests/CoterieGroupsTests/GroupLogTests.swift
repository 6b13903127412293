import CoterieAudit
import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieWire
import Foundation
import ScopeKit
import Testing

private func key(_ name: String) -> SigningKey {
  SigningKey(seed: Hashing.digest(of: Array("coterie.fixture/\(name)".utf8), domain: .plain))
}

private let founding = Founding(
  template: .secretGroup,
  name: "Book club",
  preferences: [],
  nonce: [UInt8](repeating: 1, count: 16),
  seal: Cast.someSeal
)

/// A folder with a keyring, removed at the end of a test.
private final class Shelf {
  let folder = FileManager.default.temporaryDirectory.appending(path: "coterie-\(UUID())")
  var keyring: Keyring { Keyring(path: path("keyring")) }

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Everything that a store holds of a group, in order of arrival.
  func envelopes(_ store: String) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    try Ledger.open(path(store)).snapshot().scan(.events, prefix: [], from: nil) { _, value in
      found.append(value.copy(of: 0..<value.count))
      return true
    }
    return found
  }
}

private let post = Action.messagePost(Post(type: .text, content: Cast.content))

@Suite(.serialized) struct `A group in a store` {
  @Test func `is there again, with its verdicts, when the store is opened anew`() throws {
    let shelf = try Shelf()
    let group: Digest
    let before: Governance?
    do {
      let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
      let log = try store.found(founding, by: key("ann"), time: 1)
      let invite = Action.inviteCreate(invitee: Cast.bob, role: .admin)
      let id = try log.append(invite, by: key("ann"), time: 2)
      try log.append(
        .inviteAccept(invite: id, seal: Cast.someSeal, name: nil),
        by: key("bob"),
        time: 3
      )
      try log.append(post, by: key("bob"), time: 4)
      group = log.group
      before = log.governance()
    }
    let again = try Store.open(shelf.path("a.coterie"))
    #expect(try again.groups() == [group])
    #expect(try again.log(of: group).governance() == before)
    #expect(before?.members.map(\.standing.role).sorted() == [.admin, .owner])
  }

  @Test func `refuses what the rules refuse, and writes nothing`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    #expect(throws: GroupError.refused(.lastOwner, by: nil)) {
      try log.append(.memberLeave, by: key("ann"), time: 2)
    }
    #expect(throws: GroupError.refused(.authorNotMember, by: nil)) {
      try log.append(post, by: key("bob"), time: 2)
    }
    #expect(log.mayI(post, by: Cast.ann) == nil)
    #expect(try shelf.envelopes("a.coterie").count == 1)
  }

  @Test func `takes events in any order, keeps those that wait over a restart, and agrees`() throws
  {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    for place in 0..<6 { try log.append(post, by: key("ann"), time: UInt64(place)) }
    let envelopes = try shelf.envelopes("a.coterie")
    do {
      let other = try Store.create(at: shelf.path("b.coterie"), keyring: shelf.keyring)
      let copy = try other.adopt(log.group)
      let early = try copy.ingest(Array(envelopes[2...]))
      #expect(early.placed.count == 0)
      #expect(early.waiting == 5)
    }
    let other = try Store.open(shelf.path("b.coterie"))
    let copy = try other.log(of: log.group)
    let late = try copy.ingest([envelopes[1], envelopes[0], envelopes[0]])
    #expect(late.placed.count == 7)
    #expect(late.known == 1)
    #expect(copy.governance() == log.governance())
    #expect(try shelf.envelopes("b.coterie").count == 7)
    let again = try Ledger.open(shelf.path("b.coterie")).snapshot()
    #expect(try again.count(.waiting) == 0)
    #expect(try again.count(.events) == 7)
  }

  @Test func `finds each event while the indexes follow in groups, in every process`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    var posted = [log.group]
    func counts() throws -> [Int] {
      let snapshot = try Ledger.open(shelf.path("a.coterie")).snapshot()
      return try [Table.events, .ids, .order, .chains, .admissions, .heads].map {
        try snapshot.count($0)
      }
    }
    func marks(in transaction: borrowing WriteTransaction) throws(LedgerError) -> [[UInt8]] {
      var keys: [[UInt8]] = []
      try transaction.scan(.marks, prefix: Array("indexed".utf8)) { key, _ in
        keys.append(key.copy(of: 0..<key.count))
        return true
      }
      return keys
    }
    func areFound() throws -> Bool {
      let snapshot = try Ledger.open(shelf.path("a.coterie")).snapshot()
      return try posted.enumerated().allSatisfy { place, id in
        let event = try #require(log.number(of: id))
        return try log.entry(of: event, withContent: false, in: snapshot).envelope
          == snapshot.value(.events, LedgerKey.arrival(1, UInt64(place) + 1))
      }
    }
    func append(_ count: Int) throws {
      for _ in 0..<count { posted.append(try log.append(post, by: key("ann"), time: 2)) }
    }
    try append(254)
    #expect(try counts() == [255, 0, 0, 0, 0, 0])
    #expect(try areFound())
    let other = try Store.open(shelf.path("a.coterie")).log(of: log.group)
    posted.append(try other.append(post, by: key("ann"), time: 300))
    #expect(try counts() == [256, 256, 256, 256, 256, 1])
    try append(1)
    #expect(try counts() == [257, 256, 256, 256, 256, 1])
    #expect(try areFound())
    try append(255)
    #expect(try counts() == [512, 512, 512, 512, 512, 1])
    #expect(try areFound())
    // A store of an older program has every row, and no mark.
    try Ledger.open(shelf.path("a.coterie")).write { transaction throws(LedgerError) in
      for key in try marks(in: transaction) { try transaction.delete(.marks, key) }
    }
    let again = try Store.open(shelf.path("a.coterie")).log(of: log.group)
    #expect(again.governance() == log.governance())
    posted.append(try again.append(post, by: key("ann"), time: 3))
    #expect(try counts() == [513, 512, 512, 512, 512, 1])
    let source = try StoreSource(path: shelf.path("a.coterie"), name: "a", keyring: shelf.keyring)
    try source.checkPages()
    #expect(try source.differingAdmission(of: LogReading().read(source).logs[0]) == nil)
  }

  @Test func `leaves out what is malformed, and says which it was`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    let good = Draft(
      group: log.group,
      author: Cast.ann,
      sequence: 1,
      previous: log.group,
      parents: Parents([log.group]),
      time: 2,
      action: post
    )
    let skipped = Draft(
      group: log.group,
      author: Cast.ann,
      sequence: 5,
      previous: log.group,
      parents: Parents([log.group]),
      time: 2,
      action: post
    )
    let foreign = Draft(
      group: Cast.someSeal,
      author: Cast.ann,
      sequence: 1,
      previous: log.group,
      parents: Parents([log.group]),
      time: 2,
      action: post
    )
    let forged = Envelope.sealing(good.payload, with: key("bob"))
    let offered = [
      forged, skipped.sealed(with: key("ann")), foreign.sealed(with: key("ann")), [1, 2],
      good.sealed(with: key("ann")),
    ]
    let outcome = try log.ingest(offered)
    #expect(outcome.placed.count == 1)
    #expect(
      outcome.bad.mapValues(\.problem) == [
        0: .wrongSignature, 1: .brokenChain, 2: .wrongGroup, 3: .notAnEnvelope,
      ]
    )
  }

  @Test func `takes in what another writer committed before it writes itself`() throws {
    let shelf = try Shelf()
    let first = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let one = try first.found(founding, by: key("ann"), time: 1)
    let other = try Store.open(shelf.path("a.coterie")).log(of: one.group)
    for place in 0..<5 {
      try one.append(post, by: key("ann"), time: UInt64(place))
      try other.append(post, by: key("ann"), time: UInt64(place))
    }
    #expect(try shelf.envelopes("a.coterie").count == 11)
    let third = try Store.open(shelf.path("a.coterie")).log(of: one.group)
    #expect(third.governance() == other.governance())
    let events = try shelf.envelopes("a.coterie").map { try Event(verifying: $0) }
    #expect(events.map(\.sequence) == Array(0..<11))
  }

  @Test func `has a checkpoint that equals the full replay, whatever comes`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    try log.append(.groupWelcome(text: "Hello"), by: key("ann"), time: 2)
    try log.append(
      .linkCreate(link: Cast.linkKey, role: .member, uses: 2),
      by: key("ann"),
      time: 3
    )
    try log.writeCheckpoint()
    let ledger = try Ledger.open(shelf.path("a.coterie"))
    let checkpoint = try #require(try Checkpoint.newest(in: ledger.snapshot(), group: 1))
    #expect(checkpoint.arrivals == 3)
    #expect(checkpoint.governance == log.governance())
    #expect(checkpoint.digest != nil)

    try log.append(post, by: key("ann"), time: 4)
    let later = try #require(try Checkpoint.newest(in: ledger.snapshot(), group: 1))
    #expect(later.arrivals == 4)
    #expect(later.digest == nil)
    #expect(later.governance == checkpoint.governance)

    try log.append(.groupWelcome(text: "Hello again"), by: key("ann"), time: 5)
    let noted = try #require(try Checkpoint.newest(in: ledger.snapshot(), group: 1))
    #expect(noted.arrivals == 5)
    #expect(noted.governance == log.governance())
    #expect(noted.governance.welcome == "Hello again")
    #expect(try store.governance(of: log.group) == log.governance())
  }

  @Test func `writes behind what another one wrote after an offer that brought nothing`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    let other = try store.log(of: log.group)
    #expect(try log.ingest(shelf.envelopes("a.coterie")).known == 1)
    let theirs = try other.append(post, by: key("ann"), time: 2)
    let ours = try log.append(post, by: key("ann"), time: 3)
    let stored = try shelf.envelopes("a.coterie").map { try Event(verifying: $0).id }
    #expect(stored == [log.group, theirs, ours])
  }

  @Test func `answers members from a checkpoint as judging everything does, act by act`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    var acts: [(Action, String)] = [(.inviteCreate(invitee: Cast.bob, role: .admin), "ann")]
    let invite = try log.append(acts[0].0, by: key("ann"), time: 2)
    acts = [
      (.inviteAccept(invite: invite, seal: Cast.someSeal, name: nil), "bob"), (post, "bob"),
      (.memberBlock(member: Cast.bob), "ann"), (post, "ann"),
      (.memberRole(member: Cast.bob, role: .member), "ann"), (post, "bob"),
      (.memberUnblock(member: Cast.bob), "ann"), (.memberLeave, "bob"), (post, "ann"),
      (.groupDissolve, "ann"),
    ]
    for (place, act) in acts.enumerated() {
      try log.append(act.0, by: key(act.1), time: UInt64(3 + place))
      #expect(try store.governance(of: log.group) == log.governance())
    }
  }

  @Test func `does not believe a checkpoint where someone signed conflicting acts`() throws {
    let shelf = try Shelf()
    let store = try Store.create(at: shelf.path("a.coterie"), keyring: shelf.keyring)
    let log = try store.found(founding, by: key("ann"), time: 1)
    let invite = try log.append(
      .inviteCreate(invitee: Cast.bob, role: .admin),
      by: key("ann"),
      time: 2
    )
    let accept = Action.inviteAccept(invite: invite, seal: Cast.someSeal, name: nil)
    let joined = try log.append(accept, by: key("bob"), time: 3)
    func branch(_ text: Text) -> Draft {
      Draft(
        group: log.group,
        author: Cast.ann,
        sequence: 2,
        previous: invite,
        parents: Parents([joined]),
        time: 4,
        action: .groupWelcome(text: text)
      )
    }
    _ = try log.ingest([
      branch("one").sealed(with: key("ann")), branch("other").sealed(with: key("ann")),
    ])
    try log.append(post, by: key("bob"), time: 5)
    let ledger = try Ledger.open(shelf.path("a.coterie"))
    #expect(try Checkpoint.newest(in: ledger.snapshot(), group: 1) == nil)
    #expect(try store.governance(of: log.group) == log.governance())
  }
}
