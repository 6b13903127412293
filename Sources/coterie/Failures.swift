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

  /// A word that is not written as a position; one of letters and digits could be an id of another
  /// program, and is one that is not here.
  static func notAPosition(_ word: String, help: String) -> Failure {
    let isID = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber }
    return isID ? noEvent(called: word) : usage("\"\(word)\" names no position", help: help)
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
