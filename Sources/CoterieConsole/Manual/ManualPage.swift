/// One page of the manual, in mdoc: the language of mandoc and of groff.
public struct ManualPage: Sendable {
  /// The name without its section, such as `coterie-log`.
  public let name: String
  /// 1 for commands, 5 for formats, 7 for what is not of one program.
  public let section: Int
  /// What the page is about, in a few words without a full stop.
  public let summary: String
  private var lines: [String]

  /// Starts a page with its name.
  ///
  /// - Parameter date: the month's name, the day, a comma, the year.
  public init(_ name: String, section: Int, summary: String, date: String) {
    self.name = name
    self.section = section
    self.summary = summary
    lines = [
      ".Dd \(date)", ".Dt \(name.uppercased()) \(section)", ".Os",
      ".Sh NAME", ".Nm \(Self.argument(name))", ".Nd \(Self.escaped(summary))",
    ]
  }

  /// The name of the file in which the page is installed, below a folder for its section.
  public var path: String { "man\(section)/\(name).\(section)" }

  /// The page.
  public var text: String { lines.joined(separator: "\n") + "\n" }

  /// Starts a section; its title is in capitals.
  public mutating func section(_ title: String) {
    lines.append(".Sh \(title)")
  }

  /// Starts a part of a section.
  public mutating func part(_ title: String) {
    lines.append(".Ss \(Self.escaped(title))")
  }

  /// Adds a line of the language as it is.
  public mutating func macro(_ line: String) {
    lines.append(line)
  }

  /// Adds a paragraph: the first of a section needs no space before it.
  public mutating func paragraph(_ text: String) {
    if let last = lines.last, !last.hasPrefix(".Sh"), !last.hasPrefix(".Ss") {
      lines.append(".Pp")
    }
    lines += Self.prose(text)
  }

  /// Adds a text without starting a paragraph, such as in an item of a list.
  public mutating func lines(_ text: String) {
    lines += Self.prose(text)
  }

  /// Adds a list of terms, each with what it means.
  ///
  /// - Parameters:
  ///   - rows: terms in mdoc, such as `Fl n Ar N`, with plain texts.
  ///   - width: the widest term.
  public mutating func terms(_ rows: [(head: String, text: String)], width: String) {
    lines.append(".Bl -tag -width \(Self.quoted(width))")
    for row in rows {
      lines.append(".It \(row.head)")
      lines += Self.prose(row.text)
    }
    lines.append(".El")
  }

  /// Adds a table: each column as wide as its widest cell, the last as wide as there is room.
  public mutating func table(_ rows: [[String]]) {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column] : "" }.max { $0.count < $1.count } ?? ""
    }
    lines += [".Pp", ".Bl -column -compact \(widths.map(Self.quoted).joined(separator: " "))"]
    for row in rows {
      lines.append(".It \(row.map(Self.argument).joined(separator: " Ta "))")
    }
    lines.append(".El")
  }

  /// Adds lines that stay as they are.
  public mutating func literal(_ text: String) {
    lines.append(".Bd -literal -offset indent")
    lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      Self.escaped(String(line))
    }
    lines.append(".Ed")
  }

  /// Adds the section that names other pages, by section and name.
  public mutating func seeAlso(_ pages: [(name: String, section: Int)]) {
    lines.append(".Sh SEE ALSO")
    let sorted = pages.sorted { ($0.section, $0.name) < ($1.section, $1.name) }
    for (place, page) in sorted.enumerated() {
      lines.append(".Xr \(page.name) \(page.section)\(place + 1 < sorted.count ? " ," : "")")
    }
  }

  // MARK: The language

  /// A plain text for a line of its own.
  public static func escaped(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e")
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  /// A plain text as one argument of a macro, never a macro itself.
  public static func argument(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e")
    let isCalled =
      2...3 ~= escaped.count && escaped.first?.isUppercase == true
      && escaped.dropFirst().first?.isUppercase == false
    let isPunctuation = escaped.count == 1 && escaped.first?.isPunctuation == true
    return quoted(isCalled || isPunctuation ? "\\&" + escaped : escaped)
  }

  private static func quoted(_ argument: String) -> String {
    let isPlain = !argument.isEmpty && !argument.contains { $0 == " " || $0 == "\"" }
    return isPlain ? argument : "\"\(argument.replacing("\"", with: "\"\""))\""
  }

  /// A name of a page with its section, such as `coterie(1)`, as a macro.
  private static func reference(_ word: Substring) -> String? {
    let name = word.prefix { $0.isLowercase || $0 == "-" }
    let rest = Array(word.dropFirst(name.count))
    guard !name.isEmpty, rest.count >= 3, rest[0] == "(", rest[1].isNumber, rest[2] == ")",
      rest.count <= 4
    else { return nil }
    return ".Xr \(name) \(rest[1])" + (rest.count > 3 ? " \(rest[3])" : "")
  }

  /// A plain text as lines of at most 78 bytes, each sentence and reference on a line of its own.
  static func prose(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    func end() {
      if !line.isEmpty { lines.append(escaped(line)) }
      line = ""
    }
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if let reference = reference(word) {
        end()
        lines.append(reference)
        continue
      }
      if !line.isEmpty, line.utf8.count + 1 + word.utf8.count > 78 { end() }
      line += (line.isEmpty ? "" : " ") + word
      if word.last == "." { end() }
    }
    end()
    return lines
  }
}
