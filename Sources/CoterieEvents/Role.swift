/// What a member may be, from low to high.
public enum Role: UInt8, CaseIterable, Comparable, Sendable {
  case observer = 1
  case member = 2
  case moderator = 3
  case admin = 4
  case owner = 5

  /// The name by which events, reports and people call the role.
  public var name: String { spelling.description }

  /// The same, without memory.
  package var spelling: StaticString {
    switch self {
    case .observer: "observer"
    case .member: "member"
    case .moderator: "moderator"
    case .admin: "admin"
    case .owner: "owner"
    }
  }

  /// The role of this name; nil for any other text.
  public init?(name: String) {
    guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }

  /// Orders roles from observer to owner.
  public static func < (left: Role, right: Role) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What kind of group a founding event makes.
public enum Template: UInt8, CaseIterable, Sendable {
  /// Any number of members; the founder is the only owner at first.
  case secretGroup = 0
  /// Two people, both owners once the invitation is accepted.
  case secretChat = 1

  /// The name by which events call the template.
  public var name: String { spelling.description }

  /// The same, without memory.
  package var spelling: StaticString {
    switch self {
    case .secretGroup: "secret-group"
    case .secretChat: "secret-chat"
    }
  }

  /// The template of this name; nil for any other text.
  public init?(name: String) {
    guard let template = Template.allCases.first(where: { $0.name == name }) else { return nil }
    self = template
  }
}
