internal import CoterieEngine
internal import CoterieEvents
package import CoterieJudgement
internal import CoterieLedger
public import CoterieSealing
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
    try makeKey(Surroundings(now: { now }))
  }

  /// The same with clock and randomness that the caller gives.
  package func makeKey(_ surroundings: Surroundings) throws(GroupError) -> Digest {
    let key = StoredKey(
      purpose: .free,
      group: nil,
      created: surroundings.now(),
      signing: surroundings.signingKey(),
      seal: surroundings.sealKeyPair()
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
  package func changeKeys(_ body: (inout [StoredKey]) -> Void) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    try exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try vault.changeKeys(body)
      } catch {
        throw .vault(error)
      }
    }
  }

  /// Locks the store with a passphrase in place of the one before, and with a key file if one is
  /// given.
  ///
  /// Keys and live slots are sealed under a new key, as by `changeKey`: what an older keyring and
  /// the passphrase before opened is of no use any more. About 0.7 s and 256 MiB; O(slots).
  ///
  /// - Throws: `.vault(.locked)` while the store is locked.
  public func setPassphrase(
    _ passphrase: borrowing SecretBytes,
    keyFile: [UInt8]?,
    cost: Passphrase.Cost = .moderate
  ) throws(GroupError) {
    let key: NewKey
    do {
      key = try NewKey(passphrase: passphrase, keyFile: keyFile, cost: cost)
    } catch {
      throw .vault(error)
    }
    try changeKey(to: key)
  }

  /// Takes the passphrase away: a new key lies in the keyring.
  public func removePassphrase() throws(GroupError) {
    try changeKey(to: NewKey())
  }

  private func changeKey(to key: NewKey) throws(GroupError) {
    guard let vault else { throw .noKey(group: Digest.zero) }
    try exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try vault.changeKey(to: key)
      } catch {
        throw .vault(error)
      }
    }
  }

  /// The key of this store that belongs to a group: its own, else one that is known there.
  ///
  /// Nil while the store is locked: then it can be looked at, and nothing done.
  func key(for group: Digest, in governance: Governance?) throws(GroupError) -> StoredKey? {
    guard let vault, !vault.isLocked else { return nil }
    let keys = try keys()
    if let own = keys.last(where: { $0.purpose == .member && $0.group == group }) { return own }
    guard let governance else { return nil }
    let members = Set(governance.members.map(\.key))
    return keys.first { $0.purpose != .link && members.contains($0.publicKey) }
  }

  /// Who signs with that key, as long as the store is not locked.
  func signer(for group: Digest, in governance: Governance?) throws(GroupError) -> (any Signer)? {
    try key(for: group, in: governance).flatMap { signer(with: $0) }
  }

  /// Who signs with a key of this store, as long as it is not locked.
  func signer(with key: StoredKey) -> (any Signer)? {
    vault.map { VaultSigner(key, in: $0) }
  }
}

extension [StoredKey] {
  /// The key with which its holder is in a group or was in it, else one that is known there.
  ///
  /// A key of another group may be invited to a chat. One that declined an invite comes last.
  package func key(for log: GroupLog) -> StoredKey? {
    if let own = last(where: { $0.purpose == .member && $0.group == log.group }) { return own }
    let known = filter { $0.purpose != .link && log.standpoint(of: $0.publicKey) != .stranger }
    return known.first { log.leaving(of: $0.publicKey) == nil } ?? known.first
  }
}

extension Store {
  /// A content that is held, with its secret and the chunks of its attachment; nil if it is not.
  public func content(
    of event: Digest,
    in group: Digest
  ) throws(GroupError) -> (
    secret: Digest, content: [UInt8], chunk: (Int) throws(GroupError) -> [UInt8]?
  )? {
    guard let contents = try contents(of: group) else { return nil }
    do {
      let snapshot = try ledger.snapshot()
      guard case .present(let secret, let content) = try contents.state(of: event, in: snapshot)
      else { return nil }
      let opened = try contents.opened(event, in: snapshot)
      return (
        secret, content,
        { (place) throws(GroupError) in
          guard let (manifest, file, secret) = opened else { return nil }
          return try AttachmentReading(manifest, file, secret).chunk(place)
        }
      )
    } catch let error as VaultError {
      throw .vault(error)
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch {
      return nil
    }
  }
}

extension Store {
  /// Where the contents of a group are; nil without the store's keys, or if the group is not here.
  private func contents(of group: Digest) throws(GroupError) -> Contents? {
    guard let vault, let (number, _) = try numbers().first(where: { $0.id == group }) else {
      return nil
    }
    return Contents(vault: vault, ledger: ledger, number: number)
  }

  /// The display names of people, by key, in a group of this store that was judged elsewhere, as by
  /// an audit.
  ///
  /// O(events).
  package func names(
    in group: Digest,
    judgedBy judge: Judge
  ) throws(GroupError) -> [Digest: String] {
    let namings = judge.namings(among: 0..<judge.count, in: judge.currentView())
    return try names(in: group, by: namings)
  }

  /// The display names that a checkpoint of a group notes, by key; none if it is of a program that
  /// noted none.
  public func names(by checkpoint: Checkpoint) throws(GroupError) -> [Digest: String] {
    try names(in: checkpoint.governance.group, by: checkpoint.record.namings ?? [])
  }

  /// The newest name of each author whose content is here.
  func names(in group: Digest, by namings: [Naming]) throws(GroupError) -> [Digest: String] {
    guard let contents = try contents(of: group) else { return [:] }
    var names: [Digest: String] = [:]
    do {
      let snapshot = try ledger.snapshot()
      for naming in namings where names[naming.author] == nil {
        guard case .present(_, let content) = try contents.state(of: naming.event, in: snapshot),
          !content.isEmpty, content.count <= Limits.nameBytesMax
        else { continue }
        names[naming.author] = String(decoding: content, as: UTF8.self)
      }
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
    return names
  }

  /// Tickets that were kept and by which this store has not joined yet.
  public func keptTickets() throws(GroupError) -> [LinkTicket] {
    let keys = try keys()
    return keys.compactMap { key in
      guard key.purpose == .link, let group = key.group, let link = key.link,
        !keys.contains(where: { $0.purpose == .member && $0.group == group })
      else { return nil }
      return LinkTicket(group: group, link: link, seed: key.signing.seed())
    }
  }

  /// How many groups, events, contents and erasures the store holds, by name.
  public func counts() throws(GroupError) -> [String: Int] {
    do {
      let snapshot = try ledger.snapshot()
      return [
        "groups": try snapshot.count(.groups), "events": try snapshot.count(.events),
        "waiting": try snapshot.count(.waiting), "contents": try snapshot.count(.contents),
        "erasures": try snapshot.count(.erasures), "timers": try snapshot.count(.timers),
      ]
    } catch {
      throw .ledger(error)
    }
  }
}
