import CoterieAudit
import CoterieEvents
import CoterieGroups
import CoterieSealing
import CoterieWire
import ScopeKit
import StoreKit

/// A group of one in a store, and events that come to it from elsewhere.
struct Scene {
  let shelf: Shelf
  let store: Store
  let log: GroupLog
  let path: String

  static let founding = Founding(
    template: .secretGroup,
    name: "Book club",
    preferences: [],
    nonce: [UInt8](repeating: 1, count: 16),
    seal: Cast.someSeal
  )
  static let post = Action.messagePost(Post(type: .text, content: Cast.content))

  init() throws {
    shelf = try Shelf()
    path = shelf.path("a.coterie")
    store = try Store.create(at: path, keyring: shelf.keyring)
    log = try store.found(Self.founding, by: Cast.signingKey("ann"), time: 1)
  }

  /// The next event of a chain, and its envelope, also with a wrong signature.
  func next(
    after previous: Digest?,
    _ sequence: UInt64,
    by author: String = "ann",
    parents: [Digest]? = nil,
    time: UInt64 = 2,
    _ action: Action = Self.post
  ) -> (id: Digest, good: [UInt8], wrong: [UInt8]) {
    let draft = Draft(
      group: log.group,
      author: Cast.signingKey(author).publicKey,
      sequence: sequence,
      previous: previous,
      parents: Parents((parents ?? [previous ?? log.group]).sorted()),
      time: time,
      action: action
    )
    let good = draft.sealed(with: Cast.signingKey(author))
    var wrong = good
    wrong[wrong.count - 1] ^= 1
    return (draft.id, good, wrong)
  }

  /// So many posts of the founder, each after the other.
  func chain(_ count: Int) -> [(id: Digest, good: [UInt8], wrong: [UInt8])] {
    var made: [(id: Digest, good: [UInt8], wrong: [UInt8])] = []
    for place in 0..<count {
      made.append(next(after: made.last?.id ?? log.group, UInt64(place + 1)))
    }
    return made
  }

  /// Someone is invited and accepts; answers the acceptance.
  func join(_ name: String, as role: Role = .member) throws -> Digest {
    let invite = try log.append(
      .inviteCreate(invitee: Cast.key(name), role: role),
      by: Cast.signingKey("ann"),
      time: 2
    )
    return try log.append(
      .inviteAccept(invite: invite, seal: Cast.someSeal, name: nil),
      by: Cast.signingKey(name),
      time: 3
    )
  }

  @discardableResult
  func post(time: UInt64 = 9) throws -> Digest {
    try log.append(Self.post, by: Cast.signingKey("ann"), time: time)
  }

  func offer(_ envelopes: [UInt8]...) throws -> GroupLog.Ingestion { try log.ingest(envelopes) }

  /// The log as another program would read it from the store now.
  func again() throws -> GroupLog { try store.log(of: log.group) }

  /// Events that an audit of the store finds malformed, by their problems.
  func audited() throws -> [Malformed.Problem] {
    let source = try StoreSource(path: path, name: "a", keyring: shelf.keyring)
    return try LogReading().read(source).logs.flatMap(\.bad).map(\.fault.problem)
  }
}
