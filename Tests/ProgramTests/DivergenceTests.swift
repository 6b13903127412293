import CoterieJSON
import Foundation
import ScopeKit
import Testing

private let workshop = Fixtures.folder.appending(path: "divergence")

private func logs(_ cause: String) throws -> (String, String) {
  let folder = workshop.appending(path: cause)
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
  func path(_ letter: String) throws -> String {
    folder.appending(path: try #require(names.first { $0.hasPrefix("\(letter).") })).path
  }
  return (try path("a"), try path("b"))
}

@Suite struct `The divergence workshop` {
  static let causes = [
    "damaged-log", "engine-defect", "fork", "missing-events", "rules-version", "stale-checkpoint",
  ]

  @Test func `has a pair of logs for every cause`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: workshop.path).sorted()
    #expect(folders == Self.causes)
  }

  @Test(arguments: causes)
  func `is named by diff, and healed by the command that diff prints`(_ cause: String) throws {
    let desk = try Desk()
    let (a, b) = try logs(cause)
    let run = try desk.coterie("diff", a, b, "--json")
    #expect(run.status == 1)
    let result = try #require(try run.json()["result"])
    #expect(try result["cause"]?.string() == cause)
    #expect(try result["status"]?.string() == "diverged")
    let finding = try #require(try run.json()["findings"]?.array().first)
    #expect(try finding["code"]?.string() == "diverged")
    #expect(try finding["message"]?.string().contains(cause) == true)
    #expect(
      finding["event"].map(OrderedJSON.init)
        == result["first"].map {
          $0["id"].map(OrderedJSON.init) ?? .null
        }
    )
    let text = try desk.coterie("diff", a, b)
    #expect(text.output.contains("cause: \(cause)"))
    let cures = text.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("coterie ") }
    if cause == "rules-version" {
      #expect(cures == [])
      return
    }
    #expect(!cures.isEmpty)
    for cure in cures where !cure.contains("salvage") {
      let command = cure.split(separator: "   ").first.map(String.init) ?? cure
      let healing = try desk.shell(command)
      #expect(healing.status == 0, "\(command): \(healing.errors)")
    }
    let healed = try desk.coterie("diff", "NEW.coterie", "NEW.coterie")
    #expect(healed.status == 3 || healed.status == 0)
    // What was healed has everything that the sound log had, and is what a full replay gives.
    let other = try desk.shell("coterie diff '\(a)' NEW.coterie --json")
    let after = try #require(try other.json()["result"])
    #expect(try after["only_a"]?.array().count == 0)
    #expect(try after["verdict_diff"]?.array().count == 0)
    let whole = try desk.shell("coterie verify NEW.coterie")
    #expect(cause == "fork" || whole.status == 0, "\(whole.output)")
  }

  @Test func `shows the state on both sides, with the event that gives each value`() throws {
    let desk = try Desk()
    let (a, b) = try logs("missing-events")
    let result = try #require(try desk.coterie("diff", a, b, "--json").json()["result"])
    let values = try result["state_diff"]?.array() ?? []
    #expect(try values.map { try $0["path"]?.string().suffix(4) } == ["role"])
    #expect(try values[0]["a"]?.string() == "member")
    #expect(try values[0]["b"]?.string() == "admin")
    #expect(try values[0]["from_a"]?.string() != values[0]["from_b"]?.string())
    #expect(try result["heals"]?.bool() == true)
    #expect(try result["only_a"]?.array().count == 2)
    #expect(try result["only_b"]?.array().count == 1)
  }

  @Test func `says whose logs of a scenario it compares, and sends none to itself`() throws {
    let desk = try Desk()
    let made = try desk.shell(
      """
      echo '{"scenario": 1, "title": "t", "group": {"founder": "ann", "members":
        {"bob": "member", "cat": "member"}},
        "steps": [{"as": "ann", "do": "group.welcome", "text": "Hello"}]}' > t.json
      """
    )
    #expect(made.status == 0)
    let run = try desk.shell("coterie diff t.json t.json")
    #expect(run.status == 1)
    #expect(
      run.errors == """
        t.json has the logs of ann, bob, cat; A is that of ann
        t.json has the logs of ann, bob, cat; B is that of cat

        """
    )
    #expect(run.output.contains("none: t.json has both logs"))
    #expect(!run.output.contains("coterie export"))
  }

  @Test func `names the event that took a value away`() throws {
    let desk = try Desk()
    let text = """
      {"scenario": 1, "title": "t", "group": {"founder": "ann",
       "members": {"bob": "admin", "dan": "member", "cat": "member"}},
       "steps": [{"id": "out", "as": "ann", "do": "member.remove", "member": "bob"},
        {"sync": ["ann", "dan"]}, {"id": "gone", "as": "dan", "do": "member.leave"},
        {"sync": ["ann", "dan"]}]}
      """
    try text.write(toFile: desk.path("t.json"), atomically: true, encoding: .utf8)
    func events(_ kind: String) throws -> [String?] {
      let log = try desk.shell("coterie log t.json --json --kind \(kind)").json()["result"]
      return try log?["events"]?.array().map { try $0["id"]?.string() } ?? []
    }
    let diff = try desk.shell("coterie diff t.json t.json --json").json()["result"]
    let values = try diff?["state_diff"]?.array() ?? []
    let ends = try Set(values.map { try $0["from_a"]?.string() })
    #expect(values.count == 4)
    #expect(try ends == Set(events("member.remove") + events("member.leave")))
  }

  @Test func `is searched by running digests in few comparisons`() throws {
    let desk = try Desk()
    let (a, b) = try logs("missing-events")
    let run = try desk.coterie("bisect", a, b, "--json")
    #expect(run.status == 1)
    let result = try #require(try run.json()["result"])
    let first = try desk.coterie("diff", a, b, "--json").json()["result"]?["first"]?["n"]?.integer()
    #expect(try result["n"]?.integer() == first)
    #expect((try result["comparisons"]?.array().count ?? 99) <= 5)
    let findings = try run.json()["findings"]?.array() ?? []
    #expect(try findings.map { try $0["code"]?.string() } == ["diverged"])
    #expect(
      try findings.first?["event"]?.string()
        == (try? result["a"]?.string()) ?? (try? result["b"]?.string())
    )
  }

  @Test func `has a fork that is found with both signed events`() throws {
    let scenario = Fixtures.folder.appending(path: "scenarios/forks/content.json").path
    let run = try Desk().coterie("forks", scenario, "--json")
    let document = try run.json()
    let forks = try #require(try document["result"]?["forks"]?.array())
    let findings = try #require(try document["findings"]?.array())
    #expect(run.status == 1 && !forks.isEmpty)
    #expect(try findings.map { try $0["code"]?.string() } == forks.map { _ in "fork" })
    #expect(
      findings.map { $0["evidence"].map(OrderedJSON.init) }
        == forks.map { $0["events"].map(OrderedJSON.init) }
    )
  }

  @Test func `is searched by a command, with the exit codes of git`() throws {
    let desk = try Desk()
    let scenario = Fixtures.folder
      .appending(path: "scenarios/conflicts/removed-admin-forges-later.json").path
    let script = "coterie log {} --status defeated | grep -q DEFEATED && exit 1; exit 0"
    let run = try desk.shell("coterie bisect '\(scenario)' --from root --to @ -- sh -c '\(script)'")
    #expect(run.output.hasPrefix("first bad: #7 e52dbbd3"))
    #expect(try desk.shell("coterie bisect '\(scenario)' -- sh -c '\(script)'") == run)
    let skipping = try desk.shell(
      "coterie bisect '\(scenario)' --from root --to @ -- sh -c 'exit 125'"
    )
    #expect(skipping.output.hasPrefix("the first bad is one of #2 to #13"))
    let stopping = try desk.shell("coterie bisect '\(scenario)' --to @ -- sh -c 'kill -9 $$'")
    #expect(stopping.status == 130)
  }
}
