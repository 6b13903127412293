import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieWire

/// `coterie doctor`: how a store stands, and what would be noticed.
enum DoctorCommand {
  static let row = Command(
    "doctor",
    "look after a store, and drill what would be noticed",
    about: """
      Says how the store stands: its format, how full the map of its file is, readers that ended
      without a word, and of each group what is held, waits and is bad. --drill tampers with a copy
      of the log in memory in forty ways, and requires that each is noticed, and that a copy which
      nobody touched raises no alarm.
      """,
    example: "doctor --drill -s alice.coterie",
    options: [Option("--drill", help: "tamper with a copy in memory")],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let path = try Sources.path(nil, invocation)
    let opened = try Sources.logs(path)
    let logs = try Sources.ofGroup(opened, invocation, path)
    let condition = try condition(of: path)
    if let condition { show(condition, console) }
    if opened.isEmpty { console.say("\(path) holds no events") }
    var findings: [Finding] = []
    var rows: [JSONValue] = []
    for (log, source) in logs {
      let summary = log.summary()
      let drill: Drill?
      do throws(SourceFault) {
        try (source as? StoreSource)?.checkPages()
        drill = invocation.has("--drill") ? try Drill(log, source) : nil
      } catch {
        throw Sources.failure(error)
      }
      findings += GroupComparison([log]).findings
      findings += drill.map { misses(of: $0, log) } ?? []
      rows.append(row(summary, log, try drill.map { try JSONValue(encoding: $0) }))
      show(summary, log, drill, console)
    }
    let isWell = findings.allSatisfy { $0.severity != .error }
    let status: ExitStatus = isWell ? .done : .findings
    if console.isJSON {
      let result = JSONValue.object([
        "store": condition.map { json($0) } ?? .null, "groups": .array(rows),
      ])
      console.line(Output.document("doctor", result, findings: findings, exit: status))
    }
    return status
  }

  /// How the file of a store of one's own stands; nil for what is none.
  private static func condition(of path: String) throws(Failure) -> Ledger.Condition? {
    guard try Stores.isOwn(path) else { return nil }
    let store = try Stores.open(path)
    do throws(LedgerError) {
      return try store.condition()
    } catch {
      throw Stores.failure(GroupError.ledger(error))
    }
  }

  /// What a drill did not notice, and what it took for damage where there is none.
  private static func misses(of drill: Drill, _ log: MemberLog) -> [Finding] {
    func finding(_ code: String, _ message: String) -> Finding {
      Finding(
        code: code,
        severity: .error,
        event: nil,
        group: log.group,
        message: message,
        help: "please report this: it is a defect of the program",
        evidence: []
      )
    }
    var found = drill.attempts.filter { !$0.isNoticed }.map {
      finding("not-noticed", "\($0.name) was not noticed: \($0.how)")
    }
    if drill.attempts.isEmpty { found.append(finding("not-noticed", "nothing could be tried")) }
    return found + drill.untouched.map { finding("false-alarm", "an untouched copy: \($0)") }
  }

  // MARK: Output

  private static func json(_ condition: Ledger.Condition) -> JSONValue {
    .object([
      "format": .integer(Int64(condition.format)),
      "map_bytes": .integer(Int64(condition.mapBytes)),
      "used_bytes": .integer(Int64(condition.usedBytes)),
      "stale_readers": .integer(Int64(condition.staleReaders)),
    ])
  }

  private static func row(
    _ summary: MemberSummary,
    _ log: MemberLog,
    _ drill: JSONValue?
  ) -> JSONValue {
    .object([
      "group": .string(log.group.hex), "events": .integer(Int64(summary.eventCount)),
      "waiting": .integer(Int64(summary.pending.count)),
      "bad": .integer(Int64(summary.bad.count)), "drill": drill ?? .null,
    ])
  }

  private static func show(_ condition: Ledger.Condition, _ console: Console) {
    if console.isJSON { return }
    let share = condition.usedBytes * 100 / max(1, condition.mapBytes)
    console.line(
      "store     format \(condition.format), \(share) % of map, "
        + "\(condition.staleReaders) stale readers  \(console.status("ok", .good))"
    )
  }

  private static func show(
    _ summary: MemberSummary,
    _ log: MemberLog,
    _ drill: Drill?,
    _ console: Console
  ) {
    if console.isJSON { return }
    let isSound = summary.bad.isEmpty
    console.line(
      "group     \(log.group.hex.prefix(16))  \(Output.grouped(summary.eventCount)) events, "
        + "\(summary.pending.count) wait, \(summary.bad.count) bad  "
        + (isSound ? console.status("ok", .good) : console.status("BAD", .bad))
    )
    guard let drill else { return }
    for attempt in drill.attempts {
      let word = attempt.isNoticed ? "noticed" : "MISSED"
      console.line("  \(pad(attempt.name, to: 18)) \(word)  \(attempt.how.prefix(90))")
    }
    for finding in drill.untouched {
      console.line("  \(pad("untouched", to: 18)) ALARM    \(finding.prefix(90))")
    }
    console.line("drill     \(drill.noticedCount) of \(drill.attempts.count) noticed")
  }
}
