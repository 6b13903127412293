extension CommandTable {
  /// The list of all commands.
  public func overview(about: String) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    var lines = [about, "", "usage: \(program) COMMAND [OPTIONS]", "", "commands"]
    lines += commands.map { row($0.name, width, $0.summary) }
    lines += ["", "options of every command"] + optionRows(globals + [Self.helpOption])
    lines += [
      "", "\(program) help COMMAND says more; \(program) help exit-status lists the codes.",
    ]
    return lines.joined(separator: "\n")
  }

  /// The help of one command: example first, then operands, options, exit codes.
  public func help(of command: Command) -> String {
    let usage =
      ([program] + command.words + (command.options.isEmpty ? [] : ["[OPTIONS]"])
      + command.operands.map(\.usage)).joined(separator: " ")
    var lines = [
      "\(program) \(command.name): \(command.summary)", "", "  \(program) \(command.example)", "",
      "usage: \(usage)", "", command.about,
    ]
    if !command.operands.isEmpty {
      let width = command.operands.map(\.name.count).max() ?? 0
      lines += ["", "operands"] + command.operands.map { row($0.name, width, $0.help) }
    }
    if !command.options.isEmpty { lines += ["", "options"] + optionRows(command.options) }
    lines += ["", "options of every command"] + optionRows(globals + [Self.helpOption])
    return lines.joined(separator: "\n")
  }

  /// What `help` says on some words: all commands if there are none, the exit codes, one command,
  /// or those that begin with the words.
  public func help(on words: [String], about: String) throws(Failure) -> String {
    if words.isEmpty { return overview(about: about) }
    if words == ["exit-status"] { return Self.exitStatusHelp }
    let found = commands(below: words)
    guard let first = found.first else {
      let name = words.joined(separator: " ")
      let near = Suggestion.nearest(to: name, among: commands.map(\.name))
      throw Failure.usage(
        "there is no command \"\(name)\"",
        help: near.map { "did you mean \($0)?" }
      )
    }
    if found.count == 1 { return help(of: first) }
    return found.map { row($0.name, 16, $0.summary) }.joined(separator: "\n")
  }

  /// The exit codes.
  public static var exitStatusHelp: String {
    ExitStatus.allCases
      .map { "  \(pad(String($0.rawValue), to: 4))\($0.meaning)" }
      .joined(separator: "\n")
  }

  /// The commands below some words, such as `fixture`.
  public func commands(below words: [String]) -> [Command] {
    commands.filter { $0.words.starts(with: words) }
  }

  private func optionRows(_ options: [Option]) -> [String] {
    let heads = options.map { option in
      [option.short, option.name].compactMap { $0 }.joined(separator: ", ")
        + (option.value.map { " \($0)" } ?? "")
    }
    let width = heads.map(\.count).max() ?? 0
    return zip(heads, options).map { row($0, width, $1.help) }
  }

  private func row(_ head: String, _ width: Int, _ text: String) -> String {
    "  \(pad(head, to: width + 2))\(text)"
  }
}

/// Fills a text with spaces up to a width.
public func pad(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// Fills a text with spaces on the left up to a width.
public func padLeft(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
