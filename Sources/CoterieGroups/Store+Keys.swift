internal import CoterieJudgement
internal import CoterieSealing
public import CoterieVault
public import CoterieWire

extension Store {
  /// All private keys of the store.
  ///
  /// - Throws: `.vault(.locked)` while it is locked.
  public func keys() throws(GroupError) -> [StoredKey] {
    guard let vault else { return [] }
    do {
      return try vault.keys()
    } catch {
      throw .vault(error)
    }
  }

  /// Makes a key that is free for one group: its public key is given to whoever invites.
  public func makeKey(now: UInt64) throws(GroupError) -> Digest {
    let key = StoredKey(
      purpose: .free,
      group: nil,
      created: now,
      signing: SigningKey(),
      seal: SealKeyPair()
    )
    try changeKeys { $0.append(key) }
    return key.publicKey
  }

  /// Keeps a link's secret until the group's history has come and it can be joined by.
  public func keep(_ ticket: LinkTicket, now: UInt64) throws(GroupError) {
    let key = StoredKey(
      purpose: .link,
      group: ticket.group,
      link: ticket.link,
      created: now,
      signing: ticket.key(),
      seal: ticket.key().sealKey()
    )
    try changeKeys { keys in
      keys.removeAll { $0.purpose == .link && $0.link == ticket.link }
      keys.append(key)
    }
  }

  /// Changes the private keys while no other process writes.
  func changeKeys(_ body: (inout [StoredKey]) -> Void) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.none) }
    try exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try vault.changeKeys(body)
      } catch {
        throw .vault(error)
      }
    }
  }

  /// The key of this store that belongs to a group: its own, else one that is known there.
  ///
  /// Nil while the store is locked: then it can be looked at, and nothing done.
  func key(for log: GroupLog) throws(GroupError) -> StoredKey? {
    guard let vault, !vault.isLocked else { return nil }
    let keys = try keys()
    if let own = keys.last(where: { $0.purpose == .member && $0.group == log.group }) { return own }
    guard let governance = log.governance() else { return nil }
    let members = Set(governance.members.map(\.key))
    return keys.first { $0.purpose != .link && members.contains($0.publicKey) }
  }
}

extension Digest {
  /// Stands for a group that is not there yet.
  static let none = Digest(word0: 0, word1: 0, word2: 0, word3: 0)
}
