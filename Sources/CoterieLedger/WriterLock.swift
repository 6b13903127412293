internal import Glibc

/// The lock by which one process that writes, or that opens a store, or that changes the keyring,
/// keeps others out, with a time-out.
struct WriterLock {
  private let descriptor: Int32

  init(
    _ folder: String,
    file: String = StoreFormat.writerFile,
    waitingSeconds: Int
  ) throws(LedgerError) {
    try self.init(at: "\(folder)/\(file)", of: folder, waitingSeconds: waitingSeconds)
  }

  /// Locks a file, which is made if it is not there; `owner` is what the lock is of.
  init(at path: String, of owner: String, waitingSeconds: Int) throws(LedgerError) {
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? .notOwnFile(path: path) : FileChecks.failure("opening \(path)", owner)
    }
    var triesLeft = waitingSeconds * 50
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard triesLeft > 0 else {
        close(descriptor)
        throw .busy(path: owner)
      }
      triesLeft -= 1
      usleep(20_000)
    }
  }

  func release() {
    close(descriptor)
  }
}

extension FileAccess {
  /// Runs `body` while no other process writes to the store in a folder; for files of the store
  /// that are mended while it is not open for writing.
  public static func exclusively<Result>(
    in folder: String,
    waitingSeconds: Int = 5,
    _ body: () throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    let lock = try WriterLock(folder, waitingSeconds: waitingSeconds)
    defer { lock.release() }
    return try body()
  }
}

/// Shows other processes that a store is open, or that one has it for itself alone.
struct OpenMark {
  private let descriptor: Int32

  init(_ folder: String, isAlone: Bool) throws(LedgerError) {
    let path = "\(folder)/\(StoreFormat.openFile)"
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? .notOwnFile(path: path) : FileChecks.failure("opening \(path)", folder)
    }
    guard flock(descriptor, (isAlone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
      close(descriptor)
      throw .busy(path: folder)
    }
  }

  func release() {
    close(descriptor)
  }
}
