import CoterieEvents
import CoterieJudgement
import Foundation
import ScopeKit
import Testing

@Suite struct `The permission table` {
  static let grids = (try? Permissions().grids) ?? []

  @Test func `has a grid for every kind but founding, and as many cells as the proofs say`() throws
  {
    let cells = try Permissions().grids.flatMap(\.cells)
    let kinds = Set(cells.map { $0.act[0] })
    #expect(kinds == Set(Kind.known.map(\.name)).subtracting(["group.found"]))
    let page = Fixtures.folder.deletingLastPathComponent()
      .appending(path: "Documentation/rules-proved.md")
    let said = try String(contentsOf: page, encoding: .utf8)
    #expect(said.contains("\(cells.count) cells"), "\(cells.count) cells")
  }

  @Test(arguments: grids)
  func `is what the judge says, at the front door and of a signed event`(
    _ grid: Permissions.Grid
  ) throws {
    for cell in grid.cells {
      let world = PermissionWorld(cell)
      let cellName =
        "\(cell.act.joined(separator: " ")) by \(cell.actor) on \(cell.target)"
      let judge = Judge(seed: 3)
      for event in world.graph.events { _ = try judge.insert(event) }
      let before = Judged(judge)
      for (id, verdict) in before.verdicts {
        try #require(verdict.status == .effective, "\(cellName): \(id) of the setup \(verdict)")
      }
      let refusal = judge.refusal(of: world.action, by: world.actor)
      #expect(
        refusal?.code == (world.lowering == nil ? cell.expected : nil),
        "\(cellName), senior \(cell.isSenior)"
      )
      let failed = judge.admissionTrace(of: world.action, by: world.actor)
        .first { $0.result == .fail }
      #expect(failed?.code == refusal?.code, "\(cellName): the reasons that are shown")
      guard world.lowering == nil else { continue }
      let event = world.graph.draft(world.action, by: world.actor, after: world.graph.heads)
      _ = try judge.insert(event)
      let after = Judged(judge)
      let verdict = try #require(after.verdicts[event.id])
      #expect(verdict.code == cell.expected, "\(cellName), senior \(cell.isSenior), signed")
      #expect(verdict.status == (cell.expected == nil ? .effective : .rejected), "\(cellName)")
      if cell.expected != nil { #expect(after.roles == before.roles, "\(cellName)") }
    }
  }

  @Test(arguments: grids.filter { $0.description.hasPrefix("lowered") })
  func `is what the judge says of an act whose author is lowered at the same time, in both orders`(
    _ grid: Permissions.Grid
  ) throws {
    for cell in grid.cells {
      let world = PermissionWorld(cell)
      let cellName = "\(cell.act.joined(separator: " ")) by \(cell.actor) become \(cell.target)"
      let lowering = try #require(world.lowering)
      let act = world.graph.draft(world.action, by: world.actor, after: world.graph.heads)
      for pair in [[act, lowering], [lowering, act]] {
        let judged = Judged(world.graph.events + pair)
        let verdict = try #require(judged.verdicts[act.id])
        #expect(verdict.code == cell.expected, "\(cellName)")
        #expect(verdict.status == (cell.expected == nil ? .effective : .defeated), "\(cellName)")
        #expect(verdict.by == (cell.expected == nil ? nil : lowering.id), "\(cellName)")
        #expect(judged.verdicts[lowering.id]?.status == .effective, "\(cellName)")
      }
    }
  }
}
