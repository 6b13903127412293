import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieWire

/// `coterie diff` and `coterie bisect`.
enum DiffCommands {
  static let rows = [diff, bisect]

  private static let diff = Command(
    "diff",
    "say how two logs differ, why, and what heals it",
    about: """
      The cause by name, what each lacks, the first event on whose verdict they differ, the state
      on both sides by path with the event that gives each value, and by a trial merge whether
      exchange would make them equal, with the command that does it. Of a scenario, which has a log
      for each of its people, A is the first one's and B the last one's. Ends with 1 if they
      differ, 8 if neither is wrong and events are missing.
      """,
    example: "diff alice.coterie bob.cborseq",
    operands: [Operand("A", help: "a log"), Operand("B", help: "another log of the same group")],
    run: { invocation, console in
      let pair = try Pair(invocation, console)
      let report: DiffReport
      do throws(SourceFault) {
        report = try DiffReport(pair.a, pair.b)
      } catch {
        throw Sources.failure(error)
      }
      let status: ExitStatus =
        report.status == "same" ? .done : report.status == "undecided" ? .undecided : .findings
      if console.isJSON {
        let result = try JSONValue(encoding: report)
        let findings = Self.findings(report, pair)
        console.line(Output.document("diff", result, findings: findings, exit: status))
        return status
      }
      let people = await People(pair.paths.0, pair.a.log)
      for line in text(report, pair, people) { console.line(line) }
      return status
    }
  )

  /// Two logs of one group, read as far as they are sound.
  struct Pair {
    typealias Side = (log: MemberLog, source: any LogSource, fault: SourceFault?)
    let a: Side
    let b: Side
    let paths: (String, String)

    /// Reads both, and says whose log is meant where a path has several.
    init(_ invocation: Invocation, _ console: Console) throws(Failure) {
      paths = (invocation.operands[0], invocation.operands[1])
      let wanted = invocation.value("--group") ?? Commands.environment["COTERIE_GROUP"] ?? ""
      let one = try Pair.read(paths.0, wanted)
      let other = try Pair.read(paths.1, wanted)
      let common = Set(one.map(\.log.group)).intersection(other.map(\.log.group))
      guard let group = common.min(), common.count == 1,
        let first = one.first(where: { $0.log.group == group }),
        let second = other.last(where: { $0.log.group == group })
      else {
        throw Failure(
          .notFound,
          common.isEmpty ? "not-found" : "ambiguous",
          common.isEmpty
            ? "the two have no group in common" : "the two have several groups in common",
          help: common.isEmpty
            ? nil
            : "--group one of: "
              + common.sorted().map { String($0.hex.prefix(16)) }.joined(separator: ", ")
        )
      }
      a = first
      b = second
      for (letter, path, sides, side) in [("A", paths.0, one, a), ("B", paths.1, other, b)] {
        let names = sides.filter { $0.log.group == group }
          .map { Escaping.visible($0.log.name) }
        if names.count < 2 { continue }
        console.say(
          "\(path) has the logs of \(names.joined(separator: ", ")); \(letter) is that of "
            + Escaping.visible(side.log.name)
        )
      }
    }

    private static func read(_ path: String, _ wanted: String) throws(Failure) -> [Side] {
      var found: [Side] = []
      for source in try Sources.open([path]) {
        do throws(SourceFault) {
          let (logs, fault) = try LogReading(isLenient: true).read(source)
          if logs.isEmpty, let fault { throw fault }
          for log in logs where log.group.hex.hasPrefix(wanted) {
            found.append((log, source, fault))
          }
        } catch {
          throw Sources.failure(error)
        }
      }
      return found
    }
  }

  private static func findings(_ report: DiffReport, _ pair: Pair) -> [Finding] {
    if report.status != "diverged" { return [] }
    let cause = [report.cause, report.because].compactMap { $0 }.joined(separator: ": ")
    let first = report.first.flatMap { Digest(hex: $0.id) }
    return [
      diverged(
        "\(report.a.name) and \(report.b.name) differ: \(cause)",
        help: Cure(report, pair.paths).lines.first ?? "compare them with a third member's log",
        at: first,
        pair,
        evidence: first.map { [$0] } ?? []
      )
    ]
  }

  private static func findings(_ report: BisectReport, _ pair: Pair) -> [Finding] {
    guard let position = report.position else { return [] }
    let ids = [report.a, report.b].compactMap { $0.flatMap { Digest(hex: $0) } }
    return [
      diverged(
        "they part at #\(position)",
        help: "coterie diff \(pair.paths.0) \(pair.paths.1) says why",
        at: ids.first,
        pair,
        evidence: ids
      )
    ]
  }

  private static func diverged(
    _ message: String,
    help: String,
    at event: Digest?,
    _ pair: Pair,
    evidence: [Digest]
  ) -> Finding {
    Finding(
      code: "diverged",
      severity: .error,
      event: event,
      group: pair.a.log.group,
      message: message,
      help: help,
      evidence: evidence
    )
  }

  private static func text(_ report: DiffReport, _ pair: Pair, _ people: People) -> [String] {
    var lines: [String] = []
    for (letter, side) in [("A", report.a), ("B", report.b)] {
      let heads = side.heads.prefix(4).map { String($0.prefix(8)) }.joined(separator: " ")
      let name = pad(Escaping.visible(side.name), to: 12)
      let state = side.digest.map { String($0.prefix(8)) } ?? "-"
      lines.append(
        "\(letter) \(name) \(Output.grouped(side.events)) events  state \(state)  heads \(heads)"
      )
    }
    let word = report.status.uppercased()
    lines.append("\(word)\(report.cause.map { "   cause: \($0)" } ?? "")")
    if let because = report.because { lines.append("because    \(Escaping.visible(because))") }
    if report.status == "same" { return lines }
    if let first = report.first {
      let author = Digest(hex: first.author).map { people.shown($0) } ?? ""
      lines.append(
        "first      #\(first.position) \(first.id.prefix(8))  \(author)  \(first.kind)   "
          + "\(first.a ?? "absent")  |  \(first.b ?? "absent")"
      )
    }
    lines.append(
      "events     only A \(report.onlyA.count) · only B \(report.onlyB.count) · same verdict "
        + "\(Output.grouped(report.sameVerdicts)) · other verdict \(report.verdictDiff.count)"
    )
    for value in report.stateDiff.prefix(40) {
      let path = pad(people.shown(value.path), to: 32)
      lines.append(
        "state      \(path) \(people.shown(value.a ?? "absent")) | "
          + people.shown(value.b ?? "absent")
      )
    }
    if report.stateDiff.count > 40 {
      lines.append("state      and \(report.stateDiff.count - 40) more")
    }
    lines.append("healing    trial merge makes both equal: \(report.heals ? "yes" : "no")")
    for cure in Cure(report, pair.paths).lines { lines.append("           \(cure)") }
    for id in report.missing.prefix(8) { lines.append("missing    \(id)") }
    return lines
  }

  // MARK: bisect

  private static let bisect = Command(
    "bisect",
    "find the first event at which two logs part, or at which a command begins to fail",
    about: """
      With A and B: by running digests, in O(log n) comparisons. With A and a command behind --: the
      prefixes of the log in canonical order, from --from to --to, are written as a bundle, {} in
      the command stands for it, and its exit code says good (0), bad (1 to 127), skip (125) or stop
      (128 and more), as git bisect run has it. With --interactive you say so yourself.
      """,
    example: "bisect alice.coterie bob.coterie",
    operands: [
      Operand("A", help: "a log"),
      Operand("REST", .any, help: "another log, or a command behind --"),
    ],
    options: [
      Option("--from", value: "POS", help: "where it was good; root if left out"),
      Option("--to", value: "POS", help: "where it is bad; @ if left out"),
      Option("--interactive", help: "ask at each step"),
    ],
    run: { invocation, console in
      let hasCommand =
        !invocation.operandsBehindDashes.isEmpty
        && invocation.operandsBehindDashes.count < invocation.operands.count
      let isSearch = ["--from", "--to", "--interactive"].contains { invocation.has($0) }
      if isSearch || hasCommand { return try await Search(invocation, console).run() }
      guard invocation.operands.count == 2 else {
        throw Failure.usage("bisect needs A and B, or A and a command behind --")
      }
      let pair = try Pair(invocation, console)
      let report = BisectReport(RunningDigests(pair.a.log), RunningDigests(pair.b.log))
      let status: ExitStatus = report.position == nil ? .done : .findings
      if console.isJSON {
        let result = try JSONValue(encoding: report)
        let findings = Self.findings(report, pair)
        console.line(Output.document("bisect", result, findings: findings, exit: status))
        return status
      }
      for comparison in report.comparisons {
        let word = comparison.a == comparison.b ? "same" : "differs"
        console.line(
          "#\(pad(String(comparison.position), to: 10)) \(comparison.a.prefix(8))  "
            + "\(comparison.b.prefix(8))  \(word)"
        )
      }
      if let position = report.position {
        console.line(
          "they part at #\(position): A has \(report.a?.prefix(8) ?? "nothing"), "
            + "B has \(report.b?.prefix(8) ?? "nothing")   "
            + "(\(report.comparisons.count) comparisons)"
        )
      } else {
        console.line("they do not part")
      }
      return status
    }
  )
}

/// What makes two logs agree.
struct Cure {
  let lines: [String]

  init(_ report: DiffReport, _ paths: (String, String)) {
    let (a, b) = paths
    var lines: [String] = []
    switch report.cause {
    case nil: break
    case "stale-checkpoint":
      let name = report.because?.hasPrefix(report.a.name) == true ? a : b
      lines.append(
        (try? Stores.isOwn(name)) == true
          ? "coterie verify \(name) --mend"
          : "coterie export \(name) | coterie import - -s NEW.coterie"
      )
    case "rules-version":
      lines.append("none: a group keeps the rules of its founding; found a new group")
    case "engine-defect":
      let name = report.because?.hasPrefix(report.a.name) == true ? a : b
      lines.append("coterie export \(name) | coterie import - -s NEW.coterie   judges it anew")
      lines.append("please report this with both logs")
    case "damaged-log":
      let isA = report.a.bad > 0 || report.because?.hasPrefix(report.a.name) == true
      let (damaged, sound) = isA ? (a, b) : (b, a)
      lines.append(
        Files.isFolder(sound)
          ? "coterie export \(sound) | coterie import - -s NEW.coterie"
          : "coterie import \(sound) -s NEW.coterie"
      )
      if Files.isFolder(damaged) { lines.append("coterie store salvage \(damaged) NEW.coterie") }
    default:
      if a == b {
        lines.append("none: \(a) has both logs; a step in which the two sync makes them equal")
      } else {
        if !report.onlyA.isEmpty { lines.append(Cure.copy(from: a, to: b)) }
        if !report.onlyB.isEmpty { lines.append(Cure.copy(from: b, to: a)) }
      }
      if lines.isEmpty, !report.missing.isEmpty {
        lines.append("ask another member for what is missing: coterie sync")
      }
    }
    self.lines = lines
  }

  private static func copy(from: String, to: String) -> String {
    let target = Files.isFolder(to) ? to : "NEW.coterie"
    let more = Files.isFolder(to) ? "" : "; coterie import \(to) -s NEW.coterie"
    return "coterie export \(from) --missing-from \(to) | coterie import - -s \(target)\(more)"
  }
}
