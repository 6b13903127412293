import CoterieConsole
import CoterieJSON

/// `coterie-bench compare`: two runs of the table, figure by figure.
enum CompareBench {
  static let row = Command(
    "compare",
    "compare two runs of the table",
    about: """
      OLD and NEW are files that `table --to` wrote. A figure counts as changed if its score differs
      by more than the spreads of both runs.
      """,
    example: "compare before.json after.json",
    operands: [
      Operand("OLD", help: "figures of a run"), Operand("NEW", help: "figures of another"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let old = try rows(invocation.operands[0])
    let new = try rows(invocation.operands[1])
    console.line("| what | before | after | change |\n|---|---|---|---|")
    for (name, after) in new {
      guard let before = old.first(where: { $0.name == name })?.node else { continue }
      let (was, now) = (try number(before, "scorePercent"), try number(after, "scorePercent"))
      let noise = try number(before, "spreadPercent") + number(after, "spreadPercent")
      let change = was == 0 ? 0 : (now - was) * 100 / was
      let isBetter = (try after["target"]?.string() == "speed") == (change > 0)
      let word = abs(change) <= noise ? "same" : isBetter ? "better" : "worse"
      console.line(
        "| \(name) | \(Row.hundredths(UInt64(max(0, was)))) | "
          + "\(Row.hundredths(UInt64(max(0, now)))) | "
          + "\(change > 0 ? "+" : "")\(change) %, \(word) |"
      )
    }
    return .done
  }

  private static func rows(_ path: String) throws -> [(name: String, node: JSONNode)] {
    guard let bytes = Files.read(path) else {
      throw Failure(.notFound, "not-found", "\(path) cannot be read")
    }
    let found = try JSONReader.read(bytes)
    return try (found["rows"]?.array() ?? []).map { (try $0["name"]?.string() ?? "", $0) }
  }

  private static func number(_ node: JSONNode, _ key: String) throws -> Int64 {
    try node[key]?.integer() ?? 0
  }
}
