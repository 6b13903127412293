internal import Glibc

/// The file outside all stores that says which stores are this user's own, and under which key
/// each of them is sealed.
///
/// One line a store, of `name=value` fields; the path stands last. Only stores that stand there
/// are opened by LMDB, which trusts what it reads. Mode 0600; replaced as a whole, and the replaced
/// file is overwritten, so that a key that was changed is gone. A keyring that is there and cannot
/// be read is an error, never taken for an empty one: it would be replaced by one without its keys.
/// A line of it that cannot be read is kept as it is, and is an error for the store that it tells
/// of.
public struct Keyring: Sendable {
  /// What is known of one store.
  public struct Entry: Equatable, Sendable {
    /// The store's id in hex.
    public var store: String
    /// Device of its data file.
    public var device: UInt64
    /// Inodes that its data file may have: two while it is being compacted.
    public var inodes: [UInt64]
    /// The store's key, or what its key is locked with; empty before it has one.
    public var lock = WipedBytes([])
    /// How often a wrong passphrase was tried since the right one, and when last, in seconds.
    public var wrongTries: (count: UInt64, last: UInt64) = (0, 0)
    /// Where the store was when it was entered.
    public var path: String

    /// Compares all fields.
    public static func == (left: Entry, right: Entry) -> Bool {
      left.store == right.store && left.device == right.device && left.inodes == right.inodes
        && left.lock == right.lock && left.wrongTries == right.wrongTries
        && left.path == right.path
    }
  }

  /// Where the keyring lies.
  public let path: String
  private static let bytesMax = 16 << 20
  private let waitingSeconds: Int

  /// Takes the path; the file need not be there yet.
  ///
  /// Who changes it waits for another program that does at most so long.
  public init(path: String, waitingSeconds: Int = 5) {
    self.path = path
    self.waitingSeconds = waitingSeconds
  }

  /// Whether a store is this user's own: its id, and the very file that was entered.
  ///
  /// - Throws: if that cannot be told.
  public func knows(_ store: String) throws(LedgerError) -> Bool {
    do throws(LedgerError) {
      return try entry(for: store) != nil
    } catch .notFound, .notOwnFile {
      return false
    }
  }

  /// What is known of a store; nil if it is not this user's own.
  public func entry(for store: String) throws(LedgerError) -> Entry? {
    let file = try FileChecks.requireOwnFile("\(store)/\(StoreFormat.dataFile)")
    let lines = try lines()
    let known = lines.entries.filter {
      $0.device == file.device && $0.inodes.contains(file.inode)
    }
    // Of a damaged store the id cannot be read; the file is the one that was entered all the same.
    guard let found = try? identity(of: store) else { return known.first }
    if let entry = known.first(where: { $0.isFor(found) }) { return entry }
    if let number = lines.unreadable(of: found.store) {
      throw .unreadableLine(keyring: path, number: number)
    }
    return nil
  }

  /// Enters a store with its lock; it is to stand at `path` later if that is given.
  public func add(
    _ store: String,
    movingTo path: String? = nil,
    lock: WipedBytes = WipedBytes([])
  ) throws(LedgerError) {
    var entry = try identity(of: store)
    entry.path = path ?? store
    entry.lock = lock
    let found = entry
    try change { entries throws(LedgerError) in
      entries.removeAll { $0.isFor(found) }
      entries.append(found)
    }
  }

  /// Changes what is known of a store, or nothing if `body` throws.
  ///
  /// - Throws: `.notFound` if the keyring does not know it.
  public func update(
    _ store: String,
    _ body: (inout Entry) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    let found = try identity(of: store)
    try change { entries throws(LedgerError) in
      guard let place = entries.firstIndex(where: { $0.isFor(found) }) else {
        throw .notFound(path: store)
      }
      try body(&entries[place])
    }
  }

  /// Opens a store to be read by the bounds-checked reader; if it is known, with LMDB's help, so
  /// that others may write to it meanwhile.
  public func source(_ store: String) throws(LedgerError) -> StoreReader {
    guard try knows(store) else {
      let reader = try StoreReader(store)
      try reader.checkFormat(path: store)
      return reader
    }
    do throws(LedgerError) {
      return try Ledger.open(store, isReadOnly: true).checkedSnapshot()
    } catch .olderFormat {
      return try StoreReader(store)
    }
  }

  private func identity(of store: String) throws(LedgerError) -> Entry {
    let data = "\(store)/\(StoreFormat.dataFile)"
    let identity = try FileChecks.requireOwnFile(data)
    let reader = try StoreReader(store)
    guard let id = try reader.value(.meta, Array("store".utf8)) else {
      throw .notAStore(path: store)
    }
    let hex = id.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    return Entry(store: hex, device: identity.device, inodes: [identity.inode], path: store)
  }

  // MARK: The file

  private struct Lines {
    var entries: [Entry] = []
    var unreadable: [(number: Int, bytes: WipedBytes)] = []

    /// The number of a line that cannot be read and names a store.
    func unreadable(of store: String) -> Int? {
      unreadable.first { $0.bytes.contains(Array(store.utf8)) }?.number
    }
  }

  private func lines() throws(LedgerError) -> Lines {
    guard var bytes = try FileAccess.contents(path, limit: Self.bytesMax) else {
      if try FileAccess.isThere(path) { throw .notAKeyring(path: path) }
      return Lines()
    }
    defer { FileAccess.wipe(&bytes) }
    var lines = Lines()
    for (place, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      if let entry = Entry(line: line) {
        lines.entries.append(entry)
      } else {
        lines.unreadable.append((place + 1, WipedBytes(line)))
      }
    }
    return lines
  }

  private func change(
    _ body: (inout [Entry]) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    try makeFolders(FileChecks.parent(of: path))
    let lock = try WriterLock(at: "\(path).lock", of: path, waitingSeconds: waitingSeconds)
    defer { lock.release() }
    var lines = try lines()
    try body(&lines.entries)
    var bytes: [UInt8] = []
    // Enough for all, for what grows leaves a copy behind.
    bytes.reserveCapacity(
      lines.entries.reduce(0) { $0 + $1.lineBytesMax }
        + lines.unreadable.reduce(0) { $0 + $1.bytes.count + 1 }
    )
    defer { FileAccess.wipe(&bytes) }
    for entry in lines.entries { entry.write(to: &bytes) }
    for line in lines.unreadable {
      bytes.append(contentsOf: line.bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    try FileAccess.replace(path, with: bytes, isWipingOld: true)
  }

  private func makeFolders(_ folder: String) throws(LedgerError) {
    if folder == "." || folder == "/" { return }
    if try FileAccess.isThere(folder) { return }
    try makeFolders(FileChecks.parent(of: folder))
    try FileAccess.makeFolder(folder)
  }
}

extension Keyring.Entry {
  fileprivate func isFor(_ other: Keyring.Entry) -> Bool {
    store == other.store && device == other.device
      && other.inodes.allSatisfy { inodes.contains($0) }
  }

  private var head: String {
    let inodes = inodes.map(String.init).joined(separator: ",")
    return "store=\(store) device=\(device) inode=\(inodes) lock="
  }

  private var tail: String {
    " tries=\(wrongTries.count),\(wrongTries.last) path=\(path)\n"
  }

  fileprivate var lineBytesMax: Int { head.utf8.count + lock.count + tail.utf8.count }

  fileprivate func write(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: head.utf8)
    bytes.append(contentsOf: lock)
    bytes.append(contentsOf: tail.utf8)
  }

  fileprivate init?(line: ArraySlice<UInt8>) {
    var fields: [String: ArraySlice<UInt8>] = [:]
    var rest = line
    for name in ["store", "device", "inode", "lock", "tries"] {
      guard let end = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
      let field = rest[..<end]
      let head = Array("\(name)=".utf8)
      guard field.starts(with: head) else { return nil }
      fields[name] = field.dropFirst(head.count)
      rest = rest[(end + 1)...]
    }
    let head = Array("path=".utf8)
    func numbers(_ name: String) -> [UInt64] {
      let words = (fields[name] ?? []).split(
        separator: UInt8(ascii: ","),
        omittingEmptySubsequences: false
      )
      let numbers = words.compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
      return numbers.count == words.count ? numbers : []
    }
    let tries = numbers("tries")
    let devices = numbers("device")
    guard rest.starts(with: head), devices.count == 1, tries.count == 2,
      !numbers("inode").isEmpty
    else { return nil }
    store = String(decoding: fields["store"] ?? [], as: UTF8.self)
    device = devices[0]
    inodes = numbers("inode")
    lock = WipedBytes(fields["lock"] ?? [])
    wrongTries = (tries[0], tries[1])
    path = String(decoding: rest.dropFirst(head.count), as: UTF8.self)
  }
}
