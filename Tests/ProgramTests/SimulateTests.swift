import CoterieJSON
import Foundation
import Testing

@Suite struct `Simulating` {
  @Test func `gives the same bytes in every process`() throws {
    let desk = try Desk()
    let runs = try (0..<2).map { _ in
      try desk.coterie(
        "simulate",
        "--seed",
        "6",
        "--seeds",
        "2",
        "--members",
        "3",
        "--events",
        "10",
        "--json"
      )
    }
    #expect(runs[0].status == 0)
    #expect(runs[0].output == runs[1].output)
    let result = try #require(try runs[0].json()["result"])
    #expect(try result["passed"]?.integer() == 2)
    #expect(try result["runs"]?.array().map { try $0["seed"]?.string() } == ["6", "7"])
  }

  @Test func `repeats a plan that was written, and names what is wrong with one`() throws {
    let desk = try Desk()
    let plan = """
      {"simulation": 1, "seed": "5", "faults": ["crash"], "chat": false,
       "cast": [
         {"name": "ann", "role": 5, "late": false, "hostile": false},
         {"name": "bob", "role": 2, "late": false, "hostile": false}],
       "steps": [
         {"n": 0, "at": 1, "who": "ann", "do": "post", "with": "bob"},
         {"n": 1, "at": 2, "who": "ann", "do": "DEED", "with": "bob"},
         {"n": 2, "at": 3, "who": "ann", "do": "settle", "with": "bob"}]}
      """
    func replay(_ deed: String) throws -> Run {
      let text = plan.replacingOccurrences(of: "DEED", with: deed)
      try Data(text.utf8).write(to: URL(filePath: desk.path("plan.json")))
      return try desk.coterie("simulate", "--replay", desk.path("plan.json"))
    }
    let good = try replay("crash")
    #expect(good.status == 0)
    #expect(good.output.contains("1 crashes"))
    let lost = try replay("lose")
    #expect(lost.status == 1)
    #expect(lost.output.contains("expected ann holds"))
    let unknown = try replay("dance")
    #expect(unknown.status == 4)
    #expect(unknown.errors.contains("no such deed"))
    #expect(try desk.coterie("simulate", "--faults", "gremlins").status == 2)
  }
}
