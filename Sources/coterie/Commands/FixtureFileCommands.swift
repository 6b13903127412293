import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJSON
import CoterieScenarios
import CoterieWire
import Glibc

/// `coterie fixture accept`: takes what comes for what is expected.
enum AcceptCommand {
  static let row = Command(
    "fixture accept",
    "rewrite what scenarios expect with what comes now",
    about: """
      Runs each FILE and puts what comes in place of what its expectations say; all else keeps its
      bytes. Read the list of changes before you say yes: this is how a mistake becomes a fixture.
      What hangs on the order of arrival is never accepted.
      """,
    example: "fixture accept Fixtures/scenarios/links/closed-unseen.json",
    operands: [Operand("FILE", .oneOrMore, help: "scenario files")],
    options: [
      Option("--all", help: "expect everything worth saying, not just the fields that stand there"),
      Desk.yes,
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    var accepted: [(file: String, acceptance: Acceptance)] = []
    for file in invocation.operands {
      let bytes = try Files.read(file, limit: JSONReader.bytesMax)
      do {
        accepted.append((file, try Acceptance(of: bytes, isAll: invocation.has("--all"))))
      } catch {
        throw Sources.malformed(file, error)
      }
    }
    let findings = accepted.flatMap { file, acceptance in
      acceptance.orderFailures.map { finding($0, file) }
    }
    let changed = accepted.filter {
      !$0.acceptance.changes.isEmpty && $0.acceptance.orderFailures.isEmpty
    }
    if !console.isJSON { show(accepted, findings, console) }
    if !changed.isEmpty {
      try confirm("\(changed.count) of \(accepted.count) files would change", invocation, console)
    }
    for (file, acceptance) in changed { try FixtureFiles.write(acceptance.text, to: file) }
    let status: ExitStatus = findings.isEmpty ? .done : .findings
    if console.isJSON {
      let files = accepted.map { json($0.file, $0.acceptance) }
      let result = JSONValue.object(["files": .array(files)])
      console.line(Output.document("acceptance", result, findings: findings, exit: status))
    }
    return status
  }

  private static func confirm(
    _ plan: String,
    _ invocation: Invocation,
    _ console: Console
  ) throws(Failure) {
    if invocation.has("--yes") { return }
    if !invocation.has("--no-input"), !console.isJSON, Terminal.isThere {
      _ = try console.finish()
      if Terminal.confirms("\(plan); go on?") { return }
      throw Failure(.interrupted, "cancelled", "cancelled; nothing was written")
    }
    throw Failure.usage("\(plan); nothing was written", help: "--yes does it without being asked")
  }

  private static func show(
    _ accepted: [(file: String, acceptance: Acceptance)],
    _ findings: [Finding],
    _ console: Console
  ) {
    for (file, acceptance) in accepted {
      console.line("\(file)  \(acceptance.changes.isEmpty ? "as it is" : "changes")")
      for change in acceptance.changes {
        console.line(
          "  \(change.path)  \(change.was ?? "absent") -> \(change.now ?? "absent")"
        )
      }
    }
    for finding in findings { console.line("error: \(finding.message)\n  \(finding.help)") }
  }

  private static func finding(_ failure: ScenarioRunner.Failure, _ file: String) -> Finding {
    Finding(
      code: "engine-defect",
      severity: .error,
      event: nil,
      group: nil,
      message: "\(file): \(failure.path) hangs on the order of arrival: \(failure.expected), or "
        + "\(failure.found) with seed \(failure.seed ?? 0)",
      help: "the file was not changed; please report this",
      evidence: []
    )
  }

  private static func json(_ file: String, _ acceptance: Acceptance) -> JSONValue {
    .object([
      "file": .string(file),
      "written": .bool(!acceptance.changes.isEmpty && acceptance.orderFailures.isEmpty),
      "changes": .array(
        acceptance.changes.map {
          .object([
            "path": .string($0.path), "was": .optional($0.was), "now": .optional($0.now),
          ])
        }
      ),
    ])
  }
}

/// `coterie fixture lint`: what is legal and suspicious.
enum LintCommand {
  static let row = Command(
    "fixture lint",
    "find what is legal in scenarios, and hardly meant",
    about: """
      Step ids that nothing names, refusals that nothing expects, people who never act, steps behind
      the group's end, titles that stand twice, file names that are not kebab-case, scenarios
      without expectations. A file that is no scenario is a finding too, with exit code 4.
      """,
    example: "fixture lint Fixtures/scenarios",
    operands: [Operand("PATH", .oneOrMore, help: "scenario files, or folders of them")],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    var files: [String] = []
    for path in invocation.operands { files += try Files.below(path, ending: ".json") }
    guard !files.isEmpty else {
      throw Failure(.notFound, "not-found", "no scenario file (.json) there")
    }
    var lint = ScenarioLint()
    var found: [ScenarioLint.Finding] = []
    for file in files {
      if Interruption.isAsked { break }
      found += lint.findings(in: file, try Files.read(file, limit: JSONReader.bytesMax))
    }
    let isMalformed = found.contains { $0.rule == .malformed }
    let status: ExitStatus = isMalformed ? .malformed : found.isEmpty ? .done : .findings
    if console.isJSON {
      let result = JSONValue.object([
        "files": .integer(Int64(files.count)), "found": .array(found.map { json($0) }),
      ])
      console.line(
        Output.document("lint", result, findings: found.map { finding($0) }, exit: status)
      )
      return status
    }
    for item in found {
      let tone: Console.Tone = item.rule == .malformed ? .bad : .doubtful
      console.line(
        "\(item.file):\(item.line):\(item.column)  \(console.status(item.rule.rawValue, tone))  "
          + "\(item.path)  \(Escaping.visible(item.message))"
      )
    }
    console.line("\(files.count) files, \(found.count) findings")
    return status
  }

  private static func json(_ found: ScenarioLint.Finding) -> JSONValue {
    .object([
      "rule": .string(found.rule.rawValue), "file": .string(found.file),
      "line": .integer(Int64(found.line)), "column": .integer(Int64(found.column)),
      "path": .string(found.path), "message": .string(found.message),
    ])
  }

  private static func finding(_ found: ScenarioLint.Finding) -> Finding {
    Finding(
      code: found.rule.rawValue,
      severity: found.rule == .malformed ? .error : .warning,
      event: nil,
      group: nil,
      message: "\(found.file):\(found.line): \(found.path): \(found.message)",
      help: "coterie help fixture lint",
      evidence: []
    )
  }
}

/// `coterie fixture new`: a scenario to start from.
enum NewCommand {
  static let row = Command(
    "fixture new",
    "write a scenario to start from",
    about: """
      Writes a group of these members, a message of each, and what must come of it: it passes, and
      waits for steps. Whoever has no role becomes a member.
      """,
    example: "fixture new closed-unseen.json --title \"A closed link admits no one\" "
      + "--members bob=admin,carol",
    operands: [Operand("FILE", help: "the file, in kebab-case, ending in .json")],
    options: [
      Option("--title", value: "TEXT", help: "one sentence that says what the scenario shows"),
      Option("--founder", value: "NAME", help: "who founds the group (alice)"),
      Option("--members", value: "NAME=ROLE", help: "the others, as a comma list"),
      Desk.yes,
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let file = invocation.operands[0]
    let name = file.split(separator: "/").last.map(String.init) ?? file
    guard ScenarioLint.isKebabCase(name) else {
      throw Failure.usage(
        "\(name) is no name for a scenario",
        help: "small letters, digits and dashes, and .json: closed-unseen.json"
      )
    }
    guard let title = invocation.value("--title"), !title.isEmpty else {
      throw Failure.usage("--title is missing", help: "one sentence that says what is shown")
    }
    let founder = invocation.value("--founder") ?? "alice"
    let members = try self.members(invocation.value("--members"), founder)
    if !invocation.has("--yes"), unsafe access(file, F_OK) == 0 {
      throw Failure.usage("\(file) is there already", help: "--yes writes over it")
    }
    let text = StartingScenario(title: title, founder: founder, members: members).text
    try FixtureFiles.write(text, to: file)
    if console.isJSON {
      let result = JSONValue.object(["file": .string(file), "text": .string(text)])
      console.line(Output.document("scenario", result, exit: .done))
    } else {
      console.line("\(file) is there; next: coterie fixture run \(file)")
    }
    return .done
  }

  private static func members(
    _ list: String?,
    _ founder: String
  ) throws(Failure) -> [(name: String, role: Role)] {
    var members: [(name: String, role: Role)] = []
    guard let list else { return [] }
    for word in list.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      let role = parts.count == 2 ? Role(name: parts[1]) : .member
      guard let name = parts.first, !name.isEmpty, parts.count <= 2, let role else {
        throw Failure.usage(
          "--members takes NAME=ROLE in a comma list, not \"\(word)\"",
          help: "roles: \(Role.allCases.map(\.name).joined(separator: ", "))"
        )
      }
      guard name != founder, !members.contains(where: { $0.name == name }) else {
        throw Failure.usage("\(name) stands twice")
      }
      members.append((name, role))
    }
    return members
  }
}

/// Scenario files, written whole or not at all.
enum FixtureFiles {
  static func write(_ text: String, to file: String) throws(Failure) {
    guard FileOutput.replace(file, with: Array(text.utf8), mode: 0o644) else {
      throw Failure(.store, "write-failed", "\(file) cannot be written")
    }
  }
}
