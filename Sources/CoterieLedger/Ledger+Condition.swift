internal import CLMDB

extension Ledger {
  /// How the file of a store stands.
  public struct Condition: Equatable, Sendable {
    /// The number of its format.
    public var format: UInt64
    /// The address space that it may fill before it grows.
    public var mapBytes: Int
    /// What of that is filled, free pages included.
    public var usedBytes: Int
    /// Readers that had ended without a word when the store was opened; they hold nothing any more.
    public var staleReaders: Int
  }

  /// How the store's file stands now.
  ///
  /// O(1).
  public func condition() throws(LedgerError) -> Condition {
    var info = unsafe MDB_envinfo()
    try unsafe Self.check(mdb_env_info(environment, &info), path: path)
    let format = try snapshot().value(.meta, Array("format".utf8)) ?? []
    return unsafe Condition(
      format: LedgerKey.number(format),
      mapBytes: info.me_mapsize,
      usedBytes: (info.me_last_pgno + 1) * StoreReader.pageBytes,
      staleReaders: staleReaders
    )
  }
}
