import Foundation
import ScopeKit
import Testing

private let root = Fixtures.folder.deletingLastPathComponent()

/// The names of all tests, each behind the name of its suite.
private func testNames() throws -> Set<String> {
  var names: Set<String> = []
  let folder = root.appending(path: "Tests")
  let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
  for file in files ?? [] where file.hasSuffix(".swift") {
    var suite = ""
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    for line in text.split(separator: "\n") {
      let quoted = line.split(separator: "`", omittingEmptySubsequences: false)
      guard quoted.count == 3 else { continue }
      if quoted[0].contains("@Suite") { suite = String(quoted[1]) }
      if quoted[0].hasSuffix("func ") { names.insert("\(suite) › \(quoted[1])") }
    }
  }
  return names
}

@Suite struct `Documented threats` {
  @Test func `are each proved by tests and scenarios that exist`() throws {
    let text = try String(
      contentsOf: root.appending(path: "Documentation/threats.md"),
      encoding: .utf8
    )
    let known = try testNames()
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| who") }
    #expect(rows.count > 50)
    for row in rows {
      let cells = row.split(separator: "|")
      #expect(cells.count == 5, "\(row)")
      let proofs = (cells.last ?? "").split(separator: "`").filter { $0.count > 3 }
      #expect(!proofs.isEmpty, "\(row)")
      for proof in proofs.map({ String($0) }) {
        if proof.hasPrefix("Fixtures/") {
          #expect(
            FileManager.default.fileExists(atPath: root.appending(path: proof).path),
            "\(proof)"
          )
        } else {
          #expect(known.contains(proof), "\(proof)")
        }
      }
    }
  }
}
