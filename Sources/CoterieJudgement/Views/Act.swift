package import CoterieEvents
package import CoterieWire

/// A role as a number: 0 for none, then observer 1 to owner 5.
package typealias Rank = UInt8

extension Role {
  /// The role as a number.
  package var rank: Rank { rawValue }

  /// The role of a rank; nil for none.
  package init?(rank: Rank) {
    self.init(rawValue: rank)
  }
}

/// What a setting is about.
package enum SettingKey: Hashable, Sendable {
  case profile
  case welcome
  case preference(Text)
  /// The role that a link confers; the act that created it.
  case linkRole(Int)
}

/// An admitted authority event, with the facts of its admission, which never change.
package struct Act {
  /// What it does to the view.
  package enum Purpose {
    case founding
    /// `member.role` to a higher role.
    case raise
    /// An accept or a join.
    case use
    /// `member.role` to a lower role, or `member.remove`.
    case lowering
    /// `member.leave` or `member.resign`.
    case exit
    /// `invite.create` or `link.create`.
    case entry
    /// `invite.withdraw` or `link.close`.
    case closing
    /// Profile, preference, welcome, link role.
    case setting
  }

  package var event: Int
  package var purpose: Purpose
  package var action: Action
  /// Who signed it.
  package var author: Int
  /// On whose authority it rests: the author's, or for a use its issuer's.
  package var holder: Int
  /// The holder's standing at the past.
  package var rank: Rank
  package var path: Int32
  /// The act that gave the holder that standing; -1 for the founding.
  package var support: Int
  package var need: Rank
  /// The person whose role it gives or takes; -1 if none.
  package var person: Int
  /// The invite or link that it creates, uses, closes or changes; -1 if none.
  package var entry: Int
  /// The role that it gives, lowers to or sets.
  package var role: Rank
  /// The path that it confers.
  package var conferredPath: Int32
  /// The newest acts in its past.
  package var before: Frontier

  package var isGrant: Bool {
    switch purpose {
    case .founding, .raise, .use: true
    case .lowering, .exit, .entry, .closing, .setting: false
    }
  }
}

/// What became of an act in one view.
package struct ActVerdict: Equatable {
  package var status: Status
  package var code: Code?
  /// The number of the event that did it; -1 if none.
  package var by: Int = -1
  /// With which power it is registered.
  package var power: Rank = 0

  package static func effective(_ power: Rank) -> ActVerdict {
    ActVerdict(status: .effective, code: nil, power: power)
  }

  package var isInEffect: Bool { status == .effective || status == .heldBack }
}
