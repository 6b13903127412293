public import CoterieEvents

/// Who may do what, by role: one cell for each kind and role.
public struct RuleTable: Sendable {
  /// What one role may do of one kind.
  public enum Cell: String, Sendable {
    /// Never.
    case no
    /// Always, as far as the later checks go.
    case yes
    /// On what is the author's own only: its message, its invite, its link.
    case own
    /// Where no role above moderator is granted, or held by the one acted on.
    case low
    /// On the author's own link, and for roles up to moderator.
    case ownLow
    /// Not judged by role: founding, accepting, declining, joining.
    case free
  }

  /// What an act is about, as far as the table asks.
  public struct Matter: Sendable {
    /// Whether the thing acted on is the author's own.
    public var isOwn: Bool
    /// The highest role that is granted by the act, or held by the one acted on.
    public var role: Role?

    /// Takes both.
    public init(isOwn: Bool = false, role: Role? = nil) {
      self.isOwn = isOwn
      self.role = role
    }
  }

  /// One row of the table.
  public struct Row: Sendable {
    /// The kind.
    public var kind: Kind
    /// The cells from observer to owner.
    public var cells: [Cell]
  }

  /// The number of these rules.
  public let version: Int
  /// One row for each kind, in the order of the specification.
  public let rows: [Row]
  private let rowByKind: [Int]

  init(version: Int, rows: [(Kind, [Cell])]) {
    self.version = version
    self.rows = rows.map { Row(kind: $0.0, cells: $0.1) }
    var places = [Int](repeating: -1, count: Kind.allCases.count)
    for (place, row) in rows.enumerated() { places[Int(row.0.rawValue)] = place }
    rowByKind = places
  }

  /// The cell of a kind and a role; nil for a kind that the table does not know.
  public func cell(_ kind: Kind, _ role: Role) -> Cell? {
    let row = rowByKind[Int(kind.rawValue)]
    return row < 0 ? nil : rows[row].cells[Int(role.rawValue) - 1]
  }

  /// Whether the table lets `role` do this.
  public func allows(_ kind: Kind, _ role: Role, _ matter: Matter) -> Bool {
    switch cell(kind, role) {
    case .yes, .free: true
    case .no, nil: false
    case .own: matter.isOwn
    case .low: isLow(matter)
    case .ownLow: matter.isOwn && isLow(matter)
    }
  }

  /// The lowest role that may do this; owner where no role may.
  public func need(_ kind: Kind, _ matter: Matter) -> Role {
    Role.allCases.first { allows(kind, $0, matter) } ?? .owner
  }

  private func isLow(_ matter: Matter) -> Bool {
    matter.role.map { $0 <= .moderator } ?? true
  }
}
