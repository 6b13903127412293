internal import Glibc

/// Small files of a store or beside one: read whole, replaced whole, overwritten when they go.
public enum FileAccess {
  /// The bytes of a regular file of this user; nil if there is none, or it is larger than `limit`.
  public static func contents(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= limit
    else { return nil }
    return readFully(descriptor, at: 0, Int(status.st_size))
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

  /// So many bytes from a place of a file, or fewer at its end; nil if it cannot be read.
  public static func readFully(_ descriptor: Int32, at offset: Int, _ count: Int) -> [UInt8]? {
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
      if more < 0 { return nil }
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
  /// With `isWipingOld` the file that was there is overwritten with zeros once the new one stands.
  public static func replace(
    _ path: String,
    beside: String? = nil,
    with bytes: [UInt8],
    isWipingOld: Bool
  ) throws(LedgerError) {
    let beside = beside ?? "\(path).\(getpid()).partial"
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

  /// Makes a folder of this user's own; one that is there already is no error.
  public static func makeFolder(_ path: String) throws(LedgerError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw FileChecks.failure("creating \(path)", path)
    }
    try FileChecks.requireOwnFolder(path)
  }

  /// Makes a rename or a new file in a folder last.
  public static func syncFolder(_ path: String) throws(LedgerError) {
    try FileChecks.syncFolder(path)
  }

  /// Overwrites a file with zeros and removes it; one that is not there is no error.
  public static func wipeFile(_ path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return }
    overwrite(descriptor)
    close(descriptor)
    unsafe unlink(path)
  }

  static func overwrite(_ descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return }
    var done = 0
    while done < Int(status.st_size) {
      let count = min(1 << 16, Int(status.st_size) - done)
      let zeros = [UInt8](repeating: 0, count: count)
      guard (try? writeFully(descriptor, at: done, zeros, path: "")) != nil else { return }
      done += count
    }
    fdatasync(descriptor)
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
