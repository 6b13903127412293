import CoterieConsole
import CoterieJSON

/// What a command says as JSON.
struct Document {
  var schema: String
  var result: JSONValue
  var findings: [JSONValue]
  var exit: ExitStatus

  /// All of it as one value.
  var whole: JSONValue {
    .object([
      "schema": .string(Document.name(of: schema)), "result": result,
      "findings": .array(findings), "exit": .integer(Int64(exit.rawValue)),
    ])
  }

  /// All of it behind the header: a line for each finding, and a summary, by whose absence a
  /// stream that was cut is known.
  var lines: [JSONValue] {
    findings.map { Document.line("finding", $0) } + [Document.summary(["result": result], exit)]
  }

  /// The first line of a stream: of which schema its result or its lines are, and of which command.
  static func header(_ schema: String, _ command: String?) -> JSONValue {
    .object([
      "type": "header", "schema": .string(name(of: schema)), "command": .optional(command),
    ])
  }

  /// The last line of a stream.
  static func summary(_ fields: [String: JSONValue], _ exit: ExitStatus) -> JSONValue {
    let ending: [String: JSONValue] = [
      "complete": true, "exit": .integer(Int64(exit.rawValue)),
    ]
    return line("summary", .object(fields.merging(ending) { _, end in end }))
  }

  private static func line(_ type: String, _ value: JSONValue) -> JSONValue {
    guard case .object(var fields) = value else { return value }
    fields["type"] = .string(type)
    return .object(fields)
  }

  private static func name(of schema: String) -> String { "coterie.\(schema)/1" }
}

extension Console {
  /// Adds what a command says as JSON, in the form that is asked for.
  func line(_ document: Document) {
    for text in texts(of: document) { line(text) }
  }

  /// Says on standard error what a command says as JSON, where standard output is another's.
  func say(_ document: Document) {
    for text in texts(of: document) { say(text) }
  }

  /// Begins a stream of lines that are of one schema, where lines are asked for.
  func beginLines(of schema: String) {
    if format == .lines { line(Document.header(schema, command).compact) }
  }

  private func texts(of document: Document) -> [String] {
    if format != .lines { return [document.whole.pretty] }
    return ([Document.header(document.schema, command)] + document.lines).map(\.compact)
  }
}
