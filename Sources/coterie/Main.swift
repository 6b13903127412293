import CoterieConsole
import CoterieSealing
import Glibc

/// Reads the command line, runs one command, and ends with its code.
@main
enum Program {
  static func main() async {
    Interruption.listen()
    keepOutOfCores()
    sayWhereFilesEnd()
    // A store is sound wherever a program ends.
    SecretMemory.whenMissing {
      Console.complain("coterie: there is not enough memory to keep a secret; free some and retry")
      exit(ExitStatus.store.rawValue)
    }
    exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) async -> ExitStatus {
    let table = Commands.table
    let wantsJSON = arguments.prefix { $0 != "--" }.contains("--json")
    do {
      let invocation = try table.parse(Commands.helpRewritten(arguments))
      let console = try Commands.console(for: invocation)
      if invocation.has("--help") {
        console.line(table.help(of: invocation.command))
        return console.finish()
      }
      do {
        let status = try await invocation.command.run(invocation, console)
        let written = console.finish()
        if written != .done { return written }
        return Interruption.isAsked ? .interrupted : status
      } catch let failure as Failure {
        console.abandon()
        return report(failure, wantsJSON: wantsJSON, command: invocation.command.name)
      }
    } catch let failure as Failure {
      return report(failure, wantsJSON: wantsJSON, command: nil)
    } catch {
      return report(
        Failure(.defect, "defect", "\(error)", help: "please report this"),
        wantsJSON: wantsJSON,
        command: nil
      )
    }
  }

  /// What a crash leaves behind must not hold keys and texts.
  private static func keepOutOfCores() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }

  /// LMDB reads a store's file as memory and believes what stands in it. Where damage leads it beyond
  /// the end of the file, the kernel ends the program by a signal that no other mistake raises; what
  /// was committed is as sound as before, so that is said instead.
  private static func sayWhereFilesEnd() {
    signal(SIGBUS) { _ in
      let words: StaticString = """
        coterie: a store is damaged: its pages point beyond the end of its file
          coterie verify STORE says where; coterie store salvage brings what is sound into a new one

        """
      unsafe _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
      _exit(ExitStatus.store.rawValue)
    }
  }

  private static func report(
    _ failure: Failure,
    wantsJSON: Bool,
    command: String?
  ) -> ExitStatus {
    let place = command.map { "coterie \($0)" } ?? "coterie"
    Console.complain("\(place): \(failure.message)")
    if let help = failure.help { Console.complain("  \(help)") }
    if wantsJSON { Output.failure(failure) }
    return failure.status
  }
}
