internal import Glibc

/// The file outside all stores that says which stores are this user's own.
///
/// One line a store: its id in hex, device and inode of its data file, its path. Only stores that
/// stand there are opened by LMDB, which trusts what it reads.
public struct Keyring: Sendable {
  /// Where the keyring lies.
  public let path: String

  /// Takes the path; the file need not be there yet.
  public init(path: String) {
    self.path = path
  }

  /// Whether a store is this user's own: its id, and the very file that was entered.
  public func knows(_ store: String) -> Bool {
    guard let line = try? line(for: store) else { return false }
    return lines().contains { $0.hasPrefix(line + " ") }
  }

  /// Enters a store.
  public func add(_ store: String) throws(LedgerError) {
    let entry = try line(for: store) + " " + store
    let kept = lines().filter { !$0.isEmpty && $0 != entry }
    let text = (kept + [entry]).joined(separator: "\n") + "\n"
    try makeFolders(FileChecks.parent(of: path))
    let beside = "\(path).\(getpid()).partial"
    let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileChecks.failure("writing \(beside)", path) }
    let bytes = Array(text.utf8)
    let written = unsafe bytes.withUnsafeBytes {
      unsafe write(descriptor, $0.baseAddress, $0.count)
    }
    let isSynced = written == bytes.count && fsync(descriptor) == 0
    close(descriptor)
    guard isSynced, unsafe rename(beside, path) == 0 else {
      throw FileChecks.failure("writing \(path)", path)
    }
  }

  private func line(for store: String) throws(LedgerError) -> String {
    let data = "\(store)/\(StoreFormat.dataFile)"
    let identity = try FileChecks.requireOwnFile(data)
    let reader = try StoreReader(store)
    guard let id = try reader.value(.meta, Array("store".utf8)) else {
      throw .notAStore(path: store)
    }
    let hex = id.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return "\(hex.joined()) \(identity.device) \(identity.inode)"
  }

  private func lines() -> [String] {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 16 << 20 {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  private func makeFolders(_ folder: String) throws(LedgerError) {
    if FileChecks.exists(folder) || folder == "." || folder == "/" { return }
    try makeFolders(FileChecks.parent(of: folder))
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw FileChecks.failure("creating \(folder)", folder)
    }
  }

  /// Opens a store to be read: by LMDB if it is known, else by the bounds-checked reader.
  public func source(_ store: String) throws(LedgerError) -> any LedgerSource {
    guard knows(store) else {
      let reader = try StoreReader(store)
      try reader.checkFormat(path: store)
      return reader
    }
    return try Ledger.open(store, isReadOnly: true).snapshot()
  }
}
