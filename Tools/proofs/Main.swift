import CoterieConsole
import Glibc

/// `coterie-proofs`: the long forms of what the tests show in short, and figures of the rules.
@main
enum Proofs {
  static let table = CommandTable(
    program: "coterie-proofs",
    commands: [OrdersCommand.row, DrillCommand.row, DeepCommand.row],
    globals: []
  )

  static func main() async {
    exit(await run().rawValue)
  }

  private static func run() async -> ExitStatus {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if arguments.isEmpty || arguments == ["--help"] || arguments == ["help"] {
        Console.complain(table.overview(about: "the long forms of proofs"))
        return .done
      }
      let invocation = try table.parse(arguments)
      if invocation.has("--help") {
        Console.complain(table.help(of: invocation.command))
        return .done
      }
      let console = Console(
        isJSON: false,
        isQuiet: false,
        colour: "never",
        progress: .auto,
        outputPath: nil,
        environment: [:]
      )
      let status = try await invocation.command.run(invocation, console)
      let written = console.finish()
      return written == .done ? status : written
    } catch let failure as Failure {
      Console.complain("coterie-proofs: \(failure.message)")
      return failure.status
    } catch {
      Console.complain("coterie-proofs: \(error)")
      return .store
    }
  }
}
