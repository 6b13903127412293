internal import CoterieEvents

extension Strata {
  // MARK: Stratum 5

  /// Roles of everyone whom the window touches.
  mutating func settlePersons() {
    let touched = Set(changes.grants.keys).union(changes.lowerings.keys)
    for person in touched { changes.persons[person] = settledPerson(person) }
  }

  private func settledPerson(_ person: Int) -> PersonState {
    var state = judge.trunk.person(person, at: version) ?? PersonState()
    let newGrants = changes.grants[person] ?? []
    let newLowerings = changes.lowerings[person] ?? []
    let grants = state.holdings.map(\.grant) + newGrants
    let holdings = grants.map { holding(of: $0, for: person) }
    state.holdings = pruned(holdings)
    for grant in newGrants {
      if let newest = state.newest, judge.isCanonicallyBefore(grant, newest.grant) { continue }
      state.newest = holding(of: grant, for: person)
      state.removal = -1
    }
    if let newest = state.newest { state.newest = holding(of: newest.grant, for: person) }
    let removals = newLowerings.filter {
      judge.acts[$0].role == 0 && judge.acts[$0].author != person
    }
    if state.removal < 0, let newest = state.newest {
      state.removal = removals.first { !judge.isBefore($0, newest.grant) } ?? -1
    }
    if !newGrants.isEmpty { state.unforgiven = -1 }
    if state.unforgiven < 0 {
      state.unforgiven =
        removals.first { removal in !newGrants.contains { judge.isBefore(removal, $0) } } ?? -1
    }
    return state
  }

  private func holding(of grant: Int, for person: Int) -> Holding {
    let all = value(of: grant, for: person, at: nil, own: .counts)
    let others = value(of: grant, for: person, at: nil, own: .skipped)
    return Holding(
      grant: grant,
      path: judge.acts[grant].conferredPath,
      value: all.value,
      cut: all.cut,
      othersValue: others.value,
      othersCut: others.cut
    )
  }

  /// Drops each grant that can never again be better than another one.
  ///
  /// Whoever has seen both and lowers the better one reaches the other too, so the order between
  /// them never changes.
  private func pruned(_ holdings: [Holding]) -> [Holding] {
    var kept: [Holding] = []
    for (place, holding) in holdings.enumerated() {
      let isDominated = holdings.enumerated().contains { other in
        other.offset != place && dominates(other.element, holding, isEarlier: other.offset < place)
      }
      if !isDominated { kept.append(holding) }
    }
    return kept
  }

  private func dominates(_ one: Holding, _ other: Holding, isEarlier: Bool) -> Bool {
    guard one.value >= other.value, one.othersValue >= other.othersValue else { return false }
    // Of one path the first stays first wherever a lowering makes both worth the same.
    if one.path == other.path { return judge.isCanonicallyBefore(one.grant, other.grant) }
    return judge.paths.isSenior(one.path, other.path)
  }

  // MARK: Stratum 6

  /// Keeps an owner where all owners left at once.
  mutating func settleOwnerFloor() {
    let base = judge.trunk.group(at: version)
    changes.group.owners = base.owners
    for (person, state) in changes.persons {
      let before = judge.trunk.person(person, at: version).map { isOwner($0) } ?? false
      changes.group.owners += (isOwner(state) ? 1 : 0) - (before ? 1 : 0)
    }
    guard judge.template == .secretGroup, changes.group.owners == 0 else { return }
    changes.group.floor = ownerFloor()
  }

  private func isOwner(_ state: PersonState) -> Bool {
    state.holdings.contains { $0.value == Role.owner.rank }
  }

  private func ownerFloor() -> GroupState.Floor? {
    var candidates: [GroupState.Floor] = []
    let known = max(judge.trunk.personCount, (changes.persons.keys.max() ?? -1) + 1)
    for person in 0..<known {
      guard
        let state = changes.persons[person] ?? judge.trunk.person(person, at: version),
        let grant = lostToOneself(state)
      else { continue }
      let exits = exits(of: person, notBefore: grant)
      if !exits.isEmpty {
        candidates.append(GroupState.Floor(person: person, grant: grant, exits: exits))
      }
    }
    let last = candidates.filter { candidate in
      !candidates.contains { judge.isBefore(candidate.exits[0], $0.exits[0]) }
    }
    return last.min { left, right in
      judge.paths.isSenior(
        judge.acts[left.grant].conferredPath,
        judge.acts[right.grant].conferredPath
      )
    }
  }

  /// The most senior grant whose ownership only the holder's own exits ended.
  private func lostToOneself(_ state: PersonState) -> Int? {
    let lost = state.holdings.filter {
      $0.othersValue == Role.owner.rank && $0.value < Role.owner.rank
    }
    return lost.min { judge.paths.isSenior($0.path, $1.path) }?.grant
  }

  private func exits(of person: Int, notBefore grant: Int) -> [Int] {
    let base = judge.trunk.lowerings(of: person, after: -1, upTo: version)
    let all = base + (changes.lowerings[person] ?? [])
    return
      all
      .filter { judge.acts[$0].purpose == .exit && !judge.isBefore($0, grant) }
      .sorted { judge.isCanonicallyBefore($0, $1) }
  }

  // MARK: Entries and stratum 8

  mutating func settleEntries() {
    for act in window where isInEffect(act) {
      let fact = judge.acts[act]
      guard fact.purpose == .use || fact.purpose == .closing else { continue }
      var state =
        changes.entries[fact.entry] ?? judge.trunk.entry(fact.entry, at: version) ?? EntryState()
      if fact.purpose == .closing {
        if state.closing < 0 { state.closing = act }
      } else {
        state.uses += 1
        state.lastUse = act
      }
      changes.entries[fact.entry] = state
    }
  }

  mutating func settleSettings() {
    var writes: [SettingKey: [Int]] = [:]
    for act in window where isInEffect(act) {
      for key in judge.settingKeys(of: act) { writes[key, default: []].append(act) }
    }
    for (key, acts) in writes {
      // Every act of the window has seen the trunk, so the trunk's writes are older than these.
      let newest = acts.filter { act in !acts.contains { judge.isBefore(act, $0) } }
      guard
        let winner = newest.min(by: { left, right in
          let (one, other) = (judge.acts[left], judge.acts[right])
          if one.rank != other.rank { return one.rank > other.rank }
          if one.path != other.path { return judge.paths.isSenior(one.path, other.path) }
          return judge.isCanonicallyBefore(left, right)
        })
      else { continue }
      changes.settings[key] = SettingState(writes: newest, winner: winner)
    }
  }
}
