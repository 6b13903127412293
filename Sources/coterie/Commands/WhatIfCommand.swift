import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJSON
import CoterieScenarios
import CoterieWire

/// `coterie whatif`: what would be otherwise if a log were another.
enum WhatIfCommand {
  static let row = Command(
    "whatif",
    "replay a log with one thing changed, and show what changes",
    about: """
      --skip judges any log without some events and without what builds on them; nothing is signed
      anew. The other three change the past, so every event is recorded as a step (see fixture
      record) and signed anew with throw-away fixture keys: other roles for people whom the founder
      invited; further steps at the end, from a file, as scenarios write them; or one event signed
      in knowledge of another. EVENT is a unique id prefix, #N, or the step of a scenario. Nothing
      is written.
      """,
    example: "whatif alice.coterie --skip '#12'",
    operands: [Operand("PATH", help: "a store, a bundle or a scenario file")],
    options: [
      Option("--skip", value: "EVENT", help: "leave events out, as a comma list"),
      Option("--founding", value: "NAME=ROLE", help: "other roles at the start, as a comma list"),
      Option("--add", value: "FILE", help: "add the steps of this file: a JSON array"),
      Option("--first", value: "EVENT", help: "with --then: the event that is seen"),
      Option("--then", value: "EVENT", help: "with --first: the event that has seen it"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let sources = try RecordedSources(invocation, paths: invocation.operands)
    let log = RecordedLog.union(of: sources.logs)
    let names = EventNames(log, sources.steps)
    let change = try change(invocation, names)
    let alternative: Alternative
    let what: (kind: String, text: String)
    switch change {
    case .skipping(let ids):
      alternative = Alternative(
        skipping: ids,
        of: log,
        names: sources.names,
        steps: sources.steps
      )
      what = ("skip", "without \(ids.map { names.label($0) }.joined(separator: ", "))")
    case .resigning(let resigning, let kind, let text):
      do {
        alternative = try sources.recording(isRedacted: false).resigned([log], resigning)
      } catch {
        throw failure(error)
      }
      what = (kind, text)
    }
    if console.isJSON {
      let result = json(alternative, what)
      console.line(Output.document("whatif", result, exit: .done))
    } else {
      show(alternative, what.text, console)
    }
    return .done
  }

  private enum Change {
    case skipping([Digest])
    case resigning(Resigning, kind: String, text: String)
  }

  private static func change(
    _ invocation: Invocation,
    _ names: EventNames
  ) throws(Failure) -> Change {
    let given = ["--skip", "--founding", "--add", "--first"].filter { invocation.has($0) }
    guard given.count == 1 else {
      throw Failure.usage(
        given.isEmpty ? "what is to change?" : "\(given.joined(separator: " and ")): one at a time",
        help: "one of --skip, --founding, --add, or --first with --then"
      )
    }
    if let list = invocation.value("--skip") {
      var ids: [Digest] = []
      for word in list.split(separator: ",") { ids.append(try names.event(String(word))) }
      guard !ids.isEmpty else { throw Failure.usage("--skip takes events, not \"\(list)\"") }
      return .skipping(ids)
    }
    if let list = invocation.value("--founding") {
      var roles: [(person: String, role: Role)] = []
      for (name, word) in try Pairs.read(list, "--founding", "NAME=ROLE") {
        guard let role = Role(name: word) else {
          throw Failure.usage(
            "there is no role \"\(word)\"",
            help: "roles: \(Role.allCases.map(\.name).joined(separator: ", "))"
          )
        }
        roles.append((name, role))
      }
      return .resigning(.founding(roles), kind: "founding", text: "with \(list) at the founding")
    }
    if let file = invocation.value("--add") {
      return .resigning(.adding(try steps(file)), kind: "add", text: "with the steps of \(file)")
    }
    guard let first = invocation.value("--first"), let then = invocation.value("--then") else {
      throw Failure.usage("--first and --then go together")
    }
    let pair = (try names.event(first), try names.event(then))
    return .resigning(
      .ordering(first: pair.0, then: pair.1),
      kind: "order",
      text: "with \(names.label(pair.1)) signed in knowledge of \(names.label(pair.0))"
    )
  }

  /// Steps in a file: an array, or a scenario's field.
  private static func steps(_ file: String) throws(Failure) -> [OrderedJSON] {
    let bytes = try Files.read(file, limit: JSONReader.bytesMax)
    do {
      let root = try JSONReader.read(bytes)
      return OrderedJSON(root["steps"] ?? root).items
    } catch {
      throw Sources.malformed(file, error)
    }
  }

  private static func failure(_ fault: ResigningFault) -> Failure {
    switch fault {
    case .recording(let fault): RecordCommand.failure(fault)
    case .steps: Failure(.malformed, "malformed", fault.description)
    case .notInvited, .inOrder, .notNeighbours: Failure.usage(fault.description)
    }
  }

  // MARK: Output

  private static func show(_ alternative: Alternative, _ what: String, _ console: Console) {
    console.line("\(what)")
    if alternative.isResigned {
      console.line("signed anew  every event, with throw-away fixture keys; ids are the log's")
      for person in alternative.people {
        console.line("  \(Escaping.visible(person.name))  \(person.key)")
      }
    } else {
      console.line("exact        nothing was signed anew")
    }
    for difference in alternative.unfaithful {
      console.line(
        "unfaithful   \(difference.event): \(difference.path) is \(difference.log) in the log, "
          + "\(difference.scenario) signed anew without any change"
      )
    }
    if !alternative.leftOut.isEmpty {
      console.line("left out     \(alternative.leftOut.count) events that build on it")
      for event in alternative.leftOut { console.line("  \(text(event))") }
    }
    for (step, code) in alternative.refused {
      console.line("refused      \(Escaping.visible(step)): \(code)")
    }
    console.line(
      "verdicts     \(alternative.verdicts.count) differ, of \(alternative.comparedCount)"
    )
    for change in alternative.verdicts {
      console.line("  \(text(change.event))")
      console.line("    \(verdict(change.before)) -> \(verdict(change.after))")
    }
    let count = alternative.state.count
    console.line("state        \(count == 0 ? "as it was" : "\(count) differ")")
    for change in alternative.state {
      console.line(
        "  \(Escaping.visible(change.path))  \(Escaping.visible(value(change.before))) -> "
          + Escaping.visible(value(change.after))
      )
    }
  }

  private static func text(_ event: Alternative.Named) -> String {
    let id = event.id.map { "\($0)" } ?? "added"
    let label = event.label == id ? id : "\(Escaping.visible(event.label))  \(id)"
    return "\(label)  \(Escaping.visible(event.author))  \(Escaping.visible(event.kind))"
  }

  private static func verdict(_ value: JSONValue?) -> String {
    guard case .object(let fields)? = value else { return "absent" }
    func text(_ name: String) -> String? {
      if case .string(let text)? = fields[name] { return text }
      return nil
    }
    return Escaping.visible(
      (text("status") ?? "") + (text("code").map { " \($0)" } ?? "")
        + (text("by").map { " by \($0)" } ?? "")
    )
  }

  private static func value(_ value: JSONValue?) -> String {
    switch value {
    case nil: "absent"
    case .string(let text)?: text
    case let other?: other.compact
    }
  }

  private static func json(
    _ alternative: Alternative,
    _ what: (kind: String, text: String)
  ) -> JSONValue {
    .object([
      "change": .string(what.kind),
      "about": .string(what.text),
      "resigned": .bool(alternative.isResigned),
      "people": .array(
        alternative.people.map { .object(["name": .string($0.name), "key": .string($0.key.hex)]) }
      ),
      "left_out": .array(alternative.leftOut.map { json($0) }),
      "refused": .array(
        alternative.refused.map {
          .object(["step": .string($0.step), "code": .string($0.code)])
        }
      ),
      "compared": .integer(Int64(alternative.comparedCount)),
      "verdicts": .array(
        alternative.verdicts.map {
          .object([
            "event": json($0.event), "before": $0.before ?? .null, "after": $0.after ?? .null,
          ])
        }
      ),
      "state": .array(
        alternative.state.map {
          .object([
            "path": .string($0.path), "before": $0.before ?? .null, "after": $0.after ?? .null,
          ])
        }
      ),
      "unfaithful": .strings(alternative.unfaithful.map(\.event.hex)),
    ])
  }

  private static func json(_ event: Alternative.Named) -> JSONValue {
    .object([
      "id": .optional(event.id?.hex), "label": .string(event.label),
      "author": .string(event.author), "kind": .string(event.kind),
    ])
  }
}

/// Finds events of a log by what people type.
private struct EventNames {
  private let ids: [Digest]
  private let steps: [Digest: String]

  init(_ log: RecordedLog, _ steps: [Digest: String]) {
    ids = log.canonicalIDs
    self.steps = steps
  }

  func label(_ id: Digest) -> String { steps[id] ?? "\(id)" }

  /// The event of a step, a position or a unique id prefix.
  func event(_ word: String) throws(Failure) -> Digest {
    if let id = ids.first(where: { steps[$0] == word }) { return id }
    if word.hasPrefix("#"), let position = Int(word.dropFirst()) {
      guard ids.indices.contains(position - 1) else {
        throw .noPosition(word, of: ids.count)
      }
      return ids[position - 1]
    }
    // A step of a scenario may have any name.
    guard !steps.isEmpty || !word.isEmpty && word.allSatisfy(\.isHexDigit) else {
      throw .notAnEvent(word)
    }
    let found = ids.filter { $0.hex.hasPrefix(word.lowercased()) }
    guard let id = found.first, found.count == 1 else { throw .notOneEvent(found, word) }
    return id
  }
}
