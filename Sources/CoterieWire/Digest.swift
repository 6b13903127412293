/// Thirty-two bytes that name something: an event id, a public key, a commitment.
///
/// Held as four big-endian words, so that comparing words compares the bytes in order, and so that
/// a digest is a plain value without a heap allocation.
public struct Digest: Hashable, Comparable, Sendable {
  /// The number of bytes of a digest.
  public static let byteCount = 32

  @usableFromInline package var word0: UInt64
  @usableFromInline package var word1: UInt64
  @usableFromInline package var word2: UInt64
  @usableFromInline package var word3: UInt64

  @inlinable
  package init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// Takes the 32 bytes of `bytes`; nothing else fits.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (place, byte) in bytes.enumerated() {
      switch place >> 3 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
    }
    self.init(word0: words.0, word1: words.1, word2: words.2, word3: words.3)
  }

  /// Reads 64 hexadecimal digits of either case.
  public init?(hex: String) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// The byte at `place`, from 0 to 31.
  package func byte(at place: Int) -> UInt8 {
    let shift = UInt64(56 - (place & 7) * 8)
    return switch place >> 3 {
    case 0: UInt8(truncatingIfNeeded: word0 >> shift)
    case 1: UInt8(truncatingIfNeeded: word1 >> shift)
    case 2: UInt8(truncatingIfNeeded: word2 >> shift)
    default: UInt8(truncatingIfNeeded: word3 >> shift)
    }
  }

  /// The words as they lie in memory where the 32 bytes stand in order.
  var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
  }

  /// The 32 bytes in order.
  public var bytes: [UInt8] {
    (0..<Self.byteCount).map { byte(at: $0) }
  }

  /// The 64 lower-case hexadecimal digits.
  public var hex: String {
    bytes.hex
  }

  /// Whether all 32 bytes are the same.
  @inlinable
  public static func == (left: Digest, right: Digest) -> Bool {
    left.word0 == right.word0 && left.word1 == right.word1 && left.word2 == right.word2
      && left.word3 == right.word3
  }

  /// Orders digests as their bytes are ordered.
  @inlinable
  public static func < (left: Digest, right: Digest) -> Bool {
    left.isOrdered(before: right)
  }

  @inlinable
  func isOrdered(before other: Digest) -> Bool {
    if word0 != other.word0 { return word0 < other.word0 }
    if word1 != other.word1 { return word1 < other.word1 }
    if word2 != other.word2 { return word2 < other.word2 }
    return word3 < other.word3
  }
}

extension Digest: CustomStringConvertible {
  /// The first eight hexadecimal digits, as people are shown ids.
  public var description: String {
    String(hex.prefix(8))
  }
}
