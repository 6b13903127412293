internal import CoterieEvents
internal import CoterieWire

extension Admission {
  /// The act of the founding event.
  func founding() -> Act {
    Act(
      event: -1,
      purpose: .founding,
      action: action,
      author: author,
      holder: author,
      rank: Role.owner.rank,
      path: Paths.root,
      support: -1,
      need: 0,
      person: author,
      entry: -1,
      role: Role.owner.rank,
      conferredPath: Paths.root,
      before: .empty
    )
  }

  /// The act that an admitted authority event becomes; its number and frontier come later.
  func act(_ facts: Judge.Facts) -> Act {
    var act = Act(
      event: -1,
      purpose: .setting,
      action: action,
      author: author,
      holder: author,
      rank: facts.rank,
      path: facts.path,
      support: facts.support,
      need: facts.need,
      person: -1,
      entry: -1,
      role: 0,
      conferredPath: Paths.root,
      before: .empty
    )
    switch action {
    case .inviteCreate(let invitee, let role):
      act.purpose = .entry
      act.person = judge.graph.authors.number(of: invitee) ?? -1
      act.role = role.rank
    case .linkCreate(_, let role, _):
      act.purpose = .entry
      act.role = role.rank
    case .inviteWithdraw, .linkClose:
      act.purpose = .closing
      act.entry = judge.entryNamed(by: action, in: past) ?? -1
    case .linkRole(_, let role):
      act.entry = judge.entryNamed(by: action, in: past) ?? -1
      act.role = role.rank
    case .inviteAccept, .linkJoin:
      makeUse(&act)
    case .memberRole(_, let role):
      let person = judge.personActedOn(by: action) ?? -1
      let held = judge.present(person, in: view)?.rank ?? 0
      act.purpose = role.rank > held ? .raise : .lowering
      act.person = person
      act.role = role.rank
    case .memberRemove:
      act.purpose = .lowering
      act.person = judge.personActedOn(by: action) ?? -1
    case .memberLeave:
      act.purpose = .exit
      act.person = author
    case .memberResign(let role):
      act.purpose = .exit
      act.person = author
      act.role = role.rank
    default:
      break
    }
    return act
  }

  private func makeUse(_ act: inout Act) {
    guard let entry = judge.entryNamed(by: action, in: past) else { return }
    act.purpose = .use
    act.entry = entry
    act.holder = judge.acts[entry].author
    act.person = author
    if judge.template == .secretChat {
      act.role = Role.owner.rank
    } else if case .linkJoin = action {
      act.role = judge.linkRole(entry, in: view)
    } else {
      act.role = judge.acts[entry].role
    }
  }
}

extension Judge {
  func admission(
    of action: Action,
    by author: Int,
    past: Past,
    in view: View
  ) -> (facts: Facts, act: Act?) {
    if case .inviteCreate(let invitee, _) = action { _ = graph.person(invitee) }
    return Admission(judge: self, action: action, author: author, past: past, view: view).outcome()
  }

  /// Keeps the admission of a post for the author's next one, if nothing ever dissolved the group
  /// and nobody signed conflicting acts.
  func notePlainPost(
    _ action: borrowing Action,
    by author: Int,
    _ before: Frontier,
    _ facts: Facts
  ) {
    guard dissolvers.isEmpty, !hasConflicts, trunk.disowned.isEmpty, let act = before.single,
      trunk.isEnd(act), let type = action.typeOfPlainPost
    else { return }
    history.note(PlainPost(before: before, type: type, facts: facts), of: author)
  }

  /// Lets every post be asked for again: the trunk was given back, the group may be dissolved, or
  /// acts conflict.
  func forgetPlainPosts() {
    if !history.plainPosts.isEmpty { history.plainPosts.removeAll(keepingCapacity: true) }
  }

  /// Numbers an admitted act and gives it its place.
  func addAct(
    _ act: Act,
    event action: Action,
    number: Int,
    facts: Facts,
    before: Frontier
  ) -> Int {
    var act = act
    act.event = number
    act.before = before
    switch act.purpose {
    case .raise:
      act.conferredPath = paths.appending(graph.sequence(number), to: act.path)
    case .use:
      let entry = acts[act.entry]
      act.conferredPath = paths.appending(graph.sequence(entry.event), to: entry.path)
    case .founding, .lowering, .exit, .entry, .closing, .setting:
      break
    }
    let place = acts.count
    acts.append(act)
    records[number].act = Int32(place)
    if case .inviteCreate = action { invitesOfPerson[act.person, default: []].append(place) }
    forks.note(place, in: self)
    if hasConflicts { forgetPlainPosts() }
    return place
  }

  /// Whether an event lies in a past.
  func includes(_ event: Int, in past: Past) -> Bool {
    switch past {
    case .everything: true
    case .of(let number): graph.isBefore(event, number)
    }
  }

  /// The person whose role, membership or block an action changes, or whom it invites.
  func personActedOn(by action: Action) -> Int? {
    switch action {
    case .memberRole(let key, _), .memberRemove(let key, _), .memberBlock(let key),
      .memberUnblock(let key), .inviteCreate(let key, _):
      graph.authors.number(of: key)
    default:
      nil
    }
  }

  /// The admitted invite or link that an action names, if it lies in the past.
  func entryNamed(by action: Action, in past: Past) -> Int? {
    let named: (id: Digest, kind: Kind)
    switch action {
    case .inviteWithdraw(let id), .inviteAccept(let id, _, _), .inviteDecline(let id):
      named = (id, .inviteCreate)
    case .linkRole(let id, _), .linkClose(let id):
      named = (id, .linkCreate)
    case .linkJoin(let joining):
      named = (joining.link, .linkCreate)
    default:
      return nil
    }
    guard let event = graph.table.number(of: named.id), event < records.count,
      records[event].kind == named.kind, records[event].act >= 0, includes(event, in: past)
    else { return nil }
    return Int(records[event].act)
  }

  /// The admitted message that an action names, if it lies in the past.
  func messageNamed(by action: Action, in past: Past) -> Int? {
    let id: Digest
    switch action {
    case .messagePost(let post):
      guard let reply = post.reply else { return nil }
      id = reply
    case .messageEdit(let message, _), .messageDelete(let message),
      .messageReact(let message, _, _), .messageReport(let message, _):
      id = message
    default:
      return nil
    }
    guard let event = graph.table.number(of: id), event < records.count,
      records[event].kind == .messagePost, records[event].code == nil, includes(event, in: past)
    else { return nil }
    return event
  }
}
