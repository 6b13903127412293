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
    let arguments = Array(CommandLine.arguments.dropFirst())
    let words = arguments.prefix { $0 != "--" }
    let format = Commands.format { words.contains($0) }
    let status = await Commands.table.run(
      Commands.versionRewritten(arguments),
      writing: Commands.console(for:),
      foreign: { Failure(.defect, "defect", "\($0)", help: "please report this") },
      failed: { Output.failure($0, as: format, of: $1) }
    )
    exit(status.rawValue)
  }

  /// What a crash leaves behind must not hold keys and texts.
  private static func keepOutOfCores() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }

  /// Says what is wrong where a signal would end the program without a word.
  ///
  /// LMDB reads a store's file as memory and believes what stands in it. Where damage leads it
  /// beyond the end of the file, the kernel raises a signal that no other mistake raises. What was
  /// committed is as sound as before.
  private static func sayWhereFilesEnd() {
    signal(SIGBUS) { _ in
      let words: StaticString = """
        coterie: a store is damaged: its pages point beyond the end of its file
          coterie verify STORE says where; coterie store salvage brings back what is sound

        """
      unsafe _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
      _exit(ExitStatus.store.rawValue)
    }
  }
}
