import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieScenarios

/// `coterie fixture run`: scenarios, in every order.
enum FixtureCommand {
  /// Everything that is done with scenarios.
  static let rows = [
    row, RecordCommand.row, ShrinkCommand.row, AcceptCommand.row, LintCommand.row, NewCommand.row,
  ]

  static let row = Command(
    "fixture run",
    "run scenarios and compare what comes with what they expect",
    about: """
      Runs each scenario file, or all below a folder: in the order written, the latest first, and
      in N random orders of arrival with random batches, which must all give the same verdicts.
      """,
    example: "fixture run Fixtures/scenarios --junit out.xml",
    operands: [Operand("PATH", .oneOrMore, help: "scenario files, or folders of them")],
    options: [
      Option("--orders", value: "N", help: "random orders of arrival (20)"),
      Option("--order-seed", value: "N", help: "the seed of the first random order (1)"),
      Option("--junit", value: "FILE", help: "also write a JUnit report"),
    ],
    run: run
  )

  private struct Result {
    var file: String
    var title: String
    var failures: [ScenarioRunner.Failure]
    var outcome: ScenarioRunner.Outcome?
    var fault: JSONFault?
    var isPassed: Bool { failures.isEmpty && fault == nil }
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let orders = try invocation.number("--orders") ?? 20
    let seed = try invocation.number("--order-seed") ?? 1
    let runner = ScenarioRunner(orders: orders, seed: UInt64(seed))
    var files: [String] = []
    for path in invocation.operands { files += try Files.below(path, ending: ".json") }
    guard !files.isEmpty else {
      throw Failure(.notFound, "not-found", "no scenario file (.json) there")
    }
    var results: [Result] = []
    for file in files {
      if Interruption.isAsked {
        console.say("interrupted after \(results.count) of \(files.count) scenarios")
        break
      }
      let result = try self.result(of: file, runner)
      if !console.isJSON { show(result, console) }
      results.append(result)
    }
    return try finish(results, invocation, console)
  }

  private static func result(of file: String, _ runner: ScenarioRunner) throws(Failure) -> Result {
    let bytes = try Files.read(file, limit: JSONReader.bytesMax)
    do {
      let outcome = try runner.run(try Scenario(bytes))
      return Result(
        file: file,
        title: outcome.title,
        failures: outcome.failures,
        outcome: outcome,
        fault: nil
      )
    } catch {
      return Result(file: file, title: "", failures: [], outcome: nil, fault: error)
    }
  }

  private static func show(_ result: Result, _ console: Console) {
    if let fault = result.fault {
      console.line("\(console.status("BAD ", .bad)) \(result.file)")
      console.line("     \(fault)")
      return
    }
    let events = result.outcome?.events.count ?? 0
    let orders = result.outcome?.orderCount ?? 0
    let word = result.isPassed ? console.status("ok  ", .good) : console.status("FAIL", .bad)
    console.line("\(word) \(pad(result.file, to: 60)) \(events) events  \(orders) orders")
    for failure in result.failures {
      let place = failure.seed.map { "  order seed \($0)" } ?? ""
      console.line(
        "     \(failure.path)  expected \(failure.expected)  got \(failure.found)\(place)"
      )
    }
    if !result.isPassed {
      let seed = result.failures.compactMap(\.seed).first
      console.line("     rerun: \(rerun(result.file, seed))")
    }
  }

  private static func rerun(_ file: String, _ seed: UInt64?) -> String {
    "coterie fixture run \(Shell.quoted(file))" + (seed.map { " --order-seed \($0)" } ?? "")
  }

  private static func found(by result: Result) -> [Finding] {
    if let fault = result.fault {
      let failure = Sources.malformed(result.file, fault)
      return [finding(failure.code, failure.message, help: failure.help ?? "")]
    }
    return result.failures.map { failure in
      finding(
        "failed-expectation",
        "\(result.file): \(failure.path) is \(failure.found), expected \(failure.expected)",
        help: rerun(result.file, failure.seed)
      )
    }
  }

  private static func finding(_ code: String, _ message: String, help: String) -> Finding {
    Finding(
      code: code,
      severity: .error,
      event: nil,
      group: nil,
      message: message,
      help: help,
      evidence: []
    )
  }

  private static func finish(
    _ results: [Result],
    _ invocation: Invocation,
    _ console: Console
  ) throws(Failure) -> ExitStatus {
    let failed = results.count { !$0.isPassed }
    let isMalformed = results.contains { $0.fault != nil }
    let status: ExitStatus = isMalformed ? .malformed : failed > 0 ? .findings : .done
    if let path = invocation.value("--junit") {
      guard FileOutput.replace(path, with: Array(junit(results).utf8)) else {
        throw Failure(.store, "write-failed", "\(path) cannot be written")
      }
    }
    if console.isJSON {
      let document = JSONValue.object([
        "scenarios": .array(results.map { json($0) }),
        "passed": .integer(Int64(results.count - failed)),
        "failed": .integer(Int64(failed)),
      ])
      let findings = results.flatMap { found(by: $0) }
      console.line(Output.document("fixture", document, findings: findings, exit: status))
    } else {
      console.line("\(results.count - failed) passed, \(failed) failed")
    }
    return status
  }

  private static func json(_ result: Result) -> JSONValue {
    var failures = result.failures.map { failure in
      JSONValue.fields([
        "path": .string(failure.path), "expected": .string(failure.expected),
        "found": .string(failure.found),
        "seed": failure.seed.map { .integer(Int64(clamping: $0)) },
      ])
    }
    if let fault = result.fault {
      failures.append(
        .object([
          "path": .string(fault.path), "line": .integer(Int64(fault.line)),
          "column": .integer(Int64(fault.column)), "problem": .string(fault.problem),
        ])
      )
    }
    return .object([
      "file": .string(result.file),
      "title": .string(result.title),
      "passed": .bool(result.isPassed),
      "failures": .array(failures),
      "events": .array(result.outcome?.events ?? []),
      "view": result.outcome?.view ?? .null,
    ])
  }

  private static func junit(_ results: [Result]) -> String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuite name=\"coterie fixture run\" tests=\"\(results.count)\" "
        + "failures=\"\(results.count { !$0.isPassed })\">",
    ]
    for result in results {
      lines.append(
        "  <testcase classname=\"scenario\" name=\"\(escaped(result.file))\">"
      )
      for failure in result.failures {
        let text = "\(failure.path): expected \(failure.expected), got \(failure.found)"
        lines.append("    <failure message=\"\(escaped(text))\"/>")
      }
      if let fault = result.fault {
        lines.append("    <failure message=\"\(escaped(fault.description))\"/>")
      }
      lines.append("  </testcase>")
    }
    return (lines + ["</testsuite>", ""]).joined(separator: "\n")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in Escaping.visible(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
