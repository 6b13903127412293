public import CoterieLedger
public import CoterieSealing
public import CoterieWire
internal import Glibc

extension Vault {
  /// Writes the store anew without what was deleted in it, while no program has it open.
  ///
  /// O(store).
  ///
  /// - Throws: `.ledger(.busy)` if a program has it open.
  public static func compact(store path: String, keyring: Keyring) throws(VaultError) {
    do throws(LedgerError) {
      try Ledger.compact(path) { inode throws(LedgerError) in
        try keyring.update(path) { $0.inodes.append(inode) }
      }
      let inode = try FileAccess.inode(of: "\(path)/\(StoreFormat.dataFile)")
      try keyring.update(path) { $0.inodes = [inode] }
    } catch {
      throw .ledger(error)
    }
  }

  /// Copies a store as it is now into a new folder, which opens with the same key.
  ///
  /// The caller holds the writer lock, so the copy is whole. O(store).
  public func backUp(_ ledger: Ledger, to path: String) throws(VaultError) {
    try self.ledger { () throws(LedgerError) in
      if try FileAccess.isThere(path) { throw .alreadyExists(path: path) }
      guard let entry = try keyring.entry(for: self.path) else { throw .notFound(path: self.path) }
      let beside = try FolderBeside(path)
      do throws(LedgerError) {
        try ledger.copy(to: "\(beside.path)/\(StoreFormat.dataFile)")
        for name in [StoreFormat.slotFile, StoreFormat.identityFile] {
          try FileAccess.copy("\(self.path)/\(name)", to: "\(beside.path)/\(name)")
        }
        try copyAttachments(to: beside.path)
        // Once it stands in its place it can be opened; a key that waits in memory is not its own.
        let lock = KeyLock(entry.lock)?.withoutCounterpart.text ?? entry.lock
        try keyring.add(beside.path, movingTo: path, lock: lock)
      } catch {
        beside.remove()
        throw error
      }
      try beside.settle()
    }
  }

  private func copyAttachments(to folder: String) throws(LedgerError) {
    let attachments = "\(path)/\(StoreFormat.attachmentsFolder)"
    guard try FileAccess.isThere(attachments) else { return }
    let copies = "\(folder)/\(StoreFormat.attachmentsFolder)"
    try FileAccess.makeFolder(copies)
    for name in try FileAccess.names(in: attachments) {
      try FileAccess.copy("\(attachments)/\(name)", to: "\(copies)/\(name)")
    }
    try FileAccess.syncFolder(copies)
  }

  /// Gives a fresh store, which is to stand at `path`, this store's key and lock.
  ///
  /// The vault must be unlocked.
  public func share(with fresh: String, movingTo path: String) throws(VaultError) {
    let held = try Self.entry(of: self.path, in: keyring).lock
    // A key that waits in memory is not its own.
    let lock = KeyLock(held)?.withoutCounterpart.text ?? held
    try ledger { () throws(LedgerError) in try keyring.add(fresh, movingTo: path, lock: lock) }
    _ = try twin(at: fresh)
  }

  /// The vault, unlocked, of a store that has this one's key and lock.
  public func twin(at path: String) throws(VaultError) -> Vault {
    let key = try key()
    let vault = try Vault(store: path, keyring: keyring, unlocked: unlocked)
    if vault.isLocked, let lock = KeyLock(try Self.entry(of: path, in: keyring).lock) {
      try vault.take(key, from: lock)
    }
    return vault
  }

  /// Opens the vault of a damaged store with its passphrase, for this object alone.
  ///
  /// Where the store's id cannot be read, wrong passphrases are not counted.
  ///
  /// - Parameter now: seconds since 1970.
  public func unlockDamaged(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64
  ) throws(VaultError) {
    do throws(VaultError) {
      let (key, lock) = try proven(passphrase: passphrase, keyFile: keyFile, now: now)
      return try take(key, from: lock)
    } catch .ledger {}
    guard case .locked(let lock)? = KeyLock(try Self.entry(of: path, in: keyring).lock) else {
      throw .damaged(path: keyring.path, problem: "the key of \(path) cannot be read")
    }
    let offered = lock.needsKeyFile ? keyFile : nil
    guard let key = try lock.opened(passphrase: passphrase, keyFile: offered) else {
      throw .wrongPassphrase(waitSeconds: 0)
    }
    try take(key, from: .locked(lock))
  }

  /// Every secret that the slots still hold and this key opens, whether a content names it or not:
  /// for tests that nothing erased can be opened.
  ///
  /// O(slots).
  package func liveSecrets() throws(VaultError) -> Set<Digest> {
    let key = try key()
    return try ledger { () throws(LedgerError) in
      var found: Set<Digest> = []
      for slot in 0..<(try slotFile.count()) {
        if case .secret(let secret) = try slotFile.read(slot + 1, under: key) {
          found.insert(secret)
        }
      }
      return found
    }
  }

  /// A content of a damaged store, from its row: the secret and the bytes, if both are sound.
  public func salvaged(
    row: [UInt8],
    of event: Digest
  ) -> (secret: Digest, content: [UInt8], attachment: AttachmentFile?)? {
    guard let key = try? key(),
      let place = try? Contents.place(row, of: event, path: path),
      case .secret(let secret)? = try? slotFile.read(place.slot, under: key),
      let content = Cipher.open(
        place.sealed,
        context: event.bytes,
        key: Contents.key(of: secret)
      )
    else { return nil }
    return (secret, content, place.attachment)
  }
}
