import CoterieJSON
import Foundation
import ScopeKit
import Testing

@Suite struct `Lines of JSON` {
  private static let workshop = Fixtures.folder.appending(path: "divergence").path
  private static let witnessed =
    Fixtures.folder.appending(path: "scenarios/forks/content.json").path
  private static let forked = "\(workshop)/fork/a.cborseq"

  /// The lines that a run printed.
  private func lines(_ run: Run) throws -> [JSONNode] {
    try run.output.split(separator: "\n").map { try JSONReader.read(Array($0.utf8)) }
  }

  /// Where a line does not fit the schema of its type.
  private func misfit(_ line: JSONNode, _ desk: Desk) throws -> String? {
    let name = try #require(try line["type"]?.string())
    return try Schema(node: desk.coterie("schema", name).json()).misfit(line)
  }

  /// An object without the type of its line.
  private func untyped(_ line: JSONNode) -> OrderedJSON {
    guard case .object(let pairs) = OrderedJSON(line) else { return .null }
    return .object(pairs.filter { $0.key != "type" })
  }

  @Test(
    arguments: [
      ["replay", forked], ["forks", witnessed], ["state", forked], ["log", "nowhere"],
      ["diff", "\(workshop)/missing-events/a.cborseq", "\(workshop)/missing-events/b.cborseq"],
      ["explain", "member"], ["version"], ["replay", "nowhere"], ["replay"], ["nothing"],
    ]
  )
  func `say what the document says, behind a header and with a summary last`(
    _ words: [String]
  ) throws {
    let desk = try Desk()
    let program = try Desk.products().appending(path: "coterie").path
    let whole = try desk.run(program, words + ["--json"])
    let document = try whole.json()
    let run = try desk.run(program, words + ["--ndjson"])
    #expect(run.status == whole.status && run.errors == whole.errors)
    let lines = try lines(run)
    for line in lines { #expect(try misfit(line, desk) == nil) }
    let (header, summary) = (try #require(lines.first), try #require(lines.last))
    #expect(try header["type"]?.string() == "header")
    if words[0] != "log" {
      #expect(header["schema"].map(OrderedJSON.init) == document["schema"].map(OrderedJSON.init))
    }
    #expect(
      header["command"].map(OrderedJSON.init)
        == (document["exit"].map(OrderedJSON.init) == .integer(2) ? .null : .string(words[0]))
    )
    let findings = try document["findings"]?.array() ?? []
    #expect(lines.dropFirst().dropLast().map { untyped($0) } == findings.map { OrderedJSON($0) })
    #expect(
      untyped(summary)
        == .object([
          .init("complete", .bool(true)), .init("exit", .integer(Int64(run.status))),
          .init("result", document["result"].map(OrderedJSON.init) ?? .null),
        ])
    )
  }

  @Test func `of a log are its events`() throws {
    let desk = try Desk()
    let lines = try lines(try desk.coterie("log", Self.forked, "--ndjson"))
    for line in lines { #expect(try misfit(line, desk) == nil) }
    let events = try desk.coterie("log", Self.forked, "--json").json()["result"]?["events"]?.array()
    let types = try lines.map { try $0["type"]?.string() }
    #expect(types == ["header"] + (events ?? []).map { _ in "event" } + ["summary"])
    #expect(
      lines.dropFirst().dropLast().map { OrderedJSON($0) }
        == (events ?? []).map { OrderedJSON($0) }
    )
    #expect(
      OrderedJSON(lines[0])
        == .object([
          .init("command", .string("log")), .init("schema", .string("coterie.event/1")),
          .init("type", .string("header")),
        ])
    )
  }
}
