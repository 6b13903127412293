package import CoterieEvents

extension Kind {
  /// Whether an event of this kind can be seen in the governance state.
  package var changesGovernance: Bool {
    switch self {
    case .groupDissolve, .inviteDecline, .memberBlock, .memberUnblock: true
    default: isAuthority
    }
  }

  /// Whether events of this kind found, grant, lower, invite, link, withdraw, close or set.
  package var isAuthority: Bool {
    switch self {
    case .groupFound, .groupProfile, .groupPreference, .groupWelcome, .inviteCreate,
      .inviteWithdraw, .inviteAccept, .linkCreate, .linkRole, .linkClose, .linkJoin, .memberRole,
      .memberRemove, .memberLeave, .memberResign:
      true
    case .groupDissolve, .inviteDecline, .memberProfile, .memberSeal, .memberBlock,
      .memberUnblock, .messagePost, .messageEdit, .messageDelete, .messageReact, .messageReport,
      .historyClear, .unknown:
      false
    }
  }
}
