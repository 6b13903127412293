internal import CoterieEvents

/// One pass over the strata of specification §4.3, for a window of acts above the trunk.
///
/// Everything below the window is settled and has been seen by every act in it, so a base grant
/// enters with its value at the base, and only the window's own lowerings are applied to it.
/// O(acts of the window × what concerns the same persons).
struct Strata {
  let judge: Judge
  let version: Int32
  /// In canonical order.
  let window: [Int]
  let disowned: [Int: Int]
  var changes = Changes()
  /// Whether stratum 2 is under way: what other strata register is not there yet.
  private var isOwnerPass = false

  init(judge: Judge, version: Int32, window: [Int], disowned: [Disowning]) {
    self.judge = judge
    self.version = version
    self.window = window.sorted { judge.isCanonicallyBefore($0, $1) }
    self.disowned = Dictionary(uniqueKeysWithValues: disowned.map { ($0.act, $0.kept) })
  }

  /// Runs all strata.
  static func changes(
    judge: Judge,
    version: Int32,
    window: [Int],
    disowned: [Disowning]
  ) -> Changes {
    var strata = Strata(judge: judge, version: version, window: window, disowned: disowned)
    strata.run()
    return strata.changes
  }

  private mutating func run() {
    // Which uses are void by a closing that had not seen them depends on which closings are in
    // effect, which never depends on those uses: a closing's author stands above whatever came
    // from its invite. So repeating the passes reaches a fixed point.
    var voided: [Int: Int] = [:]
    var rounds = 0
    while true {
      changes = Changes()
      ownerAndAdminPasses(voided)
      let found = usesVoidedByClosings()
      if found == voided { break }
      voided = found
      rounds += 1
      precondition(rounds <= window.count + 2, "closings and uses never settle")
    }
    countUses()
    settlePersons()
    settleOwnerFloor()
    settleEntries()
    settleSettings()
  }

  // MARK: Strata 0 to 3

  private mutating func ownerAndAdminPasses(_ voided: [Int: Int]) {
    var ownerActs: [Int] = []
    var others: [Int] = []
    for act in window {
      let fact = judge.acts[act]
      if let kept = disowned[act] {
        changes.verdicts[act] = ActVerdict(
          status: .defeated,
          code: .equivocation,
          by: judge.acts[kept].event
        )
      } else if fact.purpose == .founding || fact.purpose == .exit {
        register(act, power: Role.owner.rank)
      } else if fact.rank == Role.owner.rank {
        ownerActs.append(act)
      } else {
        others.append(act)
      }
    }
    let paths = judge.paths
    ownerActs.sort { left, right in
      let (one, other) = (judge.acts[left].path, judge.acts[right].path)
      if one != other { return paths.isSenior(one, other) }
      return judge.isCanonicallyBefore(left, right)
    }
    isOwnerPass = true
    for act in ownerActs where !judgeAsOwner(act, voided) { others.append(act) }
    isOwnerPass = false
    others.sort { judge.isCanonicallyBefore($0, $1) }
    for act in others { judgeAsAdmin(act, voided) }
  }

  /// Answers false for an act that gets a second chance.
  private mutating func judgeAsOwner(_ act: Int, _ voided: [Int: Int]) -> Bool {
    let fact = judge.acts[act]
    let failure: ActVerdict
    if fact.purpose == .use, let closing = voided[act] {
      changes.verdicts[act] = void(by: closing)
      return true
    }
    if fact.purpose == .use, !isInEffect(fact.entry) {
      failure = lostSupport(fact.entry)
    } else if !isInEffect(fact.support) {
      failure = lostSupport(fact.support)
    } else {
      let (value, cut) = value(of: fact.support, for: fact.holder, at: act)
      if value == Role.owner.rank {
        register(act, power: Role.owner.rank)
        return true
      }
      failure = revoked(by: cut, support: fact.support)
    }
    guard fact.need == Role.owner.rank else { return false }
    changes.verdicts[act] = failure
    return true
  }

  private mutating func judgeAsAdmin(_ act: Int, _ voided: [Int: Int]) {
    let fact = judge.acts[act]
    if fact.purpose == .use {
      if !isInEffect(fact.entry) {
        changes.verdicts[act] = lostSupport(fact.entry)
        return
      }
      if let closing = voided[act] {
        changes.verdicts[act] = void(by: closing)
        return
      }
    }
    if bestValue(for: fact.holder, at: act) >= fact.need {
      register(act, power: Role.admin.rank)
    } else if isInEffect(fact.support) {
      let (_, cut) = value(of: fact.support, for: fact.holder, at: act)
      changes.verdicts[act] = revoked(by: cut, support: fact.support)
    } else {
      changes.verdicts[act] = lostSupport(fact.support)
    }
  }

  private mutating func register(_ act: Int, power: Rank) {
    let fact = judge.acts[act]
    if fact.purpose == .lowering, let grant = overridingGrant(act, power) {
      changes.verdicts[act] = ActVerdict(
        status: .overridden,
        code: .concurrentHigherGrant,
        by: judge.acts[grant].event
      )
      return
    }
    changes.verdicts[act] = .effective(power)
    if fact.isGrant {
      changes.grants[fact.person, default: []].append(act)
    } else if fact.purpose == .lowering || fact.purpose == .exit {
      var lowerings = changes.lowerings[fact.person] ?? []
      let place =
        lowerings.firstIndex { judge.applies(act, power, before: $0, self.power(of: $0)) }
        ?? lowerings.endIndex
      lowerings.insert(act, at: place)
      changes.lowerings[fact.person] = lowerings
    }
  }

  /// The best grant on the target that this lowering had not been seen by, and cannot reach.
  private func overridingGrant(_ lowering: Int, _ power: Rank) -> Int? {
    let fact = judge.acts[lowering]
    var best: (grant: Int, value: Rank)?
    for grant in grantsInEffect(on: fact.person) where !judge.isBefore(lowering, grant) {
      let (value, _) = value(of: grant, for: fact.person, at: lowering)
      let path = judge.acts[grant].conferredPath
      guard value > fact.role, !judge.reaches(power, fact.path, value, path) else { continue }
      guard let champion = best else {
        best = (grant, value)
        continue
      }
      if judge.isBetter(grant, value, than: champion.grant, champion.value) {
        best = (grant, value)
      }
    }
    return best?.grant
  }

  private func usesVoidedByClosings() -> [Int: Int] {
    var closings: [Int: [Int]] = [:]
    for act in window where judge.acts[act].purpose == .closing && isInEffect(act) {
      closings[judge.acts[act].entry, default: []].append(act)
    }
    guard !closings.isEmpty else { return [:] }
    var voided: [Int: Int] = [:]
    for act in window where judge.acts[act].purpose == .use && disowned[act] == nil {
      // The window is in canonical order, so the first closing found is the one that is named.
      let unseen = (closings[judge.acts[act].entry] ?? []).first { !judge.isBefore(act, $0) }
      if let unseen { voided[act] = unseen }
    }
    return voided
  }

  // MARK: Stratum 4

  private mutating func countUses() {
    var kept: [Int: (count: Int, last: Int)] = [:]
    for act in window where judge.acts[act].purpose == .use && isInEffect(act) {
      let entry = judge.acts[act].entry
      let base = judge.trunk.entry(entry, at: version) ?? EntryState()
      let known = kept[entry] ?? (base.uses, base.lastUse)
      if let limit = judge.usesAllowed(by: entry), UInt64(known.count) >= limit {
        changes.verdicts[act] = ActVerdict(
          status: .defeated,
          code: .inviteUsedUp,
          by: known.last < 0 ? -1 : judge.acts[known.last].event
        )
        let person = judge.acts[act].person
        changes.grants[person]?.removeAll { $0 == act }
      } else {
        kept[entry] = (known.count + 1, act)
      }
    }
  }

  // MARK: What the passes ask

  func isInEffect(_ act: Int) -> Bool {
    if judge.trunk.contains(act, at: version) { return judge.trunk.verdict(of: act).isInEffect }
    return changes.verdicts[act]?.isInEffect ?? false
  }

  func power(of act: Int) -> Rank {
    changes.verdicts[act]?.power ?? judge.trunk.verdict(of: act).power
  }

  func grantsInEffect(on person: Int) -> [Int] {
    let base = judge.trunk.person(person, at: version)?.holdings.map(\.grant) ?? []
    return base + (changes.grants[person] ?? [])
  }

  /// The role that a grant is worth to its holder at an act, and the lowering that cut it last.
  func value(of grant: Int, for person: Int, at act: Int) -> (value: Rank, cut: Int) {
    value(of: grant, for: person, at: act, own: judge.ownRule(at: act, for: person))
  }

  /// The same; without an act it is the worth at the end.
  func value(
    of grant: Int,
    for person: Int,
    at act: Int?,
    own: OwnRule
  ) -> (value: Rank, cut: Int) {
    var (value, cut) = baseValue(of: grant, for: person, at: act, own: own)
    let path = judge.acts[grant].conferredPath
    for lowering in changes.lowerings[person] ?? [] {
      if judge.isBefore(lowering, grant) { continue }
      if let act, judge.isBefore(act, lowering) { continue }
      let fact = judge.acts[lowering]
      let isOwn = fact.author == person
      if isOwn, judge.skips(lowering, own) { continue }
      guard isOwn || judge.reaches(power(of: lowering), fact.path, value, path) else { continue }
      if fact.role < value { (value, cut) = (fact.role, lowering) }
    }
    return (value, cut)
  }

  private func baseValue(
    of grant: Int,
    for person: Int,
    at act: Int?,
    own: OwnRule
  ) -> (value: Rank, cut: Int) {
    guard judge.trunk.contains(grant, at: version) else { return (judge.acts[grant].role, -1) }
    let state = judge.trunk.person(person, at: version)
    let holding = state?.holdings.first { $0.grant == grant }
    switch (own, holding) {
    case (.counts, let holding?): return (holding.value, holding.cut)
    case (.skipped, let holding?): return (holding.othersValue, holding.othersCut)
    case (.skippedBefore, _), (_, nil):
      return judge.trunkValue(of: grant, for: person, upTo: version, own: own) { lowering in
        act.map { !isOwnerPass || isRegistered(lowering, before: $0) } ?? true
      }
    }
  }

  /// Whether a lowering of the trunk is registered before an act of the owner pass is judged.
  ///
  /// It changes no worth, only which lowering cut it last: whoever comes later in that pass reaches
  /// no owner who comes earlier.
  private func isRegistered(_ lowering: Int, before act: Int) -> Bool {
    judge.trunk.verdict(of: lowering).power == Role.owner.rank
      && judge.paths.isSenior(judge.acts[lowering].path, judge.acts[act].path)
  }

  /// The best that any grant in effect before an act is worth to its holder there.
  private func bestValue(for person: Int, at act: Int) -> Rank {
    var best: Rank = 0
    for grant in grantsInEffect(on: person)
    where judge.trunk.contains(grant, at: version) || judge.isBefore(grant, act) {
      best = max(best, value(of: grant, for: person, at: act).value)
    }
    return best
  }

  private func lostSupport(_ act: Int) -> ActVerdict {
    ActVerdict(status: .defeated, code: .lostSupport, by: judge.acts[act].event)
  }

  private func void(by closing: Int) -> ActVerdict {
    ActVerdict(status: .defeated, code: .inviteVoid, by: judge.acts[closing].event)
  }

  private func revoked(by cut: Int, support: Int) -> ActVerdict {
    ActVerdict(
      status: .defeated,
      code: .revokedConcurrently,
      by: cut < 0 ? -1 : judge.acts[cut].event
    )
  }
}

/// How someone's own lowerings count towards what a grant is worth to them.
enum OwnRule: Equatable {
  /// They count: at the end, or at someone else's act.
  case counts
  /// They do not: lowering yourself never voids your own acts.
  case skipped
  /// Those before this invite or link do not: it is its issuer's own act, and so is its use.
  case skippedBefore(Int)
}
