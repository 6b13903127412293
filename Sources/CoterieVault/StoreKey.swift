internal import CoterieSealing
internal import CoterieWire

/// The key-encryption key of a store, and the keys for each use that derive from it.
///
/// It never lies in the store's folder.
public final class StoreKey: Sendable {
  /// Bytes of the key.
  static let byteCount = 32
  private let secret: SecretBytes
  /// Seals the slots.
  let slots: SecretBytes
  /// Seals the private keys.
  let identity: SecretBytes
  /// Eight bytes by which the key is known without being told.
  let name: [UInt8]

  /// Takes 32 secret bytes.
  init(_ secret: consuming SecretBytes) {
    slots = secret.derived(.slot)
    identity = secret.derived(.identity)
    var name = secret.derived(.keyName).revealed()
    self.name = Array(name.prefix(8))
    Wiping.wipe(&name)
    self.secret = secret
  }

  /// Makes a fresh key.
  convenience init() {
    self.init(SecretBytes(random: StoreKey.byteCount))
  }

  /// Lends the key's bytes, to be sealed or kept outside the store.
  func withSecret<Result>(_ body: (borrowing SecretBytes) -> Result) -> Result {
    body(secret)
  }
}
