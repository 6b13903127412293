import CoterieConsole
import CoterieJSON
import CoterieScenarios

/// Readers of what people write.
enum TextTargets {
  private static let peopleMax = 6
  private static let stepsMax = 4

  /// A scenario; a short one is run too.
  static func scenario(_ bytes: [UInt8]) {
    do throws(JSONFault) {
      let scenario = try Scenario(bytes)
      guard scenario.people.count <= peopleMax, scenario.steps.count <= stepsMax else { return }
      _ = try ScenarioRunner(orders: 0).run(scenario)
    } catch {
      precondition(error.line > 0 && error.column > 0, "a fault has a place")
      precondition(error.path.hasPrefix("$"), "a fault has a path")
    }
  }

  private static let table: CommandTable = {
    let globals = [
      Option("--store", short: "-s", value: "PATH", help: "a store"),
      Option("--json", help: "JSON"),
      Option("--color", value: "WHEN", allowed: ["auto", "always", "never"], help: "colour"),
    ]
    func row(_ words: String, _ operands: [Operand], _ options: [Option] = []) -> Command {
      Command(
        words,
        "does it",
        about: "Does it.",
        example: words,
        operands: operands,
        options: options
      ) { _, _ in .done }
    }
    return CommandTable(
      program: "coterie",
      commands: [
        row("replay", [Operand("PATH", .oneOrMore, help: "logs")]),
        row("log", [Operand("PATH", .optional, help: "a log")]),
        row("help", [Operand("COMMAND", .any, help: "words")]),
        row(
          "member role",
          [
            Operand("MEMBER", help: "who"),
            Operand("ROLE", allowed: ["admin", "member"], help: "a role"),
          ],
          [Option("--lifetime", value: "SECONDS", help: "how long"), Option("--yes", help: "yes")]
        ),
        row("member", []), row("member remove", [Operand("MEMBER", help: "who")]),
      ],
      globals: globals
    )
  }()

  /// Words with a zero byte between them.
  static func command(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    do throws(Failure) {
      let invocation = try table.parse(words)
      _ = try invocation.number("--lifetime", least: 1)
      if !invocation.has("--help") {
        for row in invocation.command.operands where row.count == .one {
          precondition(!invocation.operands.isEmpty, "an operand that must be there is there")
        }
      }
    } catch {
      precondition(!error.message.isEmpty, "a refusal says what is wrong")
      _ = Escaping.visible(error.message)
    }
  }
}
