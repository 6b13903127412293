import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// What a run of the program came to.
struct Run: Equatable {
  var status: Int32
  var output: String
  var errors: String

  /// The output as one JSON document.
  func json() throws -> JSONNode {
    try JSONReader.read(Array(output.utf8))
  }
}

/// A folder of one test, with a keyring of its own, in which the built program is run.
final class Desk {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "coterie-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// A program of Python that runs the words behind it with no signal blocked: what starts tests
  /// may block signals, which those who are started inherit.
  static let unblocked = """
    import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp(sys.argv[1], sys.argv[1:])
    """

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Runs `coterie`, which stands beside the test bundle.
  func coterie(_ arguments: String...) throws -> Run {
    try run(Desk.products().appending(path: "coterie").path, arguments)
  }

  /// Runs a script of bash in the folder of the test, with `coterie` on its path.
  func shell(_ script: String) throws -> Run {
    try run("/bin/bash", ["-c", script], in: ".")
  }

  /// Runs any program; `coterie` is in its path.
  ///
  /// - Parameter place: the folder in which it runs, below this one.
  func run(_ program: String, _ arguments: [String], in place: String = "") throws -> Run {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = place.isEmpty ? nil : URL(filePath: path(place))
    process.environment = [
      "COTERIE_KEYRING": path("keyring"), "HOME": folder.path, "TERM": "dumb",
      "PATH": "\(try Desk.products().path):/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    // Where a program built for coverage notes what it ran, and what sanitizers are told.
    for name in ["LLVM_PROFILE_FILE", "ASAN_OPTIONS", "TSAN_OPTIONS", "COTERIE_SANITIZED"] {
      process.environment?[name] = ProcessInfo.processInfo.environment[name]
    }
    let output = path("out-\(UUID())")
    let errors = path("err-\(UUID())")
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    defer {
      try? FileManager.default.removeItem(atPath: output)
      try? FileManager.default.removeItem(atPath: errors)
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    return Run(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self)
    )
  }

  static func products() throws -> URL {
    try Fixtures.products(with: "coterie")
  }

  /// A bundle of a scenario's events.
  func bundle(_ scenario: String, _ name: String) throws -> String {
    let source = Fixtures.folder.appending(path: "scenarios/\(scenario)").path
    let run = try coterie("export", source, "-o", path(name))
    #expect(run.status == 0)
    return path(name)
  }
}

private let forged = "conflicts/removed-admin-forges-later.json"

@Suite struct `The program` {
  @Test func `runs all scenarios and says how many passed`() throws {
    let desk = try Desk()
    let folder = Fixtures.folder.appending(path: "scenarios").path
    let junit = desk.path("out.xml")
    let run = try desk.coterie(
      "fixture",
      "run",
      folder,
      "--json",
      "--orders",
      "2",
      "--junit",
      junit
    )
    #expect(run.status == 0)
    let result = try #require(try run.json()["result"])
    #expect(try result["failed"]?.integer() == 0)
    #expect(try result["passed"]?.integer() == Int64(try result["scenarios"]?.array().count ?? -1))
    #expect(try String(contentsOfFile: junit, encoding: .utf8).contains("failures=\"0\""))
  }

  @Test func `tells a failing scenario with what was expected and how to run it again`() throws {
    let desk = try Desk()
    let text = """
      {"scenario": 1, "title": "t", "group": {"founder": "ann"},
       "expect": {"members": {"ann": "admin"}}}
      """
    for name in ["wrong.json", "what's wrong.json"] {
      let file = desk.path(name)
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let run = try desk.coterie("fixture", "run", file)
      #expect(run.status == 1)
      #expect(run.output.contains("members.ann  expected \"admin\"  got \"owner\""))
      let again = try #require(run.output.firstMatch(of: /rerun: (.*)/)?.output.1)
      #expect(try desk.shell(String(again)) == run)
    }
  }

  @Test func `refuses a scenario with an unknown step id by line and path`() throws {
    let desk = try Desk()
    let file = desk.path("wrong.json")
    let text =
      "{\"scenario\": 1, \"title\": \"t\", \"group\": {\"founder\": \"ann\"},\n"
      + "\"expect\": {\"verdicts\": {\"nope\": \"effective\"}}}"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let run = try desk.coterie("fixture", "run", file)
    #expect(run.status == 4)
    #expect(run.output.contains("line 2"))
    #expect(run.output.contains("$.expect.verdicts.nope"))
  }

  @Test func `gives one digest for a scenario, its bundle and a store that imported it`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    #expect(try desk.coterie("import", bundle, "-s", desk.path("a.coterie")).status == 0)
    let scenario = Fixtures.folder.appending(path: "scenarios/\(forged)").path
    let run = try desk.coterie(
      "replay",
      scenario,
      bundle,
      desk.path("a.coterie"),
      "--json",
      "--orders",
      "2"
    )
    #expect(run.status == 0)
    let result = try #require(try run.json()["result"])
    #expect(try result["status"]?.string() == "same")
    let digests = try result["members"]?.array().map { try $0["digest"]?.string() } ?? []
    #expect(digests.count == 6)
    #expect(Set(digests).count == 1)
  }

  @Test func `reads a store that its keyring does not know, and never writes to it`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    #expect(try desk.coterie("import", bundle, "-s", desk.path("a.coterie")).status == 0)
    try FileManager.default.copyItem(atPath: desk.path("a.coterie"), toPath: desk.path("b.coterie"))
    #expect(try desk.coterie("replay", desk.path("b.coterie")).status == 0)
    let run = try desk.coterie("import", bundle, "-s", desk.path("b.coterie"))
    #expect(run.status == 5)
    #expect(run.errors.contains("not in your keyring"))
  }

  @Test func `says how far a cut bundle was good, and keeps what was whole`() throws {
    let desk = try Desk()
    let whole = try Data(contentsOf: URL(filePath: desk.bundle(forged, "all.cborseq")))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: desk.path("cut.cborseq")))
    let replay = try desk.coterie("replay", desk.path("cut.cborseq"))
    #expect(replay.status == 4)
    #expect(replay.errors.contains("whole items"))
    #expect(try desk.coterie("replay", desk.path("cut.cborseq"), "--lenient").status == 1)
    let cut = try desk.coterie("import", desk.path("cut.cborseq"), "-s", desk.path("a.coterie"))
    #expect(cut.status == 4)
    let rest = try desk.coterie("import", desk.path("all.cborseq"), "-s", desk.path("a.coterie"))
    #expect(rest.status == 0)
    #expect(
      try desk.coterie("replay", desk.path("a.coterie"), desk.path("all.cborseq")).status == 0
    )
  }

  @Test func `notices a flipped bit in every part of a bundle`() throws {
    let desk = try Desk()
    let whole = try Data(contentsOf: URL(filePath: desk.bundle(forged, "all.cborseq")))
    for place in stride(from: 3, to: whole.count, by: whole.count / 24) {
      var changed = whole
      changed[place] ^= 4
      try changed.write(to: URL(filePath: desk.path("bad.cborseq")))
      let run = try desk.coterie("replay", desk.path("bad.cborseq"), "--signatures", "every")
      #expect([1, 4, 8].contains(run.status), "byte \(place)")
    }
  }

  @Test func `refuses garbage, an empty file, a missing one and a folder that is no store`() throws
  {
    let desk = try Desk()
    try Data("garbage".utf8).write(to: URL(filePath: desk.path("garbage.cborseq")))
    try Data().write(to: URL(filePath: desk.path("empty.cborseq")))
    #expect(try desk.coterie("replay", desk.path("garbage.cborseq")).status == 4)
    #expect(try desk.coterie("replay", desk.path("empty.cborseq")).status == 4)
    #expect(try desk.coterie("replay", desk.path("missing.cborseq")).status == 3)
    #expect(try desk.coterie("replay", desk.folder.path).status == 3)
  }

  @Test func `lists events that wait as undecided, with what they lack`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    let log = try desk.coterie("log", bundle, "--json").json()
    let events = try #require(try log["result"]?["events"]?.array())
    let lacking = try #require(try events[2]["id"]?.string())
    let known = try events[..<3].map { try $0["id"]?.string() ?? "" }.joined(separator: ",")
    let later = try desk.coterie(
      "export",
      bundle,
      "--missing-from",
      known,
      "-o",
      desk.path("later.cborseq")
    )
    #expect(later.status == 0)
    let first = try desk.coterie(
      "import",
      desk.path("later.cborseq"),
      "-s",
      desk.path("a.coterie"),
      "--json"
    )
    #expect(first.status == 8)
    let missing = try #require(
      try first.json()["result"]?["missing"]?.array().map { try $0.string() }
    )
    #expect(missing.contains(lacking))
    #expect(Set(missing).isSubset(of: known.split(separator: ",").map(String.init)))
    let replay = try desk.coterie("replay", desk.path("a.coterie"), bundle)
    #expect(replay.status == 8)
    #expect(replay.output.contains("UNDECIDED"))
    #expect(try desk.coterie("import", bundle, "-s", desk.path("a.coterie")).status == 0)
    #expect(try desk.coterie("replay", desk.path("a.coterie"), bundle).status == 0)
  }

  @Test func `shows one event by prefix or position, and names the candidates`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle(forged, "all.cborseq")
    let third = try desk.coterie("show", "#3", bundle, "--json").json()
    let id = try #require(try third["result"]?["id"]?.string())
    #expect(
      try desk.coterie("show", String(id.prefix(12)), bundle, "--json").json()["result"]?["n"]?
        .integer() == 3
    )
    #expect(try desk.coterie("show", "", bundle).status == 2)
    for (word, message) in [
      ("ffffffffffff", "no event starts with ffffffffffff\n  coterie log lists all\n"),
      ("#99", "there is no position #99; there are 13\n"),
      ("a", "2 events start with a\n  a1f7c78b72957a56, a7f1785789ea1d68\n"),
    ] {
      let show = try desk.coterie("show", word, bundle)
      #expect(show == Run(status: 3, output: "", errors: "coterie show: \(message)"))
      let skip = try desk.coterie("whatif", bundle, "--skip", word)
      #expect(skip == Run(status: 3, output: "", errors: "coterie whatif: \(message)"))
    }
  }

  @Test func `helps, explains, and names what is near`() throws {
    let desk = try Desk()
    #expect(try desk.coterie("help", "replay").output.contains("usage: coterie replay"))
    #expect(try desk.coterie("replay", "--help").output.contains("usage: coterie replay"))
    #expect(try desk.coterie("explain").output.contains("An event counts only if"))
    #expect(try desk.coterie("explain", "lost-support").output.contains("has no effect itself"))
    let wrong = try desk.coterie("explain", "lost-suport")
    #expect(wrong.status == 3)
    #expect(wrong.errors.contains("did you mean lost-support?"))
    #expect(try desk.coterie("repaly", "x").errors.contains("did you mean coterie replay?"))
    #expect(try desk.coterie("replay").status == 2)
    #expect(try desk.coterie("version").status == 0)
    #expect(try desk.coterie("group", "lits").errors.contains("did you mean coterie group list?"))
  }

  @Test func `helps on all commands that begin with the words that were typed`() throws {
    let desk = try Desk()
    let all = try desk.coterie("help", "group")
    #expect(all.output.contains("group forget") && !all.output.contains("invite create"))
    #expect(try desk.coterie("group", "--help") == all)
    #expect(try desk.coterie("--json", "group", "-h") == all)
    #expect(try desk.coterie("--quiet", "--help") == desk.coterie("help"))
    #expect(try desk.coterie("group", "lits", "--help").status == 2)
  }

  @Test(arguments: [
    ["--color=bogus", "version"], ["--progress=bogus", "version"], ["--json=foo", "version"],
    ["-g", "a", "-g", "b", "version"], ["--color", "version"], ["--group"], ["-s", "", "log"],
  ])
  func `refuses options before a command as behind it`(_ words: [String]) throws {
    let desk = try Desk()
    let run = try desk.run(Desk.products().appending(path: "coterie").path, words)
    #expect(run.status == 2 && !run.errors.contains("command is missing"), "\(run.errors)")
  }

  @Test func `takes what is empty in the environment for what is not set`() throws {
    let run = try Desk().shell(
      """
      export COTERIE_STORE= COTERIE_GROUP=
      coterie init a.coterie -q; coterie group create Club -q -s a.coterie
      coterie group list -s a.coterie > /dev/null && coterie log || echo $?
      """
    )
    #expect(run.output.hasSuffix("\n2\n"))
    #expect(run.errors.contains("a path is missing"))
  }

  @Test func `says in JSON by which event an act is refused, and in which group`() throws {
    let run = try Desk().shell(
      """
      exec 3>&1 > /dev/null
      coterie init a.coterie -q; coterie init b.coterie -q
      coterie group create Club --me Ann -s a.coterie
      coterie invite create $(coterie key new -s b.coterie) member -s a.coterie
      coterie sync a.coterie -s b.coterie
      coterie invite accept --me Bob -s b.coterie
      coterie sync b.coterie -s a.coterie
      coterie member remove Bob -s a.coterie | cut -c1-64 >&3
      coterie group list --json -s a.coterie | grep -o '[0-9a-f]\\{64\\}' >&3
      coterie sync a.coterie -s b.coterie
      coterie message post hello --json -s b.coterie >&3
      """
    )
    let parts = run.output.split(separator: "\n", maxSplits: 2).map(String.init)
    try #require(parts.count == 3, "\(run.output)\(run.errors)")
    let finding = try JSONReader.read(Array(parts[2].utf8))["findings"]?.array().first
    #expect(try finding?["code"]?.string() == "author-not-member")
    #expect(try finding?["event"]?.string() == parts[0])
    #expect(try finding?["group"]?.string() == parts[1])
    #expect(try finding?["evidence"]?.array().map { try $0.string() } == [parts[0]])
  }

  @Test func `prints failures as JSON too`() throws {
    let desk = try Desk()
    let run = try desk.coterie("replay", "--json", desk.path("missing.cborseq"))
    #expect(run.status == 3)
    #expect(try run.json()["exit"]?.integer() == 3)
  }

  @Test func `gives the same bytes in every process`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle("links/join-and-close.json", "links.cborseq")
    let outputs = try (0..<5).map { _ in try desk.coterie("log", bundle, "--json").output }
    #expect(Set(outputs).count == 1)
    let states = try (0..<5).map { _ in try desk.coterie("state", bundle, "--json").output }
    #expect(Set(states).count == 1)
  }
}
