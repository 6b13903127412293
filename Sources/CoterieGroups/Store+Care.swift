public import CoterieLedger
public import CoterieSealing
internal import CoterieVault
internal import CoterieWire

extension Store {
  /// Gives the store a new key, seals keys and live slots anew, and zeros what was sealed before:
  /// contents that were erased cannot be opened even from copies of the old slots.
  ///
  /// O(slots). Compact the store afterwards with `Vault.compact`.
  public func changeKey() throws(GroupError) {
    try withVault { vault throws(VaultError) in try vault.changeKey() }
  }

  /// The same for a store with a passphrase.
  public func changeKey(
    passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    now: UInt64
  ) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    defer { ledger.endExclusive() }
    do throws(VaultError) {
      try vault.changeKey(passphrase: passphrase, keyFile: keyFile, now: now)
    } catch {
      throw .vault(error)
    }
  }

  /// How the store's file stands now.
  public func condition() throws(LedgerError) -> Ledger.Condition { try ledger.condition() }

  /// Removes the chunks that posts left which were interrupted, of this process or another one.
  ///
  /// O(contents held).
  ///
  /// - Returns: how many files were removed.
  @discardableResult
  public func removeStrayAttachments() throws(GroupError) -> Int {
    var count = 0
    try withVault { vault throws(VaultError) in
      count = try vault.removeStrayAttachments(ledger)
    }
    return count
  }

  /// Copies the store as it is now into a new folder, which opens with the same key.
  public func backUp(to path: String) throws(GroupError) {
    try withVault { vault throws(VaultError) in try vault.backUp(ledger, to: path) }
  }

  private func withVault(_ body: (Vault) throws(VaultError) -> Void) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    try exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try body(vault)
      } catch {
        throw .vault(error)
      }
    }
  }
}
