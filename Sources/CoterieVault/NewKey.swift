public import CoterieSealing

/// A fresh key for a store, with what the keyring is to keep of it.
public struct NewKey: Sendable {
  let key: StoreKey
  let lock: KeyLock

  /// A key that the keyring keeps as it is.
  public init() {
    key = StoreKey()
    lock = .open(key)
  }

  /// A key that a passphrase locks, and if wanted a key file as a second factor.
  ///
  /// About 0.7 s and 256 MiB.
  public init(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    cost: Passphrase.Cost = .moderate
  ) throws(VaultError) {
    key = StoreKey()
    lock = .locked(
      try KeyLock.PassphraseLock(key, passphrase: passphrase, keyFile: keyFile, cost: cost)
    )
  }
}
