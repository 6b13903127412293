/// The part of the history in which authority was exercised in knowledge of all that came before.
///
/// A sequence of steps. Each step ends with an act that has every act of the trunk up to there in
/// its past; the acts inside one step may be concurrent. What is in effect up to the end of a step
/// is settled against everything that has seen it, so each thing of the view is kept as a timeline
/// of its values by step, and a view at any step is a look-up, not a computation.
struct Trunk {
  struct Step {
    var acts: [Int]
    var end: Int
  }

  private(set) var steps: [Step] = []
  /// The step of each act, by act number; -1 while it is in the window.
  private var stepOf: [Int32] = []
  private var verdicts: [ActVerdict] = []
  private var persons: [Timeline<PersonState>] = []
  private var grants: [Timeline<Int>] = []
  private var lowerings: [Timeline<Int>] = []
  private var entries: [Int: Timeline<EntryState>] = [:]
  private var settings: [SettingKey: Timeline<SettingState>] = [:]
  private var group = Timeline<GroupState>()
  /// The acts in the trunk that are disowned, and for which act: ascending.
  private(set) var disowned: [Disowning] = []
  /// Counts truncations: what was computed on another trunk is void.
  private(set) var epoch = 0

  /// The version of the end of the trunk; -1 when empty.
  var tip: Int32 { Int32(steps.count) - 1 }

  var settingKeys: [SettingKey] { Array(settings.keys) }
  var personCount: Int { persons.count }

  func step(of act: Int) -> Int32 { act < stepOf.count ? stepOf[act] : -1 }
  func contains(_ act: Int, at version: Int32) -> Bool {
    let step = step(of: act)
    return step >= 0 && step <= version
  }
  func isEnd(_ act: Int) -> Bool {
    let step = step(of: act)
    return step >= 0 && steps[Int(step)].end == act
  }
  /// The newest version of which an act has seen everything.
  func lastVersion(below act: Int) -> Int32 {
    let step = step(of: act)
    return step < 0 ? tip : isEnd(act) ? step : step - 1
  }
  /// Whether everything that an event had seen is here up to a version, and nothing else.
  func isSettled(_ seen: Frontier, at version: Int32) -> Bool {
    guard let act = seen.single else { return false }
    return isEnd(act) && step(of: act) <= version && disowned.isEmpty
  }
  /// Whether someone who had seen just what is here up to some step was left in their right by all
  /// that came up to a version.
  func leaves(_ person: Int, after seen: Frontier, upTo version: Int32) -> Bool {
    guard let act = seen.single else { return false }
    let base = min(lastVersion(below: act), version)
    return isSettled(seen, at: base) && !wasLowered(person, after: base)
  }
  func verdict(of act: Int) -> ActVerdict { verdicts[act] }

  func person(_ person: Int, at version: Int32) -> PersonState? {
    person < persons.count ? persons[person].value(at: version) : nil
  }
  func entry(_ act: Int, at version: Int32) -> EntryState? { entries[act]?.value(at: version) }
  func setting(_ key: SettingKey, at version: Int32) -> SettingState? {
    settings[key]?.value(at: version)
  }
  func group(at version: Int32) -> GroupState { group.value(at: version) ?? GroupState() }

  /// Grants in effect on a person after a version, the oldest first.
  func grants(on person: Int, after version: Int32, upTo end: Int32) -> [Int] {
    var found: [Int] = []
    guard person < grants.count else { return found }
    grants[person].visit(after: version, upTo: end) { _, grant in
      found.append(grant)
      return true
    }
    return found
  }
  /// Whether a person was lowered after a version.
  func wasLowered(_ person: Int, after version: Int32) -> Bool {
    person < lowerings.count && lowerings[person].lastVersion > version
  }
  /// Registered lowerings of a person after a version that do not pass for seen, the oldest first.
  ///
  /// Every act has all steps below its own in its past: what one of them has seen, all later steps
  /// have seen. So the first step with a lowering that has seen it is the last that is looked at.
  func lowerings(
    of person: Int,
    after version: Int32,
    upTo end: Int32,
    unless hasSeen: (Int) -> Bool = { _ in false }
  ) -> [Int] {
    var found: [Int] = []
    var lastStep = Int32.max
    guard person < lowerings.count else { return found }
    lowerings[person].visit(after: version, upTo: end) { step, lowering in
      if step > lastStep { return false }
      if hasSeen(lowering) { lastStep = step } else { found.append(lowering) }
      return true
    }
    return found
  }

  /// Takes a judged window in, as one step that ends with `end`.
  mutating func fold(_ changes: Changes, acts: [Int], end: Int, disowned new: [Disowning]) {
    let version = tip + 1
    steps.append(Step(acts: acts, end: end))
    disowned = new
    for act in acts {
      while stepOf.count <= act {
        stepOf.append(-1)
        verdicts.append(.effective(0))
      }
      stepOf[act] = version
      if let verdict = changes.verdicts[act] { verdicts[act] = verdict }
    }
    for (person, state) in changes.persons {
      grow(to: person)
      persons[person].append(state, at: version)
    }
    for (person, acts) in changes.grants {
      grow(to: person)
      for act in acts { grants[person].append(act, at: version) }
    }
    for (person, acts) in changes.lowerings {
      grow(to: person)
      for act in acts { lowerings[person].append(act, at: version) }
    }
    for (entry, state) in changes.entries {
      entries[entry, default: Timeline()].append(state, at: version)
    }
    for (key, state) in changes.settings {
      settings[key, default: Timeline()].append(state, at: version)
    }
    if changes.group != group.last { group.append(changes.group, at: version) }
  }

  private mutating func grow(to person: Int) {
    while persons.count <= person {
      persons.append(Timeline())
      grants.append(Timeline())
      lowerings.append(Timeline())
    }
  }

  /// Gives back every step after `version`; their acts return to the window.
  ///
  /// - Returns: those acts, in the order in which they were taken in.
  mutating func truncate(after version: Int32) -> [Int] {
    guard version < tip else { return [] }
    epoch += 1
    var freed: [Int] = []
    for step in steps[Int(version + 1)...] { freed += step.acts }
    for act in freed { stepOf[act] = -1 }
    steps.removeSubrange(Int(version + 1)...)
    for person in persons.indices {
      persons[person].truncate(after: version)
      grants[person].truncate(after: version)
      lowerings[person].truncate(after: version)
    }
    for entry in entries.keys { entries[entry]?.truncate(after: version) }
    for key in settings.keys { settings[key]?.truncate(after: version) }
    group.truncate(after: version)
    disowned.removeAll { stepOf[$0.act] < 0 }
    return freed
  }
}

/// An authority event that does not count, because its author signed a conflicting history.
struct Disowning: Hashable, Comparable {
  var act: Int
  var kept: Int

  static func < (left: Disowning, right: Disowning) -> Bool {
    (left.act, left.kept) < (right.act, right.kept)
  }
}

/// What a judged window changes against the trunk below it.
struct Changes {
  var verdicts: [Int: ActVerdict] = [:]
  var grants: [Int: [Int]] = [:]
  /// Registered lowerings, in the order in which they are applied.
  var lowerings: [Int: [Int]] = [:]
  var persons: [Int: PersonState] = [:]
  var entries: [Int: EntryState] = [:]
  var settings: [SettingKey: SettingState] = [:]
  var group = GroupState()
}

/// The group as it follows from one set of acts: the trunk at a version, and a window above it.
struct View {
  var version: Int32
  var changes: Changes?
}
