internal import CLMDB
internal import CoterieWire

/// A store as it was at one moment.
@safe public final class Snapshot: LedgerSource {
  // Owned from init to deinit; the ledger keeps the map open as long.
  private let ledger: Ledger
  private let transaction: OpaquePointer
  private let tables: [MDB_dbi]

  init(_ ledger: Ledger, _ transaction: OpaquePointer, _ tables: [MDB_dbi]) {
    self.ledger = ledger
    unsafe self.transaction = unsafe transaction
    self.tables = tables
  }

  deinit {
    unsafe mdb_txn_abort(transaction)
  }

  /// The number of the commit after which it was taken.
  public var number: Int {
    unsafe mdb_txn_id(transaction)
  }

  /// The value of a key.
  public func value(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> [UInt8]? {
    try unsafe getValue(transaction, tables[table.place], key, path: ledger.path)
  }

  /// How many entries a table has.
  public func count(_ table: Table) throws(LedgerError) -> Int {
    var status = MDB_stat()
    try unsafe Ledger.check(
      mdb_stat(transaction, tables[table.place], &status),
      path: ledger.path
    )
    return Int(status.ms_entries)
  }

  /// Hands over entries in order; see `LedgerSource`.
  public func scan(
    _ table: Table,
    prefix: [UInt8],
    from start: [UInt8]?,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) throws(LedgerError) {
    try unsafe scanTable(
      transaction,
      tables[table.place],
      prefix,
      from: start ?? prefix,
      path: ledger.path,
      body
    )
  }
}

/// One write transaction; dropping it undoes everything, committing consumes it.
@safe public struct WriteTransaction: ~Copyable {
  // Owned by this value; nil once committed.
  private var transaction: OpaquePointer?
  private let tables: [MDB_dbi]
  private let path: String
  private let changes = Changes()

  /// Whether anything was written; shared by all who borrow the transaction.
  private final class Changes {
    var any = false
  }

  init(_ transaction: OpaquePointer, _ tables: [MDB_dbi], _ path: String) {
    unsafe self.transaction = unsafe transaction
    self.tables = tables
    self.path = path
  }

  deinit {
    if let transaction = unsafe transaction { unsafe mdb_txn_abort(transaction) }
  }

  /// The number that this commit gets in the store, one more than the one before; nil as long as
  /// nothing was written: then there is no commit, and the number goes to another.
  public var number: Int? {
    changes.any ? unsafe mdb_txn_id(transaction) : nil
  }

  consuming func commit() throws(LedgerError) {
    let taken = unsafe transaction.take()
    try unsafe Ledger.check(mdb_txn_commit(taken), path: path)
  }

  /// The value of a key, with what this transaction wrote.
  public func value(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> [UInt8]? {
    try unsafe getValue(transaction, tables[table.place], key, path: path)
  }

  /// Writes a value; `isLast` promises that the key is above all others of the table.
  ///
  /// - Throws: `.occupied` where the value of `isNew` stands already; it is left as it is.
  public func put(
    _ table: Table,
    _ key: [UInt8],
    _ value: [UInt8],
    isLast: Bool = false,
    isNew: Bool = false
  ) throws(LedgerError) {
    var key = key
    var value = value
    let (keyCount, valueCount) = (key.count, value.count)
    let status = unsafe key.withUnsafeMutableBytes { key in
      unsafe value.withUnsafeMutableBytes { value in
        var rawKey = unsafe MDB_val(mv_size: keyCount, mv_data: key.baseAddress)
        var rawValue = unsafe MDB_val(mv_size: valueCount, mv_data: value.baseAddress)
        return unsafe mdb_put(
          transaction,
          tables[table.place],
          &rawKey,
          &rawValue,
          isLast ? UInt32(MDB_APPEND) : isNew ? UInt32(MDB_NOOVERWRITE) : 0
        )
      }
    }
    if status == MDB_KEYEXIST { throw .occupied(table: table) }
    try Ledger.check(status, path: path)
    changes.any = true
  }

  /// Deletes a key; answers whether it was there.
  @discardableResult
  public func delete(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> Bool {
    var key = key
    let count = key.count
    let status = unsafe key.withUnsafeMutableBytes { key in
      var rawKey = unsafe MDB_val(mv_size: count, mv_data: key.baseAddress)
      return unsafe mdb_del(transaction, tables[table.place], &rawKey, nil)
    }
    if status == MDB_NOTFOUND { return false }
    try Ledger.check(status, path: path)
    changes.any = true
    return true
  }

  /// Hands over entries in order, with what this transaction wrote.
  public func scan(
    _ table: Table,
    prefix: [UInt8],
    from start: [UInt8]? = nil,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) throws(LedgerError) {
    try unsafe scanTable(
      transaction,
      tables[table.place],
      prefix,
      from: start ?? prefix,
      path: path,
      body
    )
  }
}

extension Table {
  /// The table's place among the handles of an environment.
  var place: Int {
    Table.allCases.firstIndex(of: self) ?? 0
  }
}

private func getValue(
  _ transaction: OpaquePointer?,
  _ table: MDB_dbi,
  _ key: [UInt8],
  path: String
) throws(LedgerError) -> [UInt8]? {
  var key = key
  let count = key.count
  var found: [UInt8] = []
  let status = unsafe key.withUnsafeMutableBytes { key in
    var rawKey = unsafe MDB_val(mv_size: count, mv_data: key.baseAddress)
    var value = unsafe MDB_val()
    let status = unsafe mdb_get(transaction, table, &rawKey, &value)
    if status == 0 {
      unsafe found = Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
    }
    return status
  }
  if status == MDB_NOTFOUND { return nil }
  try Ledger.check(status, path: path)
  return found
}

private func scanTable(
  _ transaction: OpaquePointer?,
  _ table: MDB_dbi,
  _ prefix: [UInt8],
  from start: [UInt8],
  path: String,
  _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
) throws(LedgerError) {
  var cursor: OpaquePointer?
  try unsafe Ledger.check(mdb_cursor_open(transaction, table, &cursor), path: path)
  defer { unsafe mdb_cursor_close(cursor) }
  var key = unsafe MDB_val()
  var value = unsafe MDB_val()
  var start = start
  let count = start.count
  var status = unsafe start.withUnsafeMutableBytes { bytes in
    unsafe key = MDB_val(mv_size: count, mv_data: bytes.baseAddress)
    return unsafe mdb_cursor_get(
      cursor,
      &key,
      &value,
      count == 0 ? MDB_FIRST : MDB_SET_RANGE
    )
  }
  while status == 0 {
    let keyBytes = unsafe UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
    let valueBytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    let keySpan = unsafe Span<UInt8>(_unsafeBytes: keyBytes)
    let valueSpan = unsafe Span<UInt8>(_unsafeBytes: valueBytes)
    guard keySpan.starts(with: prefix) else { return }
    if !body(keySpan, valueSpan) { return }
    status = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
  }
  if status != MDB_NOTFOUND { throw Ledger.error(status, path: path) }
}

extension Span where Element == UInt8 {
  /// Whether these bytes stand before others, byte by byte, a shorter one before its longer.
  func isOrdered(before other: Span<UInt8>) -> Bool {
    for place in 0..<Swift.min(count, other.count) where self[place] != other[place] {
      return self[place] < other[place]
    }
    return count < other.count
  }

  /// Whether these bytes start with others.
  func starts(with prefix: [UInt8]) -> Bool {
    guard count >= prefix.count else { return false }
    for place in prefix.indices where self[place] != prefix[place] { return false }
    return true
  }
}
