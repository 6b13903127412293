internal import CQRencode

/// QR codes (ISO/IEC 18004) in a terminal, two modules a character.
public enum QRCode {
  /// Modules of white around a code.
  private static let quiet = 4

  /// The lines of a code; nil if the text is too long for one.
  ///
  /// Light modules are drawn and dark ones left out, as fits a dark terminal. With `isASCII`, `##`
  /// is light.
  public static func lines(of text: String, isASCII: Bool) -> [String]? {
    guard let rows = modules(of: text) else { return nil }
    let width = rows.count + 2 * quiet
    func isDark(_ row: Int, _ column: Int) -> Bool {
      let (y, x) = (row - quiet, column - quiet)
      guard rows.indices.contains(y), rows.indices.contains(x) else { return false }
      return rows[y][x]
    }
    if isASCII {
      return (0..<width).map { row in
        (0..<width).map { isDark(row, $0) ? "  " : "##" }.joined()
      }
    }
    return stride(from: 0, to: width, by: 2).map { row in
      (0..<width).map { column in
        switch (isDark(row, column), row + 1 < width ? isDark(row + 1, column) : true) {
        case (false, false): "█"
        case (false, true): "▀"
        case (true, false): "▄"
        case (true, true): " "
        }
      }.joined()
    }
  }

  /// Which modules are dark, row by row.
  static func modules(of text: String) -> [[Bool]]? {
    guard
      let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L)
    else { return nil }
    defer { unsafe QRcode_free(code) }
    let width = unsafe Int(code.pointee.width)
    guard let data = unsafe code.pointee.data else { return nil }
    return (0..<width).map { row in
      (0..<width).map { column in unsafe data[row * width + column] & 1 == 1 }
    }
  }
}
