import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieScenarios
import CoterieVault
import CoterieWire

/// `coterie fixture record`: live logs as a scenario.
enum RecordCommand {
  static let row = Command(
    "fixture record",
    "write live logs as a scenario",
    about: """
      Every event becomes a step with its exact parents, signed with a fixture key in place of its
      author's, so ids differ and nothing else does. The scenario is run, and every verdict compared
      with the log's; what differs is a finding. A verdict that hangs on a tie by id is said to.
      Texts come from bundles with contents, and from stores of your own that are unlocked.
      """,
    example: "fixture record alice.coterie bob.cborseq -o found-it.json --redact",
    operands: [Operand("PATH", .oneOrMore, help: "stores, bundles, scenario files")],
    options: [
      Option("--diff", help: "give each log a store of its own that holds what the log holds"),
      Option("--redact", help: "put neutral texts in place of all that people wrote"),
      Option("--rename", value: "OLD=NEW", help: "other names, as a comma list"),
      Option("--title", value: "TEXT", help: "what the scenario shows"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let logs = try RecordedSources(invocation, paths: invocation.operands)
    var recording = logs.recording(isRedacted: invocation.has("--redact"))
    recording.title = invocation.value("--title")
    recording.keepsSides = invocation.has("--diff")
    if recording.keepsSides, logs.logs.count < 2 {
      throw Failure.usage("--diff compares two logs or more; there is one", help: "name another")
    }
    recording.renames = try renames(invocation.value("--rename"))
    let recorded: Recorded
    do {
      recorded = try recording.run(logs.logs)
    } catch {
      throw failure(error)
    }
    let findings = findings(of: recorded, logs.findings)
    let status: ExitStatus =
      recorded.differences.isEmpty ? recorded.waitingCount > 0 ? .undecided : .done : .findings
    if console.isJSON {
      let result = json(recorded)
      console.line(Output.document("recording", result, findings: findings, exit: status))
    } else {
      console.write(Array(recorded.text.utf8))
      say(recorded, findings, console)
    }
    return status
  }

  private static func renames(_ list: String?) throws(Failure) -> [(old: String, new: String)] {
    try Pairs.read(list, "--rename", "OLD=NEW").map { (old: $0.0, new: $0.1) }
  }

  static func failure(_ fault: RecordingFault) -> Failure {
    switch fault {
    case .notFounded:
      Failure(.undecided, "undecided", fault.description, help: "ask a member for the rest")
    case .tooLong:
      Failure(.usage, "too-long", fault.description, help: "record the log of a smaller group")
    case .unknownPerson, .nameTwice: Failure.usage(fault.description)
    case .unrunnable: Failure(.defect, "defect", fault.description, help: "please report this")
    }
  }

  // MARK: Output

  private static func findings(of recorded: Recorded, _ others: [Finding]) -> [Finding] {
    var found = others
    for (event, reason) in recorded.leftOut {
      found.append(
        Finding(
          code: "left-out",
          severity: .warning,
          event: event,
          group: nil,
          message: "\(event) became no step: \(reason)",
          help: "what builds on it names its parents instead",
          evidence: []
        )
      )
    }
    for difference in recorded.differences {
      let step = recorded.steps[difference.event] ?? "\(difference.event)"
      let store = difference.store.map { "in the store of \($0): " } ?? ""
      found.append(
        Finding(
          code: difference.isTie ? "tie-by-id" : "differs",
          severity: .error,
          event: difference.event,
          group: nil,
          message: "\(store)\(step): \(difference.path) is \(difference.log) in the log, "
            + "\(difference.scenario) in the scenario",
          help: difference.isTie
            ? "ids break a tie here, and those of the scenario are others"
            : difference.path == "verdict"
              ? "please report this with both files" : "an event that was left out, or an odd log",
          evidence: []
        )
      )
    }
    return found
  }

  private static func say(_ recorded: Recorded, _ findings: [Finding], _ console: Console) {
    console.say(
      "\(recorded.events.count) events, \(recorded.setupCount) of them in the setup; "
        + "\(recorded.people.count) people; "
        + (recorded.differences.isEmpty
          ? "run again, it gives every verdict of the log"
          : "\(recorded.differences.count) differences")
    )
    for person in recorded.people {
      console.say("  \(Escaping.visible(person.name))  \(person.key)")
    }
    for side in recorded.sides {
      console.say("  the log \(Escaping.visible(side.log)) is the store of \(side.person)")
    }
    if recorded.clock > 0 {
      let steps = recorded.ties.map { recorded.steps[$0] ?? "\($0)" }.joined(separator: ", ")
      console.say(
        "a tie by id decides \(steps); the clock was put forward by \(recorded.clock) s, which "
          + "gives ids among which it falls as in the log"
      )
    }
    for finding in findings {
      let tone: Console.Tone = finding.severity == .error ? .bad : .doubtful
      console.say("\(console.status(finding.severity.rawValue, tone)): \(finding.message)")
      console.say("  \(finding.help)")
    }
  }

  private static func json(_ recorded: Recorded) -> JSONValue {
    .object([
      "title": .string(recorded.title),
      "text": .string(recorded.text),
      "people": .array(
        recorded.people.map { .object(["name": .string($0.name), "key": .string($0.key.hex)]) }
      ),
      "events": .array(
        recorded.events.map { event in
          .object([
            "id": .string(event.log.hex), "scenario_id": .string(event.scenario.hex),
            "step": .optional(event.step),
          ])
        }
      ),
      "setup": .integer(Int64(recorded.setupCount)),
      "clock": .integer(Int64(recorded.clock)),
      "ties": .strings(recorded.ties.map(\.hex)),
      "sides": .array(
        recorded.sides.map { .object(["log": .string($0.log), "person": .string($0.person)]) }
      ),
      "left_out": .array(
        recorded.leftOut.map { event, reason in
          .object(["id": .string(event.hex), "reason": .string(reason)])
        }
      ),
      "differences": .array(recorded.differences.map { json($0) }),
    ])
  }

  private static func json(_ difference: Recorded.Difference) -> JSONValue {
    .object([
      "id": .string(difference.event.hex), "store": .optional(difference.store),
      "path": .string(difference.path), "log": .string(difference.log),
      "scenario": .string(difference.scenario), "tie": .bool(difference.isTie),
    ])
  }
}

/// Comma lists of pairs on the command line: `NAME=VALUE,…`.
enum Pairs {
  static func read(
    _ list: String?,
    _ option: String,
    _ shape: String
  ) throws(Failure) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for word in (list ?? "").split(separator: ",", omittingEmptySubsequences: false)
    where list != nil {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
        throw Failure.usage("\(option) takes \(shape), in a comma list, not \"\(word)\"")
      }
      pairs.append((parts[0], parts[1]))
    }
    return pairs
  }
}
