import CoterieConsole
import CoterieJSON

/// `coterie help`.
enum HelpCommand {
  static let row = Command(
    "help",
    "say how a command is used",
    about: """
      coterie help COMMAND is the same as coterie COMMAND --help; coterie manual COMMAND prints a
      page for man, and coterie completion SHELL what a shell needs to complete command lines.
      """,
    example: "help replay",
    operands: [
      Operand("COMMAND", .any, values: .commands, help: "the words of a command, or exit-status")
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let words = invocation.operands
    if words.isEmpty {
      console.line(Commands.table.overview(about: Commands.about))
      return .done
    }
    if words == ["exit-status"] {
      console.line(CommandTable.exitStatusHelp)
      return .done
    }
    let found = Commands.table.commands(below: words)
    guard let first = found.first else {
      let near = Suggestion.nearest(
        to: words.joined(separator: " "),
        among: Commands.table.commands.map(\.name)
      )
      throw Failure.usage(
        "there is no command \"\(words.joined(separator: " "))\"",
        help: near.map { "did you mean \($0)?" }
      )
    }
    if found.count == 1 {
      console.line(Commands.table.help(of: first))
    } else {
      for command in found { console.line("  \(pad(command.name, to: 18))\(command.summary)") }
    }
    return .done
  }
}

/// `coterie version`.
enum VersionCommand {
  static let row = Command(
    "version",
    "print the versions of program, format, rules and scenarios",
    about: "Format, rules and scenario versions are separate numbers.",
    example: "version",
    run: { _, console in
      if console.isJSON {
        let result = JSONValue.object([
          "version": .string(Commands.version), "format": 1, "rules": 1, "scenario": 1,
          "store": 1, "bundle": 1,
        ])
        console.line(Output.document("version", result, exit: .done))
      } else {
        console.line("coterie \(Commands.version) · format 1 · rules 1 · scenario 1 · store 1")
      }
      return .done
    }
  )
}
