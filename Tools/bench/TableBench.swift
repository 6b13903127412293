import CoterieAudit
import CoterieBundles
import CoterieConsole
import CoterieEngine
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieWire
import Glibc

/// `coterie-bench table`: every figure that has a target, beside its yardstick.
struct TableBench {
  static let row = Command(
    "table",
    "measure every figure that has a target, beside its yardstick",
    about: """
      FOLDER holds log.cborseq from coterie-generate; stores are made beside it. Each figure and
      its yardstick are sampled in turn, RUNS times; printed are medians, half the spread, and the
      median of the ratios. Figures of one core are processor time, others wall time.
      """,
    example: "table /tmp/bench --runs 5 -o figures.json",
    operands: [Operand("FOLDER", help: "with log.cborseq")],
    options: [
      Option("--runs", value: "N", help: "samples of each figure (5)"),
      Option("--to", value: "FILE", help: "write the figures as JSON too"),
      Option("--rows", value: "TEXT", help: "only figures whose name has this in it"),
      Option("--program", value: "PATH", help: "the coterie whose start is measured"),
    ],
    run: run
  )

  private static let sampleEvents = 20_000
  static let appends = 50
  let folder: String
  let keyring: Keyring
  let store: String
  var small: String { "\(folder)/small.coterie" }
  var bare: String { "\(folder)/bare.coterie" }
  let envelopes: [[UInt8]]
  private let linear = LinearLog(posts: 100_000)
  var events = 0

  private init(_ folder: String) throws {
    self.folder = folder
    keyring = Keyring(path: "\(folder)/keyring")
    store = "\(folder)/bench.coterie"
    let source = try BundleSource(path: "\(folder)/log.cborseq", name: "log")
    var first: [[UInt8]] = []
    try source.scan { envelope, _ in
      first.append((0..<envelope.count).map { envelope[$0] })
      return first.count < Self.sampleEvents
    }
    envelopes = first
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    var bench = try TableBench(invocation.operands[0])
    let runs = try invocation.number("--runs", least: 1) ?? 5
    try bench.prepare(console)
    let wanted = invocation.value("--rows") ?? ""
    var samplers = bench.samplers(program: invocation.value("--program"))
    samplers.removeAll { !wanted.isEmpty && !$0.row.name.contains(wanted) }
    for round in 0..<runs {
      for place in samplers.indices where round < samplers[place].runsMax {
        try samplers[place].sample()
      }
      console.say("run \(round + 1) of \(runs)")
    }
    console.line(Row.heading)
    for sampler in samplers { console.line(sampler.row.line) }
    let figures = JSONValue.object([
      "events": .integer(Int64(bench.events)), "runs": .integer(Int64(runs)),
      "rows": .array(samplers.map(\.row.json)),
    ])
    if let path = invocation.value("--to") {
      guard FileOutput.replace(path, with: Array((figures.pretty + "\n").utf8)) else {
        throw Failure(.store, "write-failed", "\(path) cannot be written")
      }
    }
    return .done
  }

  /// One figure, and how it is sampled.
  private struct Sampler {
    var row: Row
    var runsMax = Int.max
    var yard: (() throws -> UInt64)?
    var measured: () throws -> UInt64

    mutating func sample() throws {
      if let yard { row.yardstickSamples.append(try yard()) }
      row.samples.append(try measured())
    }
  }

  private mutating func prepare(_ console: Console) throws {
    if !Files.exists(store) {
      console.say("making \(store)")
      let made = try Store.create(at: store, keyring: keyring)
      let descriptor = unsafe open("\(folder)/log.cborseq", O_RDONLY | O_CLOEXEC)
      defer { close(descriptor) }
      _ = try BundleImport(store: made).run(descriptor: descriptor) { _ in true }
    }
    if !Files.exists(small) {
      let made = try Store.create(at: small, keyring: keyring)
      if let group = try Event(verifying: envelopes[0]).group ?? foundingID() {
        _ = try made.adopt(group).ingest(Array(envelopes.prefix(1000)))
      }
    }
    events = try StoreSource(path: store, name: "bench", keyring: keyring).eventCount
    if !Files.exists(bare) { try fillBare() }
  }

  func foundingID() throws -> Digest? { try Event(verifying: envelopes[0]).groupID }

  // MARK: The figures

  private func samplers(program: String?) -> [Sampler] {
    [
      Sampler(
        row: Row(
          name: "cold replay of \(Row.shown(UInt64(events))) events, signatures of chains",
          unit: "ns an event",
          target: .speed,
          must: 2500,
          aim: 5000,
          yardstick: "one signature an event"
        ),
        yard: { try naive(.processor) },
        measured: { try child("replay", store, keyring.path)[0] }
      ),
      Sampler(
        row: Row(
          name: "judgement and fold, linear history",
          unit: "ns an event",
          target: .absolute,
          must: 30_000,
          aim: 10_000
        ),
        measured: judging
      ),
      Sampler(
        row: Row(
          name: "every signature, two cores",
          unit: "ns an event",
          target: .speed,
          must: 180,
          aim: 195,
          yardstick: "one signature an event, one core"
        ),
        yard: { try naive(.wall) },
        measured: verifyingEvery
      ),
      Sampler(
        row: Row(
          name: "for comparison: signatures alone, two cores",
          unit: "ns an event",
          target: .speed,
          must: 100,
          aim: 195,
          yardstick: "one signature an event, one core"
        ),
        yard: { try naive(.wall) },
        measured: signaturesAlone
      ),
      Sampler(
        row: Row(
          name: "memory beyond the mapped file",
          unit: "bytes an event",
          target: .absolute,
          must: 20_000,
          aim: 6_400
        ),
        runsMax: 1,
        measured: { try child("replay", store, keyring.path)[1] }
      ),
      Sampler(
        row: Row(name: "decode one event", unit: "ns", target: .absolute, must: 6_000, aim: 3_000),
        measured: decoding
      ),
      Sampler(
        row: Row(
          name: "append one event, durable, at 1 000",
          unit: "ns",
          target: .cost,
          must: 150,
          aim: 110,
          yardstick: "a bare LMDB commit into a table of as many"
        ),
        yard: bareCommit,
        measured: { try appending(small) }
      ),
      Sampler(
        row: Row(
          name: "append at \(Row.shown(UInt64(events))) events",
          unit: "ns",
          target: .cost,
          must: 150,
          aim: 110,
          yardstick: "append at 1 000"
        ),
        yard: { try appending(small) },
        measured: { try appending(store) }
      ),
      Sampler(
        row: Row(
          name: "ingest \(Row.shown(UInt64(envelopes.count))) events of a peer",
          unit: "ns an event",
          target: .cost,
          must: 300,
          aim: 150,
          yardstick: "the same rows into bare LMDB"
        ),
        runsMax: 3,
        yard: { try bareRows() },
        measured: ingesting
      ),
      Sampler(
        row: Row(
          name: "open a group of \(Row.shown(UInt64(events))) events and answer its members",
          unit: "ns",
          target: .absolute,
          must: 5_000_000_000,
          aim: 1_000_000_000
        ),
        measured: { try child("members", store, keyring.path)[0] }
      ),
      Sampler(
        row: Row(
          name: "a late event in a window of 100 000",
          unit: "ns",
          target: .cost,
          must: 10_000,
          aim: 200,
          yardstick: "in one of 1 000"
        ),
        yard: { judgingLate(window: 1000) },
        measured: { judgingLate(window: 100_000) }
      ),
    ] + (program.map { [starting($0)] } ?? [])
  }

  private func starting(_ program: String) -> Sampler {
    Sampler(
      row: Row(
        name: "start: coterie version",
        unit: "ns",
        target: .absolute,
        must: 1_000_000_000,
        aim: 500_000_000
      ),
      measured: { Child.run(program, ["version"]).wall }
    )
  }

  private func child(_ words: String...) throws -> [UInt64] {
    let numbers = Child.run(Child.itself, words).numbers
    precondition(!numbers.isEmpty, "\(words) printed no number")
    return numbers
  }

  /// Decodes, hashes and verifies each event by itself.
  private func naive(_ clock: Clock) throws -> UInt64 {
    try clock.time {
      for envelope in envelopes { _ = try Event(verifying: envelope) }
    } / UInt64(envelopes.count)
  }

  /// What judging takes when the memory that it wants was asked for before, by the same work.
  private func judging() -> UInt64 {
    _ = judgingOnce()
    return judgingOnce()
  }

  /// Judges events where the program judges them: by chunks, in the cache since they were read.
  private func judgingOnce() -> UInt64 {
    let judge = Judge(seed: 1)
    let count = linear.events.count
    judge.reserve(count)
    var nanoseconds: UInt64 = 0
    for start in stride(from: 0, to: count, by: 512) {
      let chunk = Array(linear.events[start..<min(count, start + 512)])
      let ids = chunk.map(\.id)
      nanoseconds += Clock.processor.time {
        judge.expect(ids)
        precondition(judge.insert(chunk.span, chunk.indices) == chunk.count)
      }
    }
    nanoseconds += Clock.processor.time {
      let current = judge.currentView()
      let tally = judge.tally(in: current, order: judge.canonicalOrder())
      precondition(tally.counts[.effective] == count)
    }
    return nanoseconds / UInt64(count)
  }

  private func verifyingEvery() throws -> UInt64 {
    let source = MemorySource(name: "every", envelopes: envelopes)
    return try Clock.wall.time {
      let logs = try LogReading(signatures: .every).read(source).logs
      precondition(logs[0].signatureCount >= envelopes.count && logs[0].bad.isEmpty)
    } / UInt64(envelopes.count)
  }

  /// What the cores of this machine bring at most: nothing but signatures, shared as the program
  /// shares them.
  private func signaturesAlone() -> UInt64 {
    let envelopes = envelopes
    return Clock.wall.time {
      let good = Cores.map(envelopes.count) { (try? Event(verifying: envelopes[$0])) != nil }
      precondition(good.allSatisfy { $0 })
    } / UInt64(envelopes.count)
  }

  /// Reads events where the program reads them: side by side, in the cache since they were hashed,
  /// each into the place of one before.
  ///
  /// Those by which the group came to be are left out: they bring keys, which are checked as points
  /// of the curve, and would weigh in a sample what they do not weigh in the log.
  private func decoding() throws -> UInt64 {
    var chunk = EnvelopeChunk()
    var (nanoseconds, count): (UInt64, UInt64) = (0, 0)
    var isUsed = false
    for envelope in envelopes.dropFirst(100) {
      if !chunk.hasRoom(for: envelope.count) {
        chunk.hash()
        let taken = Clock.processor.time { chunk.decode() }
        // A chunk that is used for the first time asks for its memory.
        if isUsed {
          nanoseconds += taken
          count += UInt64(chunk.items.count)
        }
        isUsed = true
        precondition(chunk.faults.isEmpty, "the log is sound")
        chunk.removeAll()
      }
      chunk.append(envelope.span, 0)
    }
    return nanoseconds / count
  }

  private func judgingLate(window: Int) -> UInt64 {
    let judge = Judge(seed: 1)
    let post = Action.messagePost(
      Post(type: .text, content: Commitment(digest: linear.events[0].id, size: 1))
    )
    var log = linear.events.prefix(19)
    let late = LinearLog(posts: 0).next(post, by: 9, after: log.last?.id)
    log = linear.events.prefix(19 + window)
    for event in log where event.author != late.author || event.sequence < late.sequence {
      _ = try? judge.insert(event)
    }
    return Clock.processor.time {
      guard case .inserted(let number)? = try? judge.insert(late) else { return }
      precondition(judge.verdict(of: number, in: judge.currentView()).status == .effective)
    }
  }
}
