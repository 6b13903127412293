internal import CoterieEvents

extension RuleTable {
  /// Rules version 1, from observer on the left to owner on the right.
  ///
  /// A published version is never edited: a change is a new table, chosen by the founding event.
  public static let version1 = RuleTable(
    version: 1,
    rows: [
      (.groupFound, [.free, .free, .free, .free, .free]),
      (.groupProfile, [.no, .no, .no, .no, .yes]),
      (.groupPreference, [.no, .no, .no, .no, .yes]),
      (.groupWelcome, [.no, .no, .no, .no, .yes]),
      (.groupDissolve, [.no, .no, .no, .no, .yes]),
      (.inviteCreate, [.no, .no, .no, .low, .yes]),
      (.inviteWithdraw, [.own, .own, .own, .yes, .yes]),
      (.inviteAccept, [.free, .free, .free, .free, .free]),
      (.inviteDecline, [.free, .free, .free, .free, .free]),
      (.linkCreate, [.no, .no, .no, .low, .low]),
      (.linkRole, [.ownLow, .ownLow, .ownLow, .low, .low]),
      (.linkClose, [.own, .own, .own, .yes, .yes]),
      (.linkJoin, [.free, .free, .free, .free, .free]),
      (.memberRole, [.no, .no, .no, .low, .yes]),
      (.memberRemove, [.no, .no, .no, .low, .yes]),
      (.memberLeave, [.yes, .yes, .yes, .yes, .yes]),
      (.memberResign, [.yes, .yes, .yes, .yes, .yes]),
      (.memberProfile, [.yes, .yes, .yes, .yes, .yes]),
      (.memberSeal, [.yes, .yes, .yes, .yes, .yes]),
      (.memberBlock, [.no, .no, .yes, .yes, .yes]),
      (.memberUnblock, [.no, .no, .yes, .yes, .yes]),
      (.messagePost, [.no, .yes, .yes, .yes, .yes]),
      (.messageEdit, [.no, .yes, .yes, .yes, .yes]),
      (.messageDelete, [.own, .own, .yes, .yes, .yes]),
      (.messageReact, [.no, .yes, .yes, .yes, .yes]),
      (.messageReport, [.no, .yes, .yes, .yes, .yes]),
      (.historyClear, [.no, .no, .no, .no, .yes]),
    ]
  )
}
