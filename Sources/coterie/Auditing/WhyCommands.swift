import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieSealing
import CoterieWire

/// `coterie why`, `why-not`, `impact` and `blame`.
enum WhyCommands {
  static let rows = [why, whyNot, impact, blame]
  static let log = Operand("PATH", .optional, help: "a store, a bundle or a scenario file")

  static func print(
    _ name: String,
    _ report: some Encodable,
    _ console: Console,
    exit: ExitStatus = .done
  ) throws {
    let value = try JSONValue(encoding: report)
    console.line(Output.document(name, value, exit: exit))
  }

  private static let why = Command(
    "why",
    "say why an event has its verdict, or a value of the state",
    about: """
      WHAT is an event (id prefix or #N), or a path of the state such as bob.role or
      preferences.voice. The checks are the judge's own, in their order, each fact with the event
      that it came from. --expect ends with 1 on any other verdict. --bundle writes the smallest
      set of events found that gives the same verdict elsewhere.
      """,
    example: "why t3wz9aeh alice.coterie",
    operands: [Operand("WHAT", help: "an event, or a path of the state"), log],
    options: [
      Option("--at", value: "POS", help: "as of this position"),
      Option("--expect", value: "STATUS[:CODE]", help: "such as rejected:role-too-low"),
      Option("--bundle", value: "FILE", help: "write the evidence as a bundle"),
    ],
    run: explain
  )

  private static func explain(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    let word = invocation.operands[0]
    let path = invocation.operands.count > 1 ? invocation.operands[1] : nil
    let expected = try invocation.value("--expect").map { word throws(Failure) in
      try VerdictWords(word)
    }
    let opened = try await OpenedCase(invocation, path: path)
    if isPath(word) {
      if let option = ["--expect", "--bundle"].first(where: { invocation.has($0) }) {
        throw Failure.usage("\(option) is for an event, and \(word) is a value of the state")
      }
      return try value(opened.people.path(word), opened, console)
    }
    let report: WhyReport
    if let waiting = opened.log.waiting(withPrefix: word), let why = opened.log.whyPending(waiting)
    {
      report = why
    } else {
      let event = try opened.event(word)
      report = try opened.read { () throws(SourceFault) in
        try opened.log.why(event, from: opened.source)
      }
    }
    if let file = invocation.value("--bundle") { try write(report, to: file, opened, console) }
    let isMet =
      expected.map { expected in
        expected.status.rawValue == report.verdict.status
          && (expected.code.map { $0.rawValue == report.verdict.code } ?? true)
      } ?? true
    let status: ExitStatus = isMet ? .done : .findings
    if console.isJSON {
      try print("why", report, console, exit: status)
    } else {
      for line in WhyText(report, opened).lines { console.line(line) }
    }
    if let word = invocation.value("--expect"), !isMet { console.say("expected \(word)") }
    return status
  }

  private static func isPath(_ word: String) -> Bool {
    word == "welcome" || word.contains(".") && !word.hasPrefix("#")
  }

  private static func write(
    _ report: WhyReport,
    to file: String,
    _ opened: OpenedCase,
    _ console: Console
  ) throws(Failure) {
    let wanted = Set(report.evidence)
    let known = Set(opened.log.ids.filter { !wanted.contains($0.hex) })
    var bytes: [UInt8] = []
    let count = try opened.read { () throws(SourceFault) in
      try BundleExport(known: known).run([(opened.log, opened.source)]) { bytes += $0 }
    }
    guard FileOutput.replace(file, with: bytes) else { throw Files.missing(file) }
    console.say("\(count) events, \(bytes.count) bytes: \(file)")
  }

  /// `why bob.role`: the value, what gives it, and why that has effect.
  private static func value(
    _ path: String,
    _ opened: OpenedCase,
    _ console: Console
  ) throws -> ExitStatus {
    let blame = try opened.read { () throws(SourceFault) in
      try opened.log.blame(path, from: opened.source)
    }
    guard let blame else { throw noValue(path, opened) }
    if console.isJSON {
      try print("blame", blame, console)
      return .done
    }
    let value = opened.people.shown(blame.value ?? "none")
    console.line("\(opened.people.shown(path)) = \(value)")
    guard let from = blame.from, let id = Digest(hex: from), let event = opened.log.number(of: id)
    else {
      console.line("given by   no event: it holds by default, or ended with the last change below")
      show(blame, opened, console)
      return .done
    }
    console.line("given by   \(opened.shown(event: from))")
    show(blame, opened, console)
    let report = try opened.read { () throws(SourceFault) in
      try opened.log.why(event, from: opened.source)
    }
    console.line("")
    for line in WhyText(report, opened).lines { console.line(line) }
    return .done
  }

  static func noValue(_ path: String, _ opened: OpenedCase) -> Failure {
    if opened.log.governance() == nil { return Stores.failure(.notFounded(opened.log.group)) }
    let known = opened.log.stateValues().map(\.path)
    return Failure(
      .notFound,
      "not-found",
      "the state has no value \(path), and never had",
      help: Suggestion.nearest(to: path, among: known).map { "did you mean \($0)?" }
        ?? "such as members.KEY.role, preferences.voice, profile.name, welcome"
    )
  }

  private static func show(_ blame: BlameReport, _ opened: OpenedCase, _ console: Console) {
    for turn in blame.turns {
      let author = Digest(hex: turn.author).map { opened.people.shown($0) } ?? turn.author
      console.line(
        "  #\(turn.position)  \(turn.event.prefix(8))  \(pad(turn.kind, to: 17)) by \(author)  -> "
          + opened.people.shown(turn.value ?? "none")
      )
    }
  }

  // MARK: why-not

  private static let whyNot = Command(
    "why-not",
    "say why an act that was not made would be refused",
    about: """
      KIND and its ARGUMENTs as in a scenario: member.remove bob; member.role bob admin;
      invite.create KEY member; group.preference voice off; message.post voice; message.delete ID.
      --as says who would do it. The checks are those that would be made now.
      """,
    example: "why-not member.remove bob --as mallory --in alice.coterie",
    operands: [
      Operand("KIND", values: .live(.kinds), help: "such as member.remove"),
      Operand("ARGUMENT", .any, help: "on whom or what, and how"),
    ],
    options: [
      Option("--as", value: "KEY", help: "who would do it: a name or a prefix of a key"),
      Option("--in", value: "PATH", help: "a store, a bundle or a scenario file"),
      Option("--at", value: "POS", help: "as of this position"),
    ],
    run: { invocation, console in
      let opened = try await OpenedCase(invocation, path: invocation.value("--in"))
      guard let word = invocation.value("--as") else {
        throw Failure.usage("--as is missing", help: "coterie why-not member.remove bob --as ann")
      }
      let author = try opened.people.member(word)
      let action = try WhyNotAction(invocation.operands, opened).action()
      let report = opened.log.whyNot(action, by: author)
      if console.isJSON {
        try print("why", report, console)
      } else {
        for line in WhyText(report, opened).lines { console.line(line) }
      }
      return .done
    }
  )

  // MARK: impact and blame

  private static let impact = Command(
    "impact",
    "show everything that an event voids, and what rests on it",
    about: "Directly, and through lost support.",
    example: "impact t3wz9aeh alice.coterie",
    operands: [Operand("EVENT", help: "an id prefix or #N"), log],
    options: [Option("--at", value: "POS", help: "as of this position")],
    run: { invocation, console in
      let path = invocation.operands.count > 1 ? invocation.operands[1] : nil
      let opened = try await OpenedCase(invocation, path: path)
      let report = opened.log.impact(of: try opened.event(invocation.operands[0]))
      if console.isJSON {
        try print("impact", report, console)
        return .done
      }
      console.line("\(opened.shown(event: report.id))  \(report.kind)  \(report.status)")
      for (title, fallen) in [
        ("voids", report.voids), ("voids through lost support", report.through),
        ("carries", report.carries),
      ] {
        console.line("\(title): \(fallen.count)")
        for event in fallen {
          let author = Digest(hex: event.author).map { opened.people.shown($0) } ?? ""
          let code = event.code.map { " \($0)" } ?? ""
          console.line(
            "  #\(event.position)  \(event.id.prefix(8))  \(pad(event.kind, to: 17)) by "
              + "\(author)  \(event.status)\(code)"
          )
        }
      }
      return .done
    }
  )

  private static let blame = Command(
    "blame",
    "show which event gave a value of the state, and those before it",
    about: "WHAT is a path of the state: bob.role, preferences.voice, profile.name, welcome.",
    example: "blame bob.role alice.coterie",
    operands: [Operand("WHAT", help: "a path of the state"), log],
    options: [Option("--at", value: "POS", help: "as of this position")],
    run: { invocation, console in
      let path = invocation.operands.count > 1 ? invocation.operands[1] : nil
      let opened = try await OpenedCase(invocation, path: path)
      let place = opened.people.path(invocation.operands[0])
      let found = try opened.read { () throws(SourceFault) in
        try opened.log.blame(place, from: opened.source)
      }
      guard let found else { throw noValue(place, opened) }
      if console.isJSON {
        try print("blame", found, console)
        return .done
      }
      console.line("\(opened.people.shown(place)) = \(opened.people.shown(found.value ?? "none"))")
      show(found, opened, console)
      return .done
    }
  )
}

/// An act of a command line: a kind and its arguments.
struct WhyNotAction {
  private let kind: String
  private let words: [String]
  private let opened: OpenedCase

  init(_ operands: [String], _ opened: OpenedCase) {
    kind = operands[0]
    words = Array(operands.dropFirst())
    self.opened = opened
  }

  private func word(_ place: Int, _ what: String) throws(Failure) -> String {
    guard words.indices.contains(place) else {
      throw Failure.usage("\(kind) needs \(what)", help: "coterie help why-not")
    }
    return words[place]
  }

  private func role(_ place: Int) throws(Failure) -> Role {
    let word = try word(place, "a role")
    guard let role = Role(name: word) else { throw Failure.usage("there is no role \"\(word)\"") }
    return role
  }

  private func event(_ place: Int) throws(Failure) -> Digest {
    opened.log.id(of: try opened.event(try word(place, "an event")))
  }

  private func member(_ place: Int) throws(Failure) -> Digest {
    try opened.people.member(try word(place, "a member"))
  }

  private var anything: Digest { opened.log.group }
  private var content: Commitment { Commitment(digest: anything, size: 1) }

  func action() throws(Failure) -> Action {
    guard let kind = Kind(name: kind) else {
      throw .unknown("kind", kind, among: Kind.known.map(\.name))
    }
    switch kind {
    case .groupProfile: return .groupProfile(name: Text(words.first ?? "x"), description: nil)
    case .groupPreference:
      let key = try word(0, "a preference")
      return .groupPreference(
        key: Text(key),
        value: try PreferenceCommands.value(try word(1, "a value"), for: key)
      )
    case .groupWelcome: return .groupWelcome(text: Text(words.first ?? "x"))
    case .groupDissolve: return .groupDissolve
    case .inviteCreate: return .inviteCreate(invitee: try member(0), role: try role(1))
    case .inviteWithdraw: return .inviteWithdraw(invite: try event(0))
    case .inviteAccept: return .inviteAccept(invite: try event(0), seal: anything, name: nil)
    case .inviteDecline: return .inviteDecline(invite: try event(0))
    case .linkCreate: return .linkCreate(link: anything, role: try role(0), uses: nil)
    case .linkRole: return .linkRole(link: try event(0), role: try role(1))
    case .linkClose: return .linkClose(link: try event(0))
    case .memberRole: return .memberRole(member: try member(0), role: try role(1))
    case .memberRemove: return .memberRemove(member: try member(0), erase: false)
    case .memberLeave: return .memberLeave
    case .memberResign: return .memberResign(role: try role(0))
    case .memberProfile: return .memberProfile(name: content)
    case .memberSeal: return .memberSeal(seal: anything)
    case .memberBlock: return .memberBlock(member: try member(0))
    case .memberUnblock: return .memberUnblock(member: try member(0))
    case .messagePost:
      let type = Post.ContentType(name: words.first ?? "text") ?? .text
      return .messagePost(Post(type: type, content: content))
    case .messageEdit: return .messageEdit(message: try event(0), content: content)
    case .messageDelete: return .messageDelete(message: try event(0))
    case .messageReact:
      return .messageReact(message: try event(0), emoji: Text(words.last ?? "+1"), on: true)
    case .messageReport: return .messageReport(message: try event(0), content: content)
    case .historyClear: return .historyClear
    case .groupFound, .linkJoin, .unknown:
      throw Failure.usage("\(kind.name) cannot be asked about: it needs a signature")
    }
  }
}
