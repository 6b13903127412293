/// Text as the bytes of its UTF-8, compared byte by byte.
///
/// Swift strings compare equal across normal forms; what members sign and compare must not.
public struct Text: Hashable, Comparable, Sendable {
  /// The bytes; always valid UTF-8.
  public let utf8: [UInt8]

  /// Takes a string's UTF-8 as it is, without normalising.
  public init(_ string: String) {
    utf8 = Array(string.utf8)
  }

  /// Takes bytes that are known to be UTF-8.
  package init(validated bytes: [UInt8]) {
    utf8 = bytes
  }

  /// The text for display.
  public var string: String {
    String(decoding: utf8, as: UTF8.self)
  }

  /// Orders texts as their bytes are ordered.
  public static func < (left: Text, right: Text) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

extension Text: ExpressibleByStringLiteral {
  /// Takes a literal.
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

/// A short text packed into two words, so that keys and kinds are compared without memory.
///
/// At most 16 bytes; shorter ones are filled with zeros, and the count tells them apart.
package struct ShortText: Hashable, Sendable {
  @usableFromInline package let high: UInt64
  @usableFromInline package let low: UInt64
  @usableFromInline let highMask: UInt64
  @usableFromInline let lowMask: UInt64
  @usableFromInline package let count: Int

  /// Packs a name of the format; it must be at most 16 bytes long.
  package init(_ name: String) {
    precondition(name.utf8.count <= 16, "a name of the format has at most 16 bytes")
    var words: (UInt64, UInt64) = (0, 0)
    for (place, byte) in name.utf8.enumerated() {
      if place < 8 {
        words.0 |= UInt64(byte) << UInt64(56 - place * 8)
      } else {
        words.1 |= UInt64(byte) << UInt64(120 - place * 8)
      }
    }
    high = words.0
    low = words.1
    count = name.utf8.count
    highMask = ~(UInt64.max >> UInt64(8 * min(count, 8)))
    lowMask = ~(UInt64.max >> UInt64(8 * max(count - 8, 0)))
  }

  /// The name as a string.
  package var name: String {
    let words = [high, low].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
    }
    return String(decoding: words.prefix(count), as: UTF8.self)
  }

  /// The place behind this name, if it stands at `offset` of `source` as a text in CBOR.
  @inlinable
  package func end(at offset: Int, of source: Span<UInt8>) -> Int? {
    guard offset < source.count, Int(source[offset]) == 0x60 | count,
      source.count - offset > count, matches((offset + 1)..<(offset + 1 + count), of: source)
    else { return nil }
    return offset + 1 + count
  }

  /// Whether these bytes of `source` spell this name.
  @inlinable
  package func matches(_ range: Range<Int>, of source: Span<UInt8>) -> Bool {
    guard range.count == count else { return false }
    if source.count - range.lowerBound >= 16 {
      return source.bigEndianWord(at: range.lowerBound) & highMask == high
        && source.bigEndianWord(at: range.lowerBound + 8) & lowMask == low
    }
    var words: (UInt64, UInt64) = (0, 0)
    var place = 0
    for index in range {
      if place < 8 {
        words.0 |= UInt64(source[index]) << UInt64(56 - place * 8)
      } else {
        words.1 |= UInt64(source[index]) << UInt64(120 - place * 8)
      }
      place += 1
    }
    return words.0 == high && words.1 == low
  }
}
