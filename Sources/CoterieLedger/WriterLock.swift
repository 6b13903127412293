internal import Glibc

/// The lock by which one process that writes keeps others out, with a time-out.
struct WriterLock {
  private let descriptor: Int32

  init(_ folder: String, waitingSeconds: Int) throws(LedgerError) {
    let path = "\(folder)/\(StoreFormat.writerFile)"
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? .notOwnFile(path: path) : FileChecks.failure("opening \(path)", folder)
    }
    var triesLeft = waitingSeconds * 50
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard triesLeft > 0 else {
        close(descriptor)
        throw .busy(path: folder)
      }
      triesLeft -= 1
      usleep(20_000)
    }
  }

  func release() {
    close(descriptor)
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
