internal import CoterieEvents
internal import CoterieWire

/// A member as a view has it: role, path, and the grant from which they come.
package struct Present: Equatable {
  package var rank: Rank
  package var path: Int32
  package var grant: Int
  /// The lowering that last cut the grant; -1 if none.
  package var cut: Int
}

extension Judge {
  func state(of person: Int, in view: View) -> PersonState {
    view.changes?.persons[person] ?? trunk.person(person, at: view.version) ?? PersonState()
  }

  func state(ofEntry entry: Int, in view: View) -> EntryState {
    view.changes?.entries[entry] ?? trunk.entry(entry, at: view.version) ?? EntryState()
  }

  func setting(_ key: SettingKey, in view: View) -> SettingState? {
    view.changes?.settings[key] ?? trunk.setting(key, at: view.version)
  }

  func group(in view: View) -> GroupState {
    view.changes?.group ?? trunk.group(at: view.version)
  }

  /// The role of a person in a view; nil for one who is not a member.
  func present(_ person: Int, in view: View) -> Present? {
    if let floor = group(in: view).floor, floor.person == person {
      return Present(
        rank: Role.owner.rank,
        path: acts[floor.grant].conferredPath,
        grant: floor.grant,
        cut: -1
      )
    }
    return state(of: person, in: view).best(paths).map {
      Present(rank: $0.value, path: $0.path, grant: $0.grant, cut: $0.cut)
    }
  }

  /// The event that ended a membership, the removal first; -1 for one who was never a member.
  func endOfMembership(_ person: Int, in view: View) -> Int {
    let state = state(of: person, in: view)
    let act = state.removal >= 0 ? state.removal : state.newest?.cut ?? -1
    return act < 0 ? -1 : acts[act].event
  }

  /// Owners of a view, with one that is held back.
  func ownerCount(in view: View) -> Int {
    let group = group(in: view)
    return group.owners + (group.floor == nil ? 0 : 1)
  }

  /// What became of an act in a view that has it.
  func verdict(ofAct act: Int, in view: View) -> ActVerdict {
    if let floor = group(in: view).floor, floor.exits.contains(act) {
      return ActVerdict(status: .heldBack, code: .ownerFloor)
    }
    if trunk.contains(act, at: view.version) { return trunk.verdict(of: act) }
    return view.changes?.verdicts[act]
      ?? ActVerdict(status: .defeated, code: .lostSupport)
  }

  func power(of act: Int, in view: View) -> Rank {
    view.changes?.verdicts[act]?.power ?? trunk.verdict(of: act).power
  }

  /// A preference in a view.
  func preference(_ preference: Preference, in view: View) -> PreferenceValue {
    value(ofPreference: Text(preference.key), in: view) ?? preference.standard(in: template)
  }

  /// The value written for a key; nil if none was.
  func value(ofPreference key: Text, in view: View) -> PreferenceValue? {
    guard let winner = setting(.preference(key), in: view)?.winner else { return nil }
    switch acts[winner].action {
    case .groupPreference(_, let value): return value
    case .groupFound(let founding): return founding.preferences.first { $0.key == key }?.value
    default: return nil
    }
  }

  /// The role that a link confers in a view.
  func linkRole(_ entry: Int, in view: View) -> Rank {
    guard let winner = setting(.linkRole(entry), in: view)?.winner else { return acts[entry].role }
    return acts[winner].role
  }

  /// Everyone whom a view knows, by number.
  func knownPersons(in view: View) -> Int {
    max(trunk.personCount, (view.changes?.persons.keys.max() ?? -1) + 1)
  }

  // MARK: Stratum 7

  /// The effect of an admitted event that is no act.
  ///
  /// Its author's best value over grants in effect before it, under every lowering that it does
  /// not precede. Looks only at what happened to its author since the trunk that it had seen.
  func effect(of event: Int, in view: View) -> ActVerdict {
    let record = records[event]
    if record.kind == .inviteDecline {
      let entry = Int(record.target)
      return verdict(ofAct: entry, in: view).isInEffect
        ? .effective(0)
        : ActVerdict(status: .defeated, code: .lostSupport, by: acts[entry].event)
    }
    let author = graph.author(event)
    let before = record.before
    let isUnchanged = view.changes?.persons[author] == nil
    if isUnchanged, trunk.leaves(author, after: before, upTo: view.version) { return .effective(0) }
    let base = min(lastVersion(below: before), view.version)
    let isSettled = trunk.isSettled(before, at: base)
    var lowerings = trunk.lowerings(of: author, after: base, upTo: view.version) {
      graph.isBefore(event, clocked: acts[$0].event)
    }
    if isSettled, isUnchanged, lowerings.isEmpty { return .effective(0) }
    lowerings += (view.changes?.lowerings[author] ?? []).filter {
      !graph.isBefore(event, clocked: acts[$0].event)
    }
    let grants =
      isSettled
      ? []
      : trunk.grants(on: author, after: base, upTo: view.version)
        + (view.changes?.grants[author] ?? [])
    return effect(
      of: event,
      author: author,
      base: base,
      grants: grants.filter { isWithin($0, before) },
      lowerings: lowerings,
      in: view
    )
  }

  /// Whether someone was lowered, in a view, by an act that is not among those seen.
  ///
  /// If not, what they do who have seen these acts comes to the same wherever it stands.
  func wasLowered(_ person: Int, after seen: Frontier, in view: View) -> Bool {
    let base = min(lastVersion(below: seen), view.version)
    return view.changes?.lowerings[person] != nil || trunk.wasLowered(person, after: base)
  }

  /// The effect under grants that it had seen and lowerings that had not seen it, both above the
  /// trunk that it had seen.
  private func effect(
    of event: Int,
    author: Int,
    base: Int32,
    grants: [Int],
    lowerings: [Int],
    in view: View
  ) -> ActVerdict {
    var best: Rank = 0
    let support = Int(records[event].support)
    var supportCut = -1
    func consider(_ grant: Int, _ start: Rank, _ cut: Int) {
      let (value, last) = lowered(
        (start, cut),
        grant: grant,
        person: author,
        by: lowerings,
        own: .skipped,
        power: { power(of: $0, in: view) }
      )
      best = max(best, value)
      if grant == support { supportCut = last }
    }
    let held = trunk.person(author, at: base)?.holdings ?? []
    for holding in held { consider(holding.grant, holding.othersValue, holding.othersCut) }
    for grant in grants { consider(grant, acts[grant].role, -1) }
    if support >= 0, trunk.contains(support, at: base),
      !held.contains(where: { $0.grant == support }),
      trunk.verdict(of: support).isInEffect
    {
      let (value, cut) = trunkValue(of: support, for: author, upTo: base, own: .skipped)
      consider(support, value, cut)
    }
    if best >= records[event].need { return .effective(0) }
    guard support >= 0 else { return ActVerdict(status: .defeated, code: .lostSupport) }
    guard verdict(ofAct: support, in: view).isInEffect else {
      return ActVerdict(status: .defeated, code: .lostSupport, by: acts[support].event)
    }
    return ActVerdict(
      status: .defeated,
      code: .revokedConcurrently,
      by: supportCut < 0 ? -1 : acts[supportCut].event
    )
  }

  /// The verdict of any event in a view.
  func outcome(of event: Int, in view: View) -> ActVerdict {
    if let code = records[event].code {
      return ActVerdict(status: .rejected, code: code, by: refusedBy[event] ?? -1)
    }
    if records[event].act >= 0 { return verdict(ofAct: Int(records[event].act), in: view) }
    return effect(of: event, in: view)
  }
}
