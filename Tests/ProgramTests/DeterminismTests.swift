import Foundation
import ScopeKit
import Testing

@Suite struct `Reports of the same logs` {
  @Test func `are equal to the byte whatever language, zone, hash seed and memory`() throws {
    let desk = try Desk()
    let root = Fixtures.folder.deletingLastPathComponent().path
    let program = try Desk.products().appending(path: "coterie").path
    let run = try desk.shell("'\(root)/Tools/determinism.sh' 3 '\(program)'")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("11 reports, 3 runs of 1 programs: equal bytes"))
  }
}
