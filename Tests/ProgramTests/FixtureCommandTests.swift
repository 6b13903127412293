import CoterieJSON
import Foundation
import ScopeKit
import Testing

private let forged = "conflicts/removed-admin-forges-later.json"

private func source(_ scenario: String) -> String {
  Fixtures.folder.appending(path: "scenarios/\(scenario)").path
}

/// A desk with the stores of Alice, Bob and Carol, who have exchanged all but Bob's last message.
private func threeStores() throws -> Desk {
  let desk = try Desk()
  let run = try desk.shell(
    """
    set -e; mkdir spool
    for name in alice bob carol; do coterie init $name.coterie; done
    coterie group create "Book club" --me Alice -s alice.coterie
    coterie key new -s bob.coterie > bob.key
    coterie invite create $(cat bob.key) admin -s alice.coterie
    coterie link create member --uses 5 -s alice.coterie > ticket.txt
    for name in alice bob; do coterie sync spool -s $name.coterie; done
    coterie invite accept --me Bob -s bob.coterie
    coterie sync spool -s carol.coterie
    coterie link join ticket.txt --me Carol -s carol.coterie || true
    coterie sync spool -s carol.coterie
    coterie link join --me Carol -s carol.coterie || true
    for name in carol bob alice bob carol; do coterie sync spool -s $name.coterie; done
    coterie message post "the secret plan" -s carol.coterie
    for name in carol bob alice; do coterie sync spool -s $name.coterie; done
    coterie message post "only mine" -s bob.coterie
    """
  )
  #expect(run.status == 0, "\(run.errors)")
  return desk
}

@Suite struct `Recording live logs` {
  @Test func `of stores takes names, texts and every verdict, and runs`() throws {
    let desk = try threeStores()
    let stores = ["alice", "bob", "carol"].map { desk.path("\($0).coterie") }
    let file = desk.path("found-it.json")
    let run = try desk.run(
      Desk.products().appending(path: "coterie").path,
      ["fixture", "record"] + stores + ["-o", file, "--title", "Found it"]
    )
    #expect(run.status == 0)
    #expect(run.errors.contains("run again, it gives every verdict of the log"))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for word in ["\"alice\"", "\"bob\"", "\"carol\"", "Book club", "the secret plan", "only mine"] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(try desk.coterie("fixture", "run", file).status == 0)
    #expect(try desk.coterie("fixture", "lint", file).status == 0)
    let replay = try desk.coterie("replay", file, "--json").json()
    #expect(try replay["result"]?["status"]?.string() == "same")
  }

  @Test func `leaves nothing that people wrote, nor their keys, when it is redacted`() throws {
    let desk = try threeStores()
    let file = desk.path("redacted.json")
    let run = try desk.coterie(
      "fixture",
      "record",
      desk.path("bob.coterie"),
      "--redact",
      "--rename",
      "bob=rob",
      "-o",
      file
    )
    #expect(run.status == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for word in ["Book club", "secret plan", "only mine", "\"bob\"", "Alice", "Carol"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(text.contains("\"rob\""))
    let keys = try desk.shell("coterie members -s bob.coterie | cut -c1-16").output
    for key in keys.split(separator: "\n") { #expect(!text.contains(key)) }
    #expect(try desk.coterie("fixture", "run", file).status == 0)
  }

  @Test func `of logs that differ gives each a store, so that they differ again`() throws {
    let desk = try threeStores()
    let file = desk.path("differ.json")
    let stores = ["alice", "bob"].map { desk.path("\($0).coterie") }
    let run = try desk.coterie("fixture", "record", "--diff", stores[0], stores[1], "-o", file)
    #expect(run.status == 0)
    #expect(run.errors.contains("the log bob is the store of bob"))
    #expect(try desk.coterie("fixture", "run", file).status == 0)
    let counts = { (paths: [String]) in
      try paths.flatMap { path in
        try #require(try desk.coterie("replay", path, "--json").json()["result"]?["members"])
          .array()
      }
    }
    let before = try counts(stores)
    let after = try counts([file]).filter { ["alice", "bob"].contains(try $0["name"]?.string()) }
    #expect(
      try before.map { try $0["events"]?.integer() } == after.map { try $0["events"]?.integer() }
    )
    #expect(try desk.coterie("fixture", "record", "--diff", stores[0]).status == 2)
  }

  @Test func `takes contents from bundles, and tells as JSON which event is which step`() throws {
    let desk = try threeStores()
    let bundle = desk.path("all.cborseq")
    #expect(try desk.coterie("export", desk.path("bob.coterie"), "-o", bundle).status == 0)
    let run = try desk.coterie("fixture", "record", bundle, "--json")
    #expect(run.status == 0)
    let result = try #require(try run.json()["result"])
    #expect(try result["text"]?.string().contains("the secret plan") == true)
    #expect(try result["differences"]?.array().count == 0)
    let log = try desk.coterie("log", bundle, "--json").json()
    let ids = try log["result"]?["events"]?.array().map { try $0["id"]?.string() ?? "" } ?? []
    let recorded = try result["events"]?.array().map { try $0["id"]?.string() ?? "" } ?? []
    #expect(ids.sorted() == recorded.sorted())
    #expect(
      try result["people"]?.array().map { try $0["name"]?.string() } == [
        "alice", "bob", "carol",
      ]
    )
  }

  @Test func `refuses what is no log, two groups, and names that fit nobody`() throws {
    let desk = try Desk()
    #expect(try desk.coterie("fixture", "record", desk.path("missing.cborseq")).status == 3)
    #expect(try desk.coterie("fixture", "record", source(forged), "--rename", "zoe=x").status == 2)
    #expect(try desk.coterie("fixture", "record", source(forged), "--rename", "zoe").status == 2)
    let two = try desk.coterie(
      "fixture",
      "record",
      source(forged),
      source("secret-chat/both-leave.json")
    )
    #expect(two.status == 3)
    #expect(two.errors.contains("several groups"))
  }
}

@Suite struct `Scenario files` {
  private let broken = """
    {"scenario": 1, "title": "t", "group": {"founder": "ann", "members": {"bob": "admin"}},
     "steps": [
       {"as": "bob", "do": "message.post", "text": "hello"},
       {"id": "r", "as": "bob", "do": "member.remove", "member": "ann"}],
     "expect": {"members": {"ann": "owner", "bob": "admin"}, "refused": {"r": "self-change"}}}
    """

  private func desk() throws -> Desk {
    let desk = try Desk()
    try broken.write(toFile: desk.path("broken.json"), atomically: true, encoding: .utf8)
    return desk
  }

  @Test func `shrink to what still fails, here and for a command`() throws {
    let desk = try desk()
    let run = try desk.coterie(
      "fixture",
      "shrink",
      desk.path("broken.json"),
      "-o",
      desk.path("small.json")
    )
    #expect(run.status == 0)
    #expect(run.errors.contains("2 steps, 1 members, 0 preferences, 3 expectations before, 1 st"))
    let failing = try desk.coterie("fixture", "run", desk.path("small.json"))
    #expect(failing.status == 1)
    #expect(failing.output.contains("refused.r  expected \"self-change\"  got \"role-too-low\""))
    let command = try desk.coterie(
      "fixture",
      "shrink",
      desk.path("broken.json"),
      "--command",
      "! grep -q member.remove {}",
      "--json"
    )
    let result = try #require(try command.json()["result"])
    #expect(try result["after"]?["steps"]?.integer() == 1)
    #expect(try result["after"]?["expectations"]?.integer() == 0)
    #expect(try result["text"]?.string().contains("member.remove") == true)
    let cannotTell = try desk.coterie(
      "fixture",
      "shrink",
      desk.path("broken.json"),
      "--command",
      "exit 125"
    )
    #expect(cannotTell.status == 2)
    #expect(try desk.coterie("fixture", "shrink", source(forged)).status == 2)
  }

  @Test func `are accepted only with a yes, and pass then`() throws {
    let desk = try desk()
    let file = desk.path("broken.json")
    let asked = try desk.coterie("fixture", "accept", file)
    #expect(asked.status == 2)
    #expect(asked.output.contains("expect.refused.r  \"self-change\" -> \"role-too-low\""))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == broken)
    #expect(try desk.coterie("fixture", "accept", file, "--yes").status == 0)
    #expect(
      try String(contentsOfFile: file, encoding: .utf8)
        == broken.replacing("\"self-change\"", with: "\"role-too-low\"")
    )
    #expect(try desk.coterie("fixture", "run", file).status == 0)
    let again = try desk.coterie("fixture", "accept", file, "--json")
    #expect(again.status == 0)
    let files = try #require(try again.json()["result"]?["files"]?.array())
    #expect(try files.map { try $0["written"]?.bool() } == [false])
  }

  @Test func `are looked at for what is hardly meant, by line and path`() throws {
    let desk = try desk()
    try broken.write(toFile: desk.path("Twice.json"), atomically: true, encoding: .utf8)
    let run = try desk.coterie("fixture", "lint", desk.folder.path)
    #expect(run.status == 1)
    #expect(run.output.contains("Twice.json:1:1  file-name  $"))
    #expect(run.output.contains("broken.json:1:26  duplicate-title  $.title"))
    let json = try desk.coterie("fixture", "lint", desk.folder.path, "--json").json()
    #expect(try json["result"]?["files"]?.integer() == 2)
    #expect(try json["findings"]?.array().count == 2)
    try "{}".write(toFile: desk.path("none.json"), atomically: true, encoding: .utf8)
    #expect(try desk.coterie("fixture", "lint", desk.folder.path).status == 4)
    #expect(try desk.coterie("fixture", "lint", source("kinds/link-create.json")).status < 2)
  }

  @Test func `are started anew, and never written over without a yes`() throws {
    let desk = try Desk()
    let file = desk.path("closed-unseen.json")
    let arguments = ["fixture", "new", file, "--title", "T", "--members", "bob=admin,carol"]
    let program = try Desk.products().appending(path: "coterie").path
    #expect(try desk.run(program, arguments).status == 0)
    #expect(try desk.coterie("fixture", "run", file).status == 0)
    #expect(try desk.coterie("fixture", "lint", file).status == 0)
    #expect(try desk.run(program, arguments).status == 2)
    #expect(try desk.run(program, arguments + ["--yes"]).status == 0)
    #expect(try desk.coterie("fixture", "new", desk.path("Some.json"), "--title", "T").status == 2)
    #expect(try desk.coterie("fixture", "new", desk.path("some.json")).status == 2)
    let role = try desk.run(program, arguments.dropLast() + ["bob=boss", "--yes"])
    #expect(role.errors.contains("roles: observer, member"))
  }
}

@Suite struct `Asking what if` {
  @Test func `leaves an event out of any log and shows verdicts and state, before and after`()
    throws
  {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    let log = try desk.coterie("log", bundle, "--json", "--kind", "member.remove").json()
    let removals = try #require(try log["result"]?["events"]?.array())
    let removal = try #require(
      try removals.first { try $0["verdict"]?["status"]?.string() == "effective" }
    )
    let id = try #require(try removal["id"]?.string())
    let run = try desk.coterie("whatif", bundle, "--skip", String(id.prefix(12)), "--json")
    #expect(run.status == 0)
    let result = try #require(try run.json()["result"])
    #expect(try result["resigned"]?.bool() == false)
    #expect(try result["left_out"]?.array().count == 3)
    #expect(try result["verdicts"]?.array().count == 4)
    #expect(try result["state"]?.array().count == 5)
    let place = try #require(try removal["n"]?.integer())
    let same = try desk.coterie("whatif", bundle, "--skip", "#\(place)", "--json")
    #expect(same.output == run.output)
    let people = try desk.coterie("whatif", source(forged), "--skip", "r")
    #expect(people.output.contains("members.bob  absent -> admin"))
    #expect(people.output.contains("exact        nothing was signed anew"))
  }

  @Test func `signs anew for other roles, further steps and another order, and says so`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    let founding = try desk.coterie("whatif", bundle, "--founding", "bob=observer")
    #expect(founding.status == 0)
    #expect(founding.output.contains("with throw-away fixture keys"))
    #expect(founding.output.contains("rejected role-too-low"))
    try "[{\"as\": \"ann\", \"do\": \"group.dissolve\"}]".write(
      toFile: desk.path("steps.json"),
      atomically: true,
      encoding: .utf8
    )
    let added = try desk.coterie("whatif", source(forged), "--add", desk.path("steps.json"))
    #expect(added.output.contains("dissolved  false -> true"))
    let order = try desk.coterie("whatif", source(forged), "--first", "r", "--then", "f1")
    #expect(order.output.contains("rejected author-not-member by r"))
  }

  @Test func `takes one change at a time, of events that are there`() throws {
    let desk = try Desk()
    #expect(try desk.coterie("whatif", source(forged)).status == 2)
    #expect(
      try desk.coterie("whatif", source(forged), "--skip", "r", "--founding", "bob=owner").status
        == 2
    )
    #expect(try desk.coterie("whatif", source(forged), "--first", "r").status == 2)
    #expect(try desk.coterie("whatif", source(forged), "--skip", "ffffffffff").status == 3)
    #expect(try desk.coterie("whatif", source(forged), "--skip", "#99").status == 3)
    #expect(try desk.coterie("whatif", source(forged), "--founding", "zoe=owner").status == 2)
    #expect(try desk.coterie("whatif", source(forged), "--founding", "bob=boss").status == 2)
    try "[{\"as\": \"ann\", \"do\": \"group.sing\"}]".write(
      toFile: desk.path("steps.json"),
      atomically: true,
      encoding: .utf8
    )
    let wrong = try desk.coterie("whatif", source(forged), "--add", desk.path("steps.json"))
    #expect(wrong.status == 4)
  }
}

@Suite struct `A scenario that fails` {
  @Test func `is a finding for each expectation that is not met, and for what cannot be read`()
    throws
  {
    let desk = try Desk()
    let file = source("links/join-and-close.json")
    let run = try desk.shell(
      """
      sed 's/"una": "member"/"una": "admin"/' '\(file)' > wrong.json
      coterie fixture run wrong.json --orders 1 --json; echo "exit $?"
      echo garbage > garbage.json
      coterie fixture run wrong.json garbage.json --orders 0 --json; echo "exit $?"
      """
    )
    let documents = run.output.components(separatedBy: "exit ")
    try #require(documents.count == 3, "\(run.output)")
    #expect(documents[1].hasPrefix("1\n") && documents[2].hasPrefix("4\n"))
    func findings(_ text: Substring) throws -> [JSONNode] {
      try JSONReader.read(Array(text.utf8))["findings"]?.array() ?? []
    }
    let failed = try findings(documents[0][...])
    #expect(!failed.isEmpty)
    for finding in failed {
      #expect(try finding["code"]?.string() == "failed-expectation")
      #expect(try finding["message"]?.string().hasPrefix("wrong.json: ") == true)
      #expect(try finding["help"]?.string().hasPrefix("coterie fixture run wrong.json") == true)
    }
    let both = try findings(documents[1].dropFirst(2))
    #expect(Set(try both.map { try $0["code"]?.string() }) == ["failed-expectation", "malformed"])
  }
}
