internal import CoterieJSON
internal import CoterieSealing
internal import CoterieWire

/// What keeps data from ever being read as markup.
enum Markup {
  /// JSON that may stand inside a script element: no byte of it can open or close an element.
  ///
  /// `<`, `>`, `&` and the two line separators of Unicode occur in strings only, where `\u` says
  /// the same.
  static func scriptSafe(_ json: some Sequence<UInt8>) -> [UInt8] {
    var safe: [UInt8] = []
    safe.reserveCapacity(json.underestimatedCount)
    for byte in json {
      switch byte {
      case UInt8(ascii: "<"): safe += Array(#"\u003c"#.utf8)
      case UInt8(ascii: ">"): safe += Array(#"\u003e"#.utf8)
      case UInt8(ascii: "&"): safe += Array(#"\u0026"#.utf8)
      case 0xa8 where endsInSeparatorStart(safe):
        safe.removeLast(2)
        safe += Array(#"\u2028"#.utf8)
      case 0xa9 where endsInSeparatorStart(safe):
        safe.removeLast(2)
        safe += Array(#"\u2029"#.utf8)
      default: safe.append(byte)
      }
    }
    return safe
  }

  private static func endsInSeparatorStart(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[bytes.count - 2] == 0xe2 && bytes[bytes.count - 1] == 0x80
  }

  /// A JSON value that may stand inside a script element.
  static func scriptSafe(_ value: JSONValue) -> [UInt8] {
    scriptSafe(value.compact.utf8)
  }

  /// Text that may stand between tags.
  static func text(_ text: String) -> String {
    var safe = ""
    for character in text.unicodeScalars {
      switch character {
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "&": safe += "&amp;"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }

  /// The source expression by which a content security policy allows one inline text.
  static func policyHash(of text: String) -> String {
    "'sha256-\(base64(Hashing.sha256(of: Array(text.utf8)).bytes))'"
  }

  /// RFC 4648 §4, with padding.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var digits: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for place in 0..<3 {
        word = word << 8 | (place < group.count ? UInt32(group[start + place]) : 0)
      }
      for place in 0..<4 {
        let digit = alphabet[Int(word >> UInt32(18 - place * 6) & 63)]
        digits.append(place <= group.count ? digit : UInt8(ascii: "="))
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
