package import CoterieEvents
internal import CoterieJudgement
internal import CoterieSealing
package import CoterieWire

/// Everything that a judge says of a group, line by line.
///
/// Nothing in it hangs on how the judge works it out: verdicts with causes, the checks on which
/// they rest, states of messages, people, invites and links, what each may do next, forks, and the
/// state digest after each event.
package struct Account {
  package private(set) var lines: [String] = []
  private let judge = Judge(seed: 3)
  private let people: [Digest]
  private let events: [Event]
  /// What events and people are called: by their places.
  private var names: [Digest: String] = [:]

  /// Judges events in the order given; parents must come first.
  package init(_ events: [Event]) {
    self.events = events
    var people: Set<Digest> = [Cast.eve]
    for event in events {
      people.insert(event.author)
      if case .inviteCreate(let invitee, _) = event.action { people.insert(invitee) }
    }
    self.people = people.sorted()
    for (place, person) in self.people.enumerated() { names[person] = "p\(place)" }
    for (place, event) in events.enumerated() { names[event.id] = "e\(place)" }
    for event in events { take(event) }
    guard judge.count > 0 else { return }
    tellEvents()
    tellPeople()
    tellRefusals()
    for fork in judge.allForks() {
      lines.append("fork \(name(fork.author)) \(fork.sequence) \(fork.events.map { name($0) })")
    }
    tellFaults()
  }

  /// A digest over all lines.
  package var digest: Digest {
    Hashing.digest(of: Array(lines.joined(separator: "\n").utf8), domain: .plain)
  }

  private func name(_ digest: Digest?) -> String {
    digest.map { names[$0] ?? $0.hex } ?? "-"
  }

  private mutating func take(_ event: Event) {
    let inserted: Judge.Insertion
    do {
      inserted = try judge.insert(event)
    } catch {
      lines.append("fault \(name(event.id)) \(error)")
      return
    }
    guard case .inserted(let number) = inserted else {
      lines.append("not inserted \(name(event.id)) \(inserted)")
      return
    }
    let current = judge.currentView()
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    let state = judge.governance(in: current)?.digest(verdicts: tally.digest)
    let facts = judge.facts(of: number)
    lines.append(
      "took \(name(event.id)) \(name(state)) "
        + "heads \(judge.heads.map { name(judge.graph.id($0)) }.sorted()) "
        + "code \(facts.code?.rawValue ?? "none") rank \(facts.rank) need \(facts.need) "
        + "members \(judge.mayMoveMembers(number)) views \(judge.changesViews(number)) "
        + "erases \(judge.mayErase(number)) content \(judge.mayHaveContent(number))"
    )
  }

  private mutating func tellEvents() {
    let current = judge.currentView()
    let order = judge.canonicalOrder()
    let tally = judge.tally(in: current, order: order)
    lines.append("counts \(tally.counts.map { "\($0.key.rawValue) \($0.value)" }.sorted())")
    let actions = Dictionary(events.map { ($0.id, $0.action) }) { first, _ in first }
    for number in order {
      let id = judge.graph.id(number)
      lines.append("event \(name(id)) \(told(judge.verdict(of: number, in: current)))")
      guard let action = actions[id] else { continue }
      for check in judge.admissionTrace(of: number, action) { lines.append("  \(told(check))") }
      if judge.wasAdmitted(number) {
        for check in judge.effectTrace(of: number, in: current) { lines.append("  \(told(check))") }
      }
      let isGone = judge.isGone(number, in: current)
      lines.append("  stranger \(judge.isByStranger(number)) gone \(isGone)")
      if let message = judge.message(actedOnBy: number) {
        lines.append("  on \(name(judge.graph.id(message)))")
      }
      if case .messagePost(let post) = action { tellMessage(number, post, current) }
      tellSources(action, of: id, current)
    }
  }

  private mutating func tellMessage(_ number: Int, _ post: Post, _ current: CurrentView) {
    let edit = judge.newestEdit(of: number, in: current).map { judge.graph.id($0) }
    lines.append(
      "  message \(judge.messageState(of: number, in: current)?.rawValue ?? "none") "
        + "edit \(name(edit)) of \(judge.edits(of: number).count) "
        + "lifetime \(judge.lifetime(of: number, post) ?? 0)"
    )
  }

  private mutating func tellSources(_ action: Action, of id: Digest, _ current: CurrentView) {
    switch action {
    case .groupPreference(let key, _):
      lines.append("  set by \(name(judge.source(of: .preference(key), in: current)))")
    case .groupProfile:
      lines.append("  named by \(name(judge.source(of: .profile, in: current)))")
    case .groupWelcome:
      lines.append("  welcomed by \(name(judge.source(of: .welcome, in: current)))")
    case .inviteCreate, .linkCreate:
      lines.append("  closed by \(name(judge.closing(ofEntry: id, in: current)))")
      if let act = judge.act(of: id) {
        lines.append("  role by \(name(judge.source(of: .linkRole(act), in: current)))")
      }
    default:
      break
    }
  }

  private mutating func tellPeople() {
    let current = judge.currentView()
    let governance = judge.governance(in: current)
    lines.append("state \(governance?.encoded ?? [])")
    // A checkpoint reads what was written.
    let again = governance.flatMap { try? Governance(encoded: $0.encoded) }
    lines.append("read again \(again == governance)")
    lines.append("founding \(judge.group.flatMap { judge.act(of: $0) } ?? -1)")
    for person in people {
      lines.append(
        "person \(name(person)) by \(name(judge.source(ofRoleOf: person, in: current))) "
          + "removed \(name(judge.removal(of: person))) "
          + "invite \(name(judge.openInvite(for: person)))"
      )
    }
  }

  private func told(_ verdict: Verdict) -> String {
    let standing = verdict.standing.map { "\($0.role.name) \($0.path)" }
    return "\(verdict.status.rawValue) \(verdict.code?.rawValue ?? "-") "
      + "by \(name(verdict.by)) as \(standing ?? "-") need \(verdict.need?.name ?? "-") "
      + "on \(name(verdict.support)) root \(name(verdict.root))"
  }

  private func told(_ check: TraceCheck) -> String {
    let facts = check.facts.map { "\($0.path)=\($0.value) from \(name($0.from))" }
    return "\(check.name) \(check.result.rawValue) \(check.code?.rawValue ?? "-") \(facts)"
  }
}

extension Account {
  /// What each person could do next, and why not.
  private mutating func tellRefusals() {
    for (place, author) in people.enumerated() {
      // The checks of all would be as many as the rest of the account.
      let isTraced = place == events.count % people.count
      for action in attempts(by: author) {
        let refusal = judge.refusal(of: action, by: author)
        let checks = isTraced ? judge.admissionTrace(of: action, by: author) : []
        let trace = checks.map { told($0) }
        lines.append(
          "may \(name(author)) \(action.kind.name) \(refusal?.code.rawValue ?? "yes") "
            + "\(name(refusal?.by)) \(trace)"
        )
      }
    }
  }

  private func attempts(by author: Digest) -> [Action] {
    var actions: [Action] = [
      .groupProfile(name: "New", description: nil), .groupDissolve, .memberLeave, .historyClear,
      .groupPreference(key: "voice", value: .off), .memberSeal(seal: Cast.someSeal),
      .linkCreate(link: Cast.linkKey, role: .moderator, uses: 1),
      .linkCreate(link: Cast.linkKey, role: .admin, uses: 1),
    ]
    for role in [Role.observer, .admin] { actions.append(.memberResign(role: role)) }
    for person in people {
      actions += [
        .memberRole(member: person, role: .member), .memberRole(member: person, role: .owner),
        .memberRemove(member: person, erase: false), .memberBlock(member: person),
        .inviteCreate(invitee: person, role: .member), .inviteCreate(invitee: person, role: .owner),
      ]
    }
    for type in Post.ContentType.allCases {
      actions.append(.messagePost(Post(type: type, content: Cast.content)))
    }
    return actions + followUps(by: author)
  }

  /// What can be done about the newest events of each kind.
  private func followUps(by author: Digest) -> [Action] {
    var actions: [Action] = []
    func newest(_ kind: Kind) -> [Digest] {
      events.filter { $0.action.kind == kind }.suffix(2).map(\.id)
    }
    for message in newest(.messagePost) + newest(.messageEdit) {
      actions += [
        .messageEdit(message: message, content: Cast.content), .messageDelete(message: message),
        .messageReact(message: message, emoji: "+", on: true),
        .messageReport(message: message, content: Cast.content),
        .messagePost(Post(type: .text, content: Cast.content, reply: message)),
      ]
    }
    for invite in newest(.inviteCreate) + newest(.linkCreate) {
      actions += [
        .inviteWithdraw(invite: invite), .inviteDecline(invite: invite),
        .inviteAccept(invite: invite, seal: Cast.someSeal, name: nil),
        .linkClose(link: invite), .linkRole(link: invite, role: .moderator),
        .linkRole(link: invite, role: .admin),
      ]
    }
    for link in newest(.linkCreate) {
      let statement = Joining.statement(group: judge.group ?? link, author: author)
      for said in [statement, statement + [0]] {
        let proof = SigningKey(seed: Cast.linkSeed).signature(of: said)
        actions.append(.linkJoin(Joining(link: link, proof: proof, seal: Cast.someSeal)))
      }
    }
    return actions
  }

  /// What a judge says of events that cannot be: of another group, behind another's event, with a
  /// gap, twice, and without their past.
  private mutating func tellFaults() {
    guard let last = events.last(where: { $0.previous != nil }) else { return }
    func draft(
      of author: Digest,
      group: Digest?,
      _ sequence: UInt64,
      _ previous: Digest?,
      _ parent: Digest
    ) -> Event {
      Draft(
        group: group,
        author: author,
        sequence: sequence,
        previous: previous,
        parents: Parents([parent]),
        time: 9,
        action: .memberLeave
      ).event
    }
    let next = last.sequence + 1
    let other = people.first { $0 != last.author } ?? last.author
    take(last)
    take(draft(of: last.author, group: Cast.someSeal, next, last.id, last.id))
    take(draft(of: last.author, group: last.group, next + 1, last.id, last.id))
    take(draft(of: last.author, group: last.group, last.sequence, last.id, last.id))
    take(draft(of: other, group: last.group, next, last.id, last.id))
    take(draft(of: last.author, group: last.group, next, Cast.someSeal, last.id))
    take(draft(of: last.author, group: last.group, next, last.id, Cast.someSeal))
    take(draft(of: last.author, group: last.group, next, last.id, last.id))
  }
}
