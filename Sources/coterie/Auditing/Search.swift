import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieWire
import Glibc

/// A search for the first prefix of a log at which something is bad.
struct Search {
  private let opened: OpenedCase
  private let console: Console
  private let command: [String]
  private let isInteractive: Bool
  private let bounds: (good: Int, bad: Int)

  init(_ invocation: Invocation, _ console: Console) async throws {
    let opened = try await OpenedCase(invocation, path: invocation.operands[0])
    self.opened = opened
    self.console = console
    command = Array(invocation.operands.dropFirst())
    isInteractive = invocation.has("--interactive")
    let log = opened.log
    func place(_ word: String) throws(Failure) -> Int {
      if word == "@" { return log.ids.count }
      let event = try opened.event(word)
      return log.position(of: log.id(of: event)) ?? 1
    }
    bounds = (
      try place(invocation.value("--from") ?? "root"), try place(invocation.value("--to") ?? "@")
    )
    if command.isEmpty, !isInteractive {
      throw Failure.usage("a command is missing", help: "coterie bisect LOG --to @ -- ./test {}")
    }
    guard bounds.good < bounds.bad else {
      throw Failure.usage("--from must stand before --to")
    }
  }

  private enum Answer {
    case good, bad, skip, stop
  }

  func run() throws -> ExitStatus {
    var (good, bad) = bounds
    var skipped: Set<Int> = []
    var steps = 0
    while bad - good > 1 {
      let open = ((good + 1)..<bad).filter { !skipped.contains($0) }
      guard let place = open.min(by: { abs($0 - (good + bad) / 2) < abs($1 - (good + bad) / 2) })
      else { break }
      steps += 1
      switch try ask(place) {
      case .good: good = place
      case .bad: bad = place
      case .skip: skipped.insert(place)
      case .stop:
        console.say("stopped after \(steps) steps")
        return .interrupted
      }
    }
    let candidates = ((good + 1)...bad).map { $0 }
    if console.isJSON {
      let rows = try candidates.map { place in
        JSONValue.object(["n": .integer(Int64(place)), "id": .string(try id(place))])
      }
      let result = JSONValue.object(["first_bad": .array(rows), "steps": .integer(Int64(steps))])
      console.line(Output.document("search", result, exit: .done))
    } else if candidates.count == 1 {
      console.line("first bad: #\(bad) \(try id(bad).prefix(8))   (\(steps) steps)")
    } else {
      console.line("the first bad is one of #\(good + 1) to #\(bad): the others were skipped")
    }
    return .done
  }

  private func id(_ place: Int) throws(Failure) -> String {
    guard let event = opened.log.event(atPosition: place) else {
      throw Failure(.notFound, "not-found", "there is no position #\(place)")
    }
    return opened.log.id(of: event).hex
  }

  private func ask(_ place: Int) throws(Failure) -> Answer {
    if isInteractive, command.isEmpty {
      console.say("#\(place) \(try id(place).prefix(8)): good, bad, skip or quit?")
      switch String(decoding: Terminal.line(from: STDIN_FILENO) ?? [], as: UTF8.self) {
      case "good", "g": return .good
      case "bad", "b": return .bad
      case "skip", "s": return .skip
      default: return .stop
      }
    }
    let folder = "/tmp/coterie-bisect-\(getpid())"
    let file = "\(folder).cborseq"
    defer { unsafe unlink(file) }
    let log = opened.log
    let later = Set(
      (0..<log.ids.count).compactMap { number -> Digest? in
        let id = log.id(of: number)
        return (log.position(of: id) ?? 0) > place ? id : nil
      }
    )
    var bytes: [UInt8] = []
    _ = try opened.read { () throws(SourceFault) in
      try BundleExport(known: later).run([(log, opened.source)]) { bytes += $0 }
    }
    guard FileOutput.replace(file, with: bytes) else { throw Files.missing(file) }
    let words = command.map { Shell.enclosed($0.replacing("{}", with: file)) }
    let line = words.joined(separator: " ")
    let status = Shell.status(of: line) ?? 127
    console.say("#\(place) \(try id(place).prefix(8)): \(status)")
    switch status {
    case 0: return .good
    case 125: return .skip
    case 1..<128: return .bad
    default: return .stop
    }
  }
}
