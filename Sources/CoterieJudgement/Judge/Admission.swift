package import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

/// What an author had seen.
package enum Past {
  /// The past of an event that is in the graph.
  case of(Int)
  /// All events held: for an act that is yet to be signed.
  case everything
}

/// One check of an event against the view of its past: specification §4.2.
///
/// The codes are tried in the order of the specification; the first that applies is the answer.
struct Admission {
  let judge: Judge
  let action: Action
  let author: Int
  let past: Past
  let view: View

  let present: Present?
  let person: Int?
  let entry: Int?
  let message: Int?

  init(judge: Judge, action: Action, author: Int, past: Past, view: View) {
    self.judge = judge
    self.action = action
    self.author = author
    self.past = past
    self.view = view
    present = judge.present(author, in: view)
    person = judge.personActedOn(by: action)
    entry = judge.entryNamed(by: action, in: past)
    message = judge.messageNamed(by: action, in: past)
  }

  /// The facts, and for an admitted authority event the act that it becomes.
  func outcome() -> (facts: Judge.Facts, act: Act?) {
    var facts = Judge.Facts()
    if action.kind == .groupFound {
      facts.rank = Role.owner.rank
      return (facts, founding())
    }
    if action.kind == .unknown {
      facts.code = .unsupportedKind
      return (facts, nil)
    }
    takeStanding(&facts)
    if let refusal = refusal() {
      facts.code = refusal.code
      facts.by = refusal.by
      return (facts, nil)
    }
    return (facts, action.kind.isAuthority ? act(facts) : nil)
  }

  private func takeStanding(_ facts: inout Judge.Facts) {
    switch action.kind {
    case .inviteAccept, .linkJoin:
      guard let entry else { return }
      let issued = judge.acts[entry]
      facts.rank = issued.rank
      facts.path = issued.path
      facts.support = issued.support
      facts.need = issued.need
    case .inviteDecline:
      break
    default:
      facts.need = judge.table.need(action.kind, matter).rank
      guard let present else { return }
      facts.rank = present.rank
      facts.path = present.path
      facts.support = present.grant
    }
  }

  /// A code and the event that is its cause; -1 if none.
  typealias Refusal = (code: Code, by: Int)

  /// Asks in the order of the specification; the first check that fails is the answer.
  private func refusal() -> Refusal? {
    for check in AdmissionCheck.checks(of: action.kind) {
      if let refusal = refusal(by: check) { return refusal }
    }
    return nil
  }

  /// What one check says; nil if it passes.
  func refusal(by check: AdmissionCheck) -> Refusal? {
    switch check {
    case .notDissolved: return judge.dissolution(in: view, past).map { (.groupDissolved, $0) }
    case .isMember:
      return present == nil ? (.authorNotMember, judge.endOfMembership(author, in: view)) : nil
    case .hasRole: return hasRole ? nil : (.roleTooLow, -1)
    case .preferenceAllows: return preferenceAllows ? nil : (.preferenceOff, -1)
    case .notOneself: return person == author ? (.selfChange, -1) : nil
    case .targetIsMember:
      if target != nil { return nil }
      return (.targetNotMember, person.map { judge.endOfMembership($0, in: view) } ?? -1)
    case .outranksTarget:
      guard let target else { return nil }
      return reaches(target) ? nil : (.targetOutranksAuthor, -1)
    case .outranksIssuer:
      guard let entry, !isOwnEntry else { return nil }
      let issuer = judge.present(judge.acts[entry].author, in: view)
      return reaches(issuer) ? nil : (.targetOutranksAuthor, -1)
    case .outranksSender:
      guard let message, judge.graph.author(message) != author else { return nil }
      let owner = judge.present(judge.graph.author(message), in: view)
      return reaches(owner) ? nil : (.targetOutranksAuthor, -1)
    case .changesRole: return changesRole
    case .notLastOwner: return isLastOwner ? (.lastOwner, -1) : nil
    case .inviteStands:
      return entry.flatMap { voiding(of: $0, isDecline: action.kind == .inviteDecline) }
    case .inviteIsOwn: return isForAnother ? (.inviteNotYours, -1) : nil
    case .usesLeft: return usedUp
    case .notMemberYet: return present != nil ? (.alreadyMember, -1) : nil
    case .inviteeNotMember: return target != nil ? (.alreadyMember, -1) : nil
    case .notRemoved:
      let removal = judge.state(of: author, in: view).unforgiven
      return removal >= 0 ? (.removedNeedsInvite, judge.acts[removal].event) : nil
    case .proofHolds:
      guard case .linkJoin(let joining) = action, let entry else { return nil }
      return isProof(joining.proof, of: entry) ? nil : (.badProof, -1)
    case .namesKnown: return namesKnown ? nil : (.notInPast, -1)
    case .ownMessage:
      guard let message else { return nil }
      return judge.graph.author(message) == author ? nil : (.notOwnMessage, -1)
    case .notDeleted:
      return message.flatMap { judge.deletion(of: $0, in: view, past) }
        .map { (.alreadyDeleted, $0) }
    case .roomInChat: return isChatFull ? (.chatIsFull, -1) : nil
    }
  }

  // MARK: Author and role

  var matter: RuleTable.Matter {
    switch action {
    case .inviteCreate(_, let role), .linkCreate(_, let role, _):
      RuleTable.Matter(role: role)
    case .inviteWithdraw, .linkClose:
      RuleTable.Matter(isOwn: isOwnEntry)
    case .linkRole(_, let role):
      RuleTable.Matter(isOwn: isOwnEntry, role: role)
    case .memberRole(_, let role):
      RuleTable.Matter(role: max(role, targetRole ?? role))
    case .memberRemove:
      RuleTable.Matter(role: targetRole)
    case .messageDelete:
      RuleTable.Matter(isOwn: message.map { judge.graph.author($0) == author } ?? true)
    default:
      RuleTable.Matter()
    }
  }

  private var hasRole: Bool {
    guard let present, let role = Role(rank: present.rank) else { return true }
    return judge.table.allows(action.kind, role, matter)
  }

  /// The preference that switches this act on and off.
  var preference: Preference? {
    switch action {
    case .messagePost(let post): post.type.preference
    case .messageReact: .reactions
    case .messageReport: .reports
    default: nil
    }
  }

  private var preferenceAllows: Bool {
    guard let preference, let present, let role = Role(rank: present.rank) else { return true }
    return judge.preference(preference, in: view).allows(role)
  }

  var isOwnEntry: Bool {
    entry.map { judge.acts[$0].author == author } ?? true
  }

  // MARK: The one acted on

  var target: Present? {
    person.flatMap { judge.present($0, in: view) }
  }

  private var targetRole: Role? {
    target.flatMap { Role(rank: $0.rank) }
  }

  private func reaches(_ target: Present?) -> Bool {
    guard let present else { return false }
    return judge.reaches(
      present.rank,
      present.path,
      target?.rank ?? 0,
      target?.path ?? Paths.root
    )
  }

  private var changesRole: Refusal? {
    switch action {
    case .memberRole(_, let role): return role == targetRole ? (.notARaise, -1) : nil
    case .memberResign(let role):
      guard let present else { return nil }
      return role.rank >= present.rank ? (.notALowering, -1) : nil
    default: return nil
    }
  }

  private var isLastOwner: Bool {
    judge.template == .secretGroup && present?.rank == Role.owner.rank
      && judge.ownerCount(in: view) == 1
  }

  // MARK: Invites and links

  private var isForAnother: Bool {
    guard let entry, case .inviteCreate = judge.acts[entry].action else { return false }
    return judge.acts[entry].person != author
  }

  private var usedUp: Refusal? {
    guard let entry, let allowed = judge.usesAllowed(by: entry) else { return nil }
    let state = judge.state(ofEntry: entry, in: view)
    guard UInt64(state.uses) >= allowed else { return nil }
    return (.inviteUsedUp, state.lastUse < 0 ? -1 : judge.acts[state.lastUse].event)
  }

  private func voiding(of entry: Int, isDecline: Bool) -> Refusal? {
    let verdict = judge.verdict(ofAct: entry, in: view)
    if !verdict.isInEffect { return (.inviteVoid, verdict.by) }
    let closing = judge.state(ofEntry: entry, in: view).closing
    if closing >= 0 { return (.inviteVoid, judge.acts[closing].event) }
    if let declined = judge.declination(of: entry, in: view, past) {
      return (.inviteVoid, declined)
    }
    if isDecline { return nil }
    let issuer = judge.acts[entry].author
    guard let holder = judge.present(issuer, in: view) else {
      return (.inviteVoid, judge.endOfMembership(issuer, in: view))
    }
    if holder.rank >= judge.acts[entry].need { return nil }
    return (.inviteVoid, holder.cut < 0 ? -1 : judge.acts[holder.cut].event)
  }

  private func isProof(_ proof: Signature, of entry: Int) -> Bool {
    guard case .linkCreate(let key, _, _) = judge.acts[entry].action, let group = judge.group
    else { return false }
    let statement = Joining.statement(group: group, author: judge.graph.authors.digests[author])
    return VerifyingKey.verifies(proof, of: statement, by: key)
  }

  // MARK: Messages, and what remains

  /// Whether everything that it names lies in its past.
  private var namesKnown: Bool {
    switch action {
    case .inviteWithdraw, .inviteAccept, .inviteDecline, .linkRole, .linkClose, .linkJoin:
      entry != nil
    case .messagePost(let post): post.reply == nil || message != nil
    case .messageEdit, .messageDelete, .messageReact, .messageReport: message != nil
    default: true
    }
  }

  private var isChatFull: Bool {
    guard judge.template == .secretChat else { return false }
    if action.kind == .linkCreate { return true }
    let present = (0..<judge.knownPersons(in: view)).count { judge.present($0, in: view) != nil }
    if present >= 2 { return true }
    return judge.acts.indices.contains { act in
      judge.acts[act].purpose == .entry && judge.includes(judge.acts[act].event, in: past)
        && judge.verdict(ofAct: act, in: view).isInEffect
        && judge.state(ofEntry: act, in: view).closing < 0
        && judge.declination(of: act, in: view, past) == nil
    }
  }
}

extension Post.ContentType {
  /// The preference that switches messages of this type on and off.
  package var preference: Preference? {
    switch self {
    case .text: nil
    case .image, .video: .media
    case .voice: .voice
    case .file: .files
    case .link: .links
    }
  }
}
