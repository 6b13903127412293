internal import Glibc

/// Small files of a store or beside one: read whole, replaced whole, overwritten when they go.
public enum FileAccess {
  /// The bytes of a regular file; nil if there is none, or it is larger than `limit`.
  ///
  /// - Throws: if it is there and cannot be read, so that it is never taken for missing.
  public static func contents(_ path: String, limit: Int) throws(LedgerError) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw errno == ELOOP
        ? .notOwnFile(path: path) : FileChecks.failure("opening \(path)", path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw FileChecks.failure("looking at \(path)", path)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else { return nil }
    return try readFully(descriptor, at: 0, Int(status.st_size), path: path)
  }

  /// The bytes of a file whose size is not known before it is read, up to `limit`; nil if it cannot
  /// be read.
  public static func stream(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// So many bytes from a place of a file, or fewer at its end.
  public static func readFully(
    _ descriptor: Int32,
    at offset: Int,
    _ count: Int,
    path: String
  ) throws(LedgerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let more = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + done },
          count - done,
          off_t(offset + done)
        )
      }
      if more < 0, errno == EINTR { continue }
      if more < 0 { throw FileChecks.failure("reading \(path)", path) }
      if more == 0 { break }
      done += more
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// Writes all bytes at a place of a file, over partial writes and interruptions.
  public static func writeFully(
    _ descriptor: Int32,
    at offset: Int,
    _ bytes: [UInt8],
    path: String
  ) throws(LedgerError) {
    var done = 0
    while done < bytes.count {
      let more = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + done },
          bytes.count - done,
          off_t(offset + done)
        )
      }
      if more < 0, errno == EINTR { continue }
      guard more > 0 else { throw FileChecks.failure("writing \(path)", path) }
      done += more
    }
  }

  /// Makes what was written to a file last.
  public static func sync(_ descriptor: Int32, path: String) throws(LedgerError) {
    while fdatasync(descriptor) != 0 {
      if errno != EINTR { throw FileChecks.failure("syncing \(path)", path) }
    }
  }

  /// Replaces a file, or makes it, with mode 0600: whole afterwards, or as it was.
  ///
  /// The caller keeps others from replacing it meanwhile, or names another place `beside`. With
  /// `isWipingOld` the file that was there is overwritten with zeros once the new one stands, and
  /// so is what an interrupted replacement left beside it.
  public static func replace(
    _ path: String,
    beside: String? = nil,
    with bytes: [UInt8],
    isWipingOld: Bool
  ) throws(LedgerError) {
    let beside = beside ?? "\(path).partial"
    if isWipingOld { wipeFile(beside) }
    let descriptor = unsafe open(
      beside,
      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
      0o600
    )
    guard descriptor >= 0 else { throw FileChecks.failure("writing \(beside)", path) }
    do throws(LedgerError) {
      defer { close(descriptor) }
      try writeFully(descriptor, at: 0, bytes, path: beside)
      guard fsync(descriptor) == 0 else { throw FileChecks.failure("syncing \(beside)", path) }
    } catch {
      unsafe unlink(beside)
      throw error
    }
    let old = isWipingOld ? unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1
    defer { if old >= 0 { close(old) } }
    guard unsafe rename(beside, path) == 0 else {
      let error = FileChecks.failure("writing \(path)", path)
      unsafe unlink(beside)
      throw error
    }
    try FileChecks.syncFolder(FileChecks.parent(of: path))
    if old >= 0 { overwrite(old) }
  }

  /// Makes a folder of this user's own that lasts; one that is there already is no error.
  public static func makeFolder(_ path: String) throws(LedgerError) {
    if unsafe mkdir(path, 0o700) == 0 {
      return try FileChecks.syncFolder(FileChecks.parent(of: path))
    }
    guard errno == EEXIST else { throw FileChecks.failure("creating \(path)", path) }
    try FileChecks.requireOwnFolder(path)
  }

  /// Whether something stands at a path.
  ///
  /// - Throws: if that cannot be told.
  public static func isThere(_ path: String) throws(LedgerError) -> Bool {
    var status = stat()
    if unsafe lstat(path, &status) == 0 { return true }
    if errno == ENOENT || errno == ENOTDIR { return false }
    throw FileChecks.failure("looking at \(path)", path)
  }

  /// Makes a rename or a new file in a folder last.
  public static func syncFolder(_ path: String) throws(LedgerError) {
    try FileChecks.syncFolder(path)
  }

  /// Overwrites a file with zeros and removes it; one that is not there is no error.
  ///
  /// - Throws: if it may still be there, or what stood in it.
  public static func wipe(_ path: String) throws(LedgerError) {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw FileChecks.failure("overwriting \(path)", path)
    }
    defer { close(descriptor) }
    let isOverwritten = overwrite(descriptor)
    let reason = errno
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw FileChecks.failure("removing \(path)", path)
    }
    if !isOverwritten { throw FileChecks.failure("overwriting \(path)", path, number: reason) }
  }

  /// The same as far as it can be done.
  public static func wipeFile(_ path: String) {
    try? wipe(path)
  }

  /// Overwrites an open file with zeros; answers whether that lasts.
  @discardableResult
  static func overwrite(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return false }
    var done = 0
    while done < Int(status.st_size) {
      let count = min(1 << 16, Int(status.st_size) - done)
      let zeros = [UInt8](repeating: 0, count: count)
      guard (try? writeFully(descriptor, at: done, zeros, path: "")) != nil else {
        return false
      }
      done += count
    }
    return fdatasync(descriptor) == 0
  }

  /// Overwrites an array that held a key.
  static func wipe(_ bytes: inout [UInt8]) {
    let count = bytes.count
    unsafe bytes.withUnsafeMutableBytes { buffer in
      if let address = buffer.baseAddress { unsafe explicit_bzero(address, count) }
    }
    bytes.removeAll()
  }
}
