/// A store of this user as it was at one moment, read page by page with every offset checked.
///
/// LMDB keeps the pages from being used again as long as this lives, and is asked for nothing else:
/// it trusts what stands in its file, and damage there would end the process.
public final class CheckedSnapshot: CheckedSource {
  private let pin: Snapshot
  private let reader: StoreReader

  init(_ ledger: Ledger) throws(LedgerError) {
    // What the reader finds is at least as new as what is kept, so none of it is used again.
    pin = try ledger.snapshot()
    reader = try StoreReader(ledger.path)
    try reader.checkFormat(path: ledger.path)
  }

  /// Hands over entries in order; see `LedgerSource`.
  public func scan(
    _ table: Table,
    prefix: [UInt8],
    from start: [UInt8]?,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) throws(LedgerError) {
    try reader.scan(table, prefix: prefix, from: start, body)
  }

  /// The value of a key.
  public func value(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> [UInt8]? {
    try reader.value(table, key)
  }

  /// How many entries a table has.
  public func count(_ table: Table) throws(LedgerError) -> Int {
    try reader.count(table)
  }

  /// Visits every page; see `CheckedSource`.
  public func checkPages() throws(LedgerError) {
    try reader.checkPages()
  }
}
