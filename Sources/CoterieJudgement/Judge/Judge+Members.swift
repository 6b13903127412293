internal import CoterieEvents

extension Judge {
  /// Everyone who is a member, by key.
  ///
  /// O(persons).
  package func members(in current: CurrentView) -> [Governance.Member] {
    members(in: current.view)
  }

  /// Whether an event, just inserted, can have changed who is a member, of what role, or blocked.
  ///
  /// Where an author signed conflicting histories every event can: it may be a witness.
  package func mayMoveMembers(_ event: Int) -> Bool {
    if !forks.conflicted.isEmpty { return true }
    switch records[event].kind {
    case .memberBlock, .memberUnblock: return wasAdmitted(event)
    default: return records[event].kind.isAuthority && wasAdmitted(event)
    }
  }
}
