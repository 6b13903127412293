import CoterieConsole
import Glibc

/// `coterie-bench`: measures the library beside yardsticks, in one run.
@main
enum Bench {
  static let table = CommandTable(
    program: "coterie-bench",
    commands: [
      TableBench.row, CompareBench.row, OneBench.replay, OneBench.members, LogBench.row,
      SyncBench.row, HashBench.row,
    ],
    globals: []
  )

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(await table.run(arguments, about: "measures the library beside yardsticks").rawValue)
  }
}
