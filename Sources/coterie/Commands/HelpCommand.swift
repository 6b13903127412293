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
    run: { invocation, console in
      console.line(try Commands.table.help(on: invocation.operands, about: Commands.about))
      return .done
    }
  )
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
