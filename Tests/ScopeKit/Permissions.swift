package import CoterieJudgement
internal import Foundation

/// The table of `Fixtures/permissions.txt`, cell by cell.
package struct Permissions {
  /// What the rows and columns of a grid mean.
  package enum Subject: String, Sendable {
    case person, thing, entry, alone, unknown, deleted, preference, dissolved, chat, lowered

    /// Whether it matters who of the two was appointed first.
    var hasOrder: Bool { self == .person || self == .thing }
  }

  /// One act of one person on one person or thing, and what the judge must say of it.
  package struct Cell: Sendable {
    package let subject: Subject
    /// The kind, and what further it needs.
    package let act: [String]
    /// What who acts is.
    package let actor: String
    /// What the one acted on is, or the owner of the thing; the value of the preference; what who
    /// acts becomes.
    package let target: String
    /// Whether who acts was appointed before the one acted on.
    package let isSenior: Bool
    /// The code; nil if it is admitted.
    package let expected: Code?
  }

  /// The cells of one grid, with its heading.
  package struct Grid: Sendable, CustomStringConvertible {
    package let description: String
    package let cells: [Cell]
  }

  /// A table that cannot be read.
  package struct Unreadable: Error {
    package let line: Int
  }

  package private(set) var grids: [Grid] = []
  private var codes: [Character: Code] = [:]

  /// Reads the fixture.
  package init() throws {
    let file = Fixtures.folder.appending(path: "permissions.txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    var heading: [String] = []
    var columns: [String] = []
    var cells: [Cell] = []
    func close(_ grids: inout [Grid]) {
      if !heading.isEmpty {
        grids.append(Grid(description: heading.joined(separator: " "), cells: cells))
      }
      cells = []
      columns = []
    }
    for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first, first != "#" else { continue }
      switch first {
      case "letter":
        guard words.count == 3, let code = Code(rawValue: words[2]) else {
          throw Unreadable(line: place + 1)
        }
        codes[Character(words[1])] = code
      case "grid":
        close(&grids)
        heading = Array(words.dropFirst())
      default:
        if columns.isEmpty {
          columns = words
          continue
        }
        do {
          cells += try row(words, heading, columns)
        } catch {
          throw Unreadable(line: place + 1)
        }
      }
    }
    close(&grids)
  }

  private struct NoCell: Error {}

  /// The cells of a row: its head takes what the columns leave.
  private func row(_ words: [String], _ heading: [String], _ columns: [String]) throws -> [Cell] {
    let head = Array(words.dropLast(columns.count))
    guard let subject = heading.first.flatMap({ Subject(rawValue: $0) }), !head.isEmpty else {
      throw NoCell()
    }
    var cells: [Cell] = []
    for (column, word) in zip(columns, words.suffix(columns.count)) where word != "." {
      let expected = try word.split(separator: "/").map { try code($0) }
      let (act, actor, target) =
        switch subject {
        case .person, .thing, .entry: (Array(heading.dropFirst()), head[0], column)
        case .preference: (Array(heading.dropFirst()), column, head[0])
        case .lowered: (head, heading[1], column)
        default: (head, column, "")
        }
      let isPair =
        subject.hasOrder && target != "self" && actor != "never" && target != "never"
      for isSenior in isPair ? [true, false] : [true] {
        guard let code = isSenior ? expected.first : expected.last else { throw NoCell() }
        cells.append(
          Cell(
            subject: subject,
            act: act,
            actor: actor,
            target: target,
            isSenior: isSenior,
            expected: code
          )
        )
      }
    }
    return cells
  }

  /// The code of a letter; nil for `+`.
  private func code(_ letter: Substring) throws -> Code? {
    if letter == "+" { return nil }
    guard letter.count == 1, let first = letter.first, let code = codes[first] else {
      throw NoCell()
    }
    return code
  }
}
