import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieWire
import Glibc

/// `coterie-bench`: measures one log, beside the yardstick of one signature check for each event.
@main
enum Bench {
  static let row = Command(
    "measure",
    "measure cold replay, import, append and opening of one log",
    about: "BUNDLE comes from coterie-generate; FOLDER is where a store is made for it.",
    example: "m0.cborseq /tmp/bench",
    operands: [
      Operand("BUNDLE", help: "a generated log"), Operand("FOLDER", help: "for the store"),
    ],
    run: run
  )

  static func main() async {
    let table = CommandTable(
      program: "coterie-bench",
      commands: [row, ColdBench.row, SyncBench.row, HashBench.row],
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

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let bundle = invocation.operands[0]
    let store = "\(invocation.operands[1])/bench.coterie"
    let keyring = Keyring(path: "\(invocation.operands[1])/keyring")

    let naive = try naiveRate(bundle)
    let (count, imported) = try importing(bundle, store, keyring)
    console.line("\(count) events; one signature check an event: \(rate(20_000, naive))/s")
    console.line("import into a store          \(row(count, imported, naive))")
    let bare = try bareImport(store, "\(invocation.operands[1])/copy.coterie", keyring)
    console.line("the same rows into bare LMDB \(row(count, bare, naive))")
    for mode in SignatureMode.allCases where mode == .chain || count <= 100_000 {
      let times = try (0..<3).map { _ in try replaying(store, keyring, mode) }.sorted()
      console.line(
        "cold replay, \(pad(mode.rawValue, to: 6))          \(row(count, times[1], naive))"
      )
    }
    let append = try appending(store)
    console.line("open and judge all           \(milliseconds(append.open)) ms")
    console.line("append at the heads, durable \(append.each / 1000) µs each")
    let bareMicroseconds = try bareCommit(invocation.operands[1]) / 1000
    console.line("one bare LMDB commit         \(bareMicroseconds) µs")
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    console.line("peak resident memory         \(usage.ru_maxrss / 1024) MiB")
    return .done
  }

  private static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static func rate(_ count: Int, _ nanoseconds: UInt64) -> Int {
    Int(UInt64(count) * 1_000_000_000 / max(1, nanoseconds))
  }

  private static func milliseconds(_ nanoseconds: UInt64) -> UInt64 { nanoseconds / 1_000_000 }

  private static func row(_ count: Int, _ time: UInt64, _ naive: UInt64) -> String {
    let each = Int(time) / max(1, count)
    let ratio = Int(naive) / 20_000 * 10 / max(1, each)
    return "\(padLeft(String(rate(count, time)), to: 9))/s  \(padLeft(String(each), to: 7)) ns each"
      + "  \(ratio / 10).\(ratio % 10)× the yardstick"
  }

  /// Verifies the first 20 000 events one by one, hashing and decoding each: nanoseconds.
  static func naiveRate(_ bundle: String) throws -> UInt64 {
    let source = try BundleSource(path: bundle, name: "naive")
    var envelopes: [[UInt8]] = []
    try source.scan { envelope, _ in
      envelopes.append((0..<envelope.count).map { envelope[$0] })
      return envelopes.count < 20_000
    }
    let start = now()
    for place in 0..<20_000 { _ = try Event(verifying: envelopes[place % envelopes.count]) }
    return now() - start
  }

  private static func importing(
    _ bundle: String,
    _ path: String,
    _ keyring: Keyring
  ) throws -> (Int, UInt64) {
    let store = try Store.create(at: path, keyring: keyring)
    let descriptor = unsafe open(bundle, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let start = now()
    let outcome = try BundleImport(store: store).run(descriptor: descriptor) { _ in true }
    return (outcome.placed, now() - start)
  }

  /// Writes every row of a store into another one, in order of arrival and in the same batches.
  private static func bareImport(
    _ path: String,
    _ copy: String,
    _ keyring: Keyring
  ) throws -> UInt64 {
    let source = try keyring.source(path)
    var rows: [UInt64: [(table: Table, key: [UInt8], value: [UInt8])]] = [:]
    func gather(_ table: Table, arrival: @escaping ([UInt8], [UInt8]) -> UInt64) throws {
      try source.scan(table, prefix: [], from: nil) { key, value in
        let key = (0..<key.count).map { key[$0] }
        let value = (0..<value.count).map { value[$0] }
        rows[arrival(key, value), default: []].append((table, key, value))
        return true
      }
    }
    for table in [Table.events, .admissions] {
      try gather(table) { key, _ in LedgerKey.number(key.suffix(8)) }
    }
    try gather(.chains) { key, _ in LedgerKey.number(key.suffix(8)) }
    for table in [Table.ids, .order] { try gather(table) { _, value in LedgerKey.number(value) } }
    try Ledger.create(at: copy, identifier: [2])
    let ledger = try Ledger.open(copy)
    let arrivals = rows.keys.sorted()
    let start = now()
    for first in stride(from: 0, to: arrivals.count, by: 20_000) {
      let batch = arrivals[first..<min(arrivals.count, first + 20_000)]
      try ledger.write { transaction throws(LedgerError) in
        for arrival in batch {
          for row in rows[arrival] ?? [] { try transaction.put(row.table, row.key, row.value) }
        }
      }
    }
    return now() - start
  }

  private static func replaying(
    _ path: String,
    _ keyring: Keyring,
    _ mode: SignatureMode
  ) throws -> UInt64 {
    let start = now()
    let source = try StoreSource(path: path, name: "bench", keyring: keyring)
    let logs = try LogReading(signatures: mode).read(source).logs
    let comparison = GroupComparison(logs)
    precondition(comparison.status == .same && comparison.members[0].bad.isEmpty)
    return now() - start
  }

  private static func appending(_ path: String) throws -> (open: UInt64, each: UInt64) {
    let start = now()
    let store = try Store.open(path)
    guard let group = try store.groups().first else { return (0, 0) }
    let log = try store.log(of: group)
    let opened = now() - start
    let key = SigningKey(
      seed: Hashing.digest(of: Array("coterie.fixture/m0".utf8), domain: .plain)
    )
    let content = Commitment(to: [1], secret: group)
    let first = now()
    for place in 0..<200 {
      let post = Action.messagePost(Post(type: .text, content: content))
      try log.append(post, by: key, time: UInt64(place))
    }
    return (opened, (now() - first) / 200)
  }

  private static func bareCommit(_ folder: String) throws -> UInt64 {
    let path = "\(folder)/bare.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path)
    let value = [UInt8](repeating: 7, count: 300)
    let start = now()
    for place in 0..<200 {
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.marks, LedgerKey.bigEndian(UInt64(place), 8), value, isLast: true)
      }
    }
    return (now() - start) / 200
  }
}
