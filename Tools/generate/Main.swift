import CoterieConsole
import Glibc

/// `coterie-generate`: writes real logs, and single acts, for demos, tests and benchmarks.
@main
enum Generate {
  static let table = CommandTable(
    program: "coterie-generate",
    commands: [LogsCommand.row, ActCommand.row],
    globals: [Option("--quiet", short: "-q", help: "say nothing")]
  )

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(await table.run(arguments, about: "writes real logs of any size").rawValue)
  }
}
