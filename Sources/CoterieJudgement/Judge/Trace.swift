package import CoterieEvents
package import CoterieWire

/// A fact on which a check rests, and the event from which it comes.
package struct TraceFact: Equatable {
  /// What it is about, such as `members.KEY.role`.
  package var path: String
  /// What it is.
  package var value: String
  /// The event that made it so; nil where none did.
  package var from: Digest?
}

/// One check of an event, as the judge made it.
package struct TraceCheck: Equatable {
  /// What came of it.
  package enum Result: String {
    case ok, fail, skipped
  }

  /// The check's name.
  package var name: String
  /// What came of it.
  package var result: Result
  /// On what it rests.
  package var facts: [TraceFact]
  /// The code that it gives if it fails.
  package var code: Code?
}

extension Judge {
  /// The checks of an event's admission, in order, made again by the functions that made them.
  ///
  /// - Parameter action: what the event does; the judge keeps no bodies.
  package func admissionTrace(of event: Int, _ action: Action) -> [TraceCheck] {
    Admission(
      judge: self,
      action: action,
      author: graph.author(event),
      past: .of(event),
      view: pastView(of: event)
    ).trace()
  }

  /// The same for an act that someone would sign now, having seen everything held.
  package func admissionTrace(of action: Action, by author: Digest) -> [TraceCheck] {
    let person = graph.person(author)
    if case .inviteCreate(let invitee, _) = action { _ = graph.person(invitee) }
    return Admission(
      judge: self,
      action: action,
      author: person,
      past: .everything,
      view: currentView().view
    ).trace()
  }

  /// The checks of an admitted event's effect in the view of everything held.
  package func effectTrace(of event: Int, in current: CurrentView) -> [TraceCheck] {
    let view = current.view
    let outcome = outcome(of: event, in: view)
    let by = outcome.by < 0 ? nil : graph.id(outcome.by)
    var checks: [TraceCheck] = []
    let isLost = outcome.code == .lostSupport
    let support = records[event].support < 0 ? -1 : acts[Int(records[event].support)].event
    let rest = isLost && outcome.by >= 0 ? outcome.by : support
    if rest >= 0 {
      let status = self.outcome(of: rest, in: view).status.rawValue
      checks.append(
        TraceCheck(
          name: "support-in-effect",
          result: isLost ? .fail : .ok,
          facts: [TraceFact(path: "support", value: status, from: graph.id(rest))],
          code: isLost ? .lostSupport : nil
        )
      )
    }
    for (name, code) in Self.effectChecks where Self.applies(code, to: records[event].kind) {
      let isFailed = outcome.code == code
      let facts = isFailed ? effectFacts(event, code, by) : []
      checks.append(
        TraceCheck(
          name: name,
          result: isFailed ? .fail : .ok,
          facts: facts,
          code: isFailed ? code : nil
        )
      )
    }
    return checks
  }

  private static let effectChecks: [(String, Code)] = [
    ("right-not-taken-concurrently", .revokedConcurrently),
    ("invite-not-closed-unseen", .inviteVoid),
    ("uses-left-among-concurrent", .inviteUsedUp),
    ("not-of-a-losing-branch", .equivocation),
    ("no-concurrent-higher-grant", .concurrentHigherGrant),
    ("an-owner-stays", .ownerFloor),
  ]

  private static func applies(_ code: Code, to kind: Kind) -> Bool {
    switch code {
    case .inviteVoid, .inviteUsedUp: kind == .inviteAccept || kind == .linkJoin
    case .equivocation: kind.isAuthority
    case .concurrentHigherGrant: kind == .memberRole || kind == .memberRemove
    case .ownerFloor: kind == .memberLeave || kind == .memberResign
    default: kind != .inviteDecline
    }
  }

  private func effectFacts(_ event: Int, _ code: Code, _ by: Digest?) -> [TraceFact] {
    var facts = [
      TraceFact(
        path: "standing of the author",
        value: standingText(records[event].rank, records[event].path),
        from: graph.id(event)
      )
    ]
    guard let by, let cause = number(of: by) else { return facts }
    facts.append(
      TraceFact(
        path: "standing of its cause's author",
        value: standingText(records[cause].rank, records[cause].path),
        from: by
      )
    )
    return facts
  }

  func standingText(_ rank: Rank, _ path: Int32) -> String {
    let role = Role(rank: rank)?.name ?? "none"
    let sequences = paths.sequences(path).map(String.init).joined(separator: ".")
    return sequences.isEmpty ? "\(role), founder" : "\(role), path \(sequences)"
  }
}

extension Admission {
  /// Every check of the kind: those behind the first that fails are skipped.
  func trace() -> [TraceCheck] {
    var hasFailed = false
    return AdmissionCheck.checks(of: action.kind).map { check in
      if hasFailed {
        return TraceCheck(name: check.rawValue, result: .skipped, facts: [], code: nil)
      }
      let refusal = refusal(by: check)
      hasFailed = refusal != nil
      var facts = facts(for: check)
      if let refusal, refusal.by >= 0 {
        let id = judge.graph.id(refusal.by)
        let kind = judge.kind(of: refusal.by).name
        facts.append(TraceFact(path: "cause", value: kind, from: id))
      }
      return TraceCheck(
        name: check.rawValue,
        result: refusal == nil ? .ok : .fail,
        facts: facts,
        code: refusal?.code
      )
    }
  }

  private func facts(for check: AdmissionCheck) -> [TraceFact] {
    switch check {
    case .isMember: [role(of: author)]
    case .hasRole: [role(of: author), need] + (person.map { [role(of: $0)] } ?? [])
    case .preferenceAllows: preference.map { [setting($0), role(of: author)] } ?? []
    case .targetIsMember: person.map { [role(of: $0)] } ?? []
    case .outranksTarget: [standing(of: author)] + (person.map { [standing(of: $0)] } ?? [])
    case .outranksIssuer:
      entry.map { [standing(of: author), standing(of: judge.acts[$0].author)] } ?? []
    case .outranksSender:
      message.map { [standing(of: author), standing(of: judge.graph.author($0))] } ?? []
    case .changesRole: [role(of: person ?? author)]
    case .notLastOwner:
      [
        role(of: author),
        TraceFact(path: "owners", value: "\(judge.ownerCount(in: view))", from: nil),
      ]
    case .inviteStands, .inviteIsOwn, .usesLeft: entry.map { facts(ofEntry: $0, check) } ?? []
    case .notMemberYet, .notRemoved: [role(of: author)]
    case .inviteeNotMember: person.map { [role(of: $0)] } ?? []
    case .ownMessage, .notDeleted:
      message.map { number in
        let sender = judge.graph.authorKey(number).hex
        return [TraceFact(path: "message.author", value: sender, from: judge.graph.id(number))]
      } ?? []
    case .notDissolved, .notOneself, .proofHolds, .namesKnown, .roomInChat: []
    }
  }

  private var need: TraceFact {
    TraceFact(
      path: "need",
      value: judge.table.need(action.kind, matter).name,
      from: nil
    )
  }

  private func role(of person: Int) -> TraceFact {
    let path = "members.\(judge.graph.authors.digests[person].hex).role"
    guard let present = judge.present(person, in: view) else {
      let end = judge.endOfMembership(person, in: view)
      return TraceFact(path: path, value: "none", from: end < 0 ? nil : judge.graph.id(end))
    }
    return TraceFact(
      path: path,
      value: Role(rank: present.rank)?.name ?? "none",
      from: judge.graph.id(judge.acts[present.grant].event)
    )
  }

  private func standing(of person: Int) -> TraceFact {
    var fact = role(of: person)
    if let present = judge.present(person, in: view) {
      fact.value = judge.standingText(present.rank, present.path)
    }
    return fact
  }

  private func setting(_ preference: Preference) -> TraceFact {
    let winner = judge.setting(.preference(Text(preference.key)), in: view)?.winner
    let value: String
    switch judge.preference(preference, in: view) {
    case .on: value = "on"
    case .off: value = "off"
    case .from(let role): value = "from \(role.name)"
    case .seconds(let seconds): value = "\(seconds)"
    case .other(let text): value = text.string
    }
    return TraceFact(
      path: "preferences.\(preference.key)",
      value: value,
      from: winner.map { judge.graph.id(judge.acts[$0].event) }
    )
  }

  private func facts(ofEntry entry: Int, _ check: AdmissionCheck) -> [TraceFact] {
    let act = judge.acts[entry]
    let id = judge.graph.id(act.event)
    let state = judge.state(ofEntry: entry, in: view)
    switch check {
    case .inviteStands:
      let status = judge.verdict(ofAct: entry, in: view).status.rawValue
      var facts = [TraceFact(path: act.action.kind.name, value: status, from: id)]
      facts.append(standing(of: act.author))
      if state.closing >= 0 {
        let closing = judge.graph.id(judge.acts[state.closing].event)
        facts.append(TraceFact(path: "closed", value: "yes", from: closing))
      }
      return facts
    case .inviteIsOwn:
      guard case .inviteCreate(let invitee, _) = act.action else { return [] }
      return [TraceFact(path: "invitee", value: invitee.hex, from: id)]
    default:
      let uses = judge.usesAllowed(by: entry).map { " of \($0)" } ?? ""
      return [TraceFact(path: "used", value: "\(state.uses)\(uses)", from: id)]
    }
  }
}
