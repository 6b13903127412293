internal import CoterieWire

/// Everything that can be done in a group: the kinds of rules version 1, and those unknown to it.
public enum Kind: UInt8, CaseIterable, Sendable {
  case groupFound, groupProfile, groupPreference, groupWelcome, groupDissolve
  case inviteCreate, inviteWithdraw, inviteAccept, inviteDecline
  case linkCreate, linkRole, linkClose, linkJoin
  case memberRole, memberRemove, memberLeave, memberResign
  case memberProfile, memberSeal, memberBlock, memberUnblock
  case messagePost, messageEdit, messageDelete, messageReact, messageReport
  case historyClear
  case unknown

  /// The name by which events, reports and people call the kind.
  public var name: String { spelling.description }

  /// The same, without memory.
  package var spelling: StaticString {
    switch self {
    case .groupFound: "group.found"
    case .groupProfile: "group.profile"
    case .groupPreference: "group.preference"
    case .groupWelcome: "group.welcome"
    case .groupDissolve: "group.dissolve"
    case .inviteCreate: "invite.create"
    case .inviteWithdraw: "invite.withdraw"
    case .inviteAccept: "invite.accept"
    case .inviteDecline: "invite.decline"
    case .linkCreate: "link.create"
    case .linkRole: "link.role"
    case .linkClose: "link.close"
    case .linkJoin: "link.join"
    case .memberRole: "member.role"
    case .memberRemove: "member.remove"
    case .memberLeave: "member.leave"
    case .memberResign: "member.resign"
    case .memberProfile: "member.profile"
    case .memberSeal: "member.seal"
    case .memberBlock: "member.block"
    case .memberUnblock: "member.unblock"
    case .messagePost: "message.post"
    case .messageEdit: "message.edit"
    case .messageDelete: "message.delete"
    case .messageReact: "message.react"
    case .messageReport: "message.report"
    case .historyClear: "history.clear"
    case .unknown: "unknown"
    }
  }

  /// The kinds that this rules version knows, in the order of the specification.
  public static let known = allCases.filter { $0 != .unknown }

  /// The kind of this name; nil for any other text.
  public init?(name: String) {
    guard let kind = Kind.known.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  /// The kind whose name stands at `range`; nil for any other text.
  init?(_ range: Range<Int>, of bytes: Span<UInt8>) {
    guard let kind = Kind.known.first(where: { bytes.spells($0.spelling, in: range) }) else {
      return nil
    }
    self = kind
  }
}
