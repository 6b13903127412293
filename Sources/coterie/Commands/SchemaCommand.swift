import CoterieConsole
import CoterieJSON

/// `coterie schema`: the JSON Schemas of outputs, and the table of commands.
enum SchemaCommand {
  static let row = Command(
    "schema",
    "print the JSON Schema of an output, or list them",
    about: "Without an operand it lists the names.",
    example: "schema replay",
    operands: [
      Operand(
        "NAME",
        .optional,
        values: .live(.schemas),
        help: "such as replay, fixture, state, commands"
      )
    ],
    run: run
  )

  /// Everything that has a schema, and the table of commands.
  static var names: [String] { Schemas.names + ["commands"] }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    guard let name = invocation.operands.first else {
      for name in names { console.line(name) }
      return .done
    }
    if name == "commands" {
      console.line(commands.pretty)
      return .done
    }
    guard let schema = Schemas.schema(name) else {
      let near = Suggestion.nearest(to: name, among: Schemas.names)
      throw Failure(
        .notFound,
        "not-found",
        "there is no schema \"\(name)\"",
        help: near.map { "did you mean \($0)?" } ?? "coterie schema lists all"
      )
    }
    console.line(schema.pretty)
    return .done
  }

  private static var commands: JSONValue {
    .object([
      "program": "coterie",
      "commands": .array(
        Commands.table.commands.map { command in
          .object([
            "name": .string(command.name), "summary": .string(command.summary),
            "example": .string(command.example),
            "operands": .array(
              command.operands.map {
                .object(["name": .string($0.name), "help": .string($0.help)])
              }
            ),
            "options": .array(
              (command.options + Commands.globals).map { option in
                .object([
                  "name": .string(option.name), "short": .optional(option.short),
                  "value": .optional(option.value), "allowed": .strings(option.allowed),
                  "help": .string(option.help),
                ])
              }
            ),
          ])
        }
      ),
    ])
  }
}
