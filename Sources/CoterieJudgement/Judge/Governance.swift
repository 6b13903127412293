public import CoterieEvents
internal import CoterieSealing
public import CoterieWire

/// The governance state of a group: what all members must agree on.
public struct Governance: Equatable, Sendable {
  /// A present member.
  public struct Member: Equatable, Sendable {
    /// The member's public key.
    public var key: Digest
    /// The role now.
    public var standing: Standing
    /// The event that gave the role.
    public var grant: Digest
    /// Whether moderators hide what this member posts from now on.
    public var isBlocked: Bool
  }

  /// How an invite or a link stands.
  public enum EntryStatus: String, Sendable {
    case open, accepted, declined, withdrawn, closed, void
  }

  /// An invite or a link.
  public struct Entry: Equatable, Sendable {
    /// The event that made it.
    public var id: Digest
    /// The invitee of an invite, the public key of a link.
    public var key: Digest
    /// How it stands.
    public var status: EntryStatus
    /// The role that it confers now.
    public var role: Role
    /// Uses in effect.
    public var used: Int
    /// Uses allowed; nil for any number.
    public var uses: UInt64?
  }

  /// The founding event.
  public var group: Digest
  /// What kind of group.
  public var template: Template
  /// Present members by key.
  public var members: [Member]
  /// Invites by id.
  public var invites: [Entry]
  /// Links by id.
  public var links: [Entry]
  /// Preferences by key: all of rules version 1, and unknown ones that were set.
  public var preferences: [PreferenceSetting]
  /// The group's name.
  public var name: Text
  /// The group's description.
  public var description: Text?
  /// What is shown to whoever joins.
  public var welcome: Text?
  /// The event that dissolved the group.
  public var dissolvedBy: Digest?
  /// Whether it is a secret chat whose invitation was declined.
  public var isCancelled: Bool
}

extension Judge {
  /// The governance state in a view; nil while there is no founding event.
  package func governance(in current: CurrentView) -> Governance? {
    guard let group, !acts.isEmpty else { return nil }
    let view = current.view
    var invites: [Governance.Entry] = []
    var links: [Governance.Entry] = []
    for act in acts.indices where acts[act].purpose == .entry {
      let entry = entry(act, in: view)
      if case .inviteCreate = acts[act].action {
        invites.append(entry)
      } else {
        links.append(entry)
      }
    }
    let (name, description) = profile(in: view)
    let dissolved = dissolution(in: view, .everything)
    let isCancelled =
      template == .secretChat
      && declines.keys.contains { declination(of: $0, in: view, .everything) != nil }
    return Governance(
      group: group,
      template: template,
      members: members(in: view),
      invites: invites.sorted { $0.id < $1.id },
      links: links.sorted { $0.id < $1.id },
      preferences: preferences(in: view),
      name: name,
      description: description,
      welcome: welcome(in: view),
      dissolvedBy: dissolved.map { graph.id($0) },
      isCancelled: isCancelled
    )
  }

  /// The newest open invite for a key, in the view of everything held.
  package func openInvite(for key: Digest) -> Digest? {
    guard let person = graph.authors.number(of: key) else { return nil }
    let view = currentView().view
    for act in (invitesOfPerson[person] ?? []).reversed()
    where entryStatus(act, state(ofEntry: act, in: view), isLink: false, in: view) == .open {
      return graph.id(acts[act].event)
    }
    return nil
  }

  func members(in view: View) -> [Governance.Member] {
    var members: [Governance.Member] = []
    for person in 0..<knownPersons(in: view) {
      guard let present = present(person, in: view), let role = Role(rank: present.rank) else {
        continue
      }
      members.append(
        Governance.Member(
          key: graph.authors.digests[person],
          standing: Standing(role: role, path: paths.sequences(present.path)),
          grant: graph.id(acts[present.grant].event),
          isBlocked: isBlocked(person, in: view)
        )
      )
    }
    return members.sorted { $0.key < $1.key }
  }

  private func entry(_ act: Int, in view: View) -> Governance.Entry {
    let fact = acts[act]
    let state = state(ofEntry: act, in: view)
    let isLink = fact.action.kind == .linkCreate
    let key =
      switch fact.action {
      case .linkCreate(let key, _, _): key
      case .inviteCreate(let key, _): key
      default: graph.id(fact.event)
      }
    let role = isLink ? linkRole(act, in: view) : fact.role
    return Governance.Entry(
      id: graph.id(fact.event),
      key: key,
      status: entryStatus(act, state, isLink: isLink, in: view),
      role: Role(rank: role) ?? .observer,
      used: state.uses,
      uses: usesAllowed(by: act)
    )
  }

  private func entryStatus(
    _ act: Int,
    _ state: EntryState,
    isLink: Bool,
    in view: View
  ) -> Governance.EntryStatus {
    if !verdict(ofAct: act, in: view).isInEffect { return .void }
    if state.closing >= 0 { return isLink ? .closed : .withdrawn }
    if !isLink, state.uses > 0 { return .accepted }
    if declination(of: act, in: view, .everything) != nil { return .declined }
    let issuer = present(acts[act].author, in: view)
    return (issuer?.rank ?? 0) >= acts[act].need ? .open : .void
  }

  private func preferences(in view: View) -> [PreferenceSetting] {
    var keys = Set(Preference.allCases.map { Text($0.key) })
    for key in trunk.settingKeys + Array((view.changes?.settings ?? [:]).keys) {
      if case .preference(let text) = key { keys.insert(text) }
    }
    return keys.sorted().compactMap { key in
      let standard = Preference(key: key)?.standard(in: template)
      return (value(ofPreference: key, in: view) ?? standard).map {
        PreferenceSetting(key: key, value: $0)
      }
    }
  }

  private func profile(in view: View) -> (Text, Text?) {
    guard let winner = setting(.profile, in: view)?.winner else { return ("", nil) }
    return switch acts[winner].action {
    case .groupProfile(let name, let description): (name, description)
    case .groupFound(let founding): (founding.name, nil)
    default: ("", nil)
    }
  }

  private func welcome(in view: View) -> Text? {
    guard let winner = setting(.welcome, in: view)?.winner,
      case .groupWelcome(let text) = acts[winner].action
    else { return nil }
    return text
  }
}
