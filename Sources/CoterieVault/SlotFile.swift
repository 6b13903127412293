internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire
internal import Glibc

/// The side file `slots`: one record of 64 bytes for the secret of each content.
///
/// Record: 24 bytes of nonce, the 32-byte secret crossed with the XChaCha20 stream of the store's
/// key, 8 bytes of a keyed hash over both. 64 divides 512, so no record crosses a sector. Record 0
/// is the header: 24 bytes of text, 8 bytes that name the key. Zeros are an erased secret.
struct SlotFile {
  static let recordBytes = 64
  private static let title = Array("coterie.slots/1".utf8)
  let path: String

  /// What stands in a slot.
  enum Record: Equatable {
    case secret(Digest)
    /// Erased, or never written.
    case empty
    /// The bytes are not what this key sealed.
    case damaged
  }

  // MARK: The file

  /// Makes an empty file under a key, whole or not at all.
  func create(_ key: StoreKey) throws(LedgerError) {
    try FileAccess.replace(path, with: Self.header(key), isWipingOld: true)
  }

  private static func header(_ key: StoreKey) -> [UInt8] {
    let text = title + [UInt8](repeating: 0, count: 24 - title.count) + key.name
    return text + [UInt8](repeating: 0, count: recordBytes - text.count)
  }

  /// Whether the file is there and sealed under this key.
  ///
  /// - Throws: if that cannot be told.
  func isSealed(under key: StoreKey) throws(LedgerError) -> Bool {
    let descriptor: Int32
    do throws(LedgerError) {
      descriptor = try open(O_RDONLY)
    } catch .notFound {
      return false
    }
    defer { close(descriptor) }
    let bytes = try FileAccess.readFully(descriptor, at: 0, Self.recordBytes, path: path)
    return bytes == Self.header(key)
  }

  /// How many records the file has behind its header.
  func count() throws(LedgerError) -> UInt64 {
    let descriptor = try open(O_RDONLY)
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .system(operation: "looking at \(path)", number: errno)
    }
    let records = Int(status.st_size) / Self.recordBytes
    return UInt64(max(1, records) - 1)
  }

  private func open(_ mode: Int32) throws(LedgerError) -> Int32 {
    let descriptor = unsafe Glibc.open(path, mode | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .notFound(path: path) }
      throw errno == ELOOP
        ? .notOwnFile(path: path) : .system(operation: "opening \(path)", number: errno)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notOwnFile(path: path)
    }
    return descriptor
  }

  // MARK: Records

  /// Writes secrets into consecutive slots and syncs once.
  func write(
    _ secrets: [Digest],
    from first: UInt64,
    under key: StoreKey
  ) throws(LedgerError) {
    if secrets.isEmpty { return }
    let descriptor = try open(O_WRONLY)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(secrets.count * Self.recordBytes)
    for secret in secrets { bytes += Self.record(secret, under: key) }
    let place = Int(first) * Self.recordBytes
    try FileAccess.writeFully(descriptor, at: place, bytes, path: path)
    try FileAccess.sync(descriptor, path: path)
  }

  /// The bytes of one record.
  static func record(_ secret: Digest, under key: StoreKey) -> [UInt8] {
    let nonce = Entropy.bytes(Cipher.nonceBytes)
    let sealed = nonce + Cipher.crossed(secret.bytes, nonce: nonce, key: key.slots)
    return sealed + check(sealed, key)
  }

  private static func check(_ sealed: [UInt8], _ key: StoreKey) -> [UInt8] {
    Array(key.slots.derived(.slot, sealed).revealed().prefix(8))
  }

  /// Reads one slot.
  func read(_ number: UInt64, under key: StoreKey) throws(LedgerError) -> Record {
    let descriptor = try open(O_RDONLY)
    defer { close(descriptor) }
    return try read(number, in: descriptor, under: key)
  }

  private func read(
    _ number: UInt64,
    in descriptor: Int32,
    under key: StoreKey
  ) throws(LedgerError) -> Record {
    guard number < UInt64(Int.max / Self.recordBytes) else { return .empty }
    let place = Int(number) * Self.recordBytes
    let bytes = try FileAccess.readFully(descriptor, at: place, Self.recordBytes, path: path)
    if bytes.count < Self.recordBytes || bytes.allSatisfy({ $0 == 0 }) { return .empty }
    let sealed = Array(bytes[..<56])
    guard Self.check(sealed, key) == Array(bytes[56...]) else { return .damaged }
    let nonce = Array(sealed[..<24])
    let secret = Cipher.crossed(Array(sealed[24...]), nonce: nonce, key: key.slots)
    return Digest(secret).map { .secret($0) } ?? .damaged
  }

  /// Overwrites slots with zeros and syncs: the secrets in them are gone from the file.
  func erase(_ numbers: [UInt64]) throws(LedgerError) {
    if numbers.isEmpty { return }
    let descriptor = try open(O_RDWR)
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .system(operation: "looking at \(path)", number: errno)
    }
    let zeros = [UInt8](repeating: 0, count: Self.recordBytes)
    for number in numbers where number > 0 {
      let place = Int(clamping: number) &* Self.recordBytes
      guard place < Int(status.st_size) else { continue }
      try FileAccess.writeFully(descriptor, at: place, zeros, path: path)
    }
    try FileAccess.sync(descriptor, path: path)
  }

  /// Writes a copy of the live slots, sealed under another key, in which every slot keeps its
  /// number.
  ///
  /// O(slots).
  func resealed(
    under old: StoreKey,
    as new: StoreKey,
    to copyPath: String
  ) throws(LedgerError) {
    let descriptor = try open(O_RDONLY)
    defer { close(descriptor) }
    let last = try count()
    var bytes = Self.header(new)
    bytes.reserveCapacity(Int(last + 1) * Self.recordBytes)
    for number in stride(from: UInt64(1), through: last, by: 1) {
      if case .secret(let secret) = try read(number, in: descriptor, under: old) {
        bytes += Self.record(secret, under: new)
      } else {
        bytes += [UInt8](repeating: 0, count: Self.recordBytes)
      }
    }
    try FileAccess.replace(copyPath, with: bytes, isWipingOld: true)
  }
}
