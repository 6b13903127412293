/// One row of an option: `--name VALUE`, or a flag without a value.
public struct Option: Sendable {
  /// The long name with its dashes.
  public var name: String
  /// The short name with its dash.
  public var short: String?
  /// The placeholder of its value; nil for a flag.
  public var value: String?
  /// The values that it takes; empty for any.
  public var allowed: [String]
  /// What its value names, for completion; nil for what the placeholder means everywhere.
  public var values: ValueKind?
  /// One line for help.
  public var help: String

  /// Takes all fields.
  public init(
    _ name: String,
    short: String? = nil,
    value: String? = nil,
    allowed: [String] = [],
    values: ValueKind? = nil,
    help: String
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.allowed = allowed
    self.values = values
    self.help = help
  }
}

/// One row of an operand.
public struct Operand: Sendable {
  /// How often it may stand.
  public enum Count: Sendable {
    case one, optional, oneOrMore, any
  }

  /// The placeholder.
  public var name: String
  /// How often it may stand.
  public var count: Count
  /// The words that it takes; empty for any.
  public var allowed: [String]
  /// What it names, for completion; nil for what the placeholder means everywhere.
  public var values: ValueKind?
  /// One line for help.
  public var help: String

  /// Takes all fields.
  public init(
    _ name: String,
    _ count: Count = .one,
    allowed: [String] = [],
    values: ValueKind? = nil,
    help: String
  ) {
    self.name = name
    self.count = count
    self.allowed = allowed
    self.values = values
    self.help = help
  }

  /// Whether it may stand more than once.
  var isRepeated: Bool { count == .oneOrMore || count == .any }

  /// How usage lines show it.
  var usage: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .oneOrMore: "\(name)..."
    case .any: "[\(name)...]"
    }
  }
}

/// One command of the table that parsing, help, completions, manual and `schema` read.
public struct Command: Sendable {
  /// The words that call it, such as `fixture run`.
  public var words: [String]
  /// One line.
  public var summary: String
  /// What it does, for help.
  public var about: String
  /// A line that can be typed.
  public var example: String
  /// Operands in their order; only the last may repeat.
  public var operands: [Operand]
  /// Options of its own.
  public var options: [Option]
  /// Whether `--output` names a file that the command writes itself, beside what it says.
  public var writesOutput: Bool
  /// Does it.
  public var run: @Sendable (Invocation, Console) async throws -> ExitStatus

  /// Takes all fields.
  public init(
    _ words: String,
    _ summary: String,
    about: String,
    example: String,
    operands: [Operand] = [],
    options: [Option] = [],
    writesOutput: Bool = false,
    run: @escaping @Sendable (Invocation, Console) async throws -> ExitStatus
  ) {
    self.words = words.split(separator: " ").map(String.init)
    self.summary = summary
    self.about = about
    self.example = example
    self.operands = operands
    self.options = options
    self.writesOutput = writesOutput
    self.run = run
  }

  /// The words with spaces.
  public var name: String { words.joined(separator: " ") }
}

/// A command line, parsed: which values stand for which rows.
public struct Invocation: Sendable {
  /// The operands.
  public internal(set) var operands: [String] = []
  /// Those of them that stand behind `--`.
  public internal(set) var operandsBehindDashes: [String] = []
  var values: [String: String] = [:]
  /// The command that was called.
  public internal(set) var command: Command

  /// Whether a flag was given.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// Gives an option a value, as if it had been typed.
  public mutating func choose(_ name: String, _ value: String) { values[name] = value }

  /// The value of an option.
  public func value(_ name: String) -> String? { values[name] }

  /// The value of an option that is a number of at least `least`.
  public func number(
    _ name: String,
    least: Int = 0,
    most: Int = 1 << 53
  ) throws(Failure) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), number >= least else {
      throw Failure.usage("\(name) takes a whole number of \(least) or more, not \"\(text)\"")
    }
    guard number <= most else {
      throw Failure.usage("\(name) takes a whole number of at most \(most), not \"\(text)\"")
    }
    return number
  }
}
