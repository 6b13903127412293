package import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
package import CoterieLedger
internal import CoterieSealing
internal import CoterieVault
package import CoterieWire

/// Who someone is in a group, to those who are to send it events.
package enum Standpoint: Sendable, Equatable {
  /// A member: everything, but earlier contents only if `history` allows.
  case member(grant: Digest)
  /// Someone with an open invite, or an open link: everything that joining takes, and no messages.
  case invited
  /// Someone removed: what led to the removal, and nothing else.
  case removed(by: Digest)
  /// Someone who left or declined, or whose joining counts no more: what led to the newest that it
  /// signed itself, and nothing else.
  case parted(at: Digest)
  /// No one who is to get anything.
  case stranger
}

/// What is sent to whom.
extension GroupLog {
  /// Who a key is in this group, as far as is known here.
  package func standpoint(of key: Digest) -> Standpoint {
    guard let governance = governance() else { return .stranger }
    if let member = governance.members.first(where: { $0.key == key }) {
      return .member(grant: joining(of: member))
    }
    let entries = governance.invites + governance.links
    if entries.contains(where: { $0.key == key && $0.status == .open }) { return .invited }
    if let removal = replica.judge.removal(of: key) { return .removed(by: removal) }
    return parting(of: key).map { .parted(at: $0) } ?? .stranger
  }

  /// The event with which someone left or declined and after which it did not come back; nil for
  /// everyone else.
  package func leaving(of key: Digest) -> Digest? {
    guard case .parted(let event) = standpoint(of: key), let number = number(of: event) else {
      return nil
    }
    switch replica.judge.kind(of: number) {
    case .memberLeave, .inviteDecline: return event
    default: return nil
    }
  }

  /// The newest admitted event of someone; nil if there is none.
  private func parting(of key: Digest) -> Digest? {
    let judge = replica.judge
    guard let person = judge.graph.authors.number(of: key) else { return nil }
    let newest = judge.graph.chainsOfAuthor[person].compactMap { chain in
      judge.graph.chains[Int(chain)].events.last { judge.wasAdmitted(Int($0)) }.map { Int($0) }
    }
    return newest.max { judge.graph.isCanonicallyBefore($0, $1) }.map { judge.graph.id($0) }
  }

  /// The event with which a member came in, whatever role it was given since.
  private func joining(of member: Governance.Member) -> Digest {
    let judge = replica.judge
    let graph = judge.graph
    guard let grant = judge.number(of: member.grant), judge.kind(of: grant) == .memberRole,
      let person = graph.authors.number(of: member.key)
    else { return member.grant }
    let current = judge.currentView()
    let own = graph.chainsOfAuthor[person].flatMap { graph.chains[Int($0)].events }
    let joinings = own.map { Int($0) }.filter { event in
      switch judge.kind(of: event) {
      case .groupFound, .inviteAccept, .linkJoin:
        judge.verdict(of: event, in: current).status == .effective
      default: false
      }
    }
    let newest = joinings.max { graph.isCanonicallyBefore($0, $1) }
    return newest.map { graph.id($0) } ?? member.grant
  }

  /// Which of some events go to someone, parents first.
  package func events(_ events: [Int], for standpoint: Standpoint) -> [Int] {
    switch standpoint {
    case .member, .invited: return events
    case .stranger: return []
    case .removed(let end), .parted(let end):
      guard let number = replica.judge.number(of: end) else { return [] }
      return events.filter { $0 == number || replica.judge.precedes($0, number) }
    }
  }

  /// Whether the content of an event goes to someone: messages to members alone, where `history`
  /// keeps earlier ones from those who came later.
  package func sendsContent(
    of event: Int,
    to standpoint: Standpoint,
    history: Bool
  ) -> Bool {
    let judge = replica.judge
    if strangers[event] != nil { return false }
    switch judge.kind(of: event) {
    case .messagePost, .messageEdit, .messageReport: break
    default: return !events([event], for: standpoint).isEmpty
    }
    switch standpoint {
    case .member(let grant):
      if history { return true }
      guard let number = judge.number(of: grant) else { return false }
      return !judge.precedes(event, number)
    case .invited, .removed, .parted, .stranger: return false
    }
  }

  /// The events of messages whose content is here and goes to a member, and that were signed
  /// without knowledge of its joining: as long as that was not known, no content was sent.
  ///
  /// O(events).
  package func earlierContents(
    for member: Digest,
    joining: Digest
  ) throws(GroupError) -> [Int] {
    guard let contents, !contents.vault.isLocked else { return [] }
    let judge = replica.judge
    guard let number = judge.number(of: joining) else { return [] }
    let history = sharesHistory(with: member)
    do {
      let snapshot = try ledger.snapshot()
      return try (0..<judge.count).filter { event in
        switch judge.kind(of: event) {
        case .messagePost, .messageEdit, .messageReport: break
        default: return false
        }
        guard !judge.precedes(number, event),
          sendsContent(of: event, to: .member(grant: joining), history: history)
        else { return false }
        return try contents.holds(judge.graph.id(event), in: snapshot)
      }
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
  }

  /// Whether one event that is held lies in the past of another.
  package func precedes(_ first: Digest, _ second: Digest) -> Bool {
    guard let one = number(of: first), let other = number(of: second) else { return false }
    return replica.judge.precedes(one, other)
  }

  /// Whether `history` gives earlier contents to a member, as the role that it has.
  package func sharesHistory(with key: Digest) -> Bool {
    guard let governance = governance(),
      let role = governance.members.first(where: { $0.key == key })?.standing.role
    else { return false }
    let setting = governance.preferences.first { $0.key == Text(Preference.history.key) }
    return setting?.value.allows(role) ?? true
  }

  /// An event as it travels: with its content if that is held and wanted.
  package func entry(
    of event: Int,
    withContent: Bool,
    in snapshot: Snapshot
  ) throws(GroupError) -> BundleEntry {
    let id = replica.judge.graph.id(event)
    do {
      guard let envelope = try self.envelope(of: event, in: snapshot) else {
        throw GroupError.noContent(id)
      }
      var entry = BundleEntry(envelope: envelope)
      if withContent, let contents, replica.judge.mayHaveContent(event),
        case .present(let secret, let content) = try contents.state(of: id, in: snapshot)
      {
        entry.secret = secret
        entry.content = content
      }
      return entry
    } catch {
      throw .of(error, else: .noContent(id))
    }
  }
}
