internal import Glibc
internal import Synchronization

/// Where a command writes: data to standard output, talk and progress to standard error.
public final class Console: Sendable {
  /// The words of the command that writes.
  public let command: String
  /// How data is written.
  public let format: Format
  /// Whether talk is left out.
  public let isQuiet: Bool
  /// Whether status words are coloured.
  public let isColoured: Bool
  /// How progress is shown.
  public let progressMode: ProgressMode
  private let outputPath: String?
  private let buffer = Mutex<[UInt8]>([])
  private let hasWritten = Atomic<Bool>(false)

  /// How data is written.
  public enum Format: Sendable {
    /// For people.
    case text
    /// One JSON document.
    case document
    /// One JSON value a line, a summary last.
    case lines
  }

  /// How progress is shown.
  public enum ProgressMode: String, Sendable {
    case auto, always, never, ndjson
  }

  /// Takes what the command line and the environment decide.
  public init(
    command: String,
    format: Format,
    isQuiet: Bool,
    colour: String,
    progress: ProgressMode,
    outputPath: String?,
    environment: [String: String]
  ) {
    self.command = command
    self.format = format
    self.isQuiet = isQuiet
    self.outputPath = outputPath
    progressMode = progress
    let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    let isForced = !(environment["CLICOLOR_FORCE"] ?? "0").hasPrefix("0")
    isColoured =
      switch colour {
      case "always": true
      case "never": false
      default: !isPlain && (isForced || isatty(STDOUT_FILENO) == 1) && outputPath == nil
      }
  }

  /// Whether output is JSON.
  public var isJSON: Bool { format != .text }

  /// Whether something was said on standard output, or will be.
  public var hasBegun: Bool { hasWritten.load(ordering: .relaxed) }

  /// Adds a line of data.
  public func line(_ text: String) {
    hasWritten.store(true, ordering: .relaxed)
    buffer.withLock { $0 += Array(text.utf8) + [UInt8(ascii: "\n")] }
    flushIfLarge()
  }

  /// Adds bytes of data.
  public func write(_ bytes: [UInt8]) {
    hasWritten.store(true, ordering: .relaxed)
    buffer.withLock { $0 += bytes }
    flushIfLarge()
  }

  /// Writes out what was said so far, for whoever reads along.
  public func flushNow() {
    if outputPath == nil { _ = flush() }
  }

  /// Says something on standard error.
  public func say(_ text: String) {
    if !isQuiet { Console.complain(text) }
  }

  /// Writes a line to standard error, whatever the options.
  public static func complain(_ text: String) {
    _ = writeAll(Array(text.utf8) + [UInt8(ascii: "\n")], to: STDERR_FILENO)
  }

  private func flushIfLarge() {
    if outputPath == nil, buffer.withLock({ $0.count > 1 << 16 }) { _ = flush() }
  }

  /// Writes out what was said; answers how that went, and says so if it did not go well.
  ///
  /// - Throws: `write-failed` if the file that was to hold it cannot be written.
  public func finish() throws(Failure) -> ExitStatus {
    guard let outputPath else {
      let status = flush()
      if status == .store { Console.complain("coterie: the output cannot be written: \(reason)") }
      return status
    }
    let bytes = buffer.withLock { $0 }
    if FileOutput.replace(outputPath, with: bytes) { return .done }
    throw Failure(
      .store,
      "write-failed",
      "\(outputPath) cannot be written: \(reason)",
      help: "choose a file in a folder that is there and that you may write to"
    )
  }

  /// Ends without what a file was to hold: it is written whole or not at all.
  public func abandon() {
    if outputPath == nil {
      _ = flush()
    } else {
      hasWritten.store(false, ordering: .relaxed)
    }
  }

  private var reason: String {
    unsafe String(cString: strerror(errno))
  }

  private func flush() -> ExitStatus {
    let bytes = buffer.withLock { held in
      defer { held.removeAll(keepingCapacity: true) }
      return held
    }
    return Console.writeAll(bytes, to: STDOUT_FILENO)
  }

  /// Writes all bytes, over partial writes and interruptions.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> ExitStatus {
    var place = 0
    while place < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + place },
          bytes.count - place
        )
      }
      if written > 0 {
        place += written
      } else if errno != EINTR {
        return errno == EPIPE ? .pipeClosed : .store
      }
    }
    return .done
  }

  /// A status word, coloured where colour is wanted.
  public func status(_ word: String, _ tone: Tone) -> String {
    guard isColoured else { return word }
    return "\u{1b}[\(tone.rawValue)m\(word)\u{1b}[0m"
  }

  /// How a status word is coloured; the word itself always says it too.
  public enum Tone: String, Sendable {
    case good = "32"
    case bad = "31"
    case doubtful = "33"
    case quiet = "2"
  }
}

/// Writes a file beside its place and renames it, so that it is never half there, and lasts.
public enum FileOutput {
  /// Replaces a file; answers whether that went well.
  ///
  /// - Parameter mode: who may read it, as far as the process's mask allows.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) -> Bool {
    if isStream(path) { return write(bytes, into: path) }
    let beside = "\(path).\(getpid()).partial"
    // Whatever stands there is not written through: it may be a link that someone else made.
    unsafe unlink(beside)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe open(beside, flags, mode)
    guard descriptor >= 0 else { return false }
    let isWritten = Console.writeAll(bytes, to: descriptor) == .done && fsync(descriptor) == 0
    let problem = errno
    close(descriptor)
    errno = problem
    guard isWritten, unsafe rename(beside, path) == 0 else {
      let problem = errno
      unsafe unlink(beside)
      errno = problem
      return false
    }
    return syncFolder(of: path)
  }

  /// Whether a path is that of a device or a pipe: what is written goes through it, and it stays.
  private static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return false }
    return [S_IFCHR, S_IFBLK, S_IFIFO].contains(status.st_mode & S_IFMT)
  }

  private static func write(_ bytes: [UInt8], into path: String) -> Bool {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    let isWritten = Console.writeAll(bytes, to: descriptor) == .done
    let problem = errno
    close(descriptor)
    errno = problem
    return isWritten
  }

  /// Makes the name of a file last.
  private static func syncFolder(of path: String) -> Bool {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }
}

/// Whether the user asked to stop (SIGINT); long work looks at it and ends at the next event.
public enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Starts to listen, and makes a closed pipe an error instead of a signal.
  public static func listen() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT) { _ in Interruption.flag.store(true, ordering: .relaxed) }
  }

  /// Whether it was asked for.
  public static var isAsked: Bool { flag.load(ordering: .relaxed) }
}
