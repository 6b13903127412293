/// Thirty-two bytes that name something: an event id, a public key, a commitment.
///
/// Held in four words as the bytes lie in memory, so that a digest is a plain value without a heap
/// allocation and is read without a look at its bytes.
public struct Digest: BitwiseCopyable, Hashable, Comparable, Sendable {
  /// The number of bytes of a digest.
  public static let byteCount = 32

  @usableFromInline var stored0: UInt64
  @usableFromInline var stored1: UInt64
  @usableFromInline var stored2: UInt64
  @usableFromInline var stored3: UInt64

  /// Takes four words whose highest bytes come first.
  @inlinable
  package init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
    stored0 = word0.bigEndian
    stored1 = word1.bigEndian
    stored2 = word2.bigEndian
    stored3 = word3.bigEndian
  }

  /// Thirty-two zeros: no key, and no hash that anyone knows bytes for.
  @inlinable package static var zero: Digest {
    Digest(word0: 0, word1: 0, word2: 0, word3: 0)
  }

  /// The 32 bytes of `bytes` from `offset`; they must be there.
  @inlinable
  @inline(always)
  package init(in bytes: Span<UInt8>, at offset: Int) {
    self = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Digest.self)
  }

  /// Bytes 0 to 7 as a number, the first byte highest; so words are ordered as bytes are.
  @inlinable package var word0: UInt64 { UInt64(bigEndian: stored0) }
  /// Bytes 8 to 15.
  @inlinable package var word1: UInt64 { UInt64(bigEndian: stored1) }
  /// Bytes 16 to 23.
  @inlinable package var word2: UInt64 { UInt64(bigEndian: stored2) }
  /// Bytes 24 to 31.
  @inlinable package var word3: UInt64 { UInt64(bigEndian: stored3) }

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

  /// The words as they lie in memory.
  var storedWords: (UInt64, UInt64, UInt64, UInt64) {
    (stored0, stored1, stored2, stored3)
  }

  /// The 32 bytes in order.
  public var bytes: [UInt8] {
    (0..<Self.byteCount).map { byte(at: $0) }
  }

  /// The 64 lower-case hexadecimal digits.
  public var hex: String {
    bytes.hex
  }

  /// Whether the hexadecimal digits start with these, in lower case; O(digits), no memory.
  package func starts(with digits: String) -> Bool {
    var place = 0
    for digit in digits.utf8 {
      guard place < 2 * Self.byteCount else { return false }
      let byte = byte(at: place >> 1)
      if digit != Hexadecimal.digit(place & 1 == 0 ? byte >> 4 : byte & 15) { return false }
      place += 1
    }
    return true
  }

  /// Whether all 32 bytes are the same.
  @inlinable
  public static func == (left: Digest, right: Digest) -> Bool {
    left.stored0 == right.stored0 && left.stored1 == right.stored1
      && left.stored2 == right.stored2 && left.stored3 == right.stored3
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
