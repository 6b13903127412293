internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
public import CoterieWire

extension Group {
  /// Founds a group with a key made for it; its founder is its only owner.
  ///
  /// Every preference is written into the founding event, those that are not given with their
  /// template's value.
  ///
  /// - Parameter origin: for a direct message, the group and event through which the two met; the
  ///   store must hold that group, and its `direct-messages` allow it, else `.refused`.
  public static func found(
    _ name: String,
    template: Template = .secretGroup,
    preferences: [PreferenceSetting] = [],
    from origin: Founding.Origin? = nil,
    in store: Store,
    surroundings: Surroundings
  ) throws(GroupError) -> Group {
    guard let vault = store.vault else { throw .noKey(group: Digest.zero) }
    if let origin { try allowDirectMessage(origin, in: store, surroundings) }
    let signing = surroundings.signingKey()
    let seal = surroundings.sealKeyPair()
    var settings = Preference.allCases.map {
      PreferenceSetting(key: Text($0.key), value: $0.standard(in: template))
    }
    for preference in preferences {
      settings.removeAll { $0.key == preference.key }
      settings.append(preference)
    }
    let founding = Founding(
      template: template,
      name: Text(name),
      preferences: settings,
      nonce: surroundings.random(16),
      seal: seal.publicKey,
      from: origin
    )
    let now = surroundings.now()
    let draft = Draft(founding: founding, by: signing.publicKey, time: now)
    let envelope = draft.sealed(with: signing)
    let id = try draft.event(in: envelope).id
    let key = StoredKey(
      purpose: .member,
      group: id,
      created: now,
      signing: signing,
      seal: seal
    )
    return try store.exclusively { () throws(GroupError) in
      do throws(VaultError) {
        try vault.changeKeys { $0.append(key) }
      } catch {
        throw .vault(error)
      }
      let log = try store.adopt(id)
      try log.place(draft, envelope)
      return Group(log, in: store, as: store.signer(with: key), surroundings: surroundings)
    }
  }

  private static func allowDirectMessage(
    _ origin: Founding.Origin,
    in store: Store,
    _ surroundings: Surroundings
  ) throws(GroupError) {
    guard let governance = try store.governance(of: origin.group) else {
      throw .notFounded(origin.group)
    }
    let mine = try store.key(for: origin.group, in: governance)?.publicKey
    guard let member = governance.members.first(where: { $0.key == mine }) else {
      throw .refused(.authorNotMember, by: nil)
    }
    let key = Text(Preference.directMessages.key)
    let value = governance.preferences.first { $0.key == key }?.value
    if value?.allows(member.standing.role) == false { throw .refused(.preferenceOff, by: nil) }
  }

  /// Renames the group, and describes it.
  @discardableResult
  public func setProfile(name: String, description: String? = nil) throws(GroupError) -> Digest {
    try act(.groupProfile(name: Text(name), description: description.map { Text($0) }))
  }

  /// Sets a preference.
  @discardableResult
  public func setPreference(_ key: String, to value: PreferenceValue) throws(GroupError) -> Digest {
    try act(.groupPreference(key: Text(key), value: value))
  }

  /// Sets what is shown to whoever joins from now on.
  @discardableResult
  public func setWelcome(_ text: String) throws(GroupError) -> Digest {
    try act(.groupWelcome(text: Text(text)))
  }

  /// Ends the group for everyone.
  @discardableResult
  public func dissolve() throws(GroupError) -> Digest {
    try act(.groupDissolve)
  }

  // MARK: Members

  /// Gives a member another role.
  @discardableResult
  public func setRole(of member: Digest, to role: Role) throws(GroupError) -> Digest {
    try act(.memberRole(member: member, role: role))
  }

  /// Removes a member; with `erase`, also deletes everything that it has posted, for everyone.
  @discardableResult
  public func remove(_ member: Digest, erase: Bool = false) throws(GroupError) -> Digest {
    try act(.memberRemove(member: member, erase: erase))
  }

  /// Leaves the group.
  @discardableResult
  public func leave() throws(GroupError) -> Digest {
    try act(.memberLeave)
  }

  /// Takes a lower role.
  @discardableResult
  public func resign(to role: Role) throws(GroupError) -> Digest {
    try act(.memberResign(role: role))
  }

  /// Takes another display name.
  @discardableResult
  public func rename(to name: String) throws(GroupError) -> Digest {
    let words = words(Array(name.utf8))
    return try act(.memberProfile(name: words.commitment), with: words)
  }

  /// Publishes a fresh seal key, to which others seal from now on.
  ///
  /// The one before is kept until all others know of the new one.
  @discardableResult
  public func changeSeal() throws(GroupError) -> Digest {
    let me = try signing().publicKey
    guard let vault = store.vault else { throw .noKey(group: id) }
    return try store.exclusively { () throws(GroupError) in
      // Another program may have changed it too: then that seal key is the one before.
      guard let key = try store.keys().holding(me) else { throw .noKey(group: id) }
      let fresh = key.resealed(with: surroundings.sealKeyPair())
      let action = Action.memberSeal(seal: fresh.seal.publicKey)
      try requireAdmitted(action, by: key)
      do throws(VaultError) {
        try vault.changeKeys { keys in
          keys.removeAll {
            $0.purpose == key.purpose && $0.group == key.group && $0.publicKey == me
          }
          keys.append(fresh)
        }
      } catch {
        throw .vault(error)
      }
      return try act(action)
    }
  }

  /// Hides what a member posts from now on.
  @discardableResult
  public func block(_ member: Digest) throws(GroupError) -> Digest {
    try act(.memberBlock(member: member))
  }

  /// Shows again what a blocked member posts from now on.
  @discardableResult
  public func unblock(_ member: Digest) throws(GroupError) -> Digest {
    try act(.memberUnblock(member: member))
  }
}
