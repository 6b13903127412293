public import CoterieSealing
public import CoterieVault
public import CoterieWire

/// Someone who signs events: a key of this store, a hardware key, a key of a test.
public protocol Signer: Sendable {
  /// The public key: the author of what is signed.
  var publicKey: Digest { get }

  /// An Ed25519 signature (RFC 8032) of a message.
  ///
  /// - Throws: `GroupError` if the key cannot be had now.
  func signature(of message: [UInt8]) throws(GroupError) -> Signature
}

extension StoredKey: Signer {
  /// Who signs.
  public var publicKey: Digest { signing.publicKey }

  /// Signs with the key in locked memory: about 13 µs.
  public func signature(of message: [UInt8]) -> Signature { signing.signature(of: message) }
}

/// A key of a store that is had from its vault for each signature: none is made while the store is
/// locked.
struct VaultSigner: Signer {
  let publicKey: Digest
  private let vault: Vault

  init(_ key: StoredKey, in vault: Vault) {
    publicKey = key.publicKey
    self.vault = vault
  }

  func signature(of message: [UInt8]) throws(GroupError) -> Signature {
    let keys: [StoredKey]
    do {
      keys = try vault.keys()
    } catch {
      throw .vault(error)
    }
    guard let key = keys.holding(publicKey) else { throw .noKey(group: Digest.zero) }
    return key.signature(of: message)
  }
}

extension [StoredKey] {
  /// The key that signs under a public key, and is no link's.
  func holding(_ publicKey: Digest) -> StoredKey? {
    last { $0.purpose != .link && $0.publicKey == publicKey }
  }
}

/// What the library would else take from the system: given by apps, simulations and tests.
public struct Surroundings: Sendable {
  /// Milliseconds since 1970.
  public var now: @Sendable () -> UInt64
  /// So many random bytes, fit for secrets.
  public var random: @Sendable (Int) -> [UInt8]
  /// The seed of the next private key, for simulations that must repeat themselves; nil for keys
  /// of the system's randomness, in locked memory from the start.
  package var keySeed: (@Sendable () -> Digest)?

  /// Takes both.
  public init(
    now: @escaping @Sendable () -> UInt64,
    random: @escaping @Sendable (Int) -> [UInt8] = { Entropy.bytes($0) }
  ) {
    self.now = now
    self.random = random
  }

  /// Thirty-two random bytes.
  func digest() -> Digest {
    guard let digest = Digest(random(Digest.byteCount)) else {
      preconditionFailure("a source of randomness gave another number of bytes")
    }
    return digest
  }

  /// A fresh key that signs.
  func signingKey() -> SigningKey {
    if let keySeed { return SigningKey(seed: keySeed()) }
    return SigningKey()
  }

  /// A fresh key to which others seal.
  func sealKeyPair() -> SealKeyPair {
    if let keySeed {
      var bytes = keySeed().bytes
      if let pair = SealKeyPair(stored: SecretBytes(moving: &bytes)) { return pair }
    }
    return SealKeyPair()
  }
}
