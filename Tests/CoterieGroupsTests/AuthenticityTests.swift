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
import StoreKit
import Testing

private let refused: [Int: Malformed.Problem] = [0: .wrongSignature]

@Suite(.serialized) struct `A wrong signature` {
  @Test func `is vouched for by the newest of its chain`() throws {
    let scene = try Scene()
    let chain = scene.chain(4)
    let found = try scene.offer(chain[0].wrong, chain[1].wrong, chain[2].good, chain[3].good)
    #expect(found.placed == chain.map(\.id))
    #expect(found.bad == [:])
    #expect(try scene.audited() == [])
  }

  @Test func `is refused alone, and taken once a later event of its chain waits for it`() throws {
    let scene = try Scene()
    let chain = scene.chain(2)
    #expect(try scene.offer(chain[0].wrong).bad.mapValues(\.problem) == refused)
    #expect(try scene.offer(chain[1].good).waiting == 1)
    #expect(try scene.offer(chain[0].wrong).placed == chain.map(\.id))
    #expect(try scene.audited() == [])
  }

  @Test func `at the end of a chain leaves those before it to themselves`() throws {
    let scene = try Scene()
    let chain = scene.chain(4)
    let found = try scene.offer(chain[0].good, chain[1].good, chain[2].wrong, chain[3].wrong)
    #expect(found.placed == [chain[0].id, chain[1].id])
    #expect(found.bad.mapValues(\.problem) == [2: .wrongSignature, 3: .wrongSignature])
  }

  @Test func `is not vouched for by another person, number or group`() throws {
    for other in 0..<3 {
      let scene = try Scene()
      let first = scene.chain(1)[0]
      let stranger = scene.next(after: first.id, 2, by: "bob").good
      let later = scene.next(after: first.id, 3).good
      var foreign = Draft(try Event(verifying: scene.next(after: first.id, 2).good))
      foreign.group = Cast.someSeal
      let offered = [stranger, later, foreign.sealed(with: Cast.signingKey("ann"))][other]
      let found = try scene.offer(first.wrong, offered)
      #expect(found.placed == [])
      #expect(found.bad[0]?.problem == .wrongSignature)
    }
  }

  @Test func `is vouched for by any branch of a fork, and no branch for another`() throws {
    let scene = try Scene()
    let first = scene.chain(1)[0]
    let left = scene.next(after: first.id, 2, time: 3)
    let right = scene.next(after: first.id, 2, time: 4)
    let found = try scene.offer(first.wrong, left.wrong, right.good)
    #expect(found.placed == [first.id, right.id])
    #expect(found.bad.mapValues(\.problem) == [1: .wrongSignature])
  }

  @Test func `of a second copy is refused while the first is taken`() throws {
    let scene = try Scene()
    let chain = scene.chain(2)
    let found = try scene.offer(chain[0].good, chain[1].good, chain[0].wrong)
    #expect(found.placed == chain.map(\.id))
    #expect(found.bad.mapValues(\.problem) == [2: .wrongSignature])
  }

  @Test func `does not wait, nor is it in place while the one that vouches for it waits`() throws {
    let scene = try Scene()
    let chain = scene.chain(4)
    let found = try scene.offer(chain[1].wrong, chain[2].wrong, chain[3].good)
    #expect(found.bad.mapValues(\.problem) == [0: .wrongSignature, 1: .wrongSignature])
    #expect(found.waiting == 1)
    let again = try Store.open(scene.path).log(of: scene.log.group)
    #expect(try again.ingest([chain[0].good]).placed == [chain[0].id])
    #expect(try again.ingest([chain[1].wrong]).placed == [])
    #expect(try again.ingest([chain[1].wrong, chain[2].wrong]).placed == chain[1...].map(\.id))
    #expect(try scene.audited() == [])
  }

  @Test func `by a member of whom others would not get what vouches for it sets nobody apart`()
    throws
  {
    let scene = try Scene()
    // What the second names besides never comes.
    let hidden = scene.next(after: scene.log.group, 1, time: 9)
    let weak = scene.chain(1)[0]
    let later = scene.next(after: weak.id, 2, parents: [weak.id, hidden.id].sorted())
    let found = try scene.offer(weak.wrong, later.good)
    #expect(found.placed == [])
    #expect(found.waiting == 1)
    #expect(try scene.offer(weak.wrong).bad.mapValues(\.problem) == refused)
    let post = Action.messagePost(Post(type: .text, content: Cast.content))
    try scene.log.append(post, by: Cast.signingKey("ann"), time: 3)
    let other = try scene.shelf.make("b.coterie").adopt(scene.log.group)
    let theirs = try other.ingest(scene.log.allEntries())
    #expect(theirs.bad == [:])
    #expect(theirs.waiting == 0)
    #expect(other.governance() == scene.log.governance())
    // Once it comes, all three get their places.
    #expect(try scene.offer(hidden.good).placed == [hidden.id])
    #expect(try scene.offer(weak.wrong).placed == [weak.id, later.id])
    #expect(try scene.audited() == [])
  }

  @Test func `is not taken where there is no room for the one that vouches for it`() throws {
    let scene = try Scene()
    let missing = Cast.someSeal
    let guests = (0..<Limits.waitingEventsMax).map { place in
      scene.next(after: missing, 5, parents: [missing], time: UInt64(place)).good
    }
    #expect(try scene.log.ingest(guests).waiting == guests.count)
    let chain = scene.chain(1)
    let later = scene.next(after: chain[0].id, 2, parents: [chain[0].id, missing].sorted())
    let found = try scene.offer(chain[0].wrong, later.good)
    #expect(found.placed == [])
    #expect(found.turnedAway == 1)
    #expect(found.bad.mapValues(\.problem) == refused)
    #expect(try scene.offer(chain[0].good).placed == [chain[0].id])
    #expect(try scene.audited() == [])
  }

  @Test func `of a stranger is kept only together with the one that vouches for it`() throws {
    let scene = try Scene()
    let group = scene.log.group
    let first = scene.next(after: nil, 0, by: "eve", parents: [group])
    let later = scene.next(after: first.id, 1, by: "eve")
    #expect(try scene.offer(first.wrong, later.good).strangers == 2)
    let naming = scene.next(after: group, 1, parents: [group, first.id].sorted())
    let found = try scene.offer(naming.good)
    #expect(Set(found.placed) == [first.id, later.id, naming.id])
    #expect(try scene.audited() == [])
    let again = try Store.open(scene.path).log(of: group)
    #expect(again.governance() == scene.log.governance())
  }

  @Test func `of a stranger keeps its place when another process finds that it is needed`() throws {
    let scene = try Scene()
    let group = scene.log.group
    let stranger = scene.next(after: nil, 0, by: "eve", parents: [group])
    let naming = scene.next(after: group, 1, parents: [group, stranger.id].sorted())
    #expect(try scene.offer(stranger.good).strangers == 1)
    let other = try Store.open(scene.path).log(of: group)
    #expect(try other.ingest([stranger.good, naming.good]).placed == [stranger.id, naming.id])
    let post = Action.messagePost(Post(type: .text, content: Cast.content))
    try scene.log.append(post, by: Cast.signingKey("ann"), time: 3)
    #expect(try scene.log.allEntries().count == 4)
    let again = try Store.open(scene.path).log(of: group)
    #expect(try again.allEntries() == scene.log.allEntries())
    #expect(try scene.audited() == [])
  }

  @Test func `is told by its place in the store's log`() throws {
    let scene = try Scene()
    let chain = scene.chain(2)
    #expect(try scene.offer(chain[0].wrong, chain[1].good).placed == chain.map(\.id))
    let source = try StoreSource(path: scene.path, name: "a", keyring: scene.shelf.keyring)
    let log = try #require(try LogReading(signatures: .every).read(source).logs.first)
    let offset = chain[0].wrong.count - 64
    #expect(
      log.unsigned == [
        BadEvent(
          id: chain[0].id,
          fault: Malformed(.wrongSignature, at: offset),
          place: 2,
          item: "event 2 of the log"
        )
      ]
    )
  }

  @Test func `is taken again from the store where a rejected one of its author vouches for it`()
    throws
  {
    let scene = try Scene()
    let first = scene.chain(1)[0]
    let rejected = scene.next(after: first.id, 2, .memberLeave)
    let found = try scene.offer(first.wrong, rejected.good)
    #expect(found.placed == [first.id, rejected.id])
    #expect(found.rejected == 1)
    let again = try Store.open(scene.path).log(of: scene.log.group)
    #expect(again.governance() == scene.log.governance())
    #expect(try scene.audited() == [])
  }

  @Test(arguments: [1, 2, 3, 100])
  func `is judged alike however many events are imported at once`(_ size: Int) throws {
    let scene = try Scene()
    let chain = scene.chain(5)
    var writer = BundleWriter()
    var bytes = writer.header(BundleHeader(groups: [scene.log.group], count: 5))
    let offered = [
      chain[0].wrong, chain[1].good, chain[2].wrong, chain[3].good, chain[4].wrong,
    ]
    for (envelope, made) in zip(offered, chain) {
      bytes += writer.entry(BundleEntry(envelope: envelope), id: made.id)
    }
    let file = scene.shelf.path("b.cborseq")
    try Data(bytes + writer.end()).write(to: URL(filePath: file))
    let handle = try FileHandle(forReadingFrom: URL(filePath: file))
    let store = try Store.open(scene.path)
    let outcome = try BundleImport(store: store, batchEvents: size)
      .run(descriptor: handle.fileDescriptor) { _ in true }
    #expect(outcome.placed == 4)
    #expect(outcome.bad.map(\.fault.problem) == [.wrongSignature])
    #expect(outcome.bad.map(\.item) == [6])
    #expect(outcome.waiting == 0)
    #expect(try scene.audited() == [])
  }
}
