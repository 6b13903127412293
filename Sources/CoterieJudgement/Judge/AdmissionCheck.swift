internal import CoterieEvents

/// One question that admission asks of an event: specification §4.2.
package enum AdmissionCheck: String, CaseIterable, Sendable {
  case notDissolved = "group-not-dissolved"
  case isMember = "author-is-member"
  case hasRole = "role-suffices"
  case preferenceAllows = "preference-allows"
  case notOneself = "not-oneself"
  case targetIsMember = "target-is-member"
  case outranksTarget = "author-outranks-target"
  case outranksIssuer = "author-outranks-issuer"
  case outranksSender = "author-outranks-sender"
  case changesRole = "changes-the-role"
  case notLastOwner = "another-owner-stays"
  case inviteStands = "invite-stands"
  case inviteIsOwn = "invite-is-for-author"
  case usesLeft = "uses-left"
  case notMemberYet = "not-a-member-yet"
  case inviteeNotMember = "invitee-is-no-member"
  case notRemoved = "was-not-removed"
  case proofHolds = "proof-holds"
  case namesKnown = "what-it-names-is-in-its-past"
  case ownMessage = "message-is-its-own"
  case notDeleted = "message-is-not-deleted"
  case roomInChat = "room-in-the-chat"

  /// The checks of a kind, in the order in which their codes stand in the specification.
  static func checks(of kind: Kind) -> [AdmissionCheck] { byKind[Int(kind.rawValue)] }

  private static let byKind: [[AdmissionCheck]] = Kind.allCases.map { kind in
    switch kind {
    case .groupFound, .unknown: []
    case .inviteAccept:
      [.notDissolved, .inviteStands, .inviteIsOwn, .usesLeft, .notMemberYet, .namesKnown]
    case .inviteDecline: [.notDissolved, .inviteStands, .inviteIsOwn, .usesLeft, .namesKnown]
    case .linkJoin:
      [
        .notDissolved, .inviteStands, .inviteIsOwn, .usesLeft, .notMemberYet, .notRemoved,
        .proofHolds, .namesKnown,
      ]
    default: [.notDissolved, .isMember, .hasRole] + further(kind)
    }
  }

  private static func further(_ kind: Kind) -> [AdmissionCheck] {
    switch kind {
    case .memberRole: [.notOneself, .targetIsMember, .outranksTarget, .changesRole]
    case .memberRemove, .memberBlock, .memberUnblock:
      [.notOneself, .targetIsMember, .outranksTarget]
    case .memberResign: [.changesRole, .notLastOwner]
    case .memberLeave: [.notLastOwner]
    case .inviteCreate: [.inviteeNotMember, .roomInChat]
    case .linkCreate: [.roomInChat]
    case .inviteWithdraw, .linkRole, .linkClose: [.outranksIssuer, .namesKnown]
    case .messagePost: [.preferenceAllows, .namesKnown]
    case .messageEdit: [.namesKnown, .ownMessage, .notDeleted]
    case .messageDelete: [.outranksSender, .namesKnown, .notDeleted]
    case .messageReact, .messageReport: [.preferenceAllows, .namesKnown, .notDeleted]
    default: []
    }
  }
}
