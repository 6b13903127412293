/// All commands of a program, and the options that each of them takes.
public struct CommandTable: Sendable {
  /// The program's name.
  public let program: String
  /// The commands in the order of help.
  public let commands: [Command]
  /// Options that stand before or after any command.
  public let globals: [Option]
  /// What placeholders name, where a row does not say otherwise.
  public let placeholders: [String: ValueKind]

  /// Takes all rows.
  public init(
    program: String,
    commands: [Command],
    globals: [Option],
    placeholders: [String: ValueKind] = [:]
  ) {
    self.program = program
    self.commands = commands
    self.globals = globals
    self.placeholders = placeholders
  }

  /// The option that every command takes without a row: parsing answers it.
  static let helpOption = Option("--help", short: "-h", help: "say how the command is used")

  /// Reads a command line.
  ///
  /// - Throws: a usage failure that names the nearest command or option.
  public func parse(_ arguments: [String]) throws(Failure) -> Invocation {
    let (values, count, words) = try leading(arguments)
    guard let command = longestMatch(words) else {
      throw unknownCommand(words, arguments.dropFirst(count + words.count).first)
    }
    var invocation = Invocation(command: command)
    invocation.values = values
    try read(Array(arguments.dropFirst(count + command.words.count)), into: &invocation)
    return invocation
  }

  /// The global options that stand before the command, of how many arguments they are, and the
  /// words behind them.
  private func leading(
    _ arguments: [String]
  ) throws(Failure) -> (values: [String: String], count: Int, words: [String]) {
    var values: [String: String] = [:]
    var place = 0
    while place < arguments.count, let (option, inline) = lookUp(arguments[place], in: globals) {
      place += 1
      try take(option, inline, arguments, &place, into: &values)
    }
    let words = arguments[place...].prefix { !$0.hasPrefix("-") || $0 == "-" }
    return (values, place, Array(words))
  }

  /// `--help` where no command is called is a command too: on all, or on those that begin so.
  func helpRewritten(_ arguments: [String]) -> [String] {
    func asksForHelp(_ argument: String) -> Bool { argument == "--help" || argument == "-h" }
    guard arguments.prefix(while: { $0 != "--" }).contains(where: asksForHelp),
      let (_, count, words) = try? leading(arguments), longestMatch(words) == nil,
      !commands(below: words).isEmpty
    else { return arguments }
    let rest = arguments.dropFirst(count).filter { !asksForHelp($0) }
    return arguments.prefix(count) + ["help"] + rest
  }

  private func longestMatch(_ words: [String]) -> Command? {
    commands
      .filter { words.starts(with: $0.words) }
      .max { $0.words.count < $1.words.count }
  }

  private func unknownCommand(_ words: [String], _ next: String?) -> Failure {
    guard let first = words.first else {
      if let next, next != "--" { return unknownOption(next, globals + [Self.helpOption], program) }
      return Failure.usage("a command is missing", help: "\(program) help lists all commands")
    }
    let group = commands.filter { $0.words.first == first && $0.words.count > 1 }
    if !group.isEmpty {
      let known = group.map { $0.words[1] }
      if words.count > 1, let near = Suggestion.nearest(to: words[1], among: known) {
        return noCommand("\(first) \(words[1])", near: "\(first) \(near)")
      }
      let list = known.joined(separator: ", ")
      return Failure.usage("\(first) needs one of: \(list)", help: "\(program) help \(first)")
    }
    let names = commands.map(\.name) + commands.map { $0.words[0] }
    return noCommand(first, near: Suggestion.nearest(to: first, among: names))
  }

  private func noCommand(_ name: String, near: String?) -> Failure {
    Failure.usage(
      "there is no command \"\(name)\"",
      help: near.map { "did you mean \(program) \($0)?" } ?? "\(program) help lists all commands"
    )
  }

  private func lookUp(_ argument: String, in options: [Option]) -> (Option, String?)? {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name || $0.short == name }) else {
      return nil
    }
    return (option, parts.count > 1 ? String(parts[1]) : nil)
  }

  private func read(_ arguments: [String], into invocation: inout Invocation) throws(Failure) {
    let options = invocation.command.options + globals
    var place = 0
    var isOperandsOnly = false
    while place < arguments.count {
      let argument = arguments[place]
      place += 1
      if isOperandsOnly || argument == "-" || !argument.hasPrefix("-") {
        invocation.operands.append(argument)
        if isOperandsOnly { invocation.operandsBehindDashes.append(argument) }
      } else if argument == "--" {
        isOperandsOnly = true
      } else if argument == "--help" || argument == "-h" {
        invocation.values["--help"] = ""
      } else {
        guard let (option, inline) = lookUp(argument, in: options) else {
          throw unknownOption(argument, options, invocation.command.name)
        }
        try take(option, inline, arguments, &place, into: &invocation.values)
      }
    }
    if invocation.values["--help"] == nil { try checkOperands(invocation) }
  }

  private func take(
    _ option: Option,
    _ inline: String?,
    _ arguments: [String],
    _ place: inout Int,
    into values: inout [String: String]
  ) throws(Failure) {
    guard values[option.name] == nil else { throw Failure.usage("\(option.name) stands twice") }
    values[option.name] = try value(of: option, inline, arguments, &place)
  }

  private func value(
    of option: Option,
    _ inline: String?,
    _ arguments: [String],
    _ place: inout Int
  ) throws(Failure) -> String {
    guard let placeholder = option.value else {
      guard inline == nil else { throw Failure.usage("\(option.name) takes no value") }
      return ""
    }
    var found = inline
    if found == nil, place < arguments.count {
      found = arguments[place]
      place += 1
    }
    let isPath = [.files, .folders].contains(values(of: option))
    guard let found, !isPath || !found.isEmpty else {
      throw Failure.usage("\(option.name) needs a value: \(placeholder)")
    }
    guard option.allowed.isEmpty || option.allowed.contains(found) else {
      throw Failure.usage(
        "\(option.name) takes \(option.allowed.joined(separator: ", ")), not \"\(found)\""
      )
    }
    return found
  }

  private func unknownOption(_ argument: String, _ options: [Option], _ name: String) -> Failure {
    let near = Suggestion.nearest(to: argument, among: options.map(\.name))
    return Failure.usage(
      "\(name) has no option \"\(argument)\"",
      help: near.map { "did you mean \($0)?" } ?? "\(program) help \(name)"
    )
  }

  private func checkOperands(_ invocation: Invocation) throws(Failure) {
    let rows = invocation.command.operands
    let least = rows.count { $0.count == .one || $0.count == .oneOrMore }
    let isOpen = rows.contains(where: \.isRepeated)
    if invocation.operands.count < least {
      let missing = rows[min(invocation.operands.count, rows.count - 1)]
      throw Failure.usage(
        "\(invocation.command.name) needs \(missing.name): \(missing.help)",
        help: "\(program) \(invocation.command.example)"
      )
    }
    if !isOpen, invocation.operands.count > rows.count {
      throw Failure.usage(
        "\(invocation.command.name) takes no further operand \"\(invocation.operands[rows.count])\""
      )
    }
    for (row, word) in zip(rows, invocation.operands)
    where !row.allowed.isEmpty && !row.allowed.contains(word) {
      throw Failure.usage(
        "\(row.name) is one of \(row.allowed.joined(separator: ", ")), not \"\(word)\""
      )
    }
  }
}
