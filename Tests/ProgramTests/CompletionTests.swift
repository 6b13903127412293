import CoterieJSON
import Foundation
import ScopeKit
import Testing

private let forged = "conflicts/removed-admin-forges-later.json"

/// A desk with a folder `work` that holds a bundle and a store.
private func furnished() throws -> Desk {
  let desk = try Desk()
  try FileManager.default.createDirectory(
    at: desk.folder.appending(path: "work"),
    withIntermediateDirectories: true
  )
  let bundle = try desk.bundle(forged, "work/all.cborseq")
  #expect(try desk.coterie("import", bundle, "-s", desk.path("work/a.coterie")).status == 0)
  return desk
}

/// The starts of all texts at a field of all events.
private func starts(of field: String, in desk: Desk) throws -> Set<String> {
  let log = try desk.coterie("log", desk.path("work/all.cborseq"), "--json").json()
  let events = try #require(try log["result"]?["events"]?.array())
  return Set(try events.map { String(try #require(try $0[field]?.string()).prefix(12)) })
}

@Suite struct `A shell` {
  @Test(arguments: Shell.allCases)
  func `completes commands, options, values and files`(_ shell: Shell) throws {
    let desk = try furnished()
    let wanted: [String: Set<String>] = [
      "coterie fix": ["fixture"],
      "coterie --json -q repl": ["replay"],
      "coterie fixture ": ["accept", "lint", "new", "record", "run", "shrink"],
      "coterie fixture run --orders 3 --j": ["--json", "--junit"],
      "coterie replay --signatures ": ["chain", "every"],
      "coterie replay --signatures=e": ["every"],
      "coterie --color=n": ["never"],
      "coterie replay ": ["a.coterie", "all.cborseq"],
      "coterie replay a.coterie al": ["all.cborseq"],
      "coterie import -s a": ["a.coterie", "all.cborseq"],
      "coterie log -n ": [],
      "coterie completion ": ["bash", "zsh", "fish"],
      "coterie help fixture ": ["accept", "lint", "new", "record", "run", "shrink"],
      "coterie fixture run -- --": [],
    ]
    #expect(try shell.offers(wanted.keys.sorted(), at: desk, in: "work") == wanted)
  }

  @Test(arguments: Shell.allCases)
  func `completes what only the program knows`(_ shell: Shell) throws {
    let desk = try furnished()
    let group = try desk.coterie("state", desk.path("work/all.cborseq"), "--json").json()
    let groupStart = String(try #require(try group["result"]?["group"]?.string()).prefix(16))
    let ids = try starts(of: "id", in: desk)
    let authors = try starts(of: "author", in: desk)
    let wanted: [String: Set<String>] = [
      "coterie log --code lost": ["lost-support"],
      "coterie log --kind member.r": ["member.remove", "member.resign", "member.role"],
      "coterie log --status de": ["defeated"],
      "coterie explain mode": ["moderator"],
      "coterie schema rep": ["replay", "report"],
      "coterie manual coterie-fixture-r": ["coterie-fixture-record", "coterie-fixture-run"],
      "coterie -s a.coterie -g ": [groupStart],
      "coterie --store=a.coterie show ": ids,
      "coterie -s all.cborseq show ": ids,
      "coterie log a.coterie --author ": authors,
      "coterie -s a.coterie log --author ": authors,
      "coterie -s nowhere show ": [],
      "coterie show ": [],
    ]
    #expect(try shell.offers(wanted.keys.sorted(), at: desk, in: "work") == wanted)
  }

  @Test(arguments: Shell.allCases)
  func `offers every option of every command`(_ shell: Shell) throws {
    let desk = try furnished()
    let table = try desk.coterie("schema", "commands").json()
    var wanted: [String: Set<String>] = [:]
    for command in try #require(try table["commands"]?.array()) {
      let name = try #require(try command["name"]?.string())
      let options = try #require(try command["options"]?.array())
      let names = try options.map { try #require(try $0["name"]?.string()) }
      wanted["coterie \(name) --"] = Set(names + ["--help"])
    }
    #expect(try shell.offers(wanted.keys.sorted(), at: desk, in: "work") == wanted)
  }

  @Test func `that is bash on a terminal completes as people type`() throws {
    let desk = try furnished()
    _ = FileManager.default.createFile(atPath: desk.path("work/two words.json"), contents: nil)
    #expect(try desk.coterie("completion", "bash", "-o", desk.path("script")).status == 0)
    let driver = #"""
      zmodload zsh/zpty
      zpty shell 'TERM=dumb INPUTRC=/dev/null bash --norc -i'
      zpty -w shell "source $1; PS1=; echo rea''dy"
      zpty -r shell text '*ready*'
      for line in 'coterie replay --signatures=e' 'coterie fixture run tw' 'coterie fix'; do
        zpty -n -w shell "$line"$'\e*\C-aprintf "off""er:%s\\n" \necho do\'\'ne\n'
        zpty -r shell text '*done*'
        print -r -- "$text" | tr -d '\r' | grep -a '^offer:'
      done
      zpty -d shell
      """#
    try driver.write(toFile: desk.path("driver"), atomically: true, encoding: .utf8)
    let run = try desk.run(
      "/usr/bin/timeout",
      ["60", "zsh", "-f", desk.path("driver"), desk.path("script")],
      in: "work"
    )
    let words = run.output.split(separator: "\n").map { String($0.dropFirst(6)) }
    #expect(
      words == [
        "coterie", "replay", "--signatures=every",
        "coterie", "fixture", "run", "two words.json",
        "coterie", "fixture",
      ]
    )
  }
}

@Suite struct `Values for shells` {
  @Test(arguments: [
    ["nothing-of-this-name"], ["ids"], ["ids", "-s", "nowhere"], ["groups", "-s", "/etc"],
    ["members", "-s", "/proc/version"], ["ids", "-s", "garbage.json"],
  ])
  func `are none where anything is wrong, without a word`(_ arguments: [String]) throws {
    let desk = try Desk()
    try Data("garbage".utf8).write(to: URL(filePath: desk.path("garbage.json")))
    let program = try Desk.products().appending(path: "coterie").path
    let run = try desk.run(program, ["completion", "--values"] + arguments, in: ".")
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(run.errors == "")
  }

  @Test func `are none where a log is too long to be read while someone types`() throws {
    let desk = try furnished()
    let bundle = try Data(contentsOf: URL(filePath: desk.path("work/all.cborseq")))
    // Bundles may follow each other: thirteen events, as often as it takes to have too many.
    for (times, read) in [(3846, 13), (3847, 0)] {
      let path = desk.path("\(times).cborseq")
      try Data((0..<times).flatMap { _ in bundle }).write(to: URL(filePath: path))
      let run = try desk.coterie("completion", "--values", "ids", "-s", path)
      #expect(run.output.split(separator: "\n").count == read)
    }
  }

  @Test func `are asked for with the name of a shell otherwise`() throws {
    let desk = try Desk()
    let missing = try desk.coterie("completion")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("completion needs SHELL: bash, zsh or fish"))
    let wrong = try desk.coterie("completion", "tcsh")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("SHELL is one of bash, zsh, fish, not \"tcsh\""))
  }
}
