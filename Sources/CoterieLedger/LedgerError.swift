internal import Glibc

/// Why a store could not be opened, read or written.
public enum LedgerError: Error, Equatable, Sendable {
  case notFound(path: String)
  case alreadyExists(path: String)
  /// A link, a FIFO, a device, or a file of another user stands where the store's own must.
  case notOwnFile(path: String)
  case notAStore(path: String)
  /// A folder that must lie in memory, and be this user's alone, does not, or is not.
  case notInMemory(path: String)
  case newerFormat(found: UInt64)
  /// The store lacks tables that were added since; opening it for writing adds them.
  case olderFormat
  /// A page of the file is not what it must be; the page number tells where.
  case damaged(page: UInt64, problem: String)
  /// Something stands where something new was to be written; it was left as it is.
  case occupied(table: Table)
  /// Another process writes.
  case busy(path: String)
  /// As many processes read as the store has room for.
  case tooManyReaders(path: String)
  case diskFull(path: String)
  case mapFull
  /// The environment was opened before this process was forked.
  case otherProcess
  /// The folder lies on the disk of another machine.
  case remoteDisk(path: String)
  /// A line of the keyring cannot be read, which tells of the store that was asked for.
  case unreadableLine(keyring: String, number: Int)
  /// The keyring is there, and is no file that could be one.
  case notAKeyring(path: String)
  case system(operation: String, number: Int32)
}

extension LedgerError: CustomStringConvertible {
  /// What happened, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let path): "there is no store at \(path)"
    case .alreadyExists(let path): "something stands at \(path) already"
    case .notOwnFile(let path):
      "\(path) is no regular file of this user with one name; links and pipes are not followed"
    case .notInMemory(let path):
      "\(path) is no folder in memory (tmpfs) that is this user's alone; set XDG_RUNTIME_DIR to one"
    case .notAStore(let path): "\(path) is not a store"
    case .newerFormat(let found): "the store has format \(found); this program knows 1"
    case .olderFormat: "an older program made the store; coterie store upgrade adds what it lacks"
    case .damaged(let page, let problem):
      "the store is damaged at page \(page)\(Self.byte(of: page)): \(problem)"
    case .occupied(let table):
      "something stands in the table of \(table) where something new was to be written; nothing was"
    case .busy(let path): "another program writes to \(path); try again when it is done"
    case .tooManyReaders(let path): "too many programs read \(path); try again when some are done"
    case .diskFull(let path): "the disk of \(path) is full; the store is sound, nothing was lost"
    case .mapFull: "the store's map is full and could not grow"
    case .otherProcess: "the store was opened by a process that has since forked"
    case .remoteDisk(let path):
      "\(path) lies on a network, where nothing keeps two writers apart; put it on a local disk"
    case .unreadableLine(let path, let number):
      "line \(number) of \(path), which tells of the store, is damaged; it is kept as it is"
    case .notAKeyring(let path): "\(path) is no keyring: no regular file, or one that is too large"
    case .system(let operation, let number): "\(operation) failed: \(Self.reason(number))"
    }
  }

  private static func reason(_ number: Int32) -> String {
    unsafe String(cString: strerror(number)) + " (error \(number))"
  }

  /// Where a page stands in the file; damage may name a page that no file could have.
  private static func byte(of page: UInt64) -> String {
    let (byte, isTooFar) = page.multipliedReportingOverflow(by: 4096)
    return isTooFar ? "" : " (byte \(byte))"
  }
}
