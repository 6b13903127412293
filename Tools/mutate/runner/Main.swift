import CoterieEvents
import CoterieJSON
import CoterieJudgement
import CoterieScenarios
import CoterieWire
import Foundation
import Glibc
import ScopeKit

/// Runs mutants one after the other: `coterie-mutants FIXTURES NUMBER...`.
///
/// Prints `NUMBER survived`, or `NUMBER` and what caught it. Built only in a mutated copy of the
/// package, where `Mutation` exists.
@main
enum Mutants {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    let fixtures = URL(filePath: words[0])
    var checks = try ruleChecks(fixtures) + promiseChecks()
    for number in words.dropFirst().compactMap({ Int($0) }) {
      Mutation.active = number
      limit(seconds: 10)
      let place = checks.firstIndex { !$0.holds() }
      Mutation.active = 0
      guard let place else {
        tell("\(number) survived")
        continue
      }
      tell("\(number) caught by \(checks[place].name)")
      // What caught one is likely to catch the next.
      checks.insert(checks.remove(at: place), at: 0)
    }
  }

  /// Says a line at once: the next mutant may end this process.
  private static func tell(_ line: String) {
    print(line)
    unsafe fflush(nil)
  }

  /// Ends this process if one mutant takes more time of the processor.
  private static func limit(seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    unsafe setitimer(__itimer_which_t(ITIMER_VIRTUAL.rawValue), &timer, nil)
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
      let good = try ScenarioRunner(orders: 2).run(scenario)
      checks.append(
        Check(name: name) {
          let outcome = try? ScenarioRunner(orders: 2).run(scenario)
          return outcome?.failures.isEmpty == true && judged(outcome?.view) == judged(good.view)
        }
      )
    }
    return checks
  }

  /// What the second judge, in Python, works out from the definition and compares for every
  /// scenario: members, and each verdict with cause, standing, need and root.
  private static func judged(_ view: JSONValue?) -> [JSONValue?] {
    guard case .object(let fields)? = view else { return [] }
    return [fields["members"], fields["verdicts"]]
  }

  /// The promises of judgement on random groups, and the order of roles in the table.
  private static func promiseChecks() -> [Check] {
    var checks = (1...30).map { seed in
      Check(name: "random group \(seed)") {
        let group = RandomGroup(seed: UInt64(seed), members: 5, events: 30)
        return Promises.broken(
          by: group.graph,
          members: group.people,
          orders: (0..<2).map { group.arrivalOrder(seed: UInt64(seed * 31 + $0)) },
          template: group.template
        ) == nil
      }
    }
    checks.append(Check(name: "table", holds: neverAllowsALowerRoleMore))
    return checks
  }

  private static func neverAllowsALowerRoleMore() -> Bool {
    for kind in Kind.known {
      for isOwn in [false, true] {
        for target in [nil, Role.member, .admin, .owner] {
          let matter = RuleTable.Matter(isOwn: isOwn, role: target)
          let allowed = Role.allCases.map { RuleTable.version1.allows(kind, $0, matter) }
          if allowed != allowed.sorted(by: { !$0 && $1 }) { return false }
        }
      }
    }
    return true
  }
}
