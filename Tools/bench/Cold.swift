import CoterieAudit
import CoterieConsole
import CoterieLedger
import CoterieWire

/// `coterie-bench cold`: reads, verifies and judges one log, again and again.
enum ColdBench {
  static let row = Command(
    "cold",
    "measure the cold replay of one log",
    about: "LOG is a bundle or a store. Prints nanoseconds an event of each run, by phase.",
    example: "cold m0.cborseq 5",
    operands: [
      Operand("LOG", help: "a bundle or a store"), Operand("RUNS", help: "how often"), Operand("KEYRING", help: "that knows a store"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let path = invocation.operands[0]
    if !path.hasSuffix(".coterie") {
      let time = try Bench.naiveRate(path)
      console.line("yardstick: \(time / 20_000) ns an event")
    }
    for _ in 0..<(Int(invocation.operands[1]) ?? 1) {
      let start = SyncBench.nanoseconds()
      let isStore = path.hasSuffix(".coterie")
      let keyring = Keyring(path: "\(invocation.operands[2])")
      let logs: [MemberLog]
      if isStore {
        logs = try LogReading().read(StoreSource(path: path, name: "cold", keyring: keyring)).logs
      } else {
        logs = try LogReading().read(BundleSource(path: path, name: "cold")).logs
      }
      let read = SyncBench.nanoseconds()
      let comparison = GroupComparison(logs)
      let end = SyncBench.nanoseconds()
      let count = UInt64(max(1, logs.map(\.eventCount).reduce(0, +)))
      console.line(
        "\(count) events: read \((read - start) / count) ns, verdicts \((end - read) / count) ns, "
          + "\(comparison.members[0].digest?.hex ?? "-")"
      )
    }
    return .done
  }
}
