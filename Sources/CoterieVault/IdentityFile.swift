internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire

/// The file `identity`: all private keys of a store, sealed under the store's key.
///
/// 24 bytes of text, 8 bytes that name the key, then records of a fixed size, sealed together.
/// Replaced as a whole; the replaced file is overwritten, so that keys that were dropped are gone.
struct IdentityFile {
  private static let title = Array("coterie.identity/1".utf8)
  private static let headerBytes = 32
  private static let bytesMax = 64 << 20
  let path: String

  private static func header(_ key: StoreKey) -> [UInt8] {
    title + [UInt8](repeating: 0, count: 24 - title.count) + key.name
  }

  /// Whether the file is there and sealed under this key.
  ///
  /// - Throws: if that cannot be told.
  func isSealed(under key: StoreKey) throws(LedgerError) -> Bool {
    let bytes = try FileAccess.contents(path, limit: Self.bytesMax) ?? []
    return Array(bytes.prefix(Self.headerBytes)) == Self.header(key)
  }

  /// Writes all keys.
  func write(_ keys: [StoredKey], under key: StoreKey) throws(LedgerError) {
    var plain: [UInt8] = []
    plain.reserveCapacity(keys.count * StoredKey.recordBytes)
    for key in keys { key.write(to: &plain) }
    let header = Self.header(key)
    let secret = SecretBytes(moving: &plain)
    let sealed = Cipher.seal(secret, context: header, key: key.identity)
    try FileAccess.replace(path, with: header + sealed, isWipingOld: true)
  }

  /// Reads all keys.
  func read(under key: StoreKey) throws(VaultError) -> [StoredKey] {
    let held: [UInt8]?
    do throws(LedgerError) {
      held = try FileAccess.contents(path, limit: Self.bytesMax)
    } catch {
      throw .ledger(error)
    }
    guard let bytes = held else {
      throw .damaged(path: path, problem: "it is missing, or larger than it can be")
    }
    let header = Self.header(key)
    guard Array(bytes.prefix(Self.headerBytes)) == header,
      let plain = Cipher.openSecret(
        Array(bytes.dropFirst(Self.headerBytes)),
        context: header,
        key: key.identity
      )
    else { throw .damaged(path: path, problem: "its bytes are not what this store's key sealed") }
    var keys: [StoredKey] = []
    let size = StoredKey.recordBytes
    for start in stride(from: 0, to: plain.count - plain.count % size, by: size) {
      guard let key = StoredKey(plain.copy(of: start..<(start + size))) else {
        throw .damaged(path: path, problem: "a key in it is of an unknown purpose")
      }
      keys.append(key)
    }
    return keys
  }
}
