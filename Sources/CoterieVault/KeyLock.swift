internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire

/// How the keyring keeps a store's key: as it is, or locked with a passphrase.
///
/// Text of the keyring: `k` and 64 hex digits; or `p`, passes, bytes of memory, salt, whether a key
/// file is needed, the sealed key, and while the store is unlocked the counterpart of the key that
/// waits in memory, with dots between them.
enum KeyLock {
  case open(StoreKey)
  case locked(PassphraseLock)

  /// A key that a passphrase locks, and if wanted a key file as a second factor.
  struct PassphraseLock {
    var cost: Passphrase.Cost
    var salt: [UInt8]
    var needsKeyFile: Bool
    var sealedKey: [UInt8]
    /// Nil while the store is locked.
    var counterpart: Counterpart?

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
      let wrapping = try Self.wrapping(passphrase, keyFile, salt, cost)
      sealedKey = key.withSecret { Cipher.seal($0, key: wrapping) }
    }

    fileprivate init?(_ parts: [some Collection<UInt8>]) {
      guard parts.count == 6 || parts.count == 7,
        let passes = UInt64(String(decoding: parts[1], as: UTF8.self)),
        let memory = Int(String(decoding: parts[2], as: UTF8.self)),
        let salt = Hexadecimal.bytes(of: parts[3]), salt.count == Passphrase.saltBytes,
        let sealed = Hexadecimal.bytes(of: parts[5])
      else { return nil }
      cost = Passphrase.Cost(passes: passes, memoryBytes: memory)
      guard cost.isAllowed else { return nil }
      self.salt = salt
      needsKeyFile = parts[4].elementsEqual([UInt8(ascii: "1")])
      sealedKey = sealed
      if parts.count == 7 {
        guard let counterpart = Counterpart(digits: parts[6]) else { return nil }
        self.counterpart = counterpart
      }
    }

    /// The key; nil if passphrase or key file are wrong.
    ///
    /// - Throws: `.notEnoughMemory` if that cannot be told.
    func opened(
      passphrase: borrowing SecretBytes,
      keyFile: [UInt8]?
    ) throws(VaultError) -> StoreKey? {
      let wrapping = try Self.wrapping(passphrase, keyFile, salt, cost)
      guard let secret = Cipher.openSecret(sealedKey, key: wrapping) else { return nil }
      return StoreKey(secret)
    }

    /// Argon2id of the passphrase; with a key file, hashed together with the file's hash.
    private static func wrapping(
      _ passphrase: borrowing SecretBytes,
      _ keyFile: [UInt8]?,
      _ salt: [UInt8],
      _ cost: Passphrase.Cost
    ) throws(VaultError) -> SecretBytes {
      guard let first = Passphrase.key(passphrase, salt: salt, cost: cost) else {
        throw .notEnoughMemory
      }
      guard let keyFile else { return first }
      return first.derived(.factor, Hashing.digest(of: keyFile, domain: .factor).bytes)
    }

    /// By which the lock is known again: all but the counterpart.
    var mark: [UInt8] {
      Array("p.\(cost.passes).\(cost.memoryBytes).".utf8) + Hexadecimal.digits(of: salt)
        + Array(".\(needsKeyFile ? 1 : 0).".utf8) + Hexadecimal.digits(of: sealedKey)
    }
  }

  /// Reads what stands in the keyring; nil if nothing does, or it is damaged.
  init?(_ text: WipedBytes) {
    switch text.first {
    case UInt8(ascii: "k"):
      guard var raw = Hexadecimal.bytes(of: text.dropFirst()), raw.count == StoreKey.byteCount
      else { return nil }
      self = .open(StoreKey(SecretBytes(moving: &raw)))
    case UInt8(ascii: "p"):
      guard let lock = PassphraseLock(text.split(separator: UInt8(ascii: "."))) else { return nil }
      self = .locked(lock)
    default: return nil
    }
  }

  /// By which a lock is known again, and which tells nothing.
  var mark: [UInt8] {
    switch self {
    case .open(let key): key.name
    case .locked(let lock): lock.mark
    }
  }

  /// The same as it is while the store is locked.
  var withoutCounterpart: KeyLock {
    guard case .locked(var lock) = self else { return self }
    lock.counterpart = nil
    return .locked(lock)
  }

  /// What stands in the keyring.
  var text: WipedBytes {
    var text: [UInt8] = []
    // Enough for all, for what grows leaves a copy behind.
    text.reserveCapacity(512)
    switch self {
    case .open(let key):
      text.append(UInt8(ascii: "k"))
      key.withSecret { Hexadecimal.append($0, to: &text) }
    case .locked(let lock):
      text += lock.mark
      if let counterpart = lock.counterpart {
        text.append(UInt8(ascii: "."))
        counterpart.write(to: &text)
      }
    }
    return WipedBytes(moving: &text)
  }
}
