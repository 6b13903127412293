internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire

/// How the keyring keeps a store's key: as it is, or locked with a passphrase.
///
/// Text of the keyring: `k` and 64 hex digits; or `p`, passes, bytes of memory, salt, whether a key
/// file is needed, and the sealed key, with dots between them.
enum KeyLock {
  case open(StoreKey)
  case locked(PassphraseLock)

  /// A key that a passphrase locks, and if wanted a key file as a second factor.
  struct PassphraseLock {
    var cost: Passphrase.Cost
    var salt: [UInt8]
    var needsKeyFile: Bool
    var sealedKey: [UInt8]

    /// Locks a key.
    ///
    /// - Throws: `.notEnoughMemory` for the cost.
    init(
      _ key: StoreKey,
      passphrase: borrowing SecretBytes,
      keyFile: [UInt8]?,
      cost: Passphrase.Cost
    ) throws(VaultError) {
      self.cost = cost
      salt = Entropy.bytes(Passphrase.saltBytes)
      needsKeyFile = keyFile != nil
      guard let wrapping = Self.wrapping(passphrase, keyFile, salt, cost) else {
        throw .notEnoughMemory
      }
      sealedKey = key.withSecret { Cipher.seal($0, key: wrapping) }
    }

    init(cost: Passphrase.Cost, salt: [UInt8], needsKeyFile: Bool, sealedKey: [UInt8]) {
      self.cost = cost
      self.salt = salt
      self.needsKeyFile = needsKeyFile
      self.sealedKey = sealedKey
    }

    /// The key; nil if passphrase or key file are wrong.
    func opened(passphrase: borrowing SecretBytes, keyFile: [UInt8]?) -> StoreKey? {
      guard let wrapping = Self.wrapping(passphrase, keyFile, salt, cost),
        let secret = Cipher.openSecret(sealedKey, key: wrapping)
      else { return nil }
      return StoreKey(secret)
    }

    /// Argon2id of the passphrase; with a key file, hashed together with the file's hash.
    private static func wrapping(
      _ passphrase: borrowing SecretBytes,
      _ keyFile: [UInt8]?,
      _ salt: [UInt8],
      _ cost: Passphrase.Cost
    ) -> SecretBytes? {
      guard let first = Passphrase.key(passphrase, salt: salt, cost: cost) else { return nil }
      guard let keyFile else { return first }
      return first.derived(.factor, Hashing.digest(of: keyFile, domain: .factor).bytes)
    }
  }

  /// Reads what stands in the keyring; nil if nothing does, or it is damaged.
  init?(_ text: WipedBytes) {
    if text.first == UInt8(ascii: "k") {
      guard var raw = Hexadecimal.bytes(of: text.dropFirst()), raw.count == StoreKey.byteCount
      else { return nil }
      self = .open(StoreKey(SecretBytes(moving: &raw)))
      return
    }
    let parts = text.split(separator: UInt8(ascii: "."))
    guard text.first == UInt8(ascii: "p"), parts.count == 6,
      let passes = UInt64(String(decoding: parts[1], as: UTF8.self)),
      let memory = Int(String(decoding: parts[2], as: UTF8.self)),
      let salt = Hexadecimal.bytes(of: parts[3]), let sealed = Hexadecimal.bytes(of: parts[5])
    else { return nil }
    self = .locked(
      PassphraseLock(
        cost: Passphrase.Cost(passes: passes, memoryBytes: memory),
        salt: salt,
        needsKeyFile: parts[4].elementsEqual([UInt8(ascii: "1")]),
        sealedKey: sealed
      )
    )
  }

  /// By which a lock is known again, and which tells nothing.
  var mark: [UInt8] {
    switch self {
    case .open(let key): key.name
    case .locked: Array(text)
    }
  }

  /// What stands in the keyring.
  var text: WipedBytes {
    switch self {
    case .open(let key):
      return key.withSecret { secret in
        var raw = secret.revealed()
        var digits = Hexadecimal.digits(of: raw)
        defer {
          Wiping.wipe(&raw)
          Wiping.wipe(&digits)
        }
        return WipedBytes([[UInt8(ascii: "k")], digits].joined())
      }
    case .locked(let lock):
      let head = "p.\(lock.cost.passes).\(lock.cost.memoryBytes)."
      return WipedBytes(
        Array(head.utf8) + Hexadecimal.digits(of: lock.salt)
          + Array(".\(lock.needsKeyFile ? 1 : 0).".utf8) + Hexadecimal.digits(of: lock.sealedKey)
      )
    }
  }
}
