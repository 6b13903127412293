/// Base 64 (RFC 4648 §4) with padding, as signed notes use it.
public enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The text of bytes.
  public static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for byte in part { word = word << 8 | UInt32(byte) }
      word <<= UInt32(8 * (3 - part.count))
      for place in 0..<4 {
        let index = Int(word >> UInt32(18 - 6 * place) & 63)
        text.append(place <= part.count ? alphabet[index] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text; nil unless it is exactly what `text(of:)` writes.
  public static func bytes(of text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 4) {
      var word: UInt32 = 0
      var padding = 0
      for digit in digits[start..<(start + 4)] {
        word <<= 6
        if digit == UInt8(ascii: "=") {
          padding += 1
        } else if padding == 0, let value = alphabet.firstIndex(of: digit) {
          word |= UInt32(value)
        } else {
          return nil
        }
      }
      guard padding <= 2 else { return nil }
      let all = [16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
      bytes += all.prefix(3 - padding)
    }
    return self.text(of: bytes) == String(text) ? bytes : nil
  }
}
