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
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(await table.run(arguments, about: "the long forms of proofs").rawValue)
  }
}
