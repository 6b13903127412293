import CoterieConsole
import CoterieJSON
import CoterieScenarios
import CoterieWire
import Glibc

/// `coterie fixture shrink`: the smallest scenario that still fails so.
enum ShrinkCommand {
  static let row = Command(
    "fixture shrink",
    "make a failing scenario as small as it can be",
    about: """
      Takes out steps, people, preferences, expectations and fields as long as the scenario fails in
      the same way: the same path of an expectation, and the same value found. With --command, as
      long as a command of yours fails: {} stands for the file, and like git bisect run, 125 says
      that it cannot tell. What is tried depends on the scenario alone.
      """,
    example: "fixture shrink broken.json -o small.json",
    operands: [Operand("FILE", help: "a scenario file that fails")],
    options: [
      Option("--failing", value: "TEXT", help: "keep a failure whose line holds this text"),
      Option("--command", value: "CMD", help: "keep what makes this command fail"),
      Option("--orders", value: "N", help: "random orders of arrival in each run (20)"),
      Option("--order-seed", value: "N", help: "the seed of the first random order (1)"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let file = invocation.operands[0]
    let bytes = try Files.read(file, limit: JSONReader.bytesMax)
    let judge = try judge(invocation, file, bytes)
    let progress = Progress(console, phase: "shrink", unit: "runs", total: 0)
    defer { progress.finish() }
    var shrinking: Shrinking
    do {
      shrinking = try Shrinking(bytes, fails: judge.fails) { done in
        // Runs are slow, so that each of them may look at the clock.
        progress.update(done * 2048)
        return !Interruption.isAsked
      }
    } catch {
      throw Sources.malformed(file, error)
    }
    let outcome = shrinking.run()
    progress.finish()
    if outcome.isStopped { console.say("interrupted; this is the smallest so far") }
    if console.isJSON {
      let result = json(outcome, judge.shown)
      console.line(Output.document("shrinking", result, exit: .done))
      return .done
    }
    console.write(Array(outcome.text.utf8))
    console.say("kept: \(judge.shown)")
    console.say(
      "\(outcome.runCount) runs: \(text(outcome.before)) before, \(text(outcome.after)) after"
    )
    return .done
  }

  /// Who says whether a scenario fails in the way that is to be kept, and what way that is.
  private static func judge(
    _ invocation: Invocation,
    _ file: String,
    _ bytes: [UInt8]
  ) throws(Failure) -> (fails: (String) -> Bool, shown: String) {
    if let command = invocation.value("--command") {
      guard invocation.value("--failing") == nil else {
        throw Failure.usage("--command and --failing exclude each other")
      }
      let trial = try Trial(command)
      guard trial.fails(String(decoding: bytes, as: UTF8.self)) else {
        throw Failure.usage("the command does not fail on \(file), so there is nothing to keep")
      }
      return ({ trial.fails($0) }, command)
    }
    let orders = try invocation.number("--orders") ?? 20
    let seed = UInt64(try invocation.number("--order-seed") ?? 1)
    let match = invocation.value("--failing")
    let target: FailureTarget?
    do {
      target = try FailureTarget(bytes, match: match, orders: orders, seed: seed)
    } catch {
      throw Sources.malformed(file, error)
    }
    guard let target else {
      throw Failure.usage(
        match == nil ? "\(file) does not fail" : "\(file) has no failure like that",
        help: "coterie fixture run \(file) shows what fails"
      )
    }
    let failure = target.failure
    let place = failure.seed.map { "  order seed \($0)" } ?? ""
    let shown = "\(failure.path)  expected \(failure.expected)  got \(failure.found)\(place)"
    return ({ target.isShown(by: $0) }, shown)
  }

  private static func text(_ size: Shrinking.Size) -> String {
    "\(size.steps) steps, \(size.members) members, \(size.preferences) preferences, "
      + "\(size.expectations) expectations"
  }

  private static func json(_ outcome: Shrinking.Outcome, _ kept: String) -> JSONValue {
    .object([
      "kept": .string(kept), "text": .string(outcome.text), "before": json(outcome.before),
      "after": json(outcome.after), "runs": .integer(Int64(outcome.runCount)),
      "stopped": .bool(outcome.isStopped),
    ])
  }

  private static func json(_ size: Shrinking.Size) -> JSONValue {
    .object([
      "steps": .integer(Int64(size.steps)), "members": .integer(Int64(size.members)),
      "preferences": .integer(Int64(size.preferences)),
      "expectations": .integer(Int64(size.expectations)),
    ])
  }
}

/// Runs a command of the user on candidates, each in a file of its own name.
private final class Trial {
  private static let cannotTell: Int32 = 125

  private let command: String
  private let folder: String
  private let file: String

  init(_ command: String) throws(Failure) {
    var template = Array("/tmp/coterie-shrink-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    guard made else { throw Failure(.store, "write-failed", "no folder could be made in /tmp") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    file = folder + "/candidate.json"
    self.command = command.replacing("{}", with: file)
  }

  deinit {
    unsafe unlink(file)
    unsafe rmdir(folder)
  }

  /// Whether the command fails; neither a missing command nor 125 counts.
  func fails(_ text: String) -> Bool {
    guard FileOutput.replace(file, with: Array(text.utf8)) else { return false }
    // An interruption reaches the command too, and says nothing of the candidate.
    guard let status = Shell.status(of: command, isQuiet: true), !Interruption.isAsked else {
      return false
    }
    return status != 0 && status != Self.cannotTell
  }
}
