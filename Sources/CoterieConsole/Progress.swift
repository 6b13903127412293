internal import Glibc

/// Shows how far long work has come, on standard error.
///
/// A bar on a terminal after half a second, erased at the end; a line each ten seconds elsewhere.
/// Asking costs an integer comparison until it is time to look at the clock.
public final class Progress {
  private let mode: Console.ProgressMode
  private let isTerminal: Bool
  private let phase: String
  private let unit: String
  private let total: Int
  private let started: UInt64
  private var lastShown: UInt64
  private var nextLook = 0
  private var hasBar = false

  /// Starts to count towards `total`; 0 if it is not known.
  public init(_ console: Console, phase: String, unit: String, total: Int) {
    mode = console.isQuiet ? .never : console.progressMode
    isTerminal = isatty(STDERR_FILENO) == 1
    self.phase = phase
    self.unit = unit
    self.total = total
    started = Progress.milliseconds()
    lastShown = started
  }

  private static func milliseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }

  /// Says how many are done.
  public func update(_ done: Int) {
    guard done >= nextLook, mode != .never else { return }
    nextLook = done + 2048
    let now = Progress.milliseconds()
    let isDrawn = mode == .always || (mode == .auto && isTerminal)
    let pause: UInt64 = isDrawn ? (hasBar ? 100 : 500) : (mode == .ndjson ? 500 : 10_000)
    guard now - lastShown >= pause else { return }
    lastShown = now
    let rate = UInt64(done) * 1000 / max(1, now - started)
    let left = total > done && rate > 0 ? UInt64(total - done) / rate : 0
    if mode == .ndjson {
      Console.complain(
        "{\"done\":\(done),\"eta_s\":\(left),\"phase\":\(Escaping.quoted(phase)),\"rate\":\(rate),"
          + "\"total\":\(total),\"type\":\"progress\",\"unit\":\(Escaping.quoted(unit))}"
      )
    } else if isDrawn {
      hasBar = true
      let share = total > 0 ? min(20, done * 20 / total) : 0
      let bar = String(repeating: "#", count: share) + String(repeating: ".", count: 20 - share)
      let text = "\r\u{1b}[K\(phase) [\(bar)] \(done)/\(total) \(unit)  \(rate)/s  \(left) s left"
      _ = Console.writeAll(Array(text.utf8), to: STDERR_FILENO)
    } else {
      Console.complain("\(phase): \(done) of \(total) \(unit), \(rate)/s, \(left) s left")
    }
  }

  /// Erases the bar.
  public func finish() {
    if hasBar { _ = Console.writeAll(Array("\r\u{1b}[K".utf8), to: STDERR_FILENO) }
    hasBar = false
  }
}
