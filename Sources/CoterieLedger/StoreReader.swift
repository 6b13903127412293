internal import CoterieWire
internal import Glibc

/// Reads a store that is not trusted: the LMDB 0.9 file format, with every offset checked.
///
/// `pread` into bounded buffers: no map, no locks, no writes, no links followed. Each page is
/// visited at most once in a scan, so damage can neither loop nor blow up memory.
public final class StoreReader: LedgerSource {
  static let pageBytes = 4096
  static let headerBytes = 16
  /// Entries of one page: each has a slot of two bytes and a head of eight.
  private static let entriesOfPageMax = UInt64((pageBytes - headerBytes) / 10)

  /// The flags of a tree that say how its keys and values are ordered.
  private static let treeFlags: UInt16 = 0x7e
  /// The flag of a tree whose keys are numbers: that of the pages that are free.
  private static let integerKeys: UInt16 = 0x08

  /// Keeps LMDB from using the pages again while this lives; nil for a store of others.
  ///
  /// It is asked for nothing else: LMDB trusts what stands in its file.
  private let pin: Snapshot?
  let descriptor: Int32
  let pageCount: UInt64
  let path: String
  private(set) var roots: [Table: Tree] = [:]
  /// The tree of tables, and that of free pages, from which LMDB takes new ones.
  private(set) var main: Tree?
  private(set) var freePages: Tree?
  /// The last page that the newest transaction knows; LMDB follows no number beyond.
  private(set) var lastPage: UInt64

  struct Tree {
    var flags: UInt16
    var root: UInt64
    var depth: UInt16
    var entries: UInt64
  }

  struct Page {
    var number: UInt64
    var bytes: [UInt8]
    var flags: UInt16
    var nodes: [Int]

    var isBranch: Bool { flags & 0x01 != 0 }
  }

  /// What a walk has seen, and may still read: pages that stand behind each other in many places
  /// must not cost more than the file has.
  struct Visits {
    var pages: Set<UInt64> = []
    var overflowPagesLeft: UInt64
    var stretch = Stretch()
  }

  /// Opens a store's folder, or its `log.mdb` itself.
  public convenience init(_ path: String) throws(LedgerError) {
    try self.init(path, pin: nil)
  }

  /// Reads a store of this user as it is now.
  convenience init(_ ledger: Ledger) throws(LedgerError) {
    // What is found is at least as new as what is kept, so none of it is used again.
    try self.init(ledger.path, pin: try ledger.snapshot())
    try checkFormat(path: ledger.path)
  }

  private convenience init(_ path: String, pin: Snapshot?) throws(LedgerError) {
    try self.init(file: path, pin: pin)
    // While others write, pages may be used again between two reads: what is damaged stays so.
    for _ in 0..<4 {
      if (try? readRoots()) != nil { return }
      usleep(1000)
    }
    try readRoots()
  }

  private init(file path: String, pin: Snapshot? = nil) throws(LedgerError) {
    self.path = path
    self.pin = pin
    var status = stat()
    let isFolder = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    let file = isFolder ? "\(path)/\(StoreFormat.dataFile)" : path
    descriptor = unsafe open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      switch errno {
      case ELOOP: throw .notOwnFile(path: file)
      case ENOENT, ENOTDIR: throw .notFound(path: file)
      default: throw FileChecks.failure("opening \(file)", file)
      }
    }
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      (pageCount, lastPage) = (0, 0)
      throw .notOwnFile(path: file)
    }
    pageCount = UInt64(max(0, status.st_size)) / UInt64(Self.pageBytes)
    lastPage = pageCount
  }

  /// Whether others may write while this reads.
  public var isPinned: Bool { pin != nil }

  /// The number of the commit whose pages are kept for this; 0 for a store of others.
  public var commit: Int { pin?.number ?? 0 }

  /// Hands over the entries of every leaf page in a file that can be read, whatever became of the
  /// rest: in no order, of all tables, with some that were deleted or replaced.
  ///
  /// What comes must be verified by the caller. O(pages).
  ///
  /// - Returns: how many pages the disk did not give.
  public static func entries(
    ofDamaged path: String,
    _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void
  ) throws(LedgerError) -> Int {
    let reader = try StoreReader(file: path)
    var unreadable = 0
    var visited = Visits(overflowPagesLeft: reader.pageCount.multipliedReportingOverflow(by: 32).0)
    for number in stride(from: UInt64(2), to: reader.pageCount, by: 1) {
      let page: Page
      do throws(LedgerError) {
        page = try reader.page(number, &visited.stretch)
      } catch {
        if case .system = error { unreadable += 1 }
        continue
      }
      for node in page.isBranch ? [] : page.nodes {
        // Old pages may name the same overflow pages as newer ones, with other sizes.
        visited.pages = []
        guard let key = try? reader.key(page, node) else { continue }
        try? reader.withValue(page, node, &visited) { value in
          body(page.bytes.span.copy(of: key), value.copy(of: 0..<value.count))
        }
      }
    }
    return unreadable
  }

  deinit {
    close(descriptor)
  }

  // MARK: Meta pages and tables

  private func readRoots() throws(LedgerError) {
    var newest: Meta?
    for number in 0..<UInt64(2) {
      guard let meta = try meta(number) else { continue }
      if let known = newest, known.transaction >= meta.transaction { continue }
      newest = meta
    }
    guard let newest else { throw .notAStore(path: path) }
    lastPage = newest.last
    guard newest.main.flags == 0, newest.free.flags == Self.integerKeys else {
      throw .damaged(page: newest.transaction & 1, problem: "tables of another kind")
    }
    (main, freePages) = (newest.main, newest.free)
    var found: [Table: Tree] = [:]
    var fault: LedgerError?
    var visited = Visits(overflowPagesLeft: pageCount)
    try walk(newest.main, from: [], holds: 0x02, &visited) { key, value, flags in
      let name = String(decoding: key.copy(of: 0..<key.count), as: UTF8.self)
      guard let table = Table(rawValue: name), flags & 0x02 != 0 else { return true }
      guard value.count == 48 else {
        fault = .damaged(page: newest.main.root, problem: "a table record of another length")
        return false
      }
      let tree = Self.tree(value.copy(of: 0..<value.count), at: 0)
      guard tree.flags == 0 else {
        fault = .damaged(page: newest.main.root, problem: "a table of another kind")
        return false
      }
      found[table] = tree
      return true
    }
    if let fault { throw fault }
    roots = found
    guard found[.meta] != nil else { throw .notAStore(path: path) }
    if newest.last >= pageCount { try checkEnd(newest.last) }
  }

  /// LMDB does not write pages that a transaction took and gave back: the file may end before its
  /// last page, if none that is in use lies beyond.
  ///
  /// O(pages).
  private func checkEnd(_ last: UInt64) throws(LedgerError) {
    do throws(LedgerError) {
      try checkPages { _, _ in }
    } catch {
      throw .damaged(page: last, problem: "the file ends before its last page")
    }
  }

  private struct Meta {
    var transaction: UInt64
    var free: Tree
    var main: Tree
    var last: UInt64
  }

  private func meta(_ number: UInt64) throws(LedgerError) -> Meta? {
    guard number < pageCount else { return nil }
    let bytes = try read(number, pages: 1)
    guard little(bytes, 10, 2) & 0x08 != 0, little(bytes, 16, 4) == 0xbeef_c0de,
      little(bytes, 20, 4) == 1, little(bytes, 40, 4) == UInt64(Self.pageBytes)
    else { return nil }
    var free = Self.tree(bytes, at: 40)
    // The flags of the environment stand beside those of this tree.
    free.flags &= Self.treeFlags
    return Meta(
      transaction: little(bytes, 40 + 96 + 8, 8),
      free: free,
      main: Self.tree(bytes, at: 40 + 48),
      last: little(bytes, 40 + 96, 8)
    )
  }

  private static func tree(_ bytes: [UInt8], at offset: Int) -> Tree {
    Tree(
      flags: UInt16(truncatingIfNeeded: little(bytes, offset + 4, 2)),
      root: little(bytes, offset + 40, 8),
      depth: UInt16(truncatingIfNeeded: little(bytes, offset + 6, 2)),
      entries: little(bytes, offset + 32, 8)
    )
  }

  // MARK: Reading

  /// Whether the store has every table of the current format.
  var hasAllTables: Bool {
    Table.allCases.allSatisfy { roots[$0] != nil }
  }

  /// How many entries a table claims to have, but never more than its file has room for.
  public func count(_ table: Table) throws(LedgerError) -> Int {
    Int(clamping: min(roots[table]?.entries ?? 0, pageCount * Self.entriesOfPageMax))
  }

  /// The value of a key.
  public func value(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> [UInt8]? {
    guard let tree = roots[table] else { return nil }
    var found: [UInt8]?
    try walk(tree, from: key) { candidate, value, _ in
      if candidate.count == key.count, candidate.starts(with: key) {
        found = value.copy(of: 0..<value.count)
      }
      return false
    }
    return found
  }

  /// Hands over entries in order; see `LedgerSource`.
  public func scan(
    _ table: Table,
    prefix: [UInt8],
    from start: [UInt8]?,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) throws(LedgerError) {
    guard let tree = roots[table] else { return }
    try walk(tree, from: start ?? prefix) { key, value, _ in
      key.starts(with: prefix) && body(key, value)
    }
  }

  /// Visits entries from a key on, in order; each page once; stops at damage with its page.
  func walk(
    _ tree: Tree,
    from start: [UInt8],
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ flags: UInt16) -> Bool
  ) throws(LedgerError) {
    var visited = Visits(overflowPagesLeft: pageCount)
    try walk(tree, from: start, holds: 0, &visited, body)
  }

  /// The same, for nodes that may have more flags than that of overflow pages, and beside other
  /// trees that must not share a page with this one.
  func walk(
    _ tree: Tree,
    from start: [UInt8],
    holds: UInt16,
    _ visited: inout Visits,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ flags: UInt16) -> Bool
  ) throws(LedgerError) {
    if tree.root == .max { return }
    var branches: [(page: Page, next: Int)] = []
    var keys = KeyOrder(isOfNumbers: tree.flags == Self.integerKeys, start: start)
    var next = tree.root
    while true {
      let page = try enter(next, depth: branches.count, &visited)
      if page.isBranch {
        branches.append((page, try firstChild(page, start)))
      } else if try !visit(page, &keys, holds: holds, &visited, body) {
        return
      }
      while let branch = branches.last, branch.next == branch.page.nodes.count {
        branches.removeLast()
      }
      guard let branch = branches.last else { return }
      branches[branches.count - 1].next += 1
      next = child(branch.page, branch.page.nodes[branch.next])
    }
  }

  /// Visits the entries of a leaf; answers whether the body wants more.
  private func visit(
    _ page: Page,
    _ keys: inout KeyOrder,
    holds: UInt16,
    _ visited: inout Visits,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ flags: UInt16) -> Bool
  ) throws(LedgerError) -> Bool {
    var last: Range<Int>?
    for node in page.nodes {
      let place = try self.key(page, node)
      let key = page.bytes.span.extracting(place)
      if last == nil, keys.isBeforeStart(key) { continue }
      let isOrdered =
        if let last { keys.isOrdered(page.bytes.span.extracting(last), before: key) } else {
          keys.isOrdered(before: key)
        }
      guard isOrdered else {
        throw .damaged(page: page.number, problem: "keys are out of order")
      }
      last = place
      let flags = UInt16(truncatingIfNeeded: Self.little(page.bytes, node + 4, 2))
      guard flags & ~(holds | 0x01) == 0 else {
        throw .damaged(page: page.number, problem: "an entry of another kind")
      }
      let goesOn = try withValue(page, node, &visited) { body(key, $0, flags) }
      if !goesOn { return false }
    }
    if let last { keys.last = page.bytes.span.copy(of: last) }
    return true
  }

  /// The order in which the keys of a tree must stand, from page to page.
  private struct KeyOrder {
    let isOfNumbers: Bool
    let start: [UInt8]
    /// The last key of the pages before; nil before the first.
    var last: [UInt8]?

    /// Whether no entry was reached yet, and this one is not wanted.
    func isBeforeStart(_ key: Span<UInt8>) -> Bool {
      last == nil && key.isOrdered(before: start.span)
    }

    func isOrdered(before key: Span<UInt8>) -> Bool {
      last.map { isOrdered($0.span, before: key) } ?? true
    }

    func isOrdered(_ one: Span<UInt8>, before other: Span<UInt8>) -> Bool {
      guard isOfNumbers else { return one.isOrdered(before: other) }
      return one.count == 8 && other.count == 8
        && StoreReader.little(one, 0, 8) < StoreReader.little(other, 0, 8)
    }
  }

  private func enter(
    _ number: UInt64,
    depth: Int,
    _ visited: inout Visits
  ) throws(LedgerError) -> Page {
    guard depth < 32 else { throw .damaged(page: number, problem: "the tree is too deep") }
    guard visited.pages.insert(number).inserted else {
      throw .damaged(page: number, problem: "a page stands in the tree twice")
    }
    return try page(number, &visited.stretch)
  }

  /// The child to start in: the last whose key is not above the start.
  private func firstChild(_ page: Page, _ start: [UInt8]) throws(LedgerError) -> Int {
    var first = 0
    for place in page.nodes.indices.dropFirst() {
      let key = page.bytes.span.extracting(try self.key(page, page.nodes[place]))
      if start.span.isOrdered(before: key) { break }
      first = place
    }
    return first
  }
}
