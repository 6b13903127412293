import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// All pages as `manual --all` writes them, by their path.
private func pages(_ desk: Desk) throws -> [String: String] {
  let folder = desk.path("share/man")
  #expect(try desk.coterie("manual", "--all", folder).status == 0)
  var found: [String: String] = [:]
  for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init()
  where path.contains(".") {
    found[path] = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
  }
  return found
}

@Suite struct `The manual` {
  @Test func `has a page for the program, for each command, for formats and for rules`() throws {
    let desk = try Desk()
    let names = try desk.coterie("completion", "--values", "commands").output
      .split(separator: "\n").map { $0.replacing(" ", with: "-") }
    let wanted =
      ["man1/coterie.1", "man5/coterie-formats.5", "man7/coterie-rules.7"]
      + names.map { "man1/coterie-\($0).1" }
    let pages = try pages(desk)
    #expect(pages.keys.sorted() == wanted.sorted())
    #expect(try desk.coterie("manual").output == pages["man1/coterie.1"])
    let run = try desk.coterie("manual", "fixture", "run").output
    #expect(run == pages["man1/coterie-fixture-run.1"])
    #expect(try desk.coterie("manual", "rules").output == pages["man7/coterie-rules.7"])
    let program = desk.path("share/man/man1/coterie.1")
    let mode = try FileManager.default.attributesOfItem(atPath: program)
    #expect((mode[.posixPermissions] as? Int).map { $0 & 0o444 } == 0o444)
  }

  @Test func `stands without a complaint of mandoc, and names no page that is not there`() throws {
    let desk = try Desk()
    let pages = try pages(desk)
    let paths = pages.keys.sorted().map { desk.path("share/man/\($0)") }
    let strict = try desk.run("/usr/bin/mandoc", ["-T", "lint", "-W", "warning"] + paths)
    #expect(strict == Run(status: 0, output: "", errors: ""))
    // Matters of style too, but for pages of ours that this machine has not installed.
    let style = try desk.run("/usr/bin/mandoc", ["-T", "lint", "-W", "style"] + paths)
    let complaints = (style.output + style.errors).split(separator: "\n")
    #expect(complaints.filter { !$0.contains("referenced manual not found") } == [])
    let references = pages.values.flatMap { $0.split(separator: "\n") }
      .filter { $0.hasPrefix(".Xr ") || $0.hasPrefix(".It Xr ") }
      .map { $0.split(separator: " ").drop { $0 != "Xr" && $0 != ".Xr" }.dropFirst().prefix(2) }
    let named = Set(references.map { "man\($0.last ?? "")/\($0.joined(separator: "."))" })
    #expect(named.subtracting(pages.keys) == [])
  }

  @Test func `names every kind, role, status, code and preference`() throws {
    let desk = try Desk()
    let rules = try desk.coterie("manual", "rules").output
    for name in ["kinds", "roles", "statuses", "codes"] {
      let values = try desk.coterie("completion", "--values", name).output.split(separator: "\n")
      #expect(!values.isEmpty)
      for value in values { #expect(rules.contains(value), "\(value)") }
    }
    let preferences = try desk.coterie("explain", "preferences").output.split(separator: "\n")
    for row in preferences.dropFirst(4) {
      #expect(rules.contains(row.split(separator: " ")[0]), "\(row)")
    }
  }

  @Test func `names every table of a store`() throws {
    let desk = try Desk()
    let formats = try desk.coterie("manual", "formats").output
    let layout = Fixtures.folder.deletingLastPathComponent()
      .appending(path: "Sources/CoterieLedger/Layout.swift")
    let tables = try String(contentsOf: layout, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("  case ") }.map { $0.dropFirst(7) }
    #expect(!tables.isEmpty)
    for table in tables { #expect(formats.contains(".It \(table) Ta"), "\(table)") }
  }

  @Test func `shows a scenario that runs as it says`() throws {
    let desk = try Desk()
    let formats = try desk.coterie("manual", "formats").output
    let lines = formats.split(separator: "\n").drop { !$0.hasPrefix(".Bd") }.dropFirst()
    let example = lines.prefix { $0 != ".Ed" }.joined(separator: "\n")
    try example.write(toFile: desk.path("example.json"), atomically: true, encoding: .utf8)
    #expect(try desk.coterie("fixture", "run", desk.path("example.json")).status == 0)
  }

  @Test func `says what page is near, and where it could not write`() throws {
    let desk = try Desk()
    let wrong = try desk.coterie("manual", "fixtures", "run")
    #expect(wrong.status == 3)
    #expect(wrong.errors.contains("did you mean fixture-run?"))
    #expect(try desk.coterie("manual", "log", "--all", desk.path("man")).status == 2)
    let nowhere = try desk.coterie("manual", "--all", "/proc/man")
    #expect(nowhere.status == 5)
    #expect(nowhere.errors.contains("/proc/man cannot be made"))
  }
}
