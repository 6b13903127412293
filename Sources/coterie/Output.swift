import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieWire
import Glibc

/// The envelopes of everything that is printed as JSON.
enum Output {
  /// What a command says as JSON: schema, result, findings, exit code.
  static func document(
    _ schema: String,
    _ result: JSONValue,
    findings: [Finding] = [],
    exit status: ExitStatus
  ) -> Document {
    Document(schema: schema, result: result, findings: findings.map(\.json), exit: status)
  }

  /// A failure on standard output, where JSON is asked for.
  ///
  /// - Parameter console: where the command wrote that failed; nil if none was called.
  static func failure(_ failure: Failure, as format: Console.Format, of console: Console?) {
    let finding = JSONValue.object([
      "code": .string(failure.code), "severity": "error", "event": .optional(failure.event),
      "group": .optional(failure.group), "message": .string(failure.message),
      "help": .optional(failure.help), "evidence": .strings(failure.evidence),
    ])
    let document = Document(
      schema: "failure",
      result: .null,
      findings: [finding],
      exit: failure.status
    )
    switch format {
    case .text: break
    case .document: print(document.whole.pretty)
    case .lines:
      if console?.hasBegun != true { print(Document.header("failure", console?.command).compact) }
      for line in document.lines { print(line.compact) }
    }
  }

  /// A number with thin gaps between thousands.
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(" ", at: place)
      place -= 3
    }
    return String(digits)
  }
}

/// Files, read whole or looked into.
enum Files {
  /// The bytes of a file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw missing(path) }
    defer { close(descriptor) }
    // A pipe that nobody writes to must not hold the program up; one that somebody does may.
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw missing(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw Failure(.malformed, "malformed", "\(path) is larger than \(limit) bytes")
      }
    }
  }

  /// The next bytes of a file: so many, or fewer at its end; nil if it cannot be read.
  static func next(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let more = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done)
      }
      if more < 0, errno == EINTR { continue }
      if more < 0 { return nil }
      if more == 0 { break }
      done += more
    }
    return Array(bytes[..<done])
  }

  static func missing(_ path: String) -> Failure {
    let number = errno
    let reason = unsafe String(cString: strerror(number))
    let isOfPath = [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ELOOP, ENXIO].contains(number)
    return Failure(
      isOfPath ? .notFound : .store,
      isOfPath ? "not-found" : "unreadable",
      "\(path) cannot be opened: \(reason)",
      help: isOfPath ? "check the path" : "try again"
    )
  }

  /// Whether a path is a folder; nothing there is none, and what cannot be told is a failure.
  static func isFolderForSure(_ path: String) throws(Failure) -> Bool {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    if errno == ENOENT || errno == ENOTDIR { return false }
    throw missing(path)
  }

  /// Whether a path is a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, sorted by their bytes, without those that start with a dot.
  static func names(in folder: String) throws(Failure) -> [String] {
    guard let directory = unsafe opendir(folder) else { throw missing(folder) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// All files below a folder whose name ends so, in order; a file stands for itself.
  static func below(_ path: String, ending: String) throws(Failure) -> [String] {
    guard isFolder(path) else { return [path] }
    var found: [String] = []
    for name in try names(in: path) {
      let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      if isFolder(inner) {
        found += try below(inner, ending: ending)
      } else if name.hasSuffix(ending) {
        found.append(inner)
      }
    }
    return found
  }

  /// A path without its last ending and its folders.
  static func baseName(_ path: String) -> String {
    var last = path.split(separator: "/").last.map(String.init) ?? path
    if last.hasSuffix(".zst") { last.removeLast(4) }
    return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
  }
}
