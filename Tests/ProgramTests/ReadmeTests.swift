import Foundation
import ScopeKit
import Testing

/// Terminal sessions of README: commands after `$ `, and what they print.
private struct TerminalSession {
  var commands: [String] = []
  var outputs: [[String]] = []

  init(_ name: String) throws {
    let root = Fixtures.folder.deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let fence = "```console \(name)\n"
    guard let start = text.range(of: fence),
      let end = text.range(of: "```", range: start.upperBound..<text.endIndex)
    else { return }
    for line in text[start.upperBound..<end.lowerBound].split(separator: "\n") {
      if line.hasPrefix("$ ") {
        commands.append(String(line.dropFirst(2)))
        outputs.append([])
      } else if !outputs.isEmpty {
        outputs[outputs.count - 1].append(Self.plain(String(line)))
      }
    }
  }

  /// A line without what differs each time: ids, times, spaces at its end.
  static func plain(_ line: String) -> String {
    line
      .replacing(/[0-9a-f]{8,}…?/, with: "ID")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
      .replacing(/\s+$/, with: "")
  }
}

@Suite struct `README` {
  @Test func `shows sessions that the program repeats line by line`() throws {
    let session = try TerminalSession("a group of three")
    #expect(session.commands.count > 15)
    let desk = try Desk()
    let marker = "=== next ==="
    let script = session.commands.map { "echo '\(marker)'\n\($0)" }.joined(separator: "\n")
    let run = try desk.shell("exec 2>&1\n" + script)
    var outputs: [[String]] = []
    for line in run.output.split(separator: "\n").map(String.init) {
      if line == marker {
        outputs.append([])
      } else if !outputs.isEmpty {
        outputs[outputs.count - 1].append(TerminalSession.plain(line))
      }
    }
    for (place, command) in session.commands.enumerated() {
      #expect(outputs[place] == session.outputs[place], "\(command)")
    }
  }
}
