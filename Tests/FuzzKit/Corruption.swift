package import CoterieWire

/// Ways in which a store's file is damaged, by accident or on purpose.
package enum Corruption: String, CaseIterable, Sendable {
  /// One bit is another.
  case bit
  /// Sixteen bytes are random.
  case bytes
  /// Two bytes of one page's header are random.
  case pageHeader
  /// One byte of the head of an entry is random.
  case entryHead
  /// A page is random.
  case randomPage
  /// A page is zero.
  case zeroPage
  /// One byte of both meta pages is random.
  case metas
  /// The file ends early.
  case cut

  private static let pageBytes = 4096

  /// The file with one damage of this kind.
  package func damaged(_ file: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = file
    let pageCount = UInt64(file.count / Self.pageBytes)
    guard pageCount > 2 else { return bytes }
    let page = Int(random.next() % pageCount) * Self.pageBytes
    switch self {
    case .bit: bytes[Int(random.next() % UInt64(file.count))] ^= 1 << (random.next() % 8)
    case .bytes:
      for _ in 0..<16 { bytes[Int(random.next() % UInt64(file.count))] = Self.byte(&random) }
    case .pageHeader:
      for _ in 0..<2 { bytes[page + Int(random.next() % 16)] = Self.byte(&random) }
    case .entryHead: damageEntry(&bytes, page, &random)
    case .randomPage:
      for place in page..<(page + Self.pageBytes) { bytes[place] = Self.byte(&random) }
    case .zeroPage:
      for place in page..<(page + Self.pageBytes) { bytes[place] = 0 }
    case .metas:
      let place = Int(random.next() % 160)
      let byte = Self.byte(&random)
      for meta in [0, Self.pageBytes] { bytes[meta + place] = byte }
    case .cut: bytes.removeSubrange(Int(random.next() % UInt64(file.count))...)
    }
    return bytes
  }

  /// The head of an entry that a slot of the page points to; a byte of the slots if none does.
  private func damageEntry(_ bytes: inout [UInt8], _ page: Int, _ random: inout SplitMix64) {
    let slots = (Int(bytes[page + 12]) | Int(bytes[page + 13]) << 8) / 2 - 8
    guard slots > 0, slots < 2040 else {
      bytes[page + 16 + Int(random.next() % 64)] = Self.byte(&random)
      return
    }
    let slot = page + 16 + Int(random.next() % UInt64(slots)) * 2
    let entry = Int(bytes[slot]) | Int(bytes[slot + 1]) << 8
    let place = min(page + entry + Int(random.next() % 8), bytes.count - 1)
    bytes[place] = Self.byte(&random)
  }

  private static func byte(_ random: inout SplitMix64) -> UInt8 {
    UInt8(truncatingIfNeeded: random.next() >> 24)
  }
}
