import Glibc

/// One process that may fail without harm to this one.
enum Child {
  static let secondsMax = 1.0
  static let kibibytesMax = 64 * 1024

  /// How a child ended.
  struct End {
    var status: Int32
    var signal: Int32
    /// Of the processor, in the program and in the system.
    var seconds: Double
    var kibibytes: Int
  }

  /// Ends this process if it takes too much time or memory, and leaves no core.
  static func limit() {
    var core = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    var memory = rlimit(rlim_cur: 1 << 31, rlim_max: 1 << 31)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
    // Other work on the machine is no fault of the reader's: what counts is the processor's time.
    var time = rlimit(rlim_cur: 2, rlim_max: 2)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &time)
    alarm(60)
  }

  /// Runs this program with other words and waits for its end.
  static func run(_ words: [String]) -> End {
    var arguments = unsafe (["coterie-hostile"] + words).map { unsafe strdup($0) } + [nil]
    defer {
      for place in unsafe arguments.indices { unsafe free(arguments[place]) }
    }
    var environment = unsafe [strdup("SWIFT_BACKTRACE=enable=no"), nil]
    defer { unsafe free(environment[0]) }
    var process = pid_t()
    let failure = unsafe posix_spawn(
      &process,
      "/proc/self/exe",
      nil,
      nil,
      &arguments,
      &environment
    )
    precondition(failure == 0, "a child could not be started")
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    return End(
      status: status >> 8 & 0xff,
      signal: status & 0x7f,
      seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      kibibytes: usage.ru_maxrss
    )
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }
}
