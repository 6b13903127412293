/// Shows texts of strangers without letting them act on the terminal.
public enum Escaping {
  /// The text with control, bidi, zero-width and private characters written as `\u{…}`.
  public static func visible(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      if isHarmless(scalar) {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return shown
  }

  /// The text as a string of JSON.
  public static func quoted(_ text: String) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": shown += "\\\(scalar)"
      case ..<" ": shown += "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown + "\""
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      scalar.value == 0x200d
    default: true
    }
  }
}
