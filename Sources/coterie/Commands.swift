import CoterieConsole
import Glibc

/// The table of all commands: parsing, help, completions, manual and `schema` read it.
enum Commands {
  static let version = "0.1.0"

  static let about = """
    coterie: small secret groups as signed events; replays the logs of many members and says \
    whether they agree
    """

  static let globals: [Option] = [
    Option("--store", short: "-s", value: "PATH", help: "the store to work on (COTERIE_STORE)"),
    Option(
      "--group",
      short: "-g",
      value: "ID",
      values: .live(.groups),
      help: "the group, by unique prefix (COTERIE_GROUP)"
    ),
    Option("--json", help: "print one JSON document"),
    Option("--ndjson", help: "print one JSON value a line, a summary last"),
    Option("--output", short: "-o", value: "FILE", help: "write to a file, whole or not at all"),
    Option(
      "--color",
      value: "WHEN",
      allowed: ["auto", "always", "never"],
      help: "colour status words"
    ),
    Option(
      "--progress",
      value: "HOW",
      allowed: ["auto", "always", "never", "ndjson"],
      help: "show progress on standard error"
    ),
    Option("--no-pager", help: "never start a pager; none is started by this version"),
    Option("--quiet", short: "-q", help: "say only what was asked for"),
    Option("--verbose", short: "-v", help: "say more"),
    Option("--no-input", help: "never ask"),
    Option("--utc", help: "show times in UTC, as always"),
    Option("--ascii", help: "use ASCII characters only"),
  ]

  /// All rows, in the order of help.
  private static let commands: [Command] = {
    var rows = [
      ReplayCommand.row, LogCommand.row, LogCommand.show, StateCommand.row, ReportCommand.row,
      WhatIfCommand.row, SimulateCommand.row,
    ]
    rows += FixtureCommand.rows
    rows += [MembersCommand.row, WatchCommand.row, ForksCommand.row]
    rows += WhyCommands.rows
    rows += DiffCommands.rows
    rows += VerifyCommands.rows + [DoctorCommand.row]
    rows += KeyCommands.rows
    rows += GroupCommands.rows
    rows += MemberCommands.rows
    rows += InviteCommands.rows
    rows += LinkCommands.rows
    rows += PreferenceCommands.rows
    rows += MessageCommands.rows
    rows += SyncCommands.rows
    rows += StoreCommands.rows
    rows += [
      ExportCommand.row, ImportCommand.row, ExplainCommand.row, SchemaCommand.row,
      CompletionCommand.row, ManualCommand.row, HelpCommand.row, VersionCommand.row,
    ]
    return rows
  }()

  static let table = CommandTable(
    program: "coterie",
    commands: commands,
    globals: globals,
    placeholders: LiveValue.placeholders
  )

  /// `--version` alone is a command too.
  static func versionRewritten(_ arguments: [String]) -> [String] {
    switch arguments.first {
    case "--version": ["version"] + arguments.dropFirst()
    default: arguments
    }
  }

  /// How data is written where some flags are given.
  static func format(_ has: (String) -> Bool) -> Console.Format {
    has("--ndjson") ? .lines : has("--json") ? .document : .text
  }

  static func console(for invocation: Invocation) -> Console {
    let console = Console(
      command: invocation.command.name,
      format: format(invocation.has),
      isQuiet: invocation.has("--quiet"),
      colour: invocation.value("--color") ?? "auto",
      progress: Console.ProgressMode(rawValue: invocation.value("--progress") ?? "auto") ?? .auto,
      outputPath: invocation.command.writesOutput ? nil : invocation.value("--output"),
      environment: environment
    )
    if streaming.contains(invocation.command.name), !invocation.has("--help") {
      console.beginLines(of: "event")
    }
    return console
  }

  /// Commands that write each event as they come to it where lines are asked for; the others have
  /// one document for all they say.
  private static let streaming = [LogCommand.row.name, WatchCommand.row.name]

  /// The environment that the program reads; what is empty there counts as not set.
  static var environment: [String: String] {
    var found: [String: String] = [:]
    let names = [
      "COTERIE_STORE", "COTERIE_GROUP", "COTERIE_KEYRING", "NO_COLOR", "CLICOLOR_FORCE", "TERM",
      "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "HOME", "SOURCE_DATE_EPOCH",
    ]
    for name in names {
      guard let value = unsafe getenv(name) else { continue }
      let text = unsafe String(cString: value)
      if !text.isEmpty { found[name] = text }
    }
    return found
  }
}
