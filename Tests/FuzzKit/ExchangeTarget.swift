import CoterieBundles
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieSealing
import CoterieVault
import CoterieWire
import StoreKit
import Synchronization

/// What comes from others over a wire or in a folder.
enum ExchangeTarget {
  /// Two members of a group, made once; each input gets sessions of their own.
  struct Two: Sendable {
    let shelf: Shelf
    let ann: Store
    let bob: Store
    let keys: [StoredKey]
    let group: Digest
    /// Events that one of the two has and the other has not.
    let news: [BundleEntry]

    static func make() async throws -> Two {
      let shelf = try Shelf()
      let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
      let group = try await shelf.group(of: ann, with: [(bob, .admin)])
      try await shelf.group(group, ann).post("known to both")
      try await shelf.hand(over: group, from: ann, to: bob)
      let before = try bob.log(of: group).allEntries().count
      try await shelf.group(group, bob).post("news")
      let entries = try bob.log(of: group).allEntries()
      return Two(
        shelf: shelf,
        ann: ann,
        bob: bob,
        keys: try ann.keys() + bob.keys(),
        group: group,
        news: Array(entries.suffix(entries.count - before))
      )
    }

    func session(_ store: Store, _ log: GroupLog) throws -> ExchangeSession {
      try ExchangeSession(store: store, groups: [log], surroundings: shelf.surroundings)
    }
  }

  private static let made = Mutex<Two?>(nil)
  /// The group as each of the two has it; one input at a time.
  private static let logs = Mutex<[GroupLog]>([])

  static func prepare() async throws {
    if made.withLock({ $0 != nil }) { return }
    let two = try await Two.make()
    made.withLock { if $0 == nil { $0 = two } }
    try logs.withLock { logs in
      logs = [try two.ann.log(of: two.group), try two.bob.log(of: two.group)]
    }
  }

  static var two: Two {
    guard let two = made.withLock({ $0 }) else {
      preconditionFailure("FuzzTarget.prepare comes first")
    }
    return two
  }

  // MARK: Sessions

  /// What an input tells the other end to do.
  enum Step: UInt8 {
    /// Both ends speak as they should, so many turns.
    case turns = 0
    /// The other end says any bytes in the channel.
    case inChannel = 1
    /// The other end says any bytes within the group.
    case withinGroup = 2
    /// Any bytes come outside of any frame.
    case raw = 3
  }

  /// The first byte chooses: 0 raw bytes, 1 raw bytes behind a good hello, else steps.
  static func session(_ bytes: [UInt8]) {
    logs.withLock { session(bytes, ann: $0[0], bob: $0[1]) }
  }

  private static func session(_ bytes: [UInt8], ann annLog: GroupLog, bob bobLog: GroupLog) {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    let two = two
    do {
      let ann = try two.session(two.ann, annLog)
      if choice < 2 {
        let hello = Array("coterie1".utf8) + SealKeyPair().publicKey.bytes
        try ann.receive((choice == 0 ? [] : hello) + input.rest())
        precondition(!ann.isDone, "a session is not done before its end")
        return
      }
      let bob = try two.session(two.bob, bobLog)
      while !input.isAtEnd {
        switch Step(rawValue: input.byte() % 4) {
        case .turns?, nil: try turn(ann, bob, count: Int(input.byte() % 12))
        case .inChannel?: bob.say(bytes: input.piece())
        case .withinGroup?: bob.sayWithinGroup(bytes: input.piece())
        case .raw?: try ann.receive(input.piece())
        }
      }
      try turn(ann, bob, count: 40)
      try ann.close()
    } catch let error as ExchangeError {
      precondition(!"\(error)".isEmpty, "an end that is cut off is told why")
      if case .group(let fault) = error { preconditionFailure("the store failed: \(fault)") }
    } catch {
      preconditionFailure("an exchange ends in an exchange error")
    }
  }

  /// Hands over what each end has to say; the one under test may refuse.
  private static func turn(
    _ ann: ExchangeSession,
    _ bob: ExchangeSession,
    count: Int
  ) throws {
    for _ in 0..<count {
      let (out, back) = (try ann.send(), try? bob.send())
      if let back { try ann.receive(back) }
      if let out { try? bob.receive(out) }
      if out == nil, back == nil { return }
    }
  }

  // MARK: Packets

  /// A first byte of 0 takes the rest as a file, any other as what is signed and sealed in one.
  static func packet(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    var body = input.rest()
    let two = two
    do throws(Malformed) {
      if choice == 0 {
        let opened = try Packet.open(body, with: two.keys.map { ($0, Seal.all(of: $0)) })
        precondition(opened == nil, "nothing opens that was not sealed to a key")
        return
      }
      let signer = two.keys[0]
      // The place of the sender, so that a signature over anything can be its own.
      if body.count >= 69 { body.replaceSubrange(37..<69, with: signer.publicKey.bytes) }
      let seal = two.keys[0].seal.publicKey
      let packet = try Packet(Packet.signed(body, for: seal, by: signer), sealedTo: seal)
      precondition(packet.body == body, "what was read is written again byte for byte")
    } catch {
      precondition(error.offset >= 0, "a fault has a place")
    }
  }
}
