/// Hexadecimal digits of bytes, and back.
public enum Hexadecimal {
  /// Reads pairs of digits of either case; nil for an odd count or another character.
  public static func bytes(of digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = nibble(digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// Two lower-case digits a byte.
  public static func digits(of bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return text
  }

  /// The lower-case digit of a number below 16.
  static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Array where Element == UInt8 {
  /// Reads pairs of hexadecimal digits of either case; nil for an odd count or another character.
  public init?(hex: String) {
    guard let bytes = Hexadecimal.bytes(of: Array(hex.utf8)) else { return nil }
    self = bytes
  }

  /// Two lower-case hexadecimal digits a byte.
  public var hex: String {
    String(decoding: Hexadecimal.digits(of: self), as: UTF8.self)
  }
}
