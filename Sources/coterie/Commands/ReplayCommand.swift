import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJSON
import CoterieJudgement
import CoterieScenarios
import CoterieWire

/// `coterie replay`: the main job.
enum ReplayCommand {
  static let row = Command(
    "replay",
    "verify, judge, fold and compare the logs of one or many members",
    about: """
      Each PATH is the log of one member: a store, a bundle (.cborseq), or a scenario file, which
      stands for the stores of all its people. Every byte is hashed, every link followed; by default
      the newest signature of each chain vouches for the whole chain.
      """,
    example: "replay alice.coterie bob.cborseq",
    operands: [Operand("PATH", .oneOrMore, help: "stores, bundles, scenario files")],
    options: [
      Option("--step", help: "walk one log event by event: next, back, why, diff, skip"),
      Option(
        "--signatures",
        value: "MODE",
        allowed: SignatureMode.allCases.map(\.rawValue),
        help: "check the newest of each chain, or every one (chain)"
      ),
      Option("--orders", value: "N", help: "judge N further random orders of arrival"),
      Option("--order-seed", value: "N", help: "the seed of the first order (1)"),
      Option("--lenient", help: "go on past damage and report it all"),
      Option("--strict", help: "rejected and defeated events are findings too"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    if invocation.has("--step") {
      guard invocation.operands.count < 2 else {
        throw Failure.usage("--step walks one log", help: "coterie diff says where two part")
      }
      var stepping = Stepping(
        try await OpenedCase(invocation, path: invocation.operands.first),
        console
      )
      return try stepping.run()
    }
    let sources = try Sources.open(invocation.operands)
    var replay = try Replay(sources, invocation, console).run()
    let status = exitStatus(replay, isStrict: invocation.has("--strict"))
    if invocation.has("--strict") { replay.findings += blemishes(of: replay) }
    if console.isJSON {
      console.line(
        Output.document("replay", json(replay), findings: replay.findings, exit: status)
      )
    } else {
      show(replay, console, status)
    }
    return status
  }

  /// What a run comes to.
  struct Outcome {
    var groups: [GroupComparison] = []
    var logs: [MemberLog] = []
    /// Where each of the logs was read from.
    var origins: [any LogSource] = []
    var findings: [Finding] = []
    var mode = SignatureMode.chain
    var orders = 0
    var isStopped = false
  }

  /// Reads the logs of a command line and compares those of each group.
  struct Replay {
    let sources: [any LogSource]
    let invocation: Invocation
    let console: Console

    init(_ sources: [any LogSource], _ invocation: Invocation, _ console: Console) {
      self.sources = sources
      self.invocation = invocation
      self.console = console
    }

    func run() throws(Failure) -> Outcome {
      var outcome = Outcome()
      outcome.mode = SignatureMode(rawValue: invocation.value("--signatures") ?? "chain") ?? .chain
      outcome.orders = try invocation.number("--orders") ?? 0
      var logs: [Sources.Opened] = []
      for source in sources {
        let progress = Progress(
          console,
          phase: "replay \(source.name)",
          unit: "events",
          total: source.eventCount
        )
        let reading = LogReading(
          signatures: outcome.mode,
          isLenient: invocation.has("--lenient")
        ) { done in
          progress.update(done)
          return !Interruption.isAsked
        }
        let read: (logs: [MemberLog], fault: SourceFault?)
        do throws(SourceFault) {
          read = try reading.read(source)
        } catch {
          progress.finish()
          throw Sources.failure(error)
        }
        progress.finish()
        if let fault = read.fault { outcome.findings.append(Sources.finding(fault)) }
        logs += read.logs.map { ($0, source) }
        if read.logs.isEmpty { console.say("\(Escaping.visible(source.name)) holds no events") }
        if Interruption.isAsked {
          console.say("interrupted while reading \(source.name)")
          outcome.isStopped = true
          break
        }
      }
      logs = try Sources.ofGroup(logs, invocation, sources.map(\.name).joined(separator: ", "))
      outcome.logs = logs.map(\.log)
      outcome.origins = logs.map(\.source)
      try compare(logs, &outcome)
      return outcome
    }

    private func compare(
      _ logs: [Sources.Opened],
      _ outcome: inout Outcome
    ) throws(Failure) {
      for group in Set(logs.map(\.log.group)).sorted() {
        let members = logs.filter { $0.log.group == group }
        let comparison = GroupComparison(members.map(\.log))
        outcome.groups.append(comparison)
        outcome.findings += comparison.findings
        for (place, member) in members.enumerated() {
          try checkNoted(member, comparison.members[place], &outcome)
        }
        for (place, member) in members.enumerated()
        where outcome.orders > 0 && !outcome.isStopped {
          try checkOrders(member, comparison.members[place], &outcome)
        }
      }
    }

    private func checkNoted(
      _ member: Sources.Opened,
      _ summary: MemberSummary,
      _ outcome: inout Outcome
    ) throws(Failure) {
      let noted: Digest?
      do throws(SourceFault) {
        noted = try member.source.notedDigest(of: member.log.group)
      } catch {
        throw Sources.failure(error)
      }
      guard let noted, noted != summary.digest, summary.bad.isEmpty else { return }
      outcome.findings.append(
        Finding(
          code: "stale-checkpoint",
          severity: .error,
          event: nil,
          group: member.log.group,
          message: "\(summary.name): its checkpoint says \(noted), the full replay another digest",
          help: "the events count, not the checkpoint; importing anything writes a new one",
          evidence: []
        )
      )
    }

    private func checkOrders(
      _ member: Sources.Opened,
      _ summary: MemberSummary,
      _ outcome: inout Outcome
    ) throws(Failure) {
      let first = try invocation.number("--order-seed") ?? 1
      let progress = Progress(
        console,
        phase: "orders of \(summary.name)",
        unit: "orders",
        total: outcome.orders
      )
      defer { progress.finish() }
      for done in 0..<outcome.orders {
        progress.update(done)
        if Interruption.isAsked {
          outcome.isStopped = true
          console.say("interrupted after \(done) of \(outcome.orders) orders of \(summary.name)")
          return
        }
        let seed = first + done
        let digest: Digest?
        do throws(SourceFault) {
          digest = try member.log.digest(inOrder: UInt64(seed), from: member.source)
        } catch {
          throw Sources.failure(error)
        }
        if digest != summary.digest {
          outcome.findings.append(
            Finding(
              code: "engine-defect",
              severity: .error,
              event: nil,
              group: member.log.group,
              message: "\(summary.name): arrival order \(seed) gives another digest",
              help: "coterie replay --orders 1 --order-seed \(seed)",
              evidence: []
            )
          )
        }
      }
    }
  }

  // MARK: Output

  static func exitStatus(_ replay: Outcome, isStrict: Bool) -> ExitStatus {
    if replay.isStopped { return .interrupted }
    let statuses = Set(replay.groups.map(\.status))
    if statuses.contains(.undecided), !statuses.contains(.diverged) { return .undecided }
    if !replay.findings.isEmpty { return .findings }
    return isStrict && !blemishes(of: replay).isEmpty ? .findings : .done
  }

  /// What `--strict` makes findings: rejected and defeated events, counted by log.
  private static func blemishes(of replay: Outcome) -> [Finding] {
    replay.groups.flatMap { group in
      group.members.compactMap { member in
        let (rejected, defeated) = (member.counts[.rejected] ?? 0, member.counts[.defeated] ?? 0)
        if rejected + defeated == 0 { return nil }
        return Finding(
          code: "not-in-effect",
          severity: .warning,
          event: nil,
          group: group.group,
          message: "\(member.name): \(rejected) events rejected, \(defeated) defeated",
          help: "coterie log --status rejected, or defeated, lists them",
          evidence: []
        )
      }
    }
  }

  static func status(of replay: Outcome) -> GroupComparison.Status {
    if replay.groups.contains(where: { $0.status == .diverged }) { return .diverged }
    return replay.groups.contains { $0.status == .undecided } ? .undecided : .same
  }

  private static func json(_ replay: Outcome) -> JSONValue {
    let groups = replay.groups.map { $0.json(orders: replay.orders) }
    guard groups.count == 1, case .object(var only) = groups[0] else {
      return .object([
        "status": .string(status(of: replay).rawValue), "groups": .array(groups),
        "orders": .integer(Int64(replay.orders)), "signatures": .string(replay.mode.rawValue),
      ])
    }
    only["groups"] = .array(groups)
    only["signatures"] = .string(replay.mode.rawValue)
    return .object(only)
  }

  private static let shownStatuses: [Status] = [
    .effective, .rejected, .defeated, .overridden, .heldBack, .pending, .malformed,
  ]

  private static func show(_ replay: Outcome, _ console: Console, _ exit: ExitStatus) {
    for group in replay.groups {
      if replay.groups.count > 1 { console.line("group \(group.group.hex.prefix(16))") }
      let width = group.members.map(\.name.count).max() ?? 0
      for member in group.members {
        let counts = shownStatuses.compactMap { status in
          member.counts[status].map { "\(Output.grouped($0)) \(status.rawValue)" }
        }
        let digest = member.digest.map { "\($0)" } ?? "none"
        console.line(
          "\(pad(Escaping.visible(member.name), to: width))  "
            + "\(padLeft(Output.grouped(member.eventCount), to: 9)) events   "
            + "\(counts.joined(separator: "  "))   state \(digest)"
        )
      }
      showFindings(group, replay, console)
      console.line(verdict(of: group, console) + "   exit \(exit.rawValue)")
    }
    for finding in replay.findings where finding.code != "diverged" && finding.code != "fork" {
      console.line("\(console.status(finding.severity.rawValue, .bad)): \(finding.message)")
      console.line("  \(finding.help)")
    }
  }

  private static func showFindings(
    _ group: GroupComparison,
    _ replay: Outcome,
    _ console: Console
  ) {
    let logs = replay.logs.filter { $0.group == group.group }
    let bad = group.members.map(\.bad.count).reduce(0, +)
    let badSignatures = group.members.flatMap(\.bad).count { $0.fault.problem == .wrongSignature }
    let signatures =
      replay.mode == .every
      ? "every signature: \(Output.grouped(logs.map(\.signatureCount).reduce(0, +)))"
      : "signatures \(logs.map(\.chainCount).reduce(0, +)) chains"
    let forks = group.forks.map { fork in
      "\(fork.author) seq \(fork.sequence): \(fork.events.map { "\($0)" }.joined(separator: ", "))"
    }
    let forkText = forks.isEmpty ? "0" : "\(forks.count) (\(forks.joined(separator: "; ")))"
    console.line(
      "bytes \(bad - badSignatures) bad · \(signatures), \(badSignatures) bad · forks \(forkText)"
        + (replay.orders > 0 ? " · \(replay.orders) further orders" : "")
    )
  }

  static func verdict(of group: GroupComparison, _ console: Console) -> String {
    switch group.status {
    case .same:
      let digest = group.members.first?.digest.map { "\($0)" } ?? "none"
      return "\(console.status("SAME", .good))  all \(group.members.count) agree on \(digest)"
    case .undecided:
      let lacks = group.missing.map { missing in
        "\(Escaping.visible(missing.member)) lacks "
          + missing.ids.prefix(4).map { "\($0)" }.joined(separator: ", ")
          + (missing.ids.count > 4 ? " and \(missing.ids.count - 4) more" : "")
      }
      return "\(console.status("UNDECIDED", .doubtful))  \(lacks.joined(separator: "; "))"
    case .diverged:
      var text = "\(console.status("DIVERGED", .bad))  cause: \(group.cause?.rawValue ?? "unknown")"
      if let first = group.first {
        let shown = [first.verdicts.0, first.verdicts.1].map { verdict -> String in
          guard let verdict else { return "absent" }
          return verdict.code.map { "\(verdict.status.rawValue) \($0.rawValue)" }
            ?? verdict.status.rawValue
        }
        text +=
          "\nfirst      #\(first.position) \(first.event)  "
          + "\(Escaping.visible(first.members.0)): \(shown[0])  |  "
          + "\(Escaping.visible(first.members.1)): \(shown[1])"
      }
      return text
    }
  }
}
