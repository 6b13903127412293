import CoterieConsole
import Glibc

/// `coterie-bench`: measures the library beside yardsticks, in one run.
@main
enum Bench {
  static func main() async {
    let table = CommandTable(
      program: "coterie-bench",
      commands: [
        TableBench.row, CompareBench.row, OneBench.replay, OneBench.members, LogBench.row,
        SyncBench.row,
        HashBench.row,
      ],
      globals: []
    )
    do {
      let invocation = try table.parse(Array(CommandLine.arguments.dropFirst()))
      let console = Console(
        isJSON: false,
        isQuiet: false,
        colour: "never",
        progress: .never,
        outputPath: nil,
        environment: [:]
      )
      let status = try await invocation.command.run(invocation, console)
      _ = console.finish()
      exit(status.rawValue)
    } catch {
      Console.complain("coterie-bench: \(error)")
      exit(1)
    }
  }
}
