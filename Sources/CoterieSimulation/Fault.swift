/// What goes wrong in a simulated world.
public enum Fault: String, CaseIterable, Comparable, Sendable {
  /// Bytes take their time, and come in pieces.
  case delay
  /// Sessions are cut, batches lack events, packets vanish from the folder.
  case loss
  /// Events and packets come twice.
  case duplicate
  /// Events come in any order.
  case reorder
  /// Some cannot reach the others for a while.
  case partition
  /// Members who come while the group is old.
  case late
  /// Members who are away for weeks.
  case absent
  /// Stores that are replaced by an older copy.
  case backup
  /// Clocks that are wrong, and jump.
  case clock
  /// Programs that end anywhere and open their store again.
  case crash
  /// A member that signs two events with one number.
  case fork
  /// A member that signs events as if it had not seen the newer ones.
  case backdate
  /// A member that sends heaps of events that are refused, orphaned, or known.
  case flood
  /// A member that sends forged signatures, unknown kinds, false proofs and contents, and that
  /// hands over the events of others with their signatures spoiled.
  case forge
  /// A member that tells half of the others one thing and half another.
  case equivocate
  /// A removed member that goes on.
  case removed

  /// Whether it takes a member of bad will.
  public var isHostility: Bool { Fault.hostilities.contains(self) }

  static let hostilities: [Fault] = [.fork, .backdate, .flood, .forge, .equivocate, .removed]

  /// Orders faults as they are listed.
  public static func < (left: Fault, right: Fault) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }

  /// The faults of a comma list; `all` and `none` are words too.
  ///
  /// - Returns: nil if one of the words is no fault.
  public static func list(_ text: String) -> Set<Fault>? {
    var found: Set<Fault> = []
    for word in text.split(separator: ",") {
      if word == "all" {
        found.formUnion(allCases)
      } else if word != "none" {
        guard let fault = Fault(rawValue: String(word)) else { return nil }
        found.insert(fault)
      }
    }
    return found
  }
}
