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
    Interruption.listen()
    exit(await run().rawValue)
  }

  private static func run() async -> ExitStatus {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if arguments.isEmpty || arguments == ["--help"] || arguments == ["help"] {
        Console.complain(table.overview(about: "writes real logs of any size"))
        return .done
      }
      let invocation = try table.parse(arguments)
      if invocation.has("--help") {
        Console.complain(table.help(of: invocation.command))
        return .done
      }
      let console = Console(
        isJSON: false,
        isQuiet: invocation.has("--quiet"),
        colour: "never",
        progress: .auto,
        outputPath: nil,
        environment: [:]
      )
      let status = try await invocation.command.run(invocation, console)
      let written = console.finish()
      return written == .done ? status : written
    } catch let failure as Failure {
      Console.complain("coterie-generate: \(failure.message)")
      if let help = failure.help { Console.complain("  \(help)") }
      return failure.status
    } catch {
      Console.complain("coterie-generate: \(error)")
      return .store
    }
  }
}
