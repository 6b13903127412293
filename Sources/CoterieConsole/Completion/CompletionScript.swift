/// Writes, from a command table, the script by which a shell completes the program's command lines.
public struct CompletionScript: Sendable {
  /// A shell that a script can be written for.
  public enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
  }

  /// How a script asks the program for live values.
  ///
  /// It runs the program with `words` and the name of the values, and hands on what was typed of
  /// the options in `handedOn`. A file among the operands is handed on as the value of `operand`.
  public struct Callback: Sendable {
    /// The words before the name of the values, such as `completion --values`.
    public var words: String
    /// Names of global options that take a value.
    public var handedOn: [String]
    /// The one of them that a file operand stands for.
    public var operand: String

    /// Takes all fields.
    public init(words: String, handedOn: [String], operand: String) {
      self.words = words
      self.handedOn = handedOn
      self.operand = operand
    }
  }

  let table: CommandTable
  let callback: Callback

  /// Takes the table and how it is asked for live values.
  public init(_ table: CommandTable, callback: Callback) {
    self.table = table
    self.callback = callback
  }

  /// The script of one shell.
  public func text(for shell: Shell) -> String {
    let lines =
      switch shell {
      case .bash: bash
      case .zsh: zsh
      case .fish: fish
      }
    return lines + "\n"
  }

  // MARK: What all three are made of

  /// Words after which further words of a command may stand.
  struct Branch {
    /// The words so far; empty at the start of the line.
    var words: [String]
    /// The words that may follow, each with a line about it.
    var next: [(word: String, summary: String)]

    var name: String { words.joined(separator: " ") }
  }

  /// What stands after an option, or as an operand.
  enum Wanted {
    /// The option is a flag.
    case nothing
    case oneOf([String])
    case value(ValueKind)
  }

  /// All branches of the table, each once, the start first.
  var branches: [Branch] {
    var found: [Branch] = [Branch(words: [], next: [])]
    for command in table.commands {
      for depth in command.words.indices {
        let words = Array(command.words[..<depth])
        if !found.contains(where: { $0.words == words }) {
          found.append(Branch(words: words, next: []))
        }
        guard let place = found.firstIndex(where: { $0.words == words }) else { continue }
        let word = command.words[depth]
        guard !found[place].next.contains(where: { $0.word == word }) else { continue }
        found[place].next.append((word, summary(of: words + [word])))
      }
    }
    return found
  }

  /// A command's own line; of words that only lead to others, those others.
  private func summary(of words: [String]) -> String {
    if let command = table.commands.first(where: { $0.words == words }) { return command.summary }
    let next = table.commands(below: words).map { $0.words[words.count] }
    return next.joined(separator: ", ")
  }

  /// The options of every command that none of the command's own stands for.
  func globals(beside command: Command?) -> [Option] {
    let own = command?.options ?? []
    return (table.globals + [CommandTable.helpOption]).filter { option in
      !own.contains { $0.name == option.name }
    }
  }

  func wanted(_ option: Option) -> Wanted {
    if option.value == nil { return .nothing }
    return option.allowed.isEmpty ? .value(table.values(of: option)) : .oneOf(option.allowed)
  }

  func wanted(_ operand: Operand) -> Wanted {
    operand.allowed.isEmpty ? .value(table.values(of: operand)) : .oneOf(operand.allowed)
  }

  /// The global options that the callback hands on.
  var handedOn: [Option] {
    table.globals.filter { callback.handedOn.contains($0.name) }
  }

  /// The place of the operand that is a file, counted from 0.
  func filePlace(of command: Command) -> Int? {
    command.operands.firstIndex { operand in
      if case .value(.files) = wanted(operand) { !operand.isRepeated } else { false }
    }
  }

  /// Both spellings of an option, the long one first.
  func spellings(_ option: Option) -> [String] {
    [option.name] + (option.short.map { [$0] } ?? [])
  }

  /// A text in single quotes, as bash and zsh read them.
  func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// A part of a script with its marks, each an @ and a word, replaced.
  func filled(_ part: String, _ marks: KeyValuePairs<String, String>) -> String {
    let known: KeyValuePairs = [
      "@function": "_\(function)", "@main": function, "@program": table.program,
      "@words": callback.words, "@operand": callback.operand,
    ]
    return (Array(marks) + Array(known)).reduce(part) { $0.replacing($1.key, with: $1.value) }
  }

  /// The name of the script's main function.
  var function: String { "_\(table.program.replacing("-", with: "_"))" }
}
