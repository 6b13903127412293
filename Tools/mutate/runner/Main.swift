import CoterieEvents
import CoterieJudgement
import CoterieWire
import Foundation
import Glibc
import ScopeKit

/// Runs mutants one after the other: `coterie-mutants rules|codec FIXTURES NUMBER...`.
///
/// Prints `NUMBER survived`, or `NUMBER` and what caught it; 0 is the program as it is. Every check
/// is one that `swift test` makes too. Built only in a mutated copy of the package, where
/// `Mutation` exists.
@main
enum Mutants {
  /// Seconds of the processor that one mutant may take.
  private static let secondsMax = 20

  struct Check {
    var name: String
    var holds: () -> Bool
  }

  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    let fixtures = URL(filePath: words[1])
    var checks = try words[0] == "codec" ? codecChecks(fixtures) : ruleChecks(fixtures)
    for number in words.dropFirst(2).compactMap({ Int($0) }) {
      switch outcome(of: number, checks) {
      case .survived: tell("\(number) survived")
      case .ended(let status): tell("\(number) ended by signal \(status & 0x7f)")
      case .caught(let place):
        tell("\(number) caught by \(checks[place].name)")
        // What caught one is likely to catch the next.
        checks.insert(checks.remove(at: place), at: 0)
      }
    }
  }

  private static func tell(_ line: String) {
    print(line)
    unsafe fflush(nil)
  }

  // MARK: One mutant

  private enum Outcome {
    case survived
    case caught(Int)
    case ended(Int32)
  }

  /// Makes the checks in a child, which a mutant may end or keep for ever.
  private static func outcome(of number: Int, _ checks: [Check]) -> Outcome {
    var ends: [Int32] = [0, 0]
    unsafe pipe(&ends)
    let child = fork()
    precondition(child >= 0, "a child could not be started")
    if child == 0 {
      Mutation.active = number
      limit(seconds: secondsMax)
      var place = Int32(checks.firstIndex { !$0.holds() } ?? -1)
      unsafe write(ends[1], &place, 4)
      _exit(0)
    }
    close(ends[1])
    defer { close(ends[0]) }
    var place: Int32 = -2
    let count = unsafe read(ends[0], &place, 4)
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    guard count == 4 else { return .ended(status) }
    return place < 0 ? .survived : .caught(Int(place))
  }

  private static func limit(seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    unsafe setitimer(__itimer_which_t(ITIMER_VIRTUAL.rawValue), &timer, nil)
  }

  // MARK: Checks

  private static func ruleChecks(_ fixtures: URL) throws -> [Check] {
    try frozenChecks(Accounts.judgement(in: fixtures), fixtures) + [
      Check(name: "structures") { Structures.broken().isEmpty },
      Check(name: "broken promises") { BrokenPromises.unseen().isEmpty },
    ]
      + (1...12).map { seed in
        Check(name: "random group \(seed)") {
          let group = RandomGroup(seed: UInt64(seed), members: 5, events: 30)
          return Promises.broken(
            by: group.graph,
            members: group.people,
            orders: (0..<2).map { group.arrivalOrder(seed: UInt64(seed * 31 + $0)) }
          ) == nil
        }
      }
  }

  private static func codecChecks(_ fixtures: URL) throws -> [Check] {
    try frozenChecks(Accounts.codec(in: fixtures), fixtures)
  }

  private static func frozenChecks(_ cases: [Accounts.Case], _ fixtures: URL) throws -> [Check] {
    let frozen = try Accounts.frozen(in: fixtures)
    return cases.map { one in
      Check(name: one.name) { (try? one.digest()) == frozen[one.name] }
    }
  }
}
