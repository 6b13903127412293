internal import CLMDB
internal import Glibc
internal import Synchronization

/// A store of this user, opened by LMDB: one writer, many readers, across processes.
///
/// Default LMDB flags, which alone survive a power loss. One environment for each file and process:
/// opening the same store again answers the same object.
@safe public final class Ledger: @unchecked Sendable {
  // LMDB's environment is safe to share between threads; the handles are set once in `init`.
  let environment: OpaquePointer
  private let tables: [MDB_dbi]
  /// The store's folder.
  public let path: String
  /// Whether the store was opened for reading only.
  public let isReadOnly: Bool
  private let process = getpid()
  private let commits = Atomic<Int>(0)
  private let turns = Mutex(Turns())
  private let identity: FileChecks.Identity
  private let openMark: OpenMark?
  /// Readers that had ended without a word when the store was opened.
  let staleReaders: Int

  /// A store that is open in a process; it stays registered until LMDB has closed it.
  final class Registration: Sendable {
    weak let ledger: Ledger?
    let process = getpid()
    private let object: ObjectIdentifier

    init(_ ledger: Ledger) {
      self.ledger = ledger
      object = ObjectIdentifier(ledger)
    }

    /// Whether it is that of a store, which may be at its end.
    func isOf(_ ledger: Ledger) -> Bool { object == ObjectIdentifier(ledger) }
  }

  private static let gate = Mutex<Void>(())
  static let registry = Mutex<[FileChecks.Identity: Registration]>([:])

  /// Bytes of the map at first: address space, not disk.
  ///
  /// It grows by itself.
  public static let mapBytes = 64 << 30

  // MARK: Creating and opening

  /// Makes an empty store, whole or not at all.
  ///
  /// - Parameter identifier: 16 random bytes that name the store.
  public static func create(at path: String, identifier: [UInt8]) throws(LedgerError) {
    try build(for: path, identifier: identifier).settle()
  }

  /// Makes an empty store in a folder beside its place, to be settled there.
  public static func build(
    for path: String,
    identifier: [UInt8]
  ) throws(LedgerError) -> FolderBeside {
    if try FileAccess.isThere(path) { throw .alreadyExists(path: path) }
    try FileChecks.requireLocalDisk(FileChecks.parent(of: path))
    let beside = try FolderBeside(path)
    do throws(LedgerError) {
      let ledger = try Ledger(
        folder: beside.path,
        isReadOnly: false,
        isNew: true,
        mapBytes: mapBytes
      )
      try ledger.write(waitingSeconds: 0) { transaction throws(LedgerError) in
        try transaction.put(
          .meta,
          Array("format".utf8),
          LedgerKey.bigEndian(StoreFormat.current, 8)
        )
        try transaction.put(.meta, Array("store".utf8), identifier)
      }
    } catch {
      beside.remove()
      throw error
    }
    return beside
  }

  /// Opens a store, or answers the one that is open already.
  public static func open(
    _ path: String,
    mapBytes: Int = mapBytes
  ) throws(LedgerError) -> Ledger {
    try open(path, isReadOnly: false, mapBytes: mapBytes)
  }

  /// The same; one that is read-only serves checked snapshots alone.
  static func open(
    _ path: String,
    isReadOnly: Bool,
    mapBytes: Int = mapBytes
  ) throws(LedgerError) -> Ledger {
    try FileChecks.requireOwnFolder(path)
    try FileChecks.requireLocalDisk(path)
    // Of two threads that open a store at once the second gets what the first has opened.
    return try gate.withLock { _ throws(LedgerError) in
      if let known = try registered(path), isReadOnly || !known.isReadOnly { return known }
      return try openAnew(path, isReadOnly: isReadOnly, mapBytes: mapBytes)
    }
  }

  /// What this process has open of a store.
  ///
  /// Waits for one that is being closed: LMDB may have a file open only once in a process.
  private static func registered(_ path: String) throws(LedgerError) -> Ledger? {
    let identity = try FileChecks.requireOwnFile("\(path)/\(StoreFormat.dataFile)")
    while let known = registry.withLock({ $0[identity] }), known.process == getpid() {
      if let ledger = known.ledger { return ledger }
      usleep(100)
    }
    return nil
  }

  private static func openAnew(
    _ path: String,
    isReadOnly: Bool,
    mapBytes: Int
  ) throws(LedgerError) -> Ledger {
    // The bounds-checked reader looks first: LMDB would trust every offset in the file.
    let reader = try StoreReader(path)
    try reader.checkFormat(path: path)
    let isOlder = !reader.hasAllTables
    if isOlder, isReadOnly { throw .olderFormat }
    let ledger = try Ledger(
      folder: path,
      isReadOnly: isReadOnly,
      isNew: isOlder,
      isUpgraded: isOlder,
      mapBytes: mapBytes
    )
    // Another program may have compacted the store until it was open here: then it is another file
    // than the one that was looked at.
    registry.withLock { $0[ledger.identity] = Registration(ledger) }
    return ledger
  }

  init(
    folder: String,
    isReadOnly: Bool,
    isNew: Bool,
    isUpgraded: Bool = false,
    mapBytes: Int,
    isMarked: Bool = true
  ) throws(LedgerError) {
    path = folder
    self.isReadOnly = isReadOnly
    let data = "\(folder)/\(StoreFormat.dataFile)"
    let canWriteFolder = unsafe access(folder, W_OK) == 0
    if !canWriteFolder, ![EACCES, EPERM, EROFS].contains(errno) {
      throw FileChecks.failure("opening \(folder)", folder)
    }
    openMark = canWriteFolder && isMarked ? try OpenMark(folder, isAlone: false) : nil
    // The first to open a store makes LMDB's lock file anew, and others may be let in if it is
    // killed before the newest transaction stands there: they would write on from an older one,
    // over what was committed. So one opens after the other.
    let opening =
      canWriteFolder
      ? try WriterLock(folder, file: StoreFormat.openingFile, waitingSeconds: 5) : nil
    defer { opening?.release() }
    if canWriteFolder { try FileChecks.prepareLockFile("\(folder)/\(StoreFormat.lockFile)") }
    var raw: OpaquePointer?
    try unsafe Self.check(mdb_env_create(&raw), path: folder)
    guard let environment = unsafe raw else { throw .mapFull }
    do throws(LedgerError) {
      try unsafe Self.check(mdb_env_set_maxdbs(environment, 16), path: folder)
      try unsafe Self.check(mdb_env_set_mapsize(environment, mapBytes), path: folder)
      var flags = UInt32(MDB_NOTLS | MDB_NOSUBDIR)
      if isReadOnly { flags |= UInt32(MDB_RDONLY) }
      if !canWriteFolder { flags |= UInt32(MDB_NOLOCK | MDB_RDONLY) }
      try unsafe Self.check(mdb_env_open(environment, data, flags, 0o600), path: folder)
      var dead: Int32 = 0
      if canWriteFolder {
        try unsafe Self.check(mdb_reader_check(environment, &dead), path: folder)
      }
      staleReaders = Int(dead)
      // Another program may have upgraded it since it was looked at.
      if isUpgraded, try Self.isOlder(folder) { try unsafe Self.keep(environment, of: folder) }
      // Who only reads does so page by page, and never lets LMDB look into a tree.
      tables =
        isReadOnly ? [] : try unsafe Self.openTables(environment, isNew: isNew, path: folder)
    } catch {
      unsafe mdb_env_close(environment)
      throw error
    }
    unsafe self.environment = unsafe environment
    identity = try FileChecks.requireOwnFile(data)
  }

  deinit {
    unsafe mdb_env_close(environment)
    openMark?.release()
    Self.registry.withLock { if $0[identity]?.isOf(self) == true { $0[identity] = nil } }
  }

  private static func openTables(
    _ environment: OpaquePointer,
    isNew: Bool,
    path: String
  ) throws(LedgerError) -> [MDB_dbi] {
    var transaction: OpaquePointer?
    let flags = isNew ? 0 : UInt32(MDB_RDONLY)
    try unsafe check(mdb_txn_begin(environment, nil, flags, &transaction), path: path)
    var handles: [MDB_dbi] = []
    for table in Table.allCases {
      var handle: MDB_dbi = 0
      let status = unsafe mdb_dbi_open(
        transaction,
        table.rawValue,
        isNew ? UInt32(MDB_CREATE) : 0,
        &handle
      )
      guard status == 0 else {
        unsafe mdb_txn_abort(transaction)
        throw status == MDB_NOTFOUND ? .notAStore(path: path) : error(status, path: path)
      }
      handles.append(handle)
    }
    try unsafe check(mdb_txn_commit(transaction), path: path)
    return handles
  }

  // MARK: Transactions

  /// A view of the store as it is now; later writes do not change it.
  public func snapshot() throws(LedgerError) -> Snapshot {
    try requireSameProcess()
    var transaction: OpaquePointer?
    var status = unsafe mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction)
    if status == MDB_READERS_FULL {
      try clearDeadReaders()
      status = unsafe mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction)
    }
    if status == MDB_MAP_RESIZED {
      try unsafe Self.check(mdb_env_set_mapsize(environment, 0), path: path)
      status = unsafe mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction)
    }
    try Self.check(status, path: path)
    guard let transaction = unsafe transaction else { throw .mapFull }
    return unsafe Snapshot(self, transaction, tables)
  }

  /// The same, read page by page with every offset checked, so that damage is an error.
  public func checkedSnapshot() throws(LedgerError) -> StoreReader {
    try StoreReader(self)
  }

  /// The number of the newest commit, of whichever process.
  public func newestCommit() throws(LedgerError) -> Int {
    var info = unsafe MDB_envinfo()
    try unsafe Self.check(mdb_env_info(environment, &info), path: path)
    return unsafe info.me_last_txnid
  }

  /// Runs `body` in one write transaction and commits it: all of it is there afterwards, and
  /// survives a crash, or none of it.
  ///
  /// Waits for another writing process at most so long. If the map is full it grows and `body` runs
  /// again, so `body` must not keep what it did the first time.
  public func write<Result>(
    waitingSeconds: Int = 5,
    _ body: (borrowing WriteTransaction) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    try beginExclusive(waitingSeconds: waitingSeconds)
    defer { endExclusive() }
    return try writeAlone(body)
  }

  /// Keeps other writing processes, and other threads of this one, out until `endExclusive`, so
  /// that what is read stays true until it is written.
  ///
  /// May be nested; waits for other writers at most so long. Each begin has its end, on its thread.
  public func beginExclusive(waitingSeconds: Int = 5) throws(LedgerError) {
    try requireSameProcess()
    let thread = pthread_self()
    guard let ticket = turns.withLock({ $0.ticket(of: thread) }) else { return }
    var triesLeft = waitingSeconds * 1000
    while !turns.withLock({ $0.begin(ticket, thread) }) {
      guard triesLeft > 0 else {
        turns.withLock { $0.giveUp(ticket) }
        throw .busy(path: path)
      }
      triesLeft -= 1
      usleep(1000)
    }
    do throws(LedgerError) {
      let lock = try WriterLock(path, waitingSeconds: waitingSeconds)
      turns.withLock { $0.lock = lock }
    } catch {
      endExclusive()
      throw error
    }
  }

  /// Lets other writers in again.
  public func endExclusive() {
    turns.withLock { $0.end() }
  }

  private func writeAlone<Result>(
    _ body: (borrowing WriteTransaction) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    var growths = 0
    while true {
      do throws(LedgerError) {
        let transaction = try begin()
        let result = try body(transaction)
        try transaction.commit()
        reachLastPage()
        try countCommit()
        return result
      } catch LedgerError.mapFull where growths < 16 {
        growths += 1
        try grow()
      }
    }
  }

  /// Makes the file as long as its pages.
  ///
  /// LMDB does not write those at its end that a transaction took and gave back. A hole takes no
  /// disk; where it fails, readers look at every page. Nobody else makes the file longer meanwhile:
  /// it is this process' turn to write.
  private func reachLastPage() {
    var info = unsafe MDB_envinfo()
    var descriptor: Int32 = -1
    var status = stat()
    guard unsafe mdb_env_info(environment, &info) == 0,
      unsafe mdb_env_get_fd(environment, &descriptor) == 0,
      unsafe fstat(descriptor, &status) == 0
    else { return }
    let length = unsafe (info.me_last_pgno + 1) * StoreReader.pageBytes
    if Int(status.st_size) < length { _ = ftruncate(descriptor, off_t(length)) }
  }

  private func begin() throws(LedgerError) -> WriteTransaction {
    var transaction: OpaquePointer?
    var status = unsafe mdb_txn_begin(environment, nil, 0, &transaction)
    if status == MDB_MAP_RESIZED {
      try unsafe Self.check(mdb_env_set_mapsize(environment, 0), path: path)
      status = unsafe mdb_txn_begin(environment, nil, 0, &transaction)
    }
    try Self.check(status, path: path)
    guard let transaction = unsafe transaction else { throw .mapFull }
    return unsafe WriteTransaction(transaction, tables, path)
  }

  private func grow() throws(LedgerError) {
    var info = unsafe MDB_envinfo()
    try unsafe Self.check(mdb_env_info(environment, &info), path: path)
    try unsafe Self.check(mdb_env_set_mapsize(environment, info.me_mapsize * 2), path: path)
  }

  private func countCommit() throws(LedgerError) {
    let count = commits.add(1, ordering: .relaxed).newValue
    if count.isMultiple(of: 256) { try clearDeadReaders() }
  }

  /// Frees the places of processes that ended while they read.
  private func clearDeadReaders() throws(LedgerError) {
    var dead: Int32 = 0
    try unsafe Self.check(mdb_reader_check(environment, &dead), path: path)
  }

  private func requireSameProcess() throws(LedgerError) {
    guard process == getpid() else { throw .otherProcess }
  }
}
