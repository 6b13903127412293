package import CoterieWire

/// Numbers digests in the order in which they come: a flat open-addressing table.
///
/// Four bytes a slot beside the digests themselves; a look-up costs one or two cache misses. The
/// seed spreads the slots so that ground prefixes do not collide; it never shows in any result.
package struct DigestTable {
  /// The digests by their numbers.
  package private(set) var digests: [Digest] = []
  private var slots: [Int32]
  private let seed: UInt64

  package init(seed: UInt64) {
    self.seed = seed | 1
    slots = [Int32](repeating: -1, count: 64)
  }

  package var count: Int { digests.count }

  /// The number of a digest; nil if it has none.
  package func number(of digest: Digest) -> Int? {
    let found = slots[slot(of: digest)]
    return found < 0 ? nil : Int(found)
  }

  /// The number of a digest, and whether it is new.
  package mutating func insert(_ digest: Digest) -> (number: Int, isNew: Bool) {
    let place = slot(of: digest)
    if slots[place] >= 0 { return (Int(slots[place]), false) }
    let number = digests.count
    digests.append(digest)
    slots[place] = Int32(number)
    if digests.count * 4 > slots.count * 3 { grow() }
    return (number, true)
  }

  package mutating func reserve(_ count: Int) {
    digests.reserveCapacity(count)
    while count * 4 > slots.count * 3 { grow() }
  }

  private func slot(of digest: Digest) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash(digest)) & mask
    while slots[place] >= 0, digests[Int(slots[place])] != digest { place = (place + 1) & mask }
    return place
  }

  private func hash(_ digest: Digest) -> UInt64 {
    let mixed = (digest.word0 ^ seed) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 32)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for number in digests.indices {
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: hash(digests[number])) & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(number)
    }
  }
}
