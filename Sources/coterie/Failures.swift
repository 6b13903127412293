import CoterieConsole
import CoterieJudgement
import CoterieWire

/// Words of a command line that name no event, or several.
extension Failure {
  /// The events whose ids start with a word are none or several.
  static func notOneEvent(_ ids: [Digest], _ word: String) -> Failure {
    if !ids.isEmpty { return severalEvents(ids, word) }
    return Failure(
      .notFound,
      "not-found",
      "no event starts with \(word)",
      help: "coterie log lists all"
    )
  }

  /// The events whose ids start with a word are several.
  static func severalEvents(_ ids: [Digest], _ word: String) -> Failure {
    Failure(
      .notFound,
      "ambiguous",
      word == "@" ? "there are \(ids.count) heads" : "\(ids.count) events start with \(word)",
      help: ids.prefix(8).map { String($0.hex.prefix(16)) }.joined(separator: ", "),
      evidence: ids.map(\.hex)
    )
  }

  /// No event answers to a word.
  static func noEvent(called word: String) -> Failure {
    Failure(
      .notFound,
      "not-found",
      "no event is called \(word)",
      help: "coterie log lists all events"
    )
  }

  /// A word that is not written as a position.
  static func notAPosition(_ word: String, help: String) -> Failure {
    usage("\"\(word)\" names no position", help: help)
  }

  /// A word that names no single event: one of letters and digits could be an id elsewhere, and is
  /// one that is not here.
  static func notAnEvent(_ word: String) -> Failure {
    isWrittenAsID(word) ? noEvent(called: word) : notAPosition(word, help: "an id prefix, or #N")
  }

  /// Whether a word of letters and digits is no hexadecimal number.
  static func isWrittenAsID(_ word: String) -> Bool {
    word.allSatisfy { $0.isLetter || $0.isNumber } && !word.allSatisfy(\.isHexDigit)
  }

  /// A position that a log of so many events has not.
  static func noPosition(_ word: String, of count: Int) -> Failure {
    Failure(.notFound, "not-found", "there is no position \(word); there are \(count)")
  }

  /// A word that is none of those that are known.
  static func unknown(_ what: String, _ word: String, among known: [String]) -> Failure {
    usage(
      "there is no \(what) \"\(word)\"",
      help: Suggestion.nearest(to: word, among: known).map { "did you mean \($0)?" }
        ?? "known: \(known.joined(separator: ", "))"
    )
  }
}

/// A verdict as command lines name it: `rejected`, or `rejected:role-too-low`.
struct VerdictWords {
  let status: Status
  let code: Code?

  init(_ word: String) throws(Failure) {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    status = try Self.status(String(parts[0]))
    code = parts.count > 1 ? try Self.code(String(parts[1])) : nil
  }

  static func status(_ word: String) throws(Failure) -> Status {
    if let status = Status(rawValue: word) { return status }
    throw .unknown("status", word, among: Status.allCases.map(\.rawValue))
  }

  static func code(_ word: String) throws(Failure) -> Code {
    if let code = Code(rawValue: word) { return code }
    throw .unknown("code", word, among: Code.allCases.map(\.rawValue))
  }
}
