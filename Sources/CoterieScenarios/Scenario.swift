public import CoterieEvents
public import CoterieJSON

/// A conversation of members in JSON, and what must come of it: specification §8.
public struct Scenario: Sendable {
  /// One sentence that says what the scenario shows.
  public var title: String
  /// Why the case exists.
  public var about: String?
  /// The group's setup in one line; nil if the steps found the group themselves.
  public var setup: Setup?
  /// What people do, in order.
  public var steps: [Step]
  /// What the union of all stores must show, and single stores.
  public var expectations: [Expectation]

  /// Founding, and each member invited and accepting, one after the other.
  public struct Setup: Sendable {
    /// What kind of group.
    public var template: Template
    /// Who founds it.
    public var founder: String
    /// The group's name.
    public var name: String
    /// Preferences that differ from the template's.
    public var preferences: [PreferenceSetting]
    /// Members in the order written.
    public var members: [(name: String, role: Role)]
  }

  /// One line of the conversation.
  public struct Step: Sendable {
    /// Where it stands in the file.
    public var node: JSONNode
    /// What it is.
    public var deed: Deed
  }

  /// What a step does.
  public enum Deed: Sendable {
    case act(Act)
    /// Everyone named exchanges everything; nil is all.
    case sync([String]?)
    case deliver(steps: [String], to: String)
    case erase(person: String, message: String)
    case read(person: String, message: String)
    case advance(seconds: UInt64)
  }

  /// Someone does something.
  public struct Act: Sendable {
    /// The step's name.
    public var id: String?
    /// Who.
    public var author: String
    /// What.
    public var kind: Kind
    /// The parents, if not the author's heads.
    public var after: [String]?
    /// Signed even if the engine refuses.
    public var forced: Bool
    /// The fields of the body as written.
    public var fields: JSONNode
  }

  /// What a store, or the union of all, must show.
  public struct Expectation: Sendable {
    /// Whose store; nil for the union.
    public var of: String?
    /// The fields as written.
    public var fields: JSONNode
  }
}
