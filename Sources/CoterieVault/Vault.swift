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
  let unlocked: UnlockedFolder?
  /// The key, and the mark of the lock that it came from.
  let held = Mutex<(key: StoreKey, mark: [UInt8])?>(nil)

  var slotFile: SlotFile { SlotFile(path: "\(path)/slots") }
  var nextSlotFile: SlotFile { SlotFile(path: "\(path)/slots.next") }
  var identityFile: IdentityFile { IdentityFile(path: "\(path)/identity") }
  var nextIdentityFile: IdentityFile { IdentityFile(path: "\(path)/identity.next") }

  /// Opens the vault of a store that the keyring knows.
  ///
  /// A store without a key gets one. A locked store opens too: `isLocked` says so.
  ///
  /// - Parameter made: the key of a store that was just made under it.
  public init(
    store path: String,
    keyring: Keyring,
    unlocked: UnlockedFolder? = nil,
    under made: NewKey? = nil
  ) throws(VaultError) {
    self.path = path
    self.keyring = keyring
    self.unlocked = unlocked
    var entry = try Self.entry(of: path, in: keyring)
    storeID = entry.store
    if entry.lock.isEmpty {
      try makeKey()
      entry = try Self.entry(of: path, in: keyring)
    }
    guard let lock = KeyLock(entry.lock) else {
      throw .damaged(path: keyring.path, problem: "the key of \(path) cannot be read")
    }
    if let made, made.lock.mark == lock.mark {
      try take(made.key, from: lock)
      return
    }
    switch lock {
    case .open(let key): try take(key, from: lock)
    case .locked(let passphrase):
      // While a change of keys is half done only the passphrase tells which key counts.
      if try ledger({ () throws(LedgerError) in try hasNext() }) { return }
      if let key = unlocked?.key(of: passphrase) { try take(key, from: lock) }
    }
  }

  /// Enters a store that is being made into the keyring with its key, and makes the files that are
  /// sealed under it.
  ///
  /// - Parameter place: where the store is to stand.
  public static func enter(
    _ path: String,
    movingTo place: String,
    under key: NewKey,
    in keyring: Keyring
  ) throws(VaultError) {
    do throws(LedgerError) {
      try keyring.add(path, movingTo: place, lock: key.lock.text)
    } catch {
      throw .ledger(error)
    }
    _ = try Vault(store: path, keyring: keyring, under: key)
  }

  static func entry(
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

  /// Changes how the keyring keeps the key, if it does so still as `mark` tells.
  ///
  /// - Throws: `.ledger(.busy)` if another process has given the store another key or passphrase.
  func change(
    lockMarked mark: [UInt8],
    _ body: (inout Keyring.Entry, inout KeyLock) -> Void
  ) throws(VaultError) {
    try ledger { () throws(LedgerError) in
      try keyring.update(path) { entry throws(LedgerError) in
        guard var lock = KeyLock(entry.lock), lock.mark == mark else { throw .busy(path: path) }
        body(&entry, &lock)
        entry.lock = lock.text
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
    let (key, lock) = try proven(passphrase: passphrase, keyFile: keyFile, now: now)
    if let unlocked, case .locked(let passphrase) = lock {
      let lock = try withCounterpart(passphrase)
      try ledger { () throws(LedgerError) in
        // As an older program kept it.
        try unlocked.forget([storeID])
        try unlocked.keep(key, of: lock, idleMilliseconds: idleMilliseconds)
      }
    }
    try take(key, from: lock)
  }

  /// The lock with the counterpart under which all sessions keep its key, from the keyring.
  private func withCounterpart(
    _ lock: KeyLock.PassphraseLock
  ) throws(VaultError) -> KeyLock.PassphraseLock {
    var found = lock
    try change(lockMarked: lock.mark) { _, lock in
      guard case .locked(var passphrase) = lock else { return }
      passphrase.counterpart = passphrase.counterpart ?? Counterpart()
      lock = .locked(passphrase)
      found = passphrase
    }
    return found
  }

  /// The key that passphrase and key file open, and its lock; counts wrong ones.
  func proven(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64
  ) throws(VaultError) -> (key: StoreKey, lock: KeyLock) {
    let entry = try Self.entry(of: path, in: keyring)
    switch KeyLock(entry.lock) {
    case .open(let key)?: return (key, .open(key))
    case nil: throw .damaged(path: keyring.path, problem: "the key of \(path) cannot be read")
    case .locked(let lock)?:
      let (count, last) = entry.wrongTries
      // Of a clock that was set back the wait begins anew: else it would last until the clock has
      // caught up.
      if now < last { try note(wrongTries: count, at: now) }
      let wait = Self.waitSeconds(after: count)
      let passed = now - min(now, last)
      if passed < wait { throw .mustWait(seconds: wait - passed) }
      if lock.needsKeyFile, keyFile == nil { throw .locked(needsKeyFile: true) }
      let offered = lock.needsKeyFile ? keyFile : nil
      if let key = try lock.opened(passphrase: passphrase, keyFile: offered) {
        try note(wrongTries: 0, at: 0)
        return (key, .locked(lock))
      }
      try note(wrongTries: count + 1, at: now)
      throw .wrongPassphrase(waitSeconds: Self.waitSeconds(after: count + 1))
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

  /// Drops the key from this process, and what the key that waits for later ones is sealed under.
  ///
  /// A store without a passphrase opens again.
  ///
  /// - Throws: if the keyring could not be changed, or a file that holds the sealed key is still
  ///   there.
  public func lock() throws(VaultError) {
    held.withLock { $0 = nil }
    try ledger { () throws(LedgerError) in
      // As an older program kept it.
      var names = [storeID]
      try keyring.update(path) { entry throws(LedgerError) in
        guard case .locked(var lock)? = KeyLock(entry.lock), let counterpart = lock.counterpart
        else { return }
        names.append(counterpart.fileName)
        lock.counterpart = nil
        entry.lock = KeyLock.locked(lock).text
      }
      try unlocked?.forget(names)
    }
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
    let key = try keyForWriting()
    var keys = try identityFile.read(under: key)
    body(&keys)
    let changed = keys
    try ledger { () throws(LedgerError) in try identityFile.write(changed, under: key) }
  }
}
