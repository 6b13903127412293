internal import CLMDB
internal import Glibc
internal import Synchronization

extension Ledger {
  /// Writes the store anew without free pages, and overwrites the old file.
  ///
  /// Refused with `.busy` while any program has the store open. `willReplace` is told the inode of
  /// the new file before it takes the place of the old one. O(store).
  public static func compact(
    _ path: String,
    willReplace: (UInt64) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    let data = "\(path)/\(StoreFormat.dataFile)"
    let identity = try FileChecks.requireOwnFile(data)
    guard registry.withLock({ $0[identity]?.ledger }) == nil else { throw .busy(path: path) }
    let mark = try OpenMark(path, isAlone: true)
    defer { mark.release() }
    let beside = "\(data).compact"
    unsafe unlink(beside)
    do throws(LedgerError) {
      try copyCompact(path, to: beside)
      try willReplace(FileChecks.requireOwnFile(beside).inode)
    } catch {
      unsafe unlink(beside)
      throw error
    }
    let old = unsafe Glibc.open(data, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    defer { if old >= 0 { close(old) } }
    guard unsafe rename(beside, data) == 0 else { throw FileChecks.failure("renaming", path) }
    try FileChecks.syncFolder(path)
    if old >= 0 { FileAccess.overwrite(old) }
    FileAccess.wipeFile("\(path)/\(StoreFormat.olderFile)")
  }

  private static func copyCompact(_ path: String, to beside: String) throws(LedgerError) {
    let reader = try StoreReader(path)
    try reader.checkFormat(path: path)
    let ledger = try Ledger(
      folder: path,
      isReadOnly: false,
      isNew: !reader.hasAllTables,
      mapBytes: mapBytes,
      isMarked: false
    )
    try ledger.copy(to: beside)
  }

  /// Writes what is committed now into a new file, without free pages, and syncs it.
  public func copy(to copyPath: String) throws(LedgerError) {
    try unsafe Self.copy(environment, to: copyPath, path: path)
  }

  private static func copy(
    _ environment: OpaquePointer,
    to copyPath: String,
    path: String
  ) throws(LedgerError) {
    try unsafe check(mdb_env_copy2(environment, copyPath, UInt32(MDB_CP_COMPACT)), path: path)
    let copy = unsafe Glibc.open(copyPath, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard copy >= 0 else { throw FileChecks.failure("opening \(copyPath)", path) }
    defer { close(copy) }
    guard fchmod(copy, 0o600) == 0, fsync(copy) == 0 else {
      throw FileChecks.failure("syncing \(copyPath)", path)
    }
  }

  // MARK: Upgrading

  /// Whether a store was made by an older program and lacks tables, which opening it for writing
  /// adds.
  ///
  /// What it was before is kept in `StoreFormat.olderFile` until it is compacted.
  public static func isOlder(_ path: String) throws(LedgerError) -> Bool {
    let reader = try StoreReader(path)
    try reader.checkFormat(path: path)
    return !reader.hasAllTables
  }

  /// Keeps what a store is before it is upgraded, beside its data file.
  static func keep(_ environment: OpaquePointer, of folder: String) throws(LedgerError) {
    let kept = "\(folder)/\(StoreFormat.olderFile)"
    let beside = "\(kept).partial"
    unsafe unlink(beside)
    do throws(LedgerError) {
      try unsafe copy(environment, to: beside, path: folder)
      guard unsafe rename(beside, kept) == 0 else { throw FileChecks.failure("renaming", folder) }
    } catch {
      unsafe unlink(beside)
      throw error
    }
    try FileChecks.syncFolder(folder)
  }
}
