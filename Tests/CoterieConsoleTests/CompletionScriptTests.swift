import CoterieConsole
import Testing

private let table = CommandTable(
  program: "tool",
  commands: [
    Command(
      "log show",
      "show what isn't hidden",
      about: "",
      example: "",
      operands: [Operand("ID", help: ""), Operand("PATH", .any, help: "")],
      options: [
        Option("--limit", short: "-n", value: "N", help: "the newest [N]: those"),
        Option("--how", value: "WAY", allowed: ["up", "down"], help: "which way"),
        Option("--at", value: "ID", values: .folders, help: "where"),
      ],
      run: { _, _ in .done }
    ),
    Command("log", "list", about: "", example: "", run: { _, _ in .done }),
    Command("help", "help", about: "", example: "", run: { _, _ in .done }),
  ],
  globals: [Option("--store", short: "-s", value: "PATH", help: "the store")],
  placeholders: ["ID": .live("ids"), "PATH": .files]
)

private func lines(_ shell: CompletionScript.Shell) -> [String] {
  let callback = CompletionScript.Callback(
    words: "values",
    handedOn: ["--store"],
    operand: "--store"
  )
  return CompletionScript(table, callback: callback).text(for: shell)
    .split(separator: "\n").map { $0.drop { $0 == " " } }.map(String.init)
}

/// The lines from one that starts so, up to one that is `end`.
private func part(_ lines: [String], _ start: String, to end: String) -> [String] {
  Array(lines.drop { !$0.hasPrefix(start) }.prefix { $0 != end })
}

@Suite struct `A completion script` {
  @Test func `for bash holds the rows of the table`() {
    let lines = lines(.bash)
    #expect(
      part(lines, "__tool_next()", to: "}") == [
        "__tool_next() {", "case \"$1\" in", "'') next='log help' ;;",
        "'log') next='show' ;;", "*) next='' ;;", "esac",
      ]
    )
    #expect(
      part(lines, "__tool_options()", to: "}") == [
        "__tool_options() {", "case \"$1\" in",
        "'log show') options='--limit -n --how --at' ;;", "'log') options='' ;;",
        "'help') options='' ;;", "*) options='' ;;", "esac",
        "options+=' --store -s --help -h'",
      ]
    )
    #expect(
      part(lines, "__tool_value()", to: "}") == [
        "__tool_value() {", "case \"$1/$2\" in",
        "'log show/--limit' | 'log show/-n') wants='anything' ;;",
        "'log show/--how') wants='words up down' ;;",
        "'log show/--at') wants='folders' ;;",
        "*'/--store' | *'/-s') wants='files' ;;",
        "*) wants='nothing' ;;", "esac",
      ]
    )
    #expect(
      part(lines, "__tool_operand()", to: "}") == [
        "__tool_operand() {", "case \"$1/$2\" in", "'log show/0') wants='live ids' ;;",
        "'log show/'*) wants='files' ;;", "*) wants='anything' ;;", "esac",
      ]
    )
    #expect(lines.last == "complete -F _tool tool")
  }

  @Test func `for zsh escapes what its specifications would read as their own`() {
    let lines = lines(.zsh)
    #expect(lines.first == "#compdef tool")
    #expect(
      part(lines, "show)", to: ";;") == [
        "show)", "_tool_file=", "_arguments -S $_tool_globals \\",
        "'(--limit -n)--limit=[the newest \\[N\\]\\: those]:N: ' \\",
        "'(--limit -n)-n[the newest \\[N\\]\\: those]:N: ' \\",
        "'--how=[which way]:WAY:(up down)' \\", "'--at=[where]:ID:_files -/' \\",
        "'1:ID:__tool_live ids' \\", "'*:PATH:_files'",
      ]
    )
    #expect(lines.contains("'show:show what isn'\\''t hidden'"))
  }

  @Test func `for fish has a line for each row`() {
    #expect(
      lines(.fish).filter { $0.hasPrefix("complete ") } == [
        "complete -c tool -f",
        "complete -c tool -n \"__tool_at ''\" -a \"(__tool_next '')\"",
        "complete -c tool -n \"__tool_at 'log'\" -a \"(__tool_next 'log')\"",
        "complete -c tool -l store -s s -r -F -d 'the store'",
        "complete -c tool -l help -s h -d 'say how the command is used'",
        "complete -c tool -n \"__tool_in 'log show'\" -l limit -s n -x "
          + "-d 'the newest [N]: those'",
        "complete -c tool -n \"__tool_in 'log show'\" -l how -x -a 'up down' -d 'which way'",
        "complete -c tool -n \"__tool_in 'log show'\" -l at -x "
          + "-a '(__fish_complete_directories (commandline -ct))' -d 'where'",
        "complete -c tool -n \"__tool_operand 'log show' 0 0\" -a '(__tool_live ids)'",
        "complete -c tool -n \"__tool_operand 'log show' 1 100000\" -F",
      ]
    )
  }
}
