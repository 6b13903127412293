import Foundation
import ScopeKit
import Testing

private let root = Fixtures.folder.deletingLastPathComponent()

/// All Swift files below a folder, by path from the root.
private func swiftFiles(below folder: String) -> [String] {
  let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
  return (found?.compactMap { $0 as? String } ?? [])
    .filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
}

private func text(_ path: String) throws -> String {
  try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

private func imports(_ path: String) throws -> Set<String> {
  let lines = try text(path).split(separator: "\n").filter { $0.contains("import ") }
  return Set(
    lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place < 2, place + 1 < words.count else {
        return nil
      }
      return String(words[place + 1])
    }
  )
}

@Suite struct `The house` {
  /// What each floor may import of the project; the lowest first.
  private let floors: [(floor: String, on: Set<String>)] = [
    ("CoterieWire", []),
    ("CoterieJSON", []),
    ("CoterieConsole", ["CQRencode"]),
    ("CoterieSealing", ["CoterieWire", "CSodium", "CBLAKE2b"]),
    ("CoterieLedger", ["CoterieWire", "CLMDB"]),
    ("CoterieVault", ["CoterieWire", "CoterieSealing", "CoterieLedger"]),
    (
      "CoterieExchange",
      [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieLedger",
        "CoterieVault", "CoterieBundles", "CoterieGroups",
      ]
    ),
    ("CoterieEvents", ["CoterieWire", "CoterieSealing"]),
    ("CoterieBundles", ["CoterieWire", "CoterieSealing", "CZstd"]),
    ("CoterieJudgement", ["CoterieWire", "CoterieSealing", "CoterieEvents"]),
    (
      "CoterieEngine",
      ["CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement"]
    ),
    (
      "CoterieGroups",
      [
        "CoterieWire", "CoterieSealing", "CoterieEvents", "CoterieJudgement", "CoterieEngine",
        "CoterieLedger", "CoterieBundles", "CoterieVault",
      ]
    ),
    (
      "CoterieSimulation",
      [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine", "CoterieLedger", "CoterieVault", "CoterieBundles", "CoterieGroups",
        "CoterieExchange",
      ]
    ),
    (
      "CoterieAudit",
      [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine", "CoterieBundles", "CoterieLedger",
      ]
    ),
    (
      "CoterieReport",
      [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieAudit",
      ]
    ),
    (
      "CoterieScenarios",
      [
        "CoterieWire", "CoterieJSON", "CoterieSealing", "CoterieEvents", "CoterieJudgement",
        "CoterieEngine",
      ]
    ),
  ]

  @Test func `imports downwards only`() throws {
    for (floor, allowed) in floors {
      for file in swiftFiles(below: "Sources/\(floor)") {
        let ours = try imports(file).filter { $0.hasPrefix("Coterie") || $0.hasPrefix("C") }
        #expect(ours.subtracting(allowed) == [], "\(file)")
      }
    }
  }

  @Test func `has no floor that this test does not know`() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "Sources").path
    )
    let others: Set = ["CSodium", "CBLAKE2b", "CLMDB", "CQRencode", "CZstd", "coterie"]
    #expect(Set(names) == Set(floors.map(\.floor)).union(others))
  }

  @Test func `lets one floor speak to each C library`() throws {
    for file in swiftFiles(below: "Sources") {
      let found = try imports(file)
      #expect(!found.contains("CSodium") || file.contains("/CoterieSealing/"), "\(file)")
      #expect(!found.contains("CBLAKE2b") || file.contains("/CoterieSealing/"), "\(file)")
      #expect(!found.contains("CLMDB") || file.contains("/CoterieLedger/"), "\(file)")
      #expect(!found.contains("CQRencode") || file.contains("/CoterieConsole/"), "\(file)")
      #expect(!found.contains("CZstd") || file.contains("/CoterieBundles/"), "\(file)")
    }
  }

  @Test func `keeps clock, threads and system out of what decides verdicts`() throws {
    let pure = ["CoterieWire", "CoterieJSON", "CoterieEvents", "CoterieJudgement", "CoterieEngine"]
    for floor in pure {
      for file in swiftFiles(below: "Sources/\(floor)") {
        let system = try imports(file).intersection([
          "Foundation", "Glibc", "Dispatch", "Synchronization",
        ])
        #expect(system == [], "\(file)")
      }
    }
  }

  /// A key made of a name can be made by anyone.
  @Test func `makes keys of names in scenarios and worlds only`() throws {
    var found = 0
    for file in swiftFiles(below: "Sources") {
      let text = try text(file)
      let isFixed = text.contains("FixtureKeys")
      let isForPlay = ["/CoterieScenarios/", "/CoterieSimulation/"].contains { file.contains($0) }
      #expect(!isFixed || isForPlay, "\(file)")
      found += isFixed ? 1 : 0
    }
    #expect(found > 0)
  }

  @Test func `has files of four hundred lines and lines of a hundred columns at most`() throws {
    for folder in ["Sources", "Tests", "Tools"] {
      for file in swiftFiles(below: folder) {
        let lines = try text(file).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 400, "\(file)")
        #expect(lines.allSatisfy { $0.count <= 100 }, "\(file)")
      }
    }
  }

  @Test func `uses no word that is banned in libraries`() throws {
    let banned = ["Date()", "UUID()", ".random()", "try!", "fatalError(", "TODO", "FIXME"]
    for file in swiftFiles(below: "Sources") {
      let text = try text(file)
      for word in banned { #expect(!text.contains(word), "\(file): \(word)") }
    }
  }

  @Test func `has nothing at the top but what belongs there`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path)
    let visible = names.filter { !$0.hasPrefix(".") }
    #expect(
      Set(visible) == [
        "Package.swift", "Sources", "Tests", "Fixtures", "Tools", "Documentation", "README.md",
      ]
    )
  }
}
