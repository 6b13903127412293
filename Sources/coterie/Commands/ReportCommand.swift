import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieLedger
import CoterieReport
import CoterieScenarios
import CoterieVault
import CoterieWire

/// `coterie report`: one self-contained page for an auditor.
enum ReportCommand {
  static let row = Command(
    "report",
    "write one self-contained HTML page about the logs of one or many members",
    about: """
      Each PATH is the log of one member, as for replay, and the exit code is that of replay. The
      page opens from disk and loads nothing. It holds no text of messages and no names of people;
      --content adds both from stores of your own that are unlocked. With SOURCE_DATE_EPOCH set,
      equal logs give equal bytes.
      """,
    example: "report alice.coterie bob.cborseq -o report.html",
    operands: [Operand("PATH", .oneOrMore, help: "stores, bundles, scenario files")],
    options: [
      Option(
        "--signatures",
        value: "MODE",
        allowed: SignatureMode.allCases.map(\.rawValue),
        help: "check the newest of each chain, or every one (chain)"
      ),
      Option("--lenient", help: "go on past damage and report it all"),
      Option("--content", help: "show the text of messages and the names of people"),
    ],
    writesOutput: true,
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    guard let file = invocation.value("--output") else {
      throw Failure.usage("report needs a file to write", help: "name it with -o FILE.html")
    }
    let sources = try Sources.open(invocation.operands)
    let replay = try ReplayCommand.Replay(sources, invocation, console).run()
    if replay.isStopped { return .interrupted }
    let keepers = invocation.has("--content") ? keepers(invocation.operands) : []
    var names = try names(inScenarios: invocation.operands)
    for store in keepers {
      for group in replay.groups {
        names.merge(await held(in: store, group.group)) { first, _ in first }
      }
    }
    let notes = ReportPage.Notes(
      version: Commands.version,
      made: made,
      names: names,
      hasContents: invocation.has("--content")
    ) { group, event in
      for store in keepers {
        guard let held = try? store.content(of: event, in: group) else { continue }
        return String(validating: held.content, as: UTF8.self) ?? "\(held.content.count) bytes"
      }
      return nil
    }
    let bytes = try page(of: replay, notes, console)
    guard FileOutput.replace(file, with: bytes) else {
      throw Failure(.store, "write-failed", "\(file) cannot be written", help: "check the folder")
    }
    let status = ReplayCommand.exitStatus(replay, isStrict: false)
    if console.isJSON {
      let result = JSONValue.object([
        "file": .string(file), "bytes": .integer(Int64(bytes.count)),
        "events": .integer(Int64(replay.logs.map(\.eventCount).reduce(0, +))),
        "status": .string(ReplayCommand.status(of: replay).rawValue),
        "groups": .array(replay.groups.map { $0.json(orders: 0) }),
      ])
      console.line(Output.document("report", result, findings: replay.findings, exit: status))
      return status
    }
    for group in replay.groups { console.line(ReplayCommand.verdict(of: group, console)) }
    console.line(
      "\(Escaping.visible(file))  \(Output.grouped(bytes.count)) bytes, "
        + "\(replay.logs.count) logs, \(replay.findings.count) findings   exit \(status.rawValue)"
    )
    return status
  }

  private static func page(
    of replay: ReplayCommand.Outcome,
    _ notes: ReportPage.Notes,
    _ console: Console
  ) throws(Failure) -> [UInt8] {
    let members = Array(zip(replay.logs, replay.origins))
    let groups = replay.groups.map { comparison in
      ReportPage.Group(
        comparison: comparison,
        logs: members.filter { $0.0.group == comparison.group }.map { ($0.0, $0.1) }
      )
    }
    let page = ReportPage(groups: groups, findings: replay.findings, notes: notes)
    let progress = Progress(
      console,
      phase: "report",
      unit: "events",
      total: replay.logs.map(\.eventCount).reduce(0, +)
    )
    var done = 0
    defer { progress.finish() }
    do throws(SourceFault) {
      return try page.bytes {
        done += 1
        progress.update(done)
      }
    } catch {
      throw Sources.failure(error)
    }
  }

  /// `SOURCE_DATE_EPOCH`, else now, in milliseconds.
  private static var made: UInt64 {
    let given = Commands.environment["SOURCE_DATE_EPOCH"].flatMap { UInt64($0) }
    return given.map { min($0, 1 << 40) * 1000 } ?? Stores.surroundings.now()
  }

  /// People in scenarios have names that hide nothing.
  private static func names(inScenarios paths: [String]) throws(Failure) -> [Digest: String] {
    var names: [Digest: String] = [:]
    for path in paths where path.hasSuffix(".json") {
      let bytes = try Files.read(path, limit: JSONReader.bytesMax)
      guard let scenario = try? Scenario(bytes) else { continue }
      for (name, key) in scenario.keysOfPeople() { names[key] = name }
    }
    return names
  }

  /// The stores of this user among some paths that are unlocked, so that contents can be read.
  private static func keepers(_ paths: [String]) -> [Store] {
    paths.compactMap { path in
      guard let store = Stores.own(path), store.vault?.isLocked == false else { return nil }
      return store
    }
  }

  /// The names that people of a group gave themselves, as far as a store has them.
  private static func held(in store: Store, _ group: Digest) async -> [Digest: String] {
    let opened = try? Group(group, in: store, surroundings: Stores.surroundings)
    return (try? await opened?.names()) ?? [:]
  }
}
