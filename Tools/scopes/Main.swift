import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieWire
import Glibc
import ScopeKit

/// `coterie-scopes`: every event graph of a small scope, in every order of arrival, held against
/// the promises G1 to G7 and against the definition.
@main
enum Scopes {
  static let row = Command(
    "check",
    "check every graph of a small scope",
    about: "Counts graphs and orders; a broken promise is printed with its graph, exit 1.",
    example: "check --events 2",
    options: [
      Option("--events", value: "N", help: "events after the setup (2)"),
      Option("--share", value: "N", help: "visit one graph in N (1: all)"),
      Option("--core", help: "removing, leaving, demoting, raising to owner only"),
      Option("--index", value: "N", help: "which share (0)"),
      Option("--roles", value: "WHICH", help: "three pairs of roles, or all (three)"),
    ],
    run: run
  )

  static let table = CommandTable(program: "coterie-scopes", commands: [row], globals: [])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // Options alone are those of the one command.
    let isNamed = arguments.first.map { !$0.hasPrefix("-") } ?? false
    let words = isNamed ? arguments : ["check"] + arguments
    exit(await table.run(words, about: "checks the promises in small scopes").rawValue)
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let depth = try invocation.number("--events") ?? 2
    let share = UInt64(try invocation.number("--share", least: 1) ?? 1)
    let index = UInt64(try invocation.number("--index") ?? 0)
    var (graphs, orders) = (0, 0)
    var broken: String?
    guard let setups = setups(invocation.value("--roles") ?? "three") else {
      throw Failure(.usage, "bad-option", "--roles is three or all")
    }
    for (name, members) in setups {
      let setup = Graph.group(founder: Cast.ann, members: members)
      let isCore = invocation.has("--core")
      let people = [Cast.ann, Cast.bob, Cast.cat] + (isCore ? [] : [Cast.eve])
      let before = graphs
      for events in 1...max(1, depth) {
        let scope = Scope(
          setup: setup,
          people: people,
          depth: events,
          isCore: isCore,
          share: events == depth ? (index % share, share) : (0, 1)
        )
        scope.visit { graph in
          let arrivals = arrivalOrders(of: graph, after: setup.events.count)
          graphs += 1
          orders += arrivals.count
          broken = Promises.broken(by: graph, members: people, orders: arrivals)
          if let broken {
            console.line("BROKEN \(broken)")
            for event in graph.events {
              console.line(
                "  \(event.id) by \(event.author) after "
                  + event.parents.ids.map { "\($0)" }.joined(separator: ",") + "  \(event.action)"
              )
            }
          }
          return broken == nil
        }
        if broken != nil { return .findings }
      }
      console.line("founder with \(name): \(graphs - before) graphs")
    }
    console.line("\(graphs) graphs of up to \(depth) events in \(orders) orders: all promises hold")
    return .done
  }

  /// The roles of the two members beside the founder.
  private static func setups(_ which: String) -> [(String, [(key: Digest, role: Role)])]? {
    let pairs: [(Role, Role)]
    switch which {
    case "three": pairs = [(.owner, .admin), (.owner, .owner), (.admin, .member)]
    case "all":
      pairs = Role.allCases.reversed().flatMap { one in
        Role.allCases.reversed().map { (one, $0) }
      }
    default: return nil
    }
    return pairs.map { one, other in
      ("\(one.name), \(other.name)", [(Cast.bob, one), (Cast.cat, other)])
    }
  }
}
