internal import CoterieWire
internal import Glibc

/// Reads a store that is not trusted: the LMDB 0.9 file format, with every offset checked.
///
/// `pread` into bounded buffers: no map, no locks, no writes, no links followed. Each page is
/// visited at most once in a scan, so damage can neither loop nor blow up memory.
public final class StoreReader: LedgerSource {
  private static let pageBytes = 4096
  private static let headerBytes = 16
  private static let valueBytesMax = 2 << 20
  /// Entries of one page: each has a slot of two bytes and a head of eight.
  private static let entriesOfPageMax = UInt64((pageBytes - headerBytes) / 10)

  private let descriptor: Int32
  private let pageCount: UInt64
  private let path: String
  private var roots: [Table: Tree] = [:]

  private struct Tree {
    var root: UInt64
    var depth: UInt16
    var entries: UInt64
  }

  private struct Page {
    var number: UInt64
    var bytes: [UInt8]
    var flags: UInt16
    var nodes: [Int]

    var isBranch: Bool { flags & 0x01 != 0 }
  }

  /// What a walk has seen, and may still read: pages that stand behind each other in many places
  /// must not cost more than the file has.
  private struct Visits {
    var pages: Set<UInt64> = []
    var overflowPagesLeft: UInt64
  }

  /// Opens a store's folder, or its `log.mdb` itself.
  public convenience init(_ path: String) throws(LedgerError) {
    try self.init(file: path)
    // While others write, pages may be used again between two reads: what is damaged stays so.
    for _ in 0..<4 {
      if (try? readRoots()) != nil { return }
      usleep(1000)
    }
    try readRoots()
  }

  private init(file path: String) throws(LedgerError) {
    self.path = path
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
      pageCount = 0
      throw .notOwnFile(path: file)
    }
    pageCount = UInt64(max(0, status.st_size)) / UInt64(Self.pageBytes)
  }

  /// Hands over the entries of every leaf page in a file that can be read, whatever became of the
  /// rest: in no order, of all tables, with some that were deleted or replaced.
  ///
  /// What comes must be verified by the caller. O(pages).
  public static func entries(
    ofDamaged path: String,
    _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void
  ) throws(LedgerError) {
    let reader = try StoreReader(file: path)
    var visited = Visits(overflowPagesLeft: reader.pageCount.multipliedReportingOverflow(by: 32).0)
    for number in stride(from: UInt64(2), to: reader.pageCount, by: 1) {
      guard let page = try? reader.page(number), !page.isBranch else { continue }
      for node in page.nodes {
        // Old pages may name the same overflow pages as newer ones, with other sizes.
        visited.pages = []
        guard let key = try? reader.key(page, node) else { continue }
        try? reader.withValue(page, node, &visited) { value in
          body(page.bytes.span.copy(of: key), value.copy(of: 0..<value.count))
        }
      }
    }
  }

  deinit {
    close(descriptor)
  }

  // MARK: Meta pages and tables

  private func readRoots() throws(LedgerError) {
    var newest: (transaction: UInt64, main: Tree, last: UInt64)?
    for number in 0..<UInt64(2) {
      guard let meta = try meta(number) else { continue }
      if let known = newest, known.transaction >= meta.transaction { continue }
      newest = meta
    }
    guard let newest else { throw .notAStore(path: path) }
    guard newest.last < pageCount else {
      throw .damaged(page: newest.last, problem: "the file ends before its last page")
    }
    var found: [Table: Tree] = [:]
    var fault: LedgerError?
    try walk(newest.main, from: []) { key, value, flags in
      let name = String(decoding: key.copy(of: 0..<key.count), as: UTF8.self)
      guard let table = Table(rawValue: name), flags & 0x02 != 0 else { return true }
      guard value.count == 48 else {
        fault = .damaged(page: newest.main.root, problem: "a table record of another length")
        return false
      }
      found[table] = Self.tree(value.copy(of: 0..<value.count), at: 0)
      return true
    }
    if let fault { throw fault }
    roots = found
    guard found[.meta] != nil else { throw .notAStore(path: path) }
  }

  private func meta(
    _ number: UInt64
  ) throws(LedgerError) -> (transaction: UInt64, main: Tree, last: UInt64)? {
    guard number < pageCount else { return nil }
    let bytes = try read(number, pages: 1)
    guard little(bytes, 10, 2) & 0x08 != 0, little(bytes, 16, 4) == 0xbeef_c0de,
      little(bytes, 20, 4) == 1, little(bytes, 40, 4) == UInt64(Self.pageBytes)
    else { return nil }
    let main = Self.tree(bytes, at: 40 + 48)
    return (little(bytes, 40 + 96 + 8, 8), main, little(bytes, 40 + 96, 8))
  }

  private static func tree(_ bytes: [UInt8], at offset: Int) -> Tree {
    Tree(
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
  private func walk(
    _ tree: Tree,
    from start: [UInt8],
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ flags: UInt16) -> Bool
  ) throws(LedgerError) {
    if tree.root == .max { return }
    var visited = Visits(overflowPagesLeft: pageCount)
    var stack: [(page: Page, next: Int)] = []
    var (last, isFirst) = ([UInt8](), true)
    try descend(to: tree.root, &stack, &visited, start)
    while let (page, next) = stack.last {
      guard next < page.nodes.count else {
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next = next + 1
      let node = page.nodes[next]
      if page.isBranch {
        try descend(to: child(page, node), &stack, &visited, start)
        continue
      }
      let key = page.bytes.span.extracting(try self.key(page, node))
      if key.isOrdered(before: start.span) { continue }
      if !isFirst, !last.span.isOrdered(before: key) {
        throw .damaged(page: page.number, problem: "keys are out of order")
      }
      isFirst = false
      last.removeAll(keepingCapacity: true)
      last.append(key)
      let flags = UInt16(truncatingIfNeeded: Self.little(page.bytes, node + 4, 2))
      let goesOn = try withValue(page, node, &visited) { body(key, $0, flags) }
      if !goesOn { return }
    }
  }

  private func descend(
    to number: UInt64,
    _ stack: inout [(page: Page, next: Int)],
    _ visited: inout Visits,
    _ start: [UInt8]
  ) throws(LedgerError) {
    guard stack.count < 32 else { throw .damaged(page: number, problem: "the tree is too deep") }
    guard visited.pages.insert(number).inserted else {
      throw .damaged(page: number, problem: "a page stands in the tree twice")
    }
    let page = try self.page(number)
    var first = 0
    if page.isBranch {
      // The child to start in is the last whose key is not above the start.
      for place in page.nodes.indices.dropFirst() {
        let key = page.bytes.span.extracting(try self.key(page, page.nodes[place]))
        if start.span.isOrdered(before: key) { break }
        first = place
      }
    }
    stack.append((page, first))
  }

  private func page(_ number: UInt64) throws(LedgerError) -> Page {
    guard number < pageCount, number > 1 else {
      throw .damaged(page: number, problem: "a page number outside the file")
    }
    let bytes = try read(number, pages: 1)
    let flags = UInt16(truncatingIfNeeded: Self.little(bytes, 10, 2))
    guard Self.little(bytes, 0, 8) == number, flags == 0x01 || flags == 0x02 else {
      throw .damaged(page: number, problem: "not a branch or leaf page")
    }
    let lower = Int(Self.little(bytes, 12, 2))
    let upper = Int(Self.little(bytes, 14, 2))
    guard lower >= Self.headerBytes, lower.isMultiple(of: 2), lower <= upper,
      upper <= Self.pageBytes
    else { throw .damaged(page: number, problem: "free space outside the page") }
    var nodes: [Int] = []
    for slot in stride(from: Self.headerBytes, to: lower, by: 2) {
      let node = Int(Self.little(bytes, slot, 2))
      guard node >= upper, node + 8 <= Self.pageBytes else {
        throw .damaged(page: number, problem: "a node outside the page")
      }
      nodes.append(node)
    }
    return Page(number: number, bytes: bytes, flags: flags, nodes: nodes)
  }

  /// Where the key of a node stands in its page.
  private func key(_ page: Page, _ node: Int) throws(LedgerError) -> Range<Int> {
    let size = Int(Self.little(page.bytes, node + 6, 2))
    guard node + 8 + size <= Self.pageBytes else {
      throw .damaged(page: page.number, problem: "a key that leaves the page")
    }
    return (node + 8)..<(node + 8 + size)
  }

  private func child(_ page: Page, _ node: Int) -> UInt64 {
    Self.little(page.bytes, node, 2) | Self.little(page.bytes, node + 2, 2) << 16
      | Self.little(page.bytes, node + 4, 2) << 32
  }

  /// Hands over the value of a node, from its page or from the overflow pages that it names.
  private func withValue<Result>(
    _ page: Page,
    _ node: Int,
    _ visited: inout Visits,
    _ body: (Span<UInt8>) -> Result
  ) throws(LedgerError) -> Result {
    let size = Int(Self.little(page.bytes, node, 2) | Self.little(page.bytes, node + 2, 2) << 16)
    let flags = Self.little(page.bytes, node + 4, 2)
    let start = node + 8 + Int(Self.little(page.bytes, node + 6, 2))
    if flags & 0x01 == 0 {
      guard start + size <= Self.pageBytes else {
        throw .damaged(page: page.number, problem: "a value that leaves the page")
      }
      return body(page.bytes.span.extracting(start..<(start + size)))
    }
    guard size <= Self.valueBytesMax, start + 8 <= Self.pageBytes else {
      throw .damaged(page: page.number, problem: "a value larger than any")
    }
    let value = try overflow(Self.little(page.bytes, start, 8), size: size, &visited)
    return body(value.span)
  }

  private func overflow(
    _ number: UInt64,
    size: Int,
    _ visited: inout Visits
  ) throws(LedgerError) -> [UInt8] {
    let pages = (Self.headerBytes + size + Self.pageBytes - 1) / Self.pageBytes
    guard number > 1, number < pageCount, UInt64(pages) <= pageCount - number,
      UInt64(pages) <= visited.overflowPagesLeft, visited.pages.insert(number).inserted
    else { throw .damaged(page: number, problem: "overflow pages outside the file") }
    visited.overflowPagesLeft -= UInt64(pages)
    let bytes = try read(number, pages: pages)
    guard Self.little(bytes, 0, 8) == number, Self.little(bytes, 10, 2) == 0x04,
      Self.little(bytes, 12, 4) >= UInt64(pages)
    else { throw .damaged(page: number, problem: "not the overflow pages of this value") }
    return Array(bytes[Self.headerBytes..<(Self.headerBytes + size)])
  }

  private func read(_ number: UInt64, pages: Int) throws(LedgerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: pages * Self.pageBytes)
    let count = bytes.count
    var done = 0
    while done < count {
      let read = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + done },
          count - done,
          Int(number) * Self.pageBytes + done
        )
      }
      if read > 0 {
        done += read
      } else if read == 0 {
        throw .damaged(page: number, problem: "the file became shorter")
      } else if errno != EINTR {
        throw .system(operation: "reading \(path)", number: errno)
      }
    }
    return bytes
  }

  private func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    Self.little(bytes, offset, count)
  }

  /// A little-endian number; every caller's offsets lie within one page.
  private static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + place]) }
    return value
  }
}
