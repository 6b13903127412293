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
  globals: [Option("--json", help: "json"), Option("--store", short: "-s", value: "P", help: "s")]
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

@Suite struct `Names of strangers` {
  @Test(arguments: [
    ("plain", "plain"), ("\u{1b}[31m", "\\u{1b}[31m"), ("a\u{202e}b", "a\\u{202e}b"),
    ("\u{200b}", "\\u{200b}"), ("é漢🎉", "é漢🎉"), ("\n", "\\u{a}"),
  ])
  func `cannot act on the terminal`(_ name: String, _ shown: String) {
    #expect(Escaping.visible(name) == shown)
  }
}
