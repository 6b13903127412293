internal import CLMDB
internal import Glibc

extension Ledger {
  static func check(_ status: Int32, path: String) throws(LedgerError) {
    if status != 0 { throw error(status, path: path) }
  }

  static func error(_ status: Int32, path: String) -> LedgerError {
    switch status {
    case MDB_MAP_FULL: .mapFull
    case MDB_READERS_FULL: .tooManyReaders(path: path)
    case ENOSPC, EDQUOT: .diskFull(path: path)
    // A write that a full disk cut short is an error of input and output to LMDB.
    case EIO where FileChecks.isFull(path): .diskFull(path: path)
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_PANIC:
      .damaged(page: 0, problem: "LMDB reports \(status)")
    case MDB_INVALID, MDB_VERSION_MISMATCH: .notAStore(path: path)
    case ENOENT: .notFound(path: path)
    default: .system(operation: "LMDB on \(path)", number: status)
    }
  }
}
