internal import CoterieGroups
internal import CoterieWire
internal import Synchronization

/// The randomness of one member, which starts anew at each step: leaving one step out changes
/// nothing in the others.
final class Chance: Sendable {
  private let source: Mutex<SplitMix64>

  init(seed: UInt64) {
    source = Mutex(SplitMix64(seed: seed))
  }

  func start(_ seed: UInt64) {
    source.withLock { $0 = SplitMix64(seed: seed) }
  }

  func below(_ bound: Int) -> Int { source.withLock { $0.below(max(1, bound)) } }

  /// Whether something happens that does once in so many times.
  func once(in count: Int) -> Bool { below(count) == 0 }

  func bytes(_ count: Int) -> [UInt8] {
    source.withLock { random in
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 11) }
    }
  }

  func digest() -> Digest {
    guard let digest = Digest(bytes(Digest.byteCount)) else {
      preconditionFailure("thirty-two bytes are a digest")
    }
    return digest
  }

  /// One of some; nil of none.
  func one<Item>(of items: [Item]) -> Item? { items.isEmpty ? nil : items[below(items.count)] }

  /// In another order.
  func shuffled<Item>(_ items: [Item]) -> [Item] {
    var items = items
    for place in items.indices.reversed() where place > 0 { items.swapAt(place, below(place + 1)) }
    return items
  }
}

/// The time of the world, in milliseconds since 1970.
final class WorldClock: Sendable {
  static let start: UInt64 = 1_767_225_600_000
  private let time = Mutex<UInt64>(start)

  var now: UInt64 { time.withLock { $0 } }

  /// Goes forward; never back.
  func advance(to moment: UInt64) {
    time.withLock { $0 = max($0, moment) }
  }
}

/// What one member takes for the time: the world's, so much off.
final class MemberClock: Sendable {
  private let world: WorldClock
  private let offset = Mutex<Int64>(0)

  init(_ world: WorldClock) {
    self.world = world
  }

  var now: UInt64 {
    let offset = offset.withLock { $0 }
    return UInt64(max(0, Int64(clamping: world.now) + offset))
  }

  func skew(_ milliseconds: Int64) {
    offset.withLock { $0 = milliseconds }
  }
}

extension Surroundings {
  /// The surroundings of a simulated member: its clock, and chance for everything random.
  init(_ clock: MemberClock, _ chance: Chance) {
    self.init(now: { clock.now }, random: { chance.bytes($0) })
    keySeed = { chance.digest() }
  }
}

/// Stirs numbers into one from which chance starts.
func stirred(_ numbers: UInt64...) -> UInt64 {
  numbers.reduce(0x9e37_79b9) { sum, number in
    var random = SplitMix64(seed: sum ^ (number &* 0xff51_afd7_ed55_8ccd))
    return random.next()
  }
}
