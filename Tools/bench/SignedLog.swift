import CoterieBundles
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// A group of ten whose members post in turn, each having seen everything.
struct SignedLog {
  private static let people = 10

  private static func seed(_ text: String) -> Digest {
    Hashing.digest(of: Array("coterie.bench/\(text)".utf8), domain: .plain)
  }

  private var heads: [Digest] = []
  private var newest: [Digest?] = []
  private var sequences: [UInt64] = []
  private(set) var group = Digest.zero
  private(set) var count = 0
  private var message: Digest?
  private var moderators: Set<Int> = []

  private func key(_ place: Int) -> SigningKey { SigningKey(seed: Self.seed("member \(place)")) }

  private func seal(_ place: Int) -> SealKeyPair {
    key(place).sealKey()
  }

  func storedKey(_ place: Int) -> StoredKey {
    StoredKey(
      purpose: .member,
      group: group,
      created: 0,
      signing: key(place),
      seal: seal(place)
    )
  }

  init() {
    newest = [Digest?](repeating: nil, count: Self.people)
    sequences = [UInt64](repeating: 0, count: Self.people)
    let founding = Founding(
      template: .secretGroup,
      name: "bench",
      preferences: [],
      nonce: [UInt8](repeating: 7, count: 16),
      seal: seal(0).publicKey
    )
    setup.append(sign(.groupFound(founding), by: 0))
    group = heads[0]
    for place in 1..<Self.people {
      let invitee = key(place).publicKey
      setup.append(sign(.inviteCreate(invitee: invitee, role: .member), by: 0))
      let accept = Action.inviteAccept(
        invite: heads[0],
        seal: seal(place).publicKey,
        name: nil
      )
      setup.append(sign(accept, by: place))
    }
  }

  private var setup: [[UInt8]] = []

  private mutating func sign(_ action: Action, by place: Int) -> [UInt8] {
    let signer = key(place)
    let draft = Draft(
      group: count == 0 ? nil : group,
      author: signer.publicKey,
      sequence: sequences[place],
      previous: newest[place],
      parents: Parents(heads),
      time: 1_767_225_600_000 + UInt64(count),
      action: action
    )
    let id = draft.id
    heads = [id]
    newest[place] = id
    sequences[place] += 1
    count += 1
    return draft.sealed(with: signer)
  }

  /// Posts, and one act in a hundred: the founder makes a member a moderator, or takes that back.
  mutating func nextPosts(_ wanted: Int) -> [[UInt8]] {
    var envelopes = setup
    setup = []
    let content = Commitment(digest: Self.seed("content"), size: 42)
    while envelopes.count < wanted {
      if count % 100 == 0 {
        let person = 1 + count / 100 % (Self.people - 1)
        let role: Role = moderators.contains(person) ? .member : .moderator
        if role == .member { moderators.remove(person) } else { moderators.insert(person) }
        let act = Action.memberRole(member: key(person).publicKey, role: role)
        envelopes.append(sign(act, by: 0))
      } else {
        let post = Action.messagePost(Post(type: .text, content: content))
        envelopes.append(sign(post, by: count % Self.people))
      }
    }
    return envelopes
  }

  /// The next events, those that set the group up before the first.
  mutating func next(_ wanted: Int) -> [[UInt8]] {
    var envelopes = setup
    setup = []
    let content = Commitment(digest: Self.seed("content"), size: 42)
    if message == nil, wanted > envelopes.count {
      envelopes.append(sign(.messagePost(Post(type: .text, content: content)), by: 0))
      message = heads[0]
    }
    while envelopes.count < wanted, let message {
      let react = Action.messageReact(message: message, emoji: "+1", on: count % 2 == 0)
      envelopes.append(sign(react, by: count % Self.people))
    }
    return envelopes
  }
}

/// `coterie-bench log`: a signed log of any size, written as it is made.
enum LogBench {
  static let row = Command(
    "log",
    "write a signed log of a group of ten, of any size",
    about: """
      Members post in turn, each having seen everything; one event in a hundred changes a role.
      Takes little memory however many events there are, unlike coterie-generate.
      """,
    example: "log 10000000 /tmp/large.cborseq",
    operands: [
      Operand("EVENTS", help: "how many"), Operand("FILE", help: "where the bundle is written"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    guard let total = Int(invocation.operands[0]), total > 0 else {
      throw Failure.usage("EVENTS is a number above 0")
    }
    let path = invocation.operands[1]
    guard let file = unsafe fopen(path, "w") else {
      throw Failure(.store, "write-failed", "\(path) cannot be written")
    }
    defer { unsafe fclose(file) }
    func write(_ bytes: [UInt8]) throws {
      guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
        throw Failure(.store, "write-failed", "\(path) cannot be written")
      }
    }
    var log = SignedLog()
    var writer = BundleWriter()
    try write(writer.header(BundleHeader(groups: [log.group], count: UInt64(total))))
    var left = total
    while left > 0 {
      for envelope in log.nextPosts(min(left, 20_000)) {
        let id = try Event.decode(envelope.span).event.id
        try write(writer.entry(BundleEntry(envelope: envelope), id: id))
        left -= 1
      }
    }
    try write(writer.end())
    return .done
  }
}
