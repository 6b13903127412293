package import CoterieWire

/// Numbers digests in the order in which they come: a flat open-addressing table.
///
/// Eight bytes a slot beside the digests themselves: a slot keeps half a word of its digest, so a
/// look-up costs one cache miss, and a second only for a digest that is there. The seed spreads the
/// slots so that ground prefixes do not collide; it never shows in any result.
package struct DigestTable {
  private struct Slot {
    var tag: UInt32
    var number: Int32
  }

  /// The digests by their numbers.
  package private(set) var digests: [Digest] = []
  private var slots: [Slot]
  private let seed: UInt64

  package init(seed: UInt64) {
    self.seed = seed | 1
    slots = Self.freeSlots(64)
  }

  private static func freeSlots(_ count: Int) -> [Slot] {
    [Slot](repeating: Slot(tag: 0, number: -1), count: count)
  }

  package var count: Int { digests.count }

  /// The number of a digest; nil if it has none.
  package func number(of digest: Digest) -> Int? {
    let found = slots[slot(of: digest)].number
    return found < 0 ? nil : Int(found)
  }

  /// Where a digest stands, or where it will stand if it is the next to get a number.
  package struct Place {
    fileprivate var slot: Int
    /// Its number; nil if it has none.
    package var number: Int?
  }

  /// Looks a digest up that may have to be inserted.
  package func place(of digest: Digest) -> Place {
    let slot = slot(of: digest)
    let found = slots[slot].number
    return Place(slot: slot, number: found < 0 ? nil : Int(found))
  }

  /// The number of a digest, and whether it is new.
  package mutating func insert(_ digest: Digest) -> (number: Int, isNew: Bool) {
    let place = place(of: digest)
    if let known = place.number { return (known, false) }
    return (insert(digest, at: place), true)
  }

  /// Numbers a digest that has no number, at its place as the table is now.
  package mutating func insert(_ digest: Digest, at place: Place) -> Int {
    precondition(slots[place.slot].number < 0, "a digest is numbered once")
    let number = digests.count
    digests.append(digest)
    slots[place.slot] = Slot(tag: tag(digest), number: Int32(number))
    if digests.count * 4 > slots.count * 3 { grow(to: slots.count * 2) }
    return number
  }

  /// Brings the slots of digests into the cache, all at once instead of one after the other.
  ///
  /// Answers nothing of meaning, but must answer so that the loads are made.
  package func touch(_ digests: [Digest]) -> UInt32 {
    let mask = slots.count - 1
    return digests.reduce(0) { $0 ^ slots[Int(truncatingIfNeeded: hash($1)) & mask].tag }
  }

  package mutating func reserve(_ count: Int) {
    digests.reserveCapacity(count)
    var wanted = slots.count
    while count * 4 > wanted * 3 { wanted *= 2 }
    if wanted > slots.count { grow(to: wanted) }
  }

  private func slot(of digest: Digest) -> Int {
    let mask = slots.count - 1
    let tag = tag(digest)
    var place = Int(truncatingIfNeeded: hash(digest)) & mask
    while slots[place].number >= 0 {
      if slots[place].tag == tag, digests[Int(slots[place].number)] == digest { break }
      place = (place + 1) & mask
    }
    return place
  }

  private func tag(_ digest: Digest) -> UInt32 { UInt32(truncatingIfNeeded: digest.word1) }

  private func hash(_ digest: Digest) -> UInt64 {
    let mixed = (digest.word0 ^ seed) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 32)
  }

  private mutating func grow(to count: Int) {
    slots = Self.freeSlots(count)
    let mask = count - 1
    for (number, digest) in digests.enumerated() {
      var place = Int(truncatingIfNeeded: hash(digest)) & mask
      while slots[place].number >= 0 { place = (place + 1) & mask }
      slots[place] = Slot(tag: tag(digest), number: Int32(number))
    }
  }
}
