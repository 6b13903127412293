import CoterieConsole
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
      help: ids.prefix(8).map { String($0.hex.prefix(16)) }.joined(separator: ", ")
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

  /// A position that a log of so many events has not.
  static func noPosition(_ word: String, of count: Int) -> Failure {
    Failure(.notFound, "not-found", "there is no position \(word); there are \(count)")
  }
}
