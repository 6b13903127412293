import CoterieConsole
import Testing

private let table = CommandTable(
  program: "tool",
  commands: [
    Command(
      "fixture run",
      "run",
      about: "",
      example: "fixture run x",
      operands: [Operand("PATH", .oneOrMore, help: "paths")],
      options: [
        Option("--orders", value: "N", help: "orders"),
        Option("--mode", value: "M", allowed: ["a", "b"], help: "mode"),
      ],
      run: { _, _ in .done }
    ),
    Command(
      "paint",
      "paint",
      about: "",
      example: "paint red",
      operands: [Operand("COLOUR", .optional, allowed: ["red", "blue"], help: "colour")],
      run: { _, _ in .done }
    ),
    Command("version", "version", about: "", example: "version", run: { _, _ in .done }),
  ],
  globals: [
    Option("--json", help: "json"), Option("--store", short: "-s", value: "P", help: "s"),
    Option("--when", value: "W", allowed: ["now", "later"], help: "when"),
  ]
)

@Suite struct `A command line` {
  @Test func `gives options and operands in any order`() throws {
    let parsed = try table.parse(
      ["--json", "fixture", "run", "a", "--orders=3", "-s", "p", "--", "--b", "-"])
    #expect(parsed.command.name == "fixture run")
    #expect(parsed.operands == ["a", "--b", "-"])
    #expect(try parsed.number("--orders") == 3)
    #expect(parsed.value("--store") == "p")
    #expect(parsed.has("--json"))
  }

  @Test(
    arguments: [
      (["fixtur", "run", "a"], "there is no command \"fixtur\"", "did you mean tool fixture?"),
      (["fixture"], "fixture needs one of: run", "tool help fixture"),
      (["fixture", "run"], "fixture run needs PATH: paths", "tool fixture run x"),
      (
        ["fixture", "run", "a", "--order", "3"], "fixture run has no option \"--order\"",
        "did you mean --orders?"
      ),
      (["paint", "green"], "COLOUR is one of red, blue, not \"green\"", nil),
      (["version", "x"], "version takes no further operand \"x\"", nil),
      (["version", "--json", "--json"], "--json stands twice", nil),
      (["version", "--json=1"], "--json takes no value", nil),
      (["fixture", "run", "a", "--mode", "c"], "--mode takes a, b, not \"c\"", nil),
      (["fixture", "run", "a", "--orders"], "--orders needs a value: N", nil),
      ([], "a command is missing", "tool help lists all commands"),
      (["--", "version"], "a command is missing", "tool help lists all commands"),
      (["--jsn", "version"], "tool has no option \"--jsn\"", "did you mean --json?"),
      (["--json=1", "version"], "--json takes no value", nil),
      (["--json", "--json", "version"], "--json stands twice", nil),
      (["--store", "a", "version", "-s", "b"], "--store stands twice", nil),
      (["--when=x", "version"], "--when takes now, later, not \"x\"", nil),
      (["--when", "version"], "--when takes now, later, not \"version\"", nil),
      (["--store"], "--store needs a value: P", nil),
      (
        ["fixture", "rnu", "a"], "there is no command \"fixture rnu\"",
        "did you mean tool fixture run?"
      ),
      (["fixture", "paint"], "fixture needs one of: run", "tool help fixture"),
    ] as [([String], String, String?)]
  )
  func `that is wrong names what is wrong and what is near`(
    _ arguments: [String],
    _ message: String,
    _ help: String?
  ) {
    #expect(throws: Failure.usage(message, help: help)) { try table.parse(arguments) }
  }

  @Test func `refuses numbers that are none`() throws {
    let parsed = try table.parse(["fixture", "run", "a", "--orders", "x"])
    #expect(throws: Failure.self) { try parsed.number("--orders") }
  }
}

@Suite struct `A command that is run` {
  typealias Status = CoterieConsole.ExitStatus

  private struct Foreign: Error {}

  /// How a command ends that does this, and the failures that were said.
  private func run(
    _ body: @escaping @Sendable () throws -> Status
  ) async -> (status: Status, failures: [Failure]) {
    let command = Command("do", "do", about: "", example: "do") { _, _ in try body() }
    var failures: [Failure] = []
    let status = await CommandTable(program: "tool", commands: [command], globals: []).run(
      ["do"],
      writing: { _ in
        Console(
          command: "do",
          format: .text,
          isQuiet: true,
          colour: "never",
          progress: .never,
          outputPath: nil,
          environment: [:]
        )
      },
      foreign: { Failure(.defect, "defect", "\($0)") },
      failed: { failure, _ in failures.append(failure) }
    )
    return (status, failures)
  }

  @Test(arguments: [Status.done, .findings, .undecided])
  func `ends as it says`(_ status: Status) async {
    let end = await run { status }
    #expect(end.status == status && end.failures == [])
  }

  @Test func `ends with the status of what failed`() async {
    let failure = Failure(.locked, "locked", "no key", help: "bring one")
    let end = await run { throw failure }
    #expect(end.status == .locked && end.failures == [failure])
  }

  @Test func `has an error of another kind made a failure`() async {
    let end = await run { throw Foreign() }
    #expect(end.status == .defect && end.failures == [Failure(.defect, "defect", "Foreign()")])
  }
}

@Suite struct `Help` {
  @Test func `is of all commands, of one, of those that begin alike, or of exit codes`() throws {
    #expect(try table.help(on: [], about: "a tool") == table.overview(about: "a tool"))
    #expect(try table.help(on: ["exit-status"], about: "") == CommandTable.exitStatusHelp)
    let command = try #require(table.commands.first)
    #expect(try table.help(on: ["fixture", "run"], about: "") == table.help(of: command))
    let pair = CommandTable(
      program: "tool",
      commands: ["add", "drop"].map { word in
        Command("key \(word)", "\(word)s", about: "", example: "", run: { _, _ in .done })
      },
      globals: []
    )
    let lines = "  key add           adds\n  key drop          drops"
    #expect(try pair.help(on: ["key"], about: "") == lines)
  }

  @Test func `names what is near a command that there is not`() {
    let failure = Failure.usage("there is no command \"pain\"", help: "did you mean paint?")
    #expect(throws: failure) { try table.help(on: ["pain"], about: "") }
  }
}

@Suite struct `Names of strangers` {
  @Test(arguments: [
    ("plain", "plain"), ("\u{1b}[31m", "\\u{1b}[31m"), ("a\u{202e}b", "a\\u{202e}b"),
    ("\u{200b}", "\\u{200b}"), ("é漢🎉", "é漢🎉"), ("\n", "\\u{a}"),
  ])
  func `cannot act on the terminal`(_ name: String, _ shown: String) {
    #expect(Escaping.visible(name) == shown)
  }

  @Test func `stay one text in JSON`() {
    #expect(Escaping.quoted("a \"b\" \\ \n\u{1b} é") == #""a \"b\" \\ \u000a\u001b é""#)
  }
}
