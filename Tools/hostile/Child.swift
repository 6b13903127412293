import Foundation
import Glibc

/// Processes that may fail without harm to this one.
enum Child {
  /// Whether a sanitizer is built in, which takes time and memory of its own: `COTERIE_SANITIZED`.
  static let isSanitized = unsafe getenv("COTERIE_SANITIZED") != nil
  /// Seconds of the processor for one file: other work on the machine is no fault of the reader's.
  static let secondsMax = isSanitized ? 60.0 : 1.0
  static let kibibytesMax = (isSanitized ? 4096 : 64) * 1024

  /// In the child: does the same with each file, and notes what came of it and how long it took.
  ///
  /// `addressBytes` is all that it may map: a new store maps more than it holds.
  static func work(
    _ results: String,
    _ files: [String],
    addressBytes: UInt,
    _ body: (String) -> Int
  ) -> Never {
    var core = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    var memory = rlimit(rlim_cur: addressBytes, rlim_max: addressBytes)
    if !isSanitized { unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory) }
    let output = unsafe open(results, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    for file in files {
      alarm(60)
      let start = processorSeconds()
      let refusals = body(file)
      let line = Array("\(refusals) \(processorSeconds() - start)\n".utf8)
      _ = unsafe line.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
    }
    exit(0)
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Has children work through files; one that is ended is followed by another, behind the file
  /// that ended it.
  static func run(
    _ words: [String],
    _ places: [String],
    _ files: [String],
    _ tally: inout Tally
  ) {
    let results = "\(files.first ?? "")-results"
    defer { unsafe unlink(results) }
    var left = files[...]
    while !left.isEmpty {
      let end = run(words + [results] + places + left)
      tally.add(kibibytes: end.kibibytes)
      let text = FileManager.default.contents(atPath: results) ?? Data()
      for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
        let parts = line.split(separator: " ")
        guard let file = left.popFirst(), parts.count == 2 else { continue }
        tally.add(
          seconds: Double(parts[1]) ?? 0,
          isRefused: parts[0] != "0",
          file
        )
      }
      if end.signal != 0 || end.status != 0, let file = left.popFirst() {
        tally.add(signal: end.signal, file)
      }
    }
  }

  private static func run(
    _ words: [String]
  ) -> (status: Int32, signal: Int32, kibibytes: Int) {
    var arguments = unsafe (["coterie-hostile"] + words).map { unsafe strdup($0) } + [nil]
    defer { for place in unsafe arguments.indices { unsafe free(arguments[place]) } }
    var environment = unsafe [strdup("SWIFT_BACKTRACE=enable=no")]
    if isSanitized { unsafe environment.append(strdup("COTERIE_SANITIZED=1")) }
    unsafe environment.append(nil)
    defer { for place in unsafe environment.indices { unsafe free(environment[place]) } }
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
    return (status >> 8 & 0xff, status & 0x7f, usage.ru_maxrss)
  }
}
