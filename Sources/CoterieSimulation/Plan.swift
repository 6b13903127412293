/// Everything that happens in a run, decided beforehand: the same plan gives the same run.
public struct Plan: Equatable, Sendable {
  /// From which keys, secrets and all chance derive.
  public var seed: UInt64
  /// What goes wrong.
  public var faults: Set<Fault>
  /// Whether the group is a secret chat of two.
  public var isChat = false
  /// Who takes part; the founder first.
  public var cast: [Part]
  /// What is done, in order of time.
  public var steps: [Step]

  /// One person.
  public struct Part: Equatable, Sendable {
    /// The name.
    public var name: String
    /// The role with which it comes in.
    public var role: Int
    /// Whether it comes while the group is old.
    public var isLate = false
    /// Whether it is of bad will.
    public var isHostile = false
  }

  /// One thing that is done.
  public struct Step: Equatable, Sendable {
    /// The number that it keeps when others are left out; its chance derives from it.
    public var number: Int
    /// Seconds after the start.
    public var at: UInt64
    /// By whom, as a place in the cast.
    public var who: Int
    /// What.
    public var deed: Deed
    /// With whom, as a place in the cast.
    public var other: Int

    /// Takes all fields.
    public init(number: Int, at: UInt64, who: Int = 0, deed: Deed, other: Int = 0) {
      self.number = number
      self.at = at
      self.who = who
      self.deed = deed
      self.other = other
    }
  }
}

/// What a step of a plan does.
public enum Deed: String, CaseIterable, Sendable {
  // Acts of a member, through the front door.
  case post, attach, edit, delete, react, report, clear, read, eraseHere
  case role, remove, leave, resign, invite, withdraw, enter, decline
  case link, linkRole, linkClose, preference, profile, welcome, block, unblock, rename, seal
  case dissolve
  // The network.
  case meet, hand, spool, part, heal
  // Accidents.
  case crash, backUp, restore, sleep, skew
  // Bad will.
  case fork, backdate, flood, forge, garble, equivocate, persist
  // Everyone exchanges until nothing moves, and everything is checked.
  case settle
  // For tests of the simulator itself: a store loses its newest event.
  case lose

  /// Acts of members of good will, with how often each is chosen.
  static let acts: [(deed: Deed, weight: Int)] = [
    (.post, 26), (.attach, 2), (.edit, 5), (.delete, 6), (.react, 3), (.report, 2), (.clear, 2),
    (.read, 4), (.eraseHere, 3), (.role, 12), (.remove, 4), (.leave, 1), (.resign, 3),
    (.invite, 8), (.withdraw, 2), (.enter, 7), (.decline, 1), (.link, 3), (.linkRole, 2),
    (.linkClose, 2), (.preference, 6), (.profile, 2), (.welcome, 1), (.block, 2), (.unblock, 2),
    (.rename, 2), (.seal, 2), (.dissolve, 0),
  ]

  /// An act by chance, each as often as its weight.
  static func act(_ below: (Int) -> Int) -> Deed {
    var left = below(acts.reduce(0) { $0 + $1.weight })
    for (deed, weight) in acts {
      if left < weight { return deed }
      left -= weight
    }
    return .post
  }

  static func someAct(_ chance: Chance) -> Deed { act { chance.below($0) } }

  /// The fault to which a step of bad will belongs.
  var hostility: Fault? {
    switch self {
    case .fork: .fork
    case .backdate: .backdate
    case .flood: .flood
    case .forge, .garble: .forge
    case .equivocate: .equivocate
    case .persist: .removed
    default: nil
    }
  }
}
