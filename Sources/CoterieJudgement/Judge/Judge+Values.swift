internal import CoterieEvents

extension Judge {
  /// Specification §4.1: whether someone of this role and path may act on that.
  func reaches(_ rank: Rank, _ path: Int32, _ targetRank: Rank, _ targetPath: Int32) -> Bool {
    guard rank >= Role.moderator.rank else { return false }
    if rank > targetRank { return true }
    return rank == Role.owner.rank && targetRank == rank && paths.isSenior(path, targetPath)
  }

  /// Whether one grant at its worth is better than another: role, path, then canonical order.
  func isBetter(_ one: Int, _ value: Rank, than other: Int, _ otherValue: Rank) -> Bool {
    if value != otherValue { return value > otherValue }
    let (left, right) = (acts[one].conferredPath, acts[other].conferredPath)
    return left == right ? isCanonicallyBefore(one, other) : paths.isSenior(left, right)
  }

  /// The order in which lowerings of one person are applied: own first, then by power, seniority,
  /// depth and id.
  func applies(_ one: Int, _ power: Rank, before other: Int, _ otherPower: Rank) -> Bool {
    let (left, right) = (acts[one], acts[other])
    let isOwn = left.author == left.person
    if isOwn != (right.author == right.person) { return isOwn }
    if !isOwn {
      if power != otherPower { return power > otherPower }
      if left.path != right.path { return paths.isSenior(left.path, right.path) }
    }
    return isCanonicallyBefore(one, other)
  }

  /// How `person`'s own lowerings count at an act.
  func ownRule(at act: Int, for person: Int) -> OwnRule {
    let fact = acts[act]
    if fact.author == person { return .skipped }
    if fact.purpose == .use, fact.holder == person { return .skippedBefore(fact.entry) }
    return .counts
  }

  func skips(_ lowering: Int, _ rule: OwnRule) -> Bool {
    switch rule {
    case .counts: false
    case .skipped: true
    case .skippedBefore(let entry): isBefore(lowering, entry)
    }
  }

  /// What a grant of the trunk is worth under every lowering of the trunk up to a version.
  ///
  /// The long way, over the whole list of lowerings: for grants that no longer matter to anyone
  /// who has seen everything, and for the uses of a held-back owner's invites.
  ///
  /// - Parameter counts: which lowerings by others are registered when it is asked.
  func trunkValue(
    of grant: Int,
    for person: Int,
    upTo version: Int32,
    own: OwnRule,
    counts: (Int) -> Bool = { _ in true }
  ) -> (value: Rank, cut: Int) {
    let lowerings = trunk.lowerings(of: person, after: -1, upTo: version)
      .filter { acts[$0].author == person || counts($0) }
    return lowered(
      (acts[grant].role, -1),
      grant: grant,
      person: person,
      by: lowerings,
      own: own,
      power: { trunk.verdict(of: $0).power }
    )
  }

  /// Applies lowerings of `person` to the worth of one grant, in their order.
  func lowered(
    _ start: (value: Rank, cut: Int),
    grant: Int,
    person: Int,
    by lowerings: [Int],
    own: OwnRule,
    power: (Int) -> Rank
  ) -> (value: Rank, cut: Int) {
    var (value, cut) = start
    let path = acts[grant].conferredPath
    let ordered = lowerings.sorted { self.applies($0, power($0), before: $1, power($1)) }
    for lowering in ordered where !isBefore(lowering, grant) {
      let fact = acts[lowering]
      let isOwn = fact.author == person
      if isOwn, skips(lowering, own) { continue }
      guard isOwn || reaches(power(lowering), fact.path, value, path) else { continue }
      if fact.role < value { (value, cut) = (fact.role, lowering) }
    }
    return (value, cut)
  }

  /// How often an invite or link may be used; nil for any number.
  func usesAllowed(by entry: Int) -> UInt64? {
    switch acts[entry].action {
    case .linkCreate(_, _, let uses): uses
    default: 1
    }
  }

  /// The settings that an act writes.
  func settingKeys(of act: Int) -> [SettingKey] {
    switch acts[act].action {
    case .groupFound(let founding):
      [.profile] + founding.preferences.map { .preference($0.key) }
    case .groupProfile: [.profile]
    case .groupWelcome: [.welcome]
    case .groupPreference(let key, _): [.preference(key)]
    case .linkCreate: [.linkRole(act)]
    case .linkRole: [.linkRole(acts[act].entry)]
    default: []
    }
  }
}
