import CoterieConsole
import CoterieJSON

/// `coterie completion`: scripts by which shells complete command lines.
enum CompletionCommand {
  static let row = Command(
    "completion",
    "print the completion script of a shell",
    about: """
      The script completes commands, options, files, and what the store holds: groups, events,
      members. For bash, write it to ~/.local/share/bash-completion/completions/coterie; for zsh, to
      a file _coterie in a folder of $fpath; for fish, to ~/.config/fish/completions/coterie.fish.
      """,
    example: "completion bash",
    operands: [
      Operand(
        "SHELL",
        .optional,
        allowed: CompletionScript.Shell.allCases.map(\.rawValue),
        help: "bash, zsh or fish"
      )
    ],
    options: [
      Option(
        "--values",
        value: "NAME",
        values: .anything,
        help: "for the scripts: print what is known under a name, one a line; never fails"
      )
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    if let name = invocation.value("--values") {
      for value in values(name, invocation) { console.line(value) }
      return .done
    }
    guard let shell = invocation.operands.first.flatMap(CompletionScript.Shell.init) else {
      throw Failure.usage("completion needs SHELL: bash, zsh or fish")
    }
    let script = CompletionScript(Commands.table, callback: callback).text(for: shell)
    if console.isJSON {
      let result = JSONValue.object(["shell": .string(shell.rawValue), "text": .string(script)])
      console.line(Output.document("completion", result, exit: .done))
    } else {
      console.write(Array(script.utf8))
    }
    return .done
  }

  private static let callback = CompletionScript.Callback(
    words: "completion --values",
    handedOn: ["--store", "--group"],
    operand: "--store"
  )

  private static func values(_ name: String, _ invocation: Invocation) -> [String] {
    guard let value = LiveValue(rawValue: name) else { return [] }
    let group = invocation.value("--group") ?? Commands.environment["COTERIE_GROUP"] ?? ""
    let place = (try? Sources.path(nil, invocation)).map { LogPlace(path: $0, group: group) }
    return value.values(in: place)
  }
}
