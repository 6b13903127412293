import CoterieScenarios
import CoterieWire
import Foundation
import FuzzKit
import Glibc
import ScopeKit

/// Runs mutants one after the other: `coterie-mutants rules|codec FIXTURES NUMBER...`.
///
/// Prints `NUMBER survived`, or `NUMBER` and what caught it. Built only in a mutated copy of the
/// package, where `Mutation` exists.
@main
enum Mutants {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    let fixtures = URL(filePath: words[1])
    var checks = words[0] == "codec" ? try await codecChecks() : try ruleChecks(fixtures)
    setvbuf(stdout, nil, _IOLBF, 0)
    for number in words.dropFirst(2).compactMap({ Int($0) }) {
      Mutation.active = number
      alarm(60)
      let place = checks.firstIndex { !$0.holds() }
      Mutation.active = 0
      guard let place else {
        print("\(number) survived")
        continue
      }
      print("\(number) caught by \(checks[place].name)")
      // What caught one is likely to catch the next.
      checks.insert(checks.remove(at: place), at: 0)
    }
  }

  struct Check {
    var name: String
    var holds: () -> Bool
  }

  private static func ruleChecks(_ fixtures: URL) throws -> [Check] {
    var checks: [Check] = []
    let root = fixtures.appending(path: "scenarios")
    let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
    for name in (names ?? []).sorted() where name.hasSuffix(".json") {
      let scenario = try Scenario(Array(Data(contentsOf: root.appending(path: name))))
      checks.append(
        Check(name: name) {
          let outcome = try? ScenarioRunner(orders: 2).run(scenario)
          return outcome?.failures.isEmpty == true
        }
      )
    }
    return checks + PromiseChecks.all()
  }

  private static func codecChecks() async throws -> [Check] {
    try await FuzzTarget.prepare()
    return try CodecChecks.all()
  }
}
