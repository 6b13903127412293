public import CoterieLedger
public import CoterieSealing
internal import CoterieWire
internal import Glibc
internal import Synchronization

/// What a store keeps sealed: private keys in `identity`, secrets of contents in `slots`.
///
/// Both are sealed under a key that lies outside the store: in the keyring, or, locked with a
/// passphrase, only in memory while the store is unlocked.
public final class Vault: Sendable {
  /// The store's folder.
  public let path: String
  /// The store's id in hex.
  public let storeID: String
  let keyring: Keyring
  private let unlocked: UnlockedFolder?
  private let held = Mutex<StoreKey?>(nil)

  var slotFile: SlotFile { SlotFile(path: "\(path)/slots") }
  private var nextSlotFile: SlotFile { SlotFile(path: "\(path)/slots.next") }
  var identityFile: IdentityFile { IdentityFile(path: "\(path)/identity") }
  private var nextIdentityFile: IdentityFile { IdentityFile(path: "\(path)/identity.next") }

  /// Opens the vault of a store that the keyring knows.
  ///
  /// A store without a key gets one. A locked store opens too: `isLocked` says so.
  public init(
    store path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder? = nil
  ) throws(VaultError) {
    self.path = path
    self.keyring = keyring
    self.unlocked = unlocked
    let entry = try Self.entry(of: path, in: keyring)
    storeID = entry.store
    if entry.lock.isEmpty {
      let key = StoreKey()
      try write(.open(key))
      try take(key)
      return
    }
    switch KeyLock(entry.lock) {
    case .open(let key)?: try take(key)
    case .locked?:
      if let key = unlocked?.key(of: storeID) { try take(key) }
    case nil: throw .damaged(path: keyring.path, problem: "the key of \(path) cannot be read")
    }
  }

  private static func entry(
    of path: String,
    in keyring: Keyring
  ) throws(VaultError) -> Keyring.Entry {
    do throws(LedgerError) {
      guard let entry = try keyring.entry(for: path) else {
        throw LedgerError.notFound(path: path)
      }
      return entry
    } catch {
      throw .ledger(error)
    }
  }

  private func write(_ lock: KeyLock) throws(VaultError) {
    var bytes = lock.bytes
    defer { Wiping.wipe(&bytes) }
    let written = bytes
    try ledger { () throws(LedgerError) in
      try keyring.update(path) { entry in
        entry.lock = written
        entry.wrongTries = (0, 0)
      }
    }
  }

  func ledger<Result>(_ body: () throws(LedgerError) -> Result) throws(VaultError) -> Result {
    do {
      return try body()
    } catch {
      throw .ledger(error)
    }
  }

  // MARK: Locking

  /// Whether the keys and contents cannot be had without the passphrase.
  public var isLocked: Bool { held.withLock { $0 == nil } }

  /// Whether the store has a passphrase, and whether it needs a key file besides.
  public func passphraseState() throws(VaultError) -> (isSet: Bool, needsKeyFile: Bool) {
    guard case .locked(let lock)? = KeyLock(try Self.entry(of: path, in: keyring).lock) else {
      return (false, false)
    }
    return (true, lock.needsKeyFile)
  }

  /// The store's key.
  ///
  /// - Throws: `.locked` while the store is locked.
  func key() throws(VaultError) -> StoreKey {
    if let key = held.withLock({ $0 }) { return key }
    throw .locked(needsKeyFile: try passphraseState().needsKeyFile)
  }

  /// Opens the vault with its passphrase and keeps it open until it was not used for so long.
  ///
  /// About 0.7 s and 256 MiB. After the third wrong one each must wait twice as long, up to five
  /// minutes.
  ///
  /// - Parameter now: seconds since 1970.
  public func unlock(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64,
    idleMilliseconds: UInt64
  ) throws(VaultError) {
    let key = try proven(passphrase: passphrase, keyFile: keyFile, now: now)
    try ledger { () throws(LedgerError) in
      try unlocked?.keep(key, of: storeID, idleMilliseconds: idleMilliseconds)
    }
    try take(key)
  }

  /// The key that passphrase and key file open; counts wrong ones.
  private func proven(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64
  ) throws(VaultError) -> StoreKey {
    let entry = try Self.entry(of: path, in: keyring)
    switch KeyLock(entry.lock) {
    case .open(let key)?: return key
    case nil: throw .damaged(path: keyring.path, problem: "the key of \(path) cannot be read")
    case .locked(let lock)?:
      let wait = Self.waitSeconds(after: entry.wrongTries.count)
      let passed = now >= entry.wrongTries.last ? now - entry.wrongTries.last : 0
      if passed < wait { throw .mustWait(seconds: wait - passed) }
      if lock.needsKeyFile, keyFile == nil { throw .locked(needsKeyFile: true) }
      let offered = lock.needsKeyFile ? keyFile : nil
      if let key = lock.opened(passphrase: passphrase, keyFile: offered) {
        try note(wrongTries: 0, at: 0)
        return key
      }
      let count = entry.wrongTries.count + 1
      try note(wrongTries: count, at: now)
      throw .wrongPassphrase(waitSeconds: Self.waitSeconds(after: count))
    }
  }

  private func note(wrongTries count: UInt64, at now: UInt64) throws(VaultError) {
    try ledger { () throws(LedgerError) in
      try keyring.update(path) { $0.wrongTries = (count, now) }
    }
  }

  /// How long the next try must wait after so many wrong ones.
  static func waitSeconds(after wrong: UInt64) -> UInt64 {
    wrong < 3 ? 0 : min(300, 1 << min(9, wrong - 3))
  }

  /// Drops the key from this process and from memory shared with later ones.
  ///
  /// - Throws: `.locked` is never thrown; a store without passphrase cannot be locked.
  public func lock() {
    unlocked?.forget(storeID)
    held.withLock { $0 = nil }
  }

  /// Locks the key with a passphrase, in place of the one before; nil takes the passphrase away.
  ///
  /// The vault must be unlocked.
  public func setPassphrase(
    _ passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    cost: Passphrase.Cost = .moderate
  ) throws(VaultError) {
    let key = try key()
    guard
      let lock = KeyLock.PassphraseLock(
        key,
        passphrase: passphrase,
        keyFile: keyFile,
        cost: cost
      )
    else { throw .notEnoughMemory }
    try write(.locked(lock))
    unlocked?.forget(storeID)
  }

  /// Takes the passphrase away: the key lies in the keyring again.
  public func removePassphrase() throws(VaultError) {
    try write(.open(try key()))
    unlocked?.forget(storeID)
  }

  // MARK: Files under the key

  /// Starts to work under a key: makes the files where they are missing, and ends a change of keys
  /// that was interrupted.
  private func take(_ key: StoreKey) throws(VaultError) {
    try ledger { () throws(LedgerError) in
      if slotFile.isSealed(under: key) {
        FileAccess.wipeFile(nextSlotFile.path)
      } else if nextSlotFile.isSealed(under: key) {
        try finish(nextSlotFile.path, as: slotFile.path)
      } else if !slotFile.exists {
        try slotFile.create(key)
      }
      if identityFile.isSealed(under: key) {
        FileAccess.wipeFile(nextIdentityFile.path)
      } else if nextIdentityFile.isSealed(under: key) {
        try finish(nextIdentityFile.path, as: identityFile.path)
      } else if unsafe access(identityFile.path, F_OK) != 0 {
        try identityFile.write([], under: key)
      }
    }
    guard slotFile.isSealed(under: key) else {
      throw .damaged(path: slotFile.path, problem: "it is sealed under another key")
    }
    held.withLock { $0 = key }
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
    let new = StoreKey()
    try reseal(under: new, lock: .open(new))
  }

  /// The same for a store with a passphrase, with which the new key is locked.
  public func changeKey(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    cost: Passphrase.Cost = .moderate,
    now: UInt64
  ) throws(VaultError) {
    _ = try proven(passphrase: passphrase, keyFile: keyFile, now: now)
    let needsKeyFile = try passphraseState().needsKeyFile
    let new = StoreKey()
    guard
      let lock = KeyLock.PassphraseLock(
        new,
        passphrase: passphrase,
        keyFile: needsKeyFile ? keyFile : nil,
        cost: cost
      )
    else { throw .notEnoughMemory }
    try reseal(under: new, lock: .locked(lock))
  }

  private func reseal(under new: StoreKey, lock: KeyLock) throws(VaultError) {
    let old = try key()
    let keys = try identityFile.read(under: old)
    try ledger { () throws(LedgerError) in
      try slotFile.resealed(under: old, as: new, to: nextSlotFile.path)
      try nextIdentityFile.write(keys, under: new)
    }
    try write(lock)
    unlocked?.forget(storeID)
    try take(new)
  }

  // MARK: Private keys

  /// All private keys of the store.
  public func keys() throws(VaultError) -> [StoredKey] {
    try identityFile.read(under: try key())
  }

  /// Changes the private keys; the file is replaced as a whole.
  ///
  /// The caller holds the store's writer lock.
  public func changeKeys(_ body: (inout [StoredKey]) -> Void) throws(VaultError) {
    let key = try key()
    var keys = try identityFile.read(under: key)
    body(&keys)
    let changed = keys
    try ledger { () throws(LedgerError) in try identityFile.write(changed, under: key) }
  }
}
