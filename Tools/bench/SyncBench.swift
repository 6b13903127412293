import CoterieBundles
import CoterieConsole
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// `coterie-bench sync`: two stores of a large group that differ in a few events, exchanged.
enum SyncBench {
  static let row = Command(
    "sync",
    "measure the exchange of two stores that differ in 100 000, 1 000 and 1 events",
    about: """
      A group of ten is written into two stores; the second lacks the last events. Printed: time and
      bytes of the session, beside the bytes of the events that had to be moved. Opening the stores
      is not counted.
      """,
    example: "sync 1000000 /tmp/bench",
    operands: [
      Operand("EVENTS", help: "how many the larger store holds"),
      Operand("FOLDER", help: "for the stores"),
    ],
    run: run
  )

  private static let surroundings = Surroundings(now: { 1_767_225_600_000 })

  private static func seed(_ text: String) -> Digest {
    Hashing.digest(of: Array("coterie.bench/\(text)".utf8), domain: .plain)
  }

  private static func run(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    guard let total = Int(invocation.operands[0]), total > 200_000 || total > 2000 else {
      throw Failure.usage("EVENTS is a number above 2 000")
    }
    let folder = invocation.operands[1]
    let keyring = Keyring(path: "\(folder)/keyring")
    let one = try Store.create(at: "\(folder)/one.coterie", keyring: keyring)
    let other = try Store.create(at: "\(folder)/other.coterie", keyring: keyring)
    var world = Envelopes()
    let steps = [100_000, 1000, 1].filter { $0 * 2 < total }
    let common = world.next(total - steps.reduce(0, +))
    for (place, store) in [one, other].enumerated() {
      try store.changeKeys { $0.append(world.storedKey(place)) }
      let log = try store.adopt(world.group)
      for start in stride(from: 0, to: common.count, by: 20_000) {
        _ = try log.ingest(Array(common[start..<min(common.count, start + 20_000)]))
      }
    }
    for count in steps {
      let fresh = world.next(count)
      _ = try one.log(of: world.group).ingest(fresh)
      let bytes = fresh.map(\.count).reduce(0, +)
      let first = try ExchangeSession(store: one, surroundings: surroundings)
      let second = try ExchangeSession(store: other, surroundings: surroundings)
      let start = nanoseconds()
      try Pump.run(first, second)
      let time = nanoseconds() - start
      let moved = first.outcome.bytesSent + first.outcome.bytesReceived
      console.line(
        "\(world.count) events, \(count) missing: \(time / 1_000_000) ms, \(moved) bytes on the "
          + "wire; the events themselves \(bytes) bytes; \(second.outcome.received) received"
      )
      let again = try (
        ExchangeSession(store: one, surroundings: surroundings),
        ExchangeSession(store: other, surroundings: surroundings)
      )
      try Pump.run(again.0, again.1)
      let idle = again.0.outcome.bytesSent + again.0.outcome.bytesReceived
      console.line("nothing missing: \(idle) bytes on the wire")
    }
    return .done
  }

  static func nanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// A group of ten whose members post in turn, each having seen everything.
  private struct Envelopes {
    private static let people = 10
    private var heads: [Digest] = []
    private var newest: [Digest?] = []
    private var sequences: [UInt64] = []
    private(set) var group = Digest(word0: 0, word1: 0, word2: 0, word3: 0)
    private(set) var count = 0
    private var message: Digest?

    private func key(_ place: Int) -> SigningKey { SigningKey(seed: seed("member \(place)")) }

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

    /// The next events, those that set the group up before the first.
    mutating func next(_ wanted: Int) -> [[UInt8]] {
      var envelopes = setup
      setup = []
      let content = Commitment(digest: seed("content"), size: 42)
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
}
