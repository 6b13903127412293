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
