extension CommandTable {
  /// Runs the command that a line calls: what it says goes to its console; what fails is said on
  /// standard error, with what to do next.
  ///
  /// - Parameters:
  ///   - writing: where a command writes.
  ///   - foreign: what an error that is no failure comes to.
  ///   - failed: told of a failure that was said.
  public func run(
    _ arguments: [String],
    writing: (Invocation) -> Console,
    foreign: (any Error) -> Failure,
    failed: (Failure) -> Void = { _ in }
  ) async -> ExitStatus {
    func end(_ failure: Failure, in place: String) -> ExitStatus {
      Console.complain("\(place): \(failure.message)")
      if let help = failure.help { Console.complain("  \(help)") }
      failed(failure)
      return failure.status
    }
    do {
      let invocation = try parse(helpRewritten(arguments))
      let console = writing(invocation)
      if invocation.has("--help") {
        console.line(help(of: invocation.command))
        return try console.finish()
      }
      do {
        let status = try await invocation.command.run(invocation, console)
        let written = try console.finish()
        if written != .done { return written }
        return Interruption.isAsked ? .interrupted : status
      } catch let failure as Failure {
        console.abandon()
        return end(failure, in: "\(program) \(invocation.command.name)")
      }
    } catch let failure as Failure {
      return end(failure, in: program)
    } catch {
      return end(foreign(error), in: program)
    }
  }

  /// Runs a tool that stands beside the program: it writes plainly, and answers `help` too.
  ///
  /// An error that is no failure is one of files or stores.
  public func run(_ arguments: [String], about: String) async -> ExitStatus {
    let help = Command(
      "help",
      "say how a command is used",
      about: "\(program) help COMMAND is the same as \(program) COMMAND --help.",
      example: "help",
      operands: [Operand("COMMAND", .any, help: "the words of a command, or exit-status")]
    ) { invocation, console in
      console.line(try self.help(on: invocation.operands, about: about))
      return .done
    }
    let table = CommandTable(program: program, commands: commands + [help], globals: globals)
    return await table.run(
      arguments,
      writing: { invocation in
        Console(
          isJSON: false,
          isQuiet: invocation.has("--quiet"),
          colour: "never",
          progress: .auto,
          outputPath: nil,
          environment: [:]
        )
      },
      foreign: { Failure(.store, "store", "\($0)") }
    )
  }

  /// `--help` alone is a command too.
  private func helpRewritten(_ arguments: [String]) -> [String] {
    switch arguments.first {
    case "--help", "-h": ["help"] + arguments.dropFirst()
    default: arguments
    }
  }
}
