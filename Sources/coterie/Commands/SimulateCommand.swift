import CoterieConsole
import CoterieJSON
import CoterieSimulation

/// `coterie simulate`: seeded worlds of members, in which things go wrong.
enum SimulateCommand {
  static let row = Command(
    "simulate",
    "run seeded worlds of members, in which things go wrong",
    about: """
      Members with real stores act, exchange over a network that delays, loses, repeats and parts,
      end anywhere, have wrong clocks, and may be of bad will. Whenever everyone has exchanged, all
      promises are checked. The same seed gives the same run. A failure is made as small as can be
      and written as a plan for --replay, and as a scenario if the events alone show it.
      """,
    example: "simulate --seed 7 --members 5 --events 60 --faults all",
    options: [
      Option("--seed", value: "N", help: "the first seed (1)"),
      Option("--seeds", value: "N", help: "how many seeds to run (1)"),
      Option("--members", value: "N", help: "people in each world (4)"),
      Option("--events", value: "N", help: "acts in each world (40)"),
      Option("--faults", value: "LIST", help: "what goes wrong, by commas; all or none (all)"),
      Option("--replay", value: "FILE", help: "run a plan that was written"),
      Option("--keep", value: "FOLDER", help: "where the plans of failures are written (.)"),
      Option("--no-shrink", help: "leave failures as they are"),
    ],
    run: run
  )

  private struct Result {
    var plan: Plan
    var outcome: Simulation.Outcome
    var files: [String] = []
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let plans = try plans(invocation)
    let progress = Progress(console, phase: "simulate", unit: "seeds", total: plans.count)
    var results: [Result] = []
    var counts = RunCounts()
    for plan in plans {
      if Interruption.isAsked { break }
      var result = Result(plan: plan, outcome: try await Simulation(plan).run())
      counts.add(result.outcome.counts)
      if result.outcome.breach != nil {
        progress.finish()
        if !invocation.has("--replay") { try await keep(&result, invocation, console) }
      }
      if !console.isJSON { show(result, invocation, console) }
      results.append(result)
      progress.update(results.count)
    }
    progress.finish()
    let failed = results.count { $0.outcome.breach != nil }
    let status: ExitStatus = failed > 0 ? .findings : .done
    if console.isJSON {
      let document = JSONValue.object([
        "runs": .array(results.map { json($0) }),
        "passed": .integer(Int64(results.count - failed)), "failed": .integer(Int64(failed)),
        "counts": json(counts),
      ])
      console.line(Output.document("simulate", document, exit: status))
    } else {
      console.line("\(results.count - failed) passed, \(failed) failed: \(line(counts))")
    }
    return status
  }

  private static func plans(_ invocation: Invocation) throws(Failure) -> [Plan] {
    if let path = invocation.value("--replay") {
      do {
        return [try Plan(try Files.read(path, limit: JSONReader.bytesMax))]
      } catch let fault as JSONFault {
        throw Failure(.malformed, "malformed", "\(path): \(fault)")
      } catch let failure as Failure {
        throw failure
      } catch {
        throw Failure(.malformed, "malformed", "\(path): \(error)")
      }
    }
    guard let faults = Fault.list(invocation.value("--faults") ?? "all") else {
      let known = Fault.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure.usage("--faults takes a comma list of \(known), all, none")
    }
    let first = UInt64(try invocation.number("--seed") ?? 1)
    let count = UInt64(try invocation.number("--seeds", least: 1, most: 1_000_000) ?? 1)
    let members = try invocation.number("--members", least: 2, most: 1000) ?? 4
    let events = try invocation.number("--events", least: 1, most: 1_000_000) ?? 40
    return (first..<(first + count)).map {
      Plan(seed: $0, members: members, events: events, faults: faults)
    }
  }

  /// Makes a failure small, and writes it.
  private static func keep(
    _ result: inout Result,
    _ invocation: Invocation,
    _ console: Console
  ) async throws {
    guard let breach = result.outcome.breach else { return }
    if !invocation.has("--no-shrink") {
      console.say("seed \(result.plan.seed): \(breach.promise) is broken; making it small")
      let small = try await Simulation(result.plan).shrunk(breach) { _, _ in
        !Interruption.isAsked
      }
      result.plan = small.plan
      result.outcome = small.outcome
    }
    let folder = invocation.value("--keep") ?? "."
    let name = "\(folder)/simulation-\(result.plan.seed)"
    try write(result.plan.json, "\(name).plan.json", &result)
    if let scenario = result.outcome.scenario {
      try write(scenario, "\(name).scenario.json", &result)
    }
  }

  private static func write(
    _ value: JSONValue,
    _ path: String,
    _ result: inout Result
  ) throws(Failure) {
    guard FileOutput.replace(path, with: Array("\(value.pretty)\n".utf8)) else {
      throw Failure(.store, "write-failed", "\(path) cannot be written")
    }
    result.files.append(path)
  }

  // MARK: Showing

  private static func show(_ result: Result, _ invocation: Invocation, _ console: Console) {
    let word = result.outcome.breach == nil
    if invocation.has("--verbose") {
      for line in result.outcome.lines { console.line("  \(line)") }
    }
    let status = word ? console.status("ok  ", .good) : console.status("FAIL", .bad)
    console.line(
      "\(status) seed \(result.plan.seed)  \(line(result.outcome.counts))"
        + "  trace \(result.outcome.trace.prefix(8))"
    )
    guard let breach = result.outcome.breach else { return }
    console.line("     \(breach.promise) at step \(breach.step)")
    console.line("     expected \(breach.expected)")
    console.line("     found    \(breach.found)")
    console.line("     \(result.plan.steps.count) steps, \(result.plan.cast.count) people")
    for file in result.files {
      let command = file.hasSuffix(".plan.json") ? "simulate --replay" : "fixture run"
      console.line("     rerun: coterie \(command) \(file)")
    }
  }

  private static func line(_ counts: RunCounts) -> String {
    counts.fields.filter { $0.count > 0 || $0.name == "events" }
      .map { "\($0.count) \($0.name)" }.joined(separator: ", ")
  }

  private static func json(_ counts: RunCounts) -> JSONValue {
    var fields: [String: JSONValue] = [:]
    for (name, count) in counts.fields { fields[name] = .integer(Int64(count)) }
    return .object(fields)
  }

  private static func json(_ result: Result) -> JSONValue {
    let breach = result.outcome.breach.map { breach in
      JSONValue.object([
        "promise": .string(breach.promise), "step": .integer(Int64(breach.step)),
        "expected": .string(breach.expected), "found": .string(breach.found),
      ])
    }
    return .object([
      "seed": .string(String(result.plan.seed)),
      "passed": .bool(result.outcome.breach == nil),
      "trace": .string(result.outcome.trace),
      "counts": json(result.outcome.counts),
      "steps": .integer(Int64(result.plan.steps.count)),
      "breach": breach ?? .null,
      "files": .strings(result.files),
    ])
  }
}
