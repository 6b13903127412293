extension CommandTable {
  /// Runs the command that a line calls: what it says goes to its console; what fails is said on
  /// standard error, with what to do next.
  ///
  /// - Parameters:
  ///   - writing: where a command writes.
  ///   - foreign: what an error that is no failure comes to.
  ///   - failed: told of a failure that was said, and where the command wrote that failed; nil if
  ///     the line calls no command.
  public func run(
    _ arguments: [String],
    writing: (Invocation) -> Console,
    foreign: (any Error) -> Failure,
    failed: (Failure, Console?) -> Void = { _, _ in }
  ) async -> ExitStatus {
    func end(_ failure: Failure, in place: String, _ console: Console?) -> ExitStatus {
      Console.complain("\(place): \(failure.message)")
      if let help = failure.help { Console.complain("  \(help)") }
      failed(failure, console)
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
        return end(failure, in: "\(program) \(invocation.command.name)", console)
      } catch {
        console.abandon()
        return end(foreign(error), in: program, console)
      }
    } catch {
      return end(error, in: program, nil)
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
          command: invocation.command.name,
          format: .text,
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
}
