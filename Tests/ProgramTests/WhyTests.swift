import CoterieJSON
import CoterieJudgement
import Foundation
import ScopeKit
import Testing

private let root = Fixtures.folder.deletingLastPathComponent()
private let forged = "conflicts/removed-admin-forges-later.json"

private func scenario(_ name: String) -> String {
  Fixtures.folder.appending(path: "scenarios/\(name)").path
}

@Suite struct `Why` {
  @Test(arguments: Code.allCases)
  func `explains every code as it did before`(_ code: Code) throws {
    let golden = Fixtures.folder.appending(path: "why/\(code.rawValue).txt")
    let text = try String(contentsOf: golden, encoding: .utf8)
    let end = try #require(text.firstIndex(of: "\n"))
    let desk = try Desk()
    let run = try desk.shell("cd '\(root.path)' && \(text[..<end].dropFirst(2))")
    #expect(run.output == text[text.index(after: end)...])
    #expect(!code.explanation.isEmpty)
    #expect(text.contains(" \(code.rawValue)"))
    #expect(text.contains("FAIL") || code == .unsupportedKind)
    #expect(try desk.coterie("explain", code.rawValue).status == 0)
  }

  @Test func `ends with 1 where another verdict was expected`() throws {
    let desk = try Desk()
    func status(_ expected: String) throws -> Int32 {
      try desk.coterie("why", "#6", scenario(forged), "--expect", expected).status
    }
    #expect(try status("defeated:revoked-concurrently") == 0)
    #expect(try status("defeated") == 0)
    #expect(try status("defeated:lost-support") == 1)
    #expect(try status("effective") == 1)
  }

  @Test func `has the verdict that show has, with the standing of its author`() throws {
    let desk = try Desk()
    let schema = Schema(node: try desk.coterie("schema", "verdict").json())
    for place in ["#1", "#6", "#10"] {
      func verdict(_ command: String) throws -> JSONNode {
        let run = try desk.coterie(command, place, scenario(forged), "--json")
        return try #require(try run.json()["result"]?["verdict"])
      }
      let (why, shown) = (try verdict("why"), try verdict("show"))
      #expect(try schema.misfit(why) == nil && schema.misfit(shown) == nil)
      for (key, value) in try shown.object() where key != "history" {
        #expect(why[key].map(OrderedJSON.init) == OrderedJSON(value), "\(place) \(key)")
      }
    }
  }

  @Test func `writes evidence that gives the same verdict by itself`() throws {
    let desk = try Desk()
    for (place, verdict) in [
      ("#6", "defeated:revoked-concurrently"), ("#10", "defeated:lost-support"),
    ] {
      let whole = try desk.coterie(
        "why",
        place,
        scenario(forged),
        "--json",
        "--bundle",
        desk.path("e")
      )
      #expect(whole.status == 0)
      let result = try #require(try whole.json()["result"])
      let id = try #require(try result["id"]?.string())
      try FileManager.default.moveItem(
        atPath: desk.path("e"),
        toPath: desk.path("\(place).cborseq")
      )
      let evidence = desk.path("\(place).cborseq")
      let again = try desk.coterie("why", String(id.prefix(12)), evidence, "--expect", verdict)
      #expect(again.status == 0, "\(again.output)\(again.errors)")
      #expect((try result["evidence"]?.array().count ?? 99) < 13)
    }
  }

  @Test func `explains a value of the state by the event that gives it`() throws {
    let desk = try Desk()
    let run = try desk.coterie("why", "mia.role", scenario(forged))
    #expect(run.output.hasPrefix("members.mia.role = member\ngiven by   8bd09e50 (#5)\n"))
    let blame = try desk.coterie("blame", "bob.role", scenario(forged), "--json").json()
    let turns = try blame["result"]?["turns"]?.array() ?? []
    #expect(try turns.map { try $0["n"]?.integer() } == [3, 7])
    let missing = try desk.coterie("why", "bob.rolle", scenario(forged))
    #expect(missing.status == 3)
  }

  @Test func `says of an act that was not made what would let it pass`() throws {
    let desk = try Desk()
    let run = try desk.coterie(
      "why-not",
      "member.remove",
      "ann",
      "--as",
      "mia",
      "--in",
      scenario(forged)
    )
    #expect(run.status == 0)
    #expect(run.output.contains("REJECTED  role-too-low"))
    #expect(run.output.contains("would pass if   the author were owner there"))
    let allowed = try desk.coterie(
      "why-not",
      "member.leave",
      "--as",
      "mia",
      "--in",
      scenario(forged)
    )
    #expect(allowed.output.contains("effective"))
    #expect(!allowed.output.contains("FAIL"))
  }

  @Test func `tells everything that falls with an event`() throws {
    let desk = try Desk()
    let run = try desk.coterie("impact", "#7", scenario(forged), "--json")
    let result = try #require(try run.json()["result"])
    #expect(try result["voids"]?.array().map { try $0["n"]?.integer() } == [6, 8])
    #expect(try result["through"]?.array().map { try $0["n"]?.integer() } == [10, 12])
  }

  @Test func `shows members over time, and the state at any position`() throws {
    let desk = try Desk()
    let spans = try desk.coterie("members", scenario(forged), "--history", "--json").json()
    let rows = try spans["result"]?["spans"]?.array() ?? []
    let bob = try #require(try rows.first { try $0["role"]?.string() == "admin" })
    #expect(try bob["from_n"]?.integer() == 3)
    #expect(try bob["until_n"]?.integer() == 7)
    for (position, count) in [("#1", 1), ("#5", 3), ("#6", 2), ("#5^", 2), ("@", 2), ("#6,#7", 2)] {
      let state = try desk.coterie("state", scenario(forged), "--at", position, "--json").json()
      #expect(try state["result"]?["members"]?.object().count == count, "\(position)")
    }
    #expect(try desk.coterie("state", scenario(forged), "--at", "#99").status == 3)
    #expect(try desk.coterie("state", scenario(forged), "--at", "nonsense").status == 2)
  }

  @Test func `lists by person, time and range`() throws {
    let desk = try Desk()
    func count(_ arguments: String...) throws -> Int {
      let words = ["log"] + arguments + ["--json"]
      let run = try desk.run(Desk.products().appending(path: "coterie").path, words)
      return try JSONReader.read(Array(run.output.utf8))["result"]?["events"]?.array().count ?? -1
    }
    #expect(try count(scenario(forged)) == 13)
    #expect(try count(scenario(forged), "--author", "bob") == 3)
    #expect(try count(scenario(forged), "--touching", "bob") == 5)
    #expect(try count(scenario(forged), "#5..@") == 8)
    #expect(try count(scenario(forged), "..#5") == 5)
    #expect(try count(scenario(forged), "--since", "2026-01-01T00:00:05Z") == 4)
    #expect(try count(scenario(forged), "--until", "2025-01-01") == 0)
  }

  @Test func `steps through a log as it is told`() throws {
    let desk = try Desk()
    let run = try desk.shell(
      "printf 'g 6\\nn\\np\\nq\\n' | coterie replay --step '\(scenario(forged))'"
    )
    #expect(run.status == 0)
    let steps = run.output.split(separator: "\n").filter { $0.hasPrefix("#") }
    #expect(steps.map { $0.prefix(2) } == ["#6", "#7", "#6"])
  }

  @Test func `proves a fork to someone who has nothing else`() throws {
    let desk = try Desk()
    let fork = scenario("forks/an-accept-on-two-devices.json")
    #expect(try desk.coterie("forks", fork, "--proof", desk.path("fork.cbor")).status == 1)
    let reader = root.appending(path: "Tools/reader").path
    let good = try desk.shell("'\(reader)/python.sh' '\(reader)/fork.py' fork.cbor")
    #expect(good.status == 0, "\(good.output)\(good.errors)")
    let bad = try desk.shell(
      "head -c 300 fork.cbor > half.cbor; '\(reader)/python.sh' '\(reader)/fork.py' half.cbor"
    )
    #expect(bad.status != 0)
    #expect(try desk.coterie("forks", scenario(forged)).status == 0)
  }
}

@Suite struct `Depth` {
  @Test func `shows that a log has only grown, and when it has not`() throws {
    let desk = try Desk()
    let run = try desk.shell(
      """
      set -e
      coterie init a.coterie
      coterie group create Club -s a.coterie
      for n in 1 2 3 4 5; do coterie message post "m $n" -s a.coterie; done
      coterie store backup earlier.coterie -s a.coterie
      coterie message post later -s a.coterie
      coterie checkpoint make -s a.coterie -o a.checkpoint
      coterie message post latest -s a.coterie
      coterie verify a.coterie --since a.checkpoint
      set +e
      coterie checkpoint check a.checkpoint earlier.coterie; echo "earlier $?"
      coterie message post other -s earlier.coterie > /dev/null
      coterie checkpoint check a.checkpoint earlier.coterie; echo "other $?"
      sed 's/^6$/7/; s/^7$/6/' a.checkpoint > forged.checkpoint
      coterie checkpoint check forged.checkpoint a.coterie; echo "forged $?"
      coterie doctor --drill -s a.coterie; echo "drill $?"
      """
    )
    #expect(run.output.contains("sound"))
    #expect(run.output.contains("earlier 1"))
    #expect(run.output.contains("other 1"))
    #expect(run.output.contains("forged 1"))
    #expect(run.output.contains("40 of 40 noticed"))
    #expect(!run.output.contains("ALARM"))
    #expect(run.output.contains("drill 0"))
  }
}
