internal import CoterieWire

extension Plan {
  /// Makes the plan of a seed: so many people, so many acts of theirs, and what goes wrong.
  public init(seed: UInt64, members: Int, events: Int, faults: Set<Fault>) {
    var maker = PlanMaker(seed: seed, members: max(2, members), faults: faults)
    maker.make(events)
    self.init(
      seed: seed,
      faults: faults,
      isChat: maker.isChat,
      cast: maker.cast,
      steps: maker.steps
    )
  }
}

/// Draws a plan from a seed.
private struct PlanMaker {
  private(set) var cast: [Plan.Part] = []
  private(set) var steps: [Plan.Step] = []
  let isChat: Bool
  private let faults: Set<Fault>
  private var random: SplitMix64
  private var at: UInt64 = 0
  private var restorable: [Int] = []
  private var isParted = false
  /// How often, of a hundred, someone meets someone after an act: where it is rare, more is
  /// concurrent.
  private let sociability: Int
  /// Whether people mostly change who may do what.
  private let isPolitical: Bool

  init(seed: UInt64, members: Int, faults: Set<Fault>) {
    self.faults = faults
    random = SplitMix64(seed: seed ^ 0x5eed_0f_91a4)
    isChat = random.below(10) == 0
    sociability = 15 + random.below(45)
    isPolitical = random.below(3) == 0
    let roles = [5, 5, 4, 4, 4, 3, 2, 2, 1]
    for place in 0..<members {
      var part = Plan.Part(name: "m\(place)", role: roles[random.below(roles.count)])
      if place == 0 { part.role = 5 }
      part.isLate = place > 1 && (isChat || faults.contains(.late) && random.below(3) == 0)
      cast.append(part)
    }
    if faults.contains(where: \.isHostility), members > 2 {
      cast[random.below(members)].isHostile = true
      if members > 5 { cast[random.below(members)].isHostile = true }
    }
  }

  mutating func make(_ events: Int) {
    let pause = max(12, (events + 2) / 3)
    let dissolving = random.below(12) == 0 ? events * 3 / 4 : -1
    let arrivals = cast.indices.filter { cast[$0].isLate }.map { ($0, random.below(events)) }
    for event in 0..<max(1, events) {
      for (person, moment) in arrivals where moment == event { arrive(person) }
      act(event == dissolving)
      while random.below(100) < sociability { move() }
      accident()
      if event % pause == pause - 1, event + pause / 2 < events { settle() }
    }
    settle()
  }

  private mutating func add(_ deed: Deed, by who: Int, with other: Int = 0) {
    at += UInt64(random.below(900))
    let step = Plan.Step(number: steps.count, at: at, who: who, deed: deed, other: other)
    steps.append(step)
  }

  private mutating func someone() -> Int { random.below(cast.count) }

  private mutating func someoneElse(than person: Int) -> Int {
    (person + 1 + random.below(cast.count - 1)) % cast.count
  }

  private mutating func arrive(_ person: Int) {
    let host = random.below(3) > 0 ? 0 : someoneElse(than: person)
    add(random.below(4) == 0 ? .link : .invite, by: host, with: person)
    add(.meet, by: host, with: person)
    add(.enter, by: person)
    add(.meet, by: person, with: host)
  }

  private mutating func act(_ isDissolving: Bool) {
    if isDissolving {
      add(.dissolve, by: 0)
      return
    }
    let who = someone()
    if cast[who].isHostile, random.below(3) > 0 {
      let deeds = Deed.allCases.filter { $0.hostility.map { faults.contains($0) } ?? false }
      if !deeds.isEmpty {
        add(deeds[random.below(deeds.count)], by: who, with: someoneElse(than: who))
        return
      }
    }
    var deed = Deed.act { random.below($0) }
    if isPolitical, random.below(3) > 0 {
      deed = [.role, .role, .role, .resign, .leave, .remove, .invite, .enter][random.below(8)]
    }
    var other = someoneElse(than: who)
    let villain = cast.firstIndex(where: \.isHostile)
    if deed == .remove, let villain, villain != who, random.below(2) == 0 { other = villain }
    add(deed, by: who, with: other)
  }

  private mutating func move() {
    let who = someone()
    switch random.below(10) {
    case 0..<5: add(.meet, by: who, with: someoneElse(than: who))
    case 5..<8: add(.hand, by: who, with: someoneElse(than: who))
    default: add(.spool, by: who)
    }
  }

  private mutating func accident() {
    if faults.contains(.crash), random.below(8) == 0 { add(.crash, by: someone()) }
    if faults.contains(.clock), random.below(10) == 0 { add(.skew, by: someone()) }
    if faults.contains(.partition), random.below(12) == 0 {
      add(isParted ? .heal : .part, by: 0)
      isParted.toggle()
    }
    if faults.contains(.absent), random.below(14) == 0 {
      add(.sleep, by: someone())
      if random.below(3) == 0 { at += UInt64(random.below(40)) * 86_400 }
    }
    if faults.contains(.backup) {
      if random.below(12) == 0 {
        let who = someone()
        add(.backUp, by: who)
        restorable.append(who)
      }
      if !restorable.isEmpty, random.below(16) == 0 {
        add(.restore, by: restorable.remove(at: random.below(restorable.count)))
      }
    }
  }

  private mutating func settle() {
    isParted = false
    add(.settle, by: 0)
  }
}
