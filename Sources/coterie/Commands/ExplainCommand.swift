import CoterieConsole
import CoterieEvents
import CoterieJSON
import CoterieJudgement

/// `coterie explain`: codes, kinds, roles and preferences in words.
enum ExplainCommand {
  static let row = Command(
    "explain",
    "say what a code, a status, a kind, a role or the preferences mean",
    about: "Without an operand it gives the three rules by which every verdict follows.",
    example: "explain revoked-concurrently",
    operands: [
      Operand(
        "WORD",
        .optional,
        values: .live(.words),
        help: "a code, a status, a kind, a role, or \"preferences\""
      )
    ],
    run: run
  )

  static let rules = """
    1. An event counts only if the history its author had already seen gave the author the right
       to do it.
    2. It stops counting if someone standing above the author (a higher role, or among owners
       appointed by a shorter and earlier chain from the founder) takes that right from the author,
       or from whoever gave it to the author, before having seen the event.
    3. A removal cuts every role its author outranks and that was not granted in knowledge of it;
       the last owner's exit waits for another owner; and of two conflicting histories signed by
       one person, the one that the most senior other member saw first counts.
    """

  /// Everything that can be explained.
  static var words: [String] {
    Code.allCases.map(\.rawValue) + Status.allCases.map(\.rawValue)
      + OtherCodes.all.map(\.code).filter { Status(rawValue: $0) == nil }
      + Kind.known.map(\.name) + Role.allCases.map(\.name) + ["preferences"]
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    guard let word = invocation.operands.first else {
      return print("rules", rules, console)
    }
    if let code = Code(rawValue: word) { return print(word, code.explanation, console) }
    let parts = [Status(rawValue: word)?.explanation, OtherCodes.text(of: word)].compactMap { $0 }
    if !parts.isEmpty { return print(word, parts.joined(separator: "\n"), console) }
    if let kind = Kind(name: word) { return print(word, explanation(of: kind), console) }
    if let role = Role(name: word) { return print(word, explanation(of: role), console) }
    if word == "preferences" { return print(word, preferences, console) }
    let known = words
    let near = Suggestion.nearest(to: word, among: known)
    throw Failure(
      .notFound,
      "not-found",
      "there is no code, status, kind or role \"\(word)\"",
      help: near.map { "did you mean \($0)?" } ?? "known: \(known.joined(separator: ", "))"
    )
  }

  private static func print(_ word: String, _ text: String, _ console: Console) -> ExitStatus {
    if console.isJSON {
      let result = JSONValue.object(["word": .string(word), "text": .string(text)])
      console.line(Output.document("explain", result, exit: .done))
    } else {
      console.line("\(word)\n\n\(text)")
    }
    return .done
  }

  private static func explanation(of kind: Kind) -> String {
    let cells = Role.allCases.map { role in
      let cell = RuleTable.version1.cell(kind, role)
      return "  \(pad(role.name, to: 12))\(cell.map { meaning(of: $0) } ?? "never")"
    }
    return "Who may do this, rules version 1:\n" + cells.joined(separator: "\n")
  }

  private static func explanation(of role: Role) -> String {
    let rows = Kind.known.compactMap { kind -> String? in
      guard let cell = RuleTable.version1.cell(kind, role), cell != .no else { return nil }
      return "  \(pad(kind.name, to: 18))\(meaning(of: cell))"
    }
    return "What \(role.name) may do, rules version 1:\n" + rows.joined(separator: "\n")
  }

  static func meaning(of cell: RuleTable.Cell) -> String {
    switch cell {
    case .no: "never"
    case .yes: "yes, where the one acted on is outranked"
    case .own: "on what is one's own"
    case .low: "up to moderator"
    case .ownLow: "on one's own link, up to moderator"
    case .free: "not judged by role"
    }
  }

  /// What a preference is where the founding event does not say otherwise.
  static func standard(of preference: Preference, in template: Template) -> String {
    switch preference.standard(in: template) {
    case .seconds(let seconds): "\(seconds) s"
    case .off: "off"
    default: "on"
    }
  }

  private static var preferences: String {
    let rows = Preference.allCases.map { preference in
      let values = Template.allCases.map { pad(standard(of: preference, in: $0), to: 14) }
      return "  \(pad(preference.key, to: 18))\(values.joined())"
    }
    return """
      Each is on, off, or a role: on from that role up. disappearing is in seconds, 0 is off.

        \(pad("default in", to: 18))\(Template.allCases.map { pad($0.name, to: 14) }.joined())
      \(rows.joined(separator: "\n"))
      """
  }
}
