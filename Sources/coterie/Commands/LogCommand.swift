import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieWire

/// `coterie log` and `coterie show`: events with their verdicts.
enum LogCommand {
  static let row = Command(
    "log",
    "list events with their verdicts, the newest last",
    about: """
      Positions (#n) count from 1 in canonical order: depth, then id. Times are the authors' claims.
      One such as 2026-03-01T10:00Z is that moment; one with seconds is that second. Filters are
      and-ed. PATH is a store, a bundle or a scenario file; without it --store is meant.
      RANGE such as A..B shows what B has seen and A has not; where --store names the log it stands
      alone. --graph draws who had seen what, the newest first; --dot and --mermaid write the graph
      for other programs.
      """,
    example: "log alice.coterie -n 20 --status defeated",
    operands: [
      Operand("PATH", .optional, help: "a store, a bundle or a scenario file"),
      Operand("RANGE", .optional, help: "such as 7be3600c..@"),
    ],
    options: [
      Option("--limit", short: "-n", value: "N", help: "the newest N only"),
      Option("--author", value: "WHO", help: "a name, or a prefix of a key"),
      Option("--kind", value: "KIND", help: "such as message.post"),
      Option("--status", value: "STATUS", help: "such as rejected"),
      Option("--code", value: "CODE", help: "such as role-too-low"),
      Option("--since", value: "TIME", help: "not before, such as 2026-03-01T10:00Z"),
      Option("--until", value: "TIME", help: "not after"),
      Option("--touching", value: "WHO", help: "signed by someone, or about them"),
      Option("--at", value: "POS", help: "as of this position"),
      Option("--graph", help: "draw the graph"),
      Option("--dot", help: "the graph for Graphviz"),
      Option("--mermaid", help: "the graph for Mermaid"),
    ],
    run: log
  )

  static let show = Command(
    "show",
    "show one event whole",
    about: """
      ID is a unique prefix of an event id, or another position of one event: #N in canonical order,
      root, @ where there is one head, X~n steps before X.
      """,
    example: "show k7qmv3 alice.coterie",
    operands: [
      Operand("ID", help: "a unique id prefix, #N, or another position"),
      Operand("PATH", .optional, help: "a store, a bundle or a scenario file"),
    ],
    run: showOne
  )

  private static func log(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let (path, range) = place(invocation)
    let opened = try await OpenedCase(invocation, path: path)
    let filter = try self.filter(invocation, among: range, opened)
    let isLines = invocation.has("--ndjson")
    var events: [JSONValue] = []
    var reports: [EventReport] = []
    let isDrawn = ["--graph", "--dot", "--mermaid"].contains { invocation.has($0) }
    let limit = try invocation.number("--limit", least: 1)
    let total = try opened.read { () throws(SourceFault) in
      try opened.log.events(from: opened.source, matching: filter, limit: limit) { event in
        if isLines {
          console.line(event.json.compact)
        } else if console.isJSON {
          events.append(event.json)
        } else if isDrawn {
          reports.append(event)
        } else {
          console.line(line(event, opened.people, console))
        }
      }
    }
    if isLines {
      let summary: JSONValue = .object([
        "type": "summary", "complete": true, "total": .integer(Int64(total)),
      ])
      console.line(summary.compact)
    } else if console.isJSON {
      let result = JSONValue.object(["events": .array(events), "total": .integer(Int64(total))])
      console.line(Output.document("log", result, exit: .done))
    } else if invocation.has("--dot") || invocation.has("--mermaid") {
      let isDot = invocation.has("--dot")
      for line in GraphText(reports, opened).lines(isDot: isDot) { console.line(line) }
    } else {
      if isDrawn { draw(reports, opened, console) }
      console.line(
        "\(min(limit ?? total, total)) of \(total) events; times are the authors' claims."
      )
    }
    return .done
  }

  private static func draw(_ reports: [EventReport], _ opened: OpenedCase, _ console: Console) {
    var graph = GraphLines()
    for report in reports.reversed() {
      let number = opened.log.number(of: report.event.id)
      let parents = number.map { opened.log.drawnParents(of: $0) } ?? []
      let (mark, below) = graph.draw(number ?? -1, parents: parents)
      console.line("\(pad(mark, to: 8)) \(line(report, opened.people, console))")
      for line in below { console.line(line) }
    }
  }

  /// The path and the range that are given: a range may stand alone where --store names the log.
  private static func place(_ invocation: Invocation) -> (path: String?, range: String?) {
    let words = invocation.operands
    guard let word = words.first, words.count == 1, word.contains(".."), !word.contains("/"),
      invocation.has("--store") || Commands.environment["COTERIE_STORE"] != nil,
      (try? FileAccess.isThere(word)) == false
    else { return (words.first, words.dropFirst().first) }
    return (nil, word)
  }

  private static func filter(
    _ invocation: Invocation,
    among range: String?,
    _ opened: OpenedCase
  ) throws(Failure) -> EventFilter {
    if let kind = invocation.value("--kind"), Kind(name: kind) == nil {
      throw .unknown("kind", kind, among: Kind.known.map(\.name))
    }
    if let word = invocation.value("--status") { _ = try VerdictWords.status(word) }
    if let word = invocation.value("--code") { _ = try VerdictWords.code(word) }
    var filter = EventFilter(
      author: try author(invocation, opened),
      kind: invocation.value("--kind"),
      status: invocation.value("--status"),
      code: invocation.value("--code"),
      since: try time("--since", invocation)?.lowerBound,
      until: try time("--until", invocation)?.upperBound
    )
    if let word = invocation.value("--touching") {
      filter.touching = try opened.people.member(word)
    }
    if let range { filter.among = try events(in: range, opened) }
    return filter
  }

  /// Whom `--author` means: a name, a key, or the start of keys of which any has signed something.
  private static func author(
    _ invocation: Invocation,
    _ opened: OpenedCase
  ) throws(Failure) -> String? {
    guard let word = invocation.value("--author") else { return nil }
    if let key = opened.people.key(word) { return key.hex }
    let prefix = word.lowercased()
    if opened.log.hasAuthor(withPrefix: prefix) { return prefix }
    return try opened.people.member(word).hex
  }

  private static func time(
    _ name: String,
    _ invocation: Invocation
  ) throws(Failure) -> ClosedRange<UInt64>? {
    guard let text = invocation.value(name) else { return nil }
    if let time = Timestamp.span(text) { return time }
    throw Failure.usage(
      "\(name) takes a time such as 2026-03-01T10:00Z, not \"\(text)\"",
      help: "all times are UTC, with at most three digits of a second's fraction"
    )
  }

  private static func events(
    in word: String,
    _ opened: OpenedCase
  ) throws(Failure) -> Set<Int> {
    guard let dots = word.firstRange(of: "..") else {
      return try OpenedCase.position(word, opened.log, opened.source).events(in: opened.log)
    }
    let (from, to) = (String(word[..<dots.lowerBound]), String(word[dots.upperBound...]))
    let later = try OpenedCase.position(to.isEmpty ? "@" : to, opened.log, opened.source)
    if from.isEmpty { return later.events(in: opened.log) }
    let earlier = try OpenedCase.position(from, opened.log, opened.source)
    return later.events(in: opened.log).subtracting(earlier.events(in: opened.log))
  }

  private static func line(
    _ event: EventReport,
    _ people: People,
    _ console: Console
  ) -> String {
    let verdict = event.verdict
    var status = verdict.status.rawValue
    let tone: Console.Tone
    switch verdict.status {
    case .effective: tone = .good
    case .pending, .heldBack, .overridden: tone = .doubtful
    case .rejected, .defeated, .malformed:
      status = status.uppercased()
      tone = .bad
    }
    var text = "\(padLeft(event.position.map { "#\($0)" } ?? "#-", to: 7)) \(event.event.id)  "
    let author = pad(people.shown(event.event.author), to: 8)
    text += "\(Timestamp.text(event.event.time).prefix(19))Z  \(author)  "
    text += pad(Escaping.visible(event.event.action.kindName.string), to: 17)
    text += " " + console.status(status, tone)
    if let code = verdict.code { text += " \(code.rawValue)" }
    if let by = verdict.by { text += " by \(by)" }
    if !event.missing.isEmpty {
      text += " lacks \(event.missing.map { "\($0)" }.joined(separator: ", "))"
    }
    return text
  }

  private static func showOne(_ invocation: Invocation, _ console: Console) async throws
    -> ExitStatus
  {
    let path = invocation.operands.count > 1 ? invocation.operands[1] : nil
    let opened = try OpenedLog(invocation, path: path)
    let word = invocation.operands[0]
    let report: EventReport
    if let id = opened.log.waiting(withPrefix: word), let waits = opened.log.report(waiting: id) {
      report = waits
    } else {
      let event = try OpenedCase.event(word, opened.log, opened.source)
      do throws(SourceFault) {
        report = try opened.log.report(event, from: opened.source)
      } catch {
        throw Sources.failure(error)
      }
    }
    if console.isJSON {
      console.line(Output.document("show", report.json, exit: .done))
    } else {
      console.line(report.json.pretty)
    }
    return .done
  }
}

/// `coterie state`: roles, invites, links, preferences, and the digest.
enum StateCommand {
  static let row = Command(
    "state",
    "show members, roles, invites, links, preferences and the digest",
    about: "Two members agree exactly if their state digests are equal.",
    example: "state alice.coterie --json",
    operands: [Operand("PATH", .optional, help: "a store, a bundle or a scenario file")],
    options: [
      fromCheckpoint,
      Option("--at", value: "POS", help: "as of this position, such as #12, 7be3600c^ or a,b"),
    ],
    run: run
  )

  static let fromCheckpoint = Option(
    "--from-checkpoint",
    help: "read the store's checkpoint, verify and judge nothing"
  )

  static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    if invocation.has("--from-checkpoint") { return try showCheckpoint(invocation, console) }
    let opened = try await OpenedCase(invocation, path: invocation.operands.first)
    guard let state = opened.log.stateJSON(at: invocation.value("--at") ?? "@"),
      let governance = opened.log.governance()
    else {
      throw Failure(
        .undecided,
        "undecided",
        "the founding event is missing, so there is no state yet"
      )
    }
    if console.isJSON {
      console.line(Output.document("state", state, exit: .done))
      return .done
    }
    show(governance, console)
    if case .object(let fields) = state, case .string(let digest)? = fields["digest"] {
      console.line("digest       \(digest)")
    }
    return .done
  }

  private static func showCheckpoint(
    _ invocation: Invocation,
    _ console: Console
  ) throws(Failure) -> ExitStatus {
    let path = try Sources.path(invocation.operands.first, invocation)
    let checkpoint = try checkpoint(in: path, invocation)
    if console.isJSON {
      throw Failure.usage(
        "a checkpoint has no heads and no messages, which the document of a state must have",
        help: "leave --from-checkpoint out, or ask for members --from-checkpoint --json"
      )
    }
    show(checkpoint.governance, console)
    if let digest = checkpoint.digest { console.line("digest       \(digest.hex)") }
    console.line("checkpoint   of \(checkpoint.arrivals) events, not verified")
    return .done
  }

  /// The newest checkpoint of the group that is asked for, if its state is that of all there is.
  static func checkpoint(
    in path: String,
    _ invocation: Invocation
  ) throws(Failure) -> Checkpoint {
    if invocation.value("--at") != nil {
      throw Failure.usage(
        "a checkpoint is of all that a store holds, not of a position in it",
        help: "leave --from-checkpoint or --at out"
      )
    }
    let found: [(id: Digest, checkpoint: Checkpoint?)]
    do throws(LedgerError) {
      let source = try Stores.keyring.source(path)
      var held: [(id: Digest, checkpoint: Checkpoint?)] = []
      for (number, id) in try source.groups() {
        held.append((id, try Checkpoint.newest(in: source, group: number)))
      }
      found = held
    } catch {
      throw Stores.failure(.ledger(error))
    }
    let meant = try Sources.ofGroup(found, invocation, path, id: \.id) {
      $0.checkpoint?.governance.name.string
    }
    guard let first = meant.first, meant.count == 1 else {
      throw Sources.noOneGroup(meant.map(\.id), of: path)
    }
    if let checkpoint = first.checkpoint { return checkpoint }
    throw Failure(
      .notFound,
      "not-found",
      "\(path) has no checkpoint of all it holds",
      help: "leave --from-checkpoint out"
    )
  }

  private static func show(_ governance: Governance, _ console: Console) {
    console.line("group        \(governance.group)  \(Escaping.visible(governance.name.string))")
    console.line("template     \(governance.template.name), rules 1")
    for member in governance.members {
      let path = member.standing.path.map(String.init).joined(separator: ".")
      console.line(
        "member       \(member.key)  \(pad(member.standing.role.name, to: 10)) "
          + "path \(path.isEmpty ? "founder" : path)  since \(member.grant)"
          + (member.isBlocked ? "  blocked" : "")
      )
    }
    for invite in governance.invites {
      console.line("invite       \(invite.id)  \(invite.role.name)  \(invite.status.rawValue)")
    }
    for link in governance.links {
      let uses = link.uses.map { "/\($0)" } ?? ""
      console.line(
        "link         \(link.id)  \(link.role.name)  \(link.status.rawValue)  "
          + "used \(link.used)\(uses)"
      )
    }
    for setting in governance.preferences {
      console.line(
        "preference   \(pad(Escaping.visible(setting.key.string), to: 16)) \(setting.value.shown)"
      )
    }
    if let welcome = governance.welcome {
      console.line("welcome      \(Escaping.visible(welcome.string))")
    }
    if let by = governance.dissolvedBy { console.line("dissolved    by \(by)") }
  }
}

/// One group of one log, found from operands, options and environment.
struct OpenedLog {
  let log: MemberLog
  let source: any LogSource

  init(_ invocation: Invocation, path: String?) throws(Failure) {
    let place = try Sources.path(path, invocation)
    let found = try Sources.ofGroup(try Sources.logs(place), invocation, place)
    guard let first = found.first, Set(found.map(\.log.group)).count == 1 else {
      throw Sources.noOneGroup(found.map(\.log.group), of: place)
    }
    log = first.log
    source = first.source
  }
}
