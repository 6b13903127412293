internal import CoterieLedger
public import CoterieSealing
internal import CoterieWire
internal import Glibc
internal import Synchronization

/// Which key the files of a store are sealed under, and how it changes.
///
/// The keyring decides: a new key counts from the moment it stands there. What is sealed under it
/// waits beside the old files until then, and takes their place afterwards, at the latest when the
/// store is opened again.
extension Vault {
  /// Gives a store that has no key yet its first one.
  func makeKey() throws(VaultError) {
    let lock = NewKey().lock.text
    try ledger { () throws(LedgerError) in
      try FileAccess.exclusively(in: path) { () throws(LedgerError) in
        try keyring.update(path) { entry in
          if entry.lock.isEmpty { entry.lock = lock }
        }
      }
    }
  }

  /// The store's key, to read by: another process may have given the store a new one.
  ///
  /// - Throws: `.locked` while the store is locked.
  func key() throws(VaultError) -> StoreKey {
    if let (key, _) = held.withLock({ $0 }) {
      if try ledger({ () throws(LedgerError) in try slotFile.isSealed(under: key) }) { return key }
      return try renewedKey(isAlone: false)
    }
    throw .locked(needsKeyFile: try passphraseState().needsKeyFile)
  }

  /// The store's key, to seal something under: the one that the keyring holds or locks now.
  ///
  /// The caller holds the store's writer lock.
  ///
  /// - Throws: `.locked` while the store is locked.
  func keyForWriting() throws(VaultError) -> StoreKey {
    if let (key, mark) = held.withLock({ $0 }) {
      if KeyLock(try Self.entry(of: path, in: keyring).lock)?.mark == mark { return key }
      return try renewedKey(isAlone: true)
    }
    throw .locked(needsKeyFile: try passphraseState().needsKeyFile)
  }

  private func renewedKey(isAlone: Bool) throws(VaultError) -> StoreKey {
    held.withLock { $0 = nil }
    guard case .open(let new)? = KeyLock(try Self.entry(of: path, in: keyring).lock) else {
      throw .locked(needsKeyFile: try passphraseState().needsKeyFile)
    }
    try take(new, from: .open(new), isAlone: isAlone)
    return new
  }

  /// Starts to work under a key: makes the files where they are missing, and ends a change of keys
  /// that was interrupted.
  ///
  /// What has to be written is written while no other process changes the key; `isAlone` says that
  /// the caller has seen to that.
  func take(_ key: StoreKey, from lock: KeyLock, isAlone: Bool = false) throws(VaultError) {
    try ledger { () throws(LedgerError) in
      if try isSettled(under: key) { return }
      if isAlone { return try settle(under: key) }
      try FileAccess.exclusively(in: path) { () throws(LedgerError) in
        // Another process may have changed the key meanwhile: then its files are not to be touched.
        let entry = try keyring.entry(for: path)
        let current = entry.flatMap { KeyLock($0.lock) }
        guard current?.mark == lock.mark else { throw .busy(path: path) }
        try settle(under: key)
      }
    }
    guard try ledger({ () throws(LedgerError) in try slotFile.isSealed(under: key) }) else {
      throw .damaged(path: slotFile.path, problem: "it is sealed under another key")
    }
    held.withLock { $0 = (key, lock.mark) }
  }

  private func isSettled(under key: StoreKey) throws(LedgerError) -> Bool {
    guard try slotFile.isSealed(under: key), try identityFile.isSealed(under: key) else {
      return false
    }
    return try !hasNext()
  }

  /// Whether a change of keys was begun and not ended.
  func hasNext() throws(LedgerError) -> Bool {
    if try FileAccess.isThere(nextSlotFile.path) { return true }
    return try FileAccess.isThere(nextIdentityFile.path)
  }

  private func settle(under key: StoreKey) throws(LedgerError) {
    if try slotFile.isSealed(under: key) {
      FileAccess.wipeFile(nextSlotFile.path)
    } else if try nextSlotFile.isSealed(under: key) {
      try finish(nextSlotFile.path, as: slotFile.path)
    } else if try !FileAccess.isThere(slotFile.path) {
      try slotFile.create(key)
    }
    if try identityFile.isSealed(under: key) {
      FileAccess.wipeFile(nextIdentityFile.path)
    } else if try nextIdentityFile.isSealed(under: key) {
      try finish(nextIdentityFile.path, as: identityFile.path)
    } else if try !FileAccess.isThere(identityFile.path) {
      try identityFile.write([], under: key)
    }
  }

  private func finish(_ next: String, as path: String) throws(LedgerError) {
    FileAccess.wipeFile(path)
    guard unsafe rename(next, path) == 0 else {
      throw .system(operation: "renaming \(next)", number: errno)
    }
    try FileAccess.syncFolder(self.path)
  }

  /// Gives the store a new key, and seals keys and live slots anew: what a journal, a snapshot or
  /// a flash drive kept of older slots cannot be opened any more.
  ///
  /// The caller holds the store's writer lock. O(slots).
  ///
  /// - Throws: `.locked` if the store has a passphrase: the new key must be locked with it too.
  public func changeKey() throws(VaultError) {
    let state = try passphraseState()
    if state.isSet { throw .locked(needsKeyFile: state.needsKeyFile) }
    try changeKey(to: NewKey())
  }

  /// The same for a store with a passphrase, with which the new key is locked.
  public func changeKey(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    cost: Passphrase.Cost = .moderate,
    now: UInt64
  ) throws(VaultError) {
    _ = try proven(passphrase: passphrase, keyFile: keyFile, now: now)
    let keyFile = try passphraseState().needsKeyFile ? keyFile : nil
    try changeKey(to: try NewKey(passphrase: passphrase, keyFile: keyFile, cost: cost))
  }

  /// The same with a key that the caller has made: with another passphrase, or with none.
  ///
  /// What the passphrase before could open is of no use any more, nor is any key that still waits
  /// in memory. The caller holds the store's writer lock.
  ///
  /// - Throws: `.locked` while the store is locked.
  public func changeKey(to new: NewKey) throws(VaultError) {
    let old = try keyForWriting()
    let mark = held.withLock { $0?.mark } ?? []
    let keys = try identityFile.read(under: old)
    try ledger { () throws(LedgerError) in
      try slotFile.resealed(under: old, as: new.key, to: nextSlotFile.path)
      try nextIdentityFile.write(keys, under: new.key)
    }
    var names = [storeID]
    try change(lockMarked: mark) { entry, lock in
      if case .locked(let old) = lock, let counterpart = old.counterpart {
        names.append(counterpart.fileName)
      }
      lock = new.lock
      entry.wrongTries = (0, 0)
    }
    try take(new.key, from: new.lock, isAlone: true)
    try? unlocked?.forget(names)
  }
}
