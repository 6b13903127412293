internal import CoterieEngine
public import CoterieEvents
public import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
public import CoterieWire

/// What someone needs to join by a link: whoever holds it may join.
public struct LinkTicket: Equatable, Sendable {
  private static let head = "coterie:join:"
  /// The group.
  public var group: Digest
  /// The `link.create` event.
  public var link: Digest
  /// The seed of the link's key: the secret.
  public var seed: Digest

  /// Takes all fields.
  public init(group: Digest, link: Digest, seed: Digest) {
    self.group = group
    self.link = link
    self.seed = seed
  }

  /// The text that is handed over: `coterie:join:` and 192 hexadecimal digits.
  public var text: String { Self.head + (group.bytes + link.bytes + seed.bytes).hex }

  /// Reads such a text; white space around it is ignored.
  public init?(text: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, words[0].hasPrefix(Self.head),
      let bytes = [UInt8](hex: String(words[0].dropFirst(Self.head.count))), bytes.count == 96,
      let group = Digest(bytes[..<32]), let link = Digest(bytes[32..<64]),
      let seed = Digest(bytes[64...])
    else { return nil }
    self.init(group: group, link: link, seed: seed)
  }

  /// The link's key pair.
  func key() -> SigningKey { SigningKey(seed: seed) }
}

extension Group {
  // MARK: Invites

  /// Invites the holder of a key.
  @discardableResult
  public func invite(_ key: Digest, as role: Role) throws(GroupError) -> Digest {
    try act(.inviteCreate(invitee: key, role: role))
  }

  /// Takes an invite back.
  @discardableResult
  public func withdraw(invite: Digest) throws(GroupError) -> Digest {
    try act(.inviteWithdraw(invite: invite))
  }

  /// Accepts an invite to a key of this store: the one given, or the newest open one.
  @discardableResult
  public func accept(invite: Digest? = nil, name: String? = nil) throws(GroupError) -> Digest {
    let (invite, key) = try myInvite(invite)
    let spoken = name.map { words(Array($0.utf8)) }
    let action = Action.inviteAccept(
      invite: invite,
      seal: key.seal.publicKey,
      name: spoken?.commitment
    )
    try requireAdmitted(action, by: key)
    return try act(action, with: spoken, by: try bind(key))
  }

  /// Declines an invite to a key of this store.
  @discardableResult
  public func decline(invite: Digest? = nil) throws(GroupError) -> Digest {
    let (invite, key) = try myInvite(invite)
    return try act(.inviteDecline(invite: invite), by: key)
  }

  /// Why accepting an invite would be refused now; nil if it would be admitted.
  public func mayAccept(invite: Digest? = nil) throws(GroupError) -> (code: Code, by: Digest?)? {
    let (invite, key) = try myInvite(invite)
    let action = Action.inviteAccept(invite: invite, seal: key.seal.publicKey, name: nil)
    return try log.mayI(action, by: key.publicKey)
  }

  /// Why declining an invite would be refused now; nil if it would be admitted.
  public func mayDecline(invite: Digest? = nil) throws(GroupError) -> (code: Code, by: Digest?)? {
    let (invite, key) = try myInvite(invite)
    return try log.mayI(.inviteDecline(invite: invite), by: key.publicKey)
  }

  /// Why joining by a link would be refused now; nil if it would be admitted.
  public func mayJoin(by ticket: LinkTicket) throws(GroupError) -> (code: Code, by: Digest?)? {
    let probe = SigningKey()
    let author = me ?? probe.publicKey
    let statement = Joining.statement(group: id, author: author)
    let proof = ticket.key().signature(of: statement)
    let joining = Joining(link: ticket.link, proof: proof, seal: author, name: nil)
    return try log.mayI(.linkJoin(joining), by: author)
  }

  /// The open invites to keys of this store.
  public func myInvites() throws(GroupError) -> [Digest] {
    let keys = Set(try store.keys().map(\.publicKey))
    return (governance?.invites ?? [])
      .filter { $0.status == .open && keys.contains($0.key) }.map(\.id)
  }

  private func myInvite(_ wanted: Digest?) throws(GroupError) -> (Digest, StoredKey) {
    let governance = try state()
    let keys = try store.keys()
    let order = try log.replica.judge
    let mine = governance.invites
      .filter { invite in keys.contains { $0.publicKey == invite.key } }
      .sorted { (order.number(of: $0.id) ?? 0) > (order.number(of: $1.id) ?? 0) }
    let chosen =
      wanted.map { id in mine.first { $0.id == id } }
      ?? mine.first { $0.status == .open } ?? mine.first
    if let chosen, let key = keys.first(where: { $0.publicKey == chosen.key }) {
      return (chosen.id, key)
    }
    if let wanted, governance.invites.contains(where: { $0.id == wanted }) {
      throw .refused(.inviteNotYours, by: wanted)
    }
    throw .noKey(group: id)
  }

  /// Refuses before the store's keys are changed what would be refused afterwards.
  func requireAdmitted(_ action: Action, by key: StoredKey) throws(GroupError) {
    try refresh()
    if let refusal = try log.mayI(action, by: key.publicKey) {
      throw .refused(refusal.code, by: refusal.by)
    }
  }

  /// Gives a key to this group; it signs here from now on.
  private func bind(_ key: StoredKey) throws(GroupError) -> StoredKey {
    if key.purpose == .member, key.group == id { return key }
    let bound = key.bound(to: id)
    try store.changeKeys { keys in
      keys.removeAll { $0.purpose == .free && $0.publicKey == key.publicKey }
      keys.append(bound)
    }
    signer = store.signer(with: bound)
    return bound
  }

  // MARK: Links

  /// Makes a link by which anyone who holds its ticket may join, so many times, or any number.
  ///
  /// The ticket can be had again from the store with `ticket(of:)`.
  public func createLink(as role: Role, uses: UInt64? = nil) throws(GroupError) -> LinkTicket {
    let seed = surroundings.digest()
    let key = SigningKey(seed: seed)
    let event = try act(.linkCreate(link: key.publicKey, role: role, uses: uses))
    let stored = StoredKey(
      purpose: .link,
      group: id,
      link: event,
      created: surroundings.now(),
      signing: key,
      seal: SigningKey(seed: seed).sealKey()
    )
    try store.changeKeys { $0.append(stored) }
    return LinkTicket(group: id, link: event, seed: seed)
  }

  /// The ticket of a link that this store made or joined by; nil if its secret is not here.
  public func ticket(of link: Digest) throws(GroupError) -> LinkTicket? {
    let key = try store.keys().first { $0.purpose == .link && $0.group == id && $0.link == link }
    return key.map { LinkTicket(group: id, link: link, seed: $0.signing.seed()) }
  }

  /// Changes the role of those who join in knowledge of it.
  @discardableResult
  public func setRole(ofLink link: Digest, to role: Role) throws(GroupError) -> Digest {
    try act(.linkRole(link: link, role: role))
  }

  /// Closes a link.
  @discardableResult
  public func close(link: Digest) throws(GroupError) -> Digest {
    try act(.linkClose(link: link))
  }

  /// Joins by a link, with a key made for this group.
  @discardableResult
  public func join(by ticket: LinkTicket, name: String? = nil) throws(GroupError) -> Digest {
    _ = try state()
    let (key, isFresh) = try joiningKey()
    let statement = Joining.statement(group: id, author: key.publicKey)
    let spoken = name.map { words(Array($0.utf8)) }
    let joining = Joining(
      link: ticket.link,
      proof: ticket.key().signature(of: statement),
      seal: key.seal.publicKey,
      name: spoken?.commitment
    )
    try requireAdmitted(.linkJoin(joining), by: key)
    if isFresh { try store.changeKeys { $0.append(key) } }
    let event = try act(.linkJoin(joining), with: spoken, by: key)
    signer = store.signer(with: key)
    // The ticket is kept: until others know of the joining, it is what shows them who this is.
    return event
  }

  /// The store's key for this group, else a fresh one.
  private func joiningKey() throws(GroupError) -> (key: StoredKey, isFresh: Bool) {
    if let me, let key = try store.keys().holding(me) { return (key, false) }
    let key = StoredKey(
      purpose: .member,
      group: id,
      created: surroundings.now(),
      signing: surroundings.signingKey(),
      seal: surroundings.sealKeyPair()
    )
    return (key, true)
  }
}
