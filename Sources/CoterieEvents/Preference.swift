public import CoterieWire

/// A preference of rules version 1.
public enum Preference: UInt8, CaseIterable, Sendable {
  case disappearing
  case directMessages
  case fullDelete
  case voice
  case files
  case media
  case links
  case reactions
  case reports
  case history
  case forwarding

  /// The key by which events call it.
  public var key: String {
    switch self {
    case .disappearing: "disappearing"
    case .directMessages: "direct-messages"
    case .fullDelete: "full-delete"
    case .voice: "voice"
    case .files: "files"
    case .media: "media"
    case .links: "links"
    case .reactions: "reactions"
    case .reports: "reports"
    case .history: "history"
    case .forwarding: "forwarding"
    }
  }

  /// The preference of this key; nil for any other text.
  public init?(key: Text) {
    // Asked for each preference in each look at a group's state: nothing is copied.
    let known = Preference.allCases.first { $0.key.utf8.elementsEqual(key.utf8) }
    guard let known else { return nil }
    self = known
  }

  /// What holds where the founding event does not say otherwise.
  public func standard(in template: Template) -> PreferenceValue {
    switch (self, template) {
    case (.disappearing, _): .seconds(0)
    case (.fullDelete, .secretGroup): .off
    case (.fullDelete, .secretChat): .on
    case (.directMessages, .secretChat), (.forwarding, .secretChat): .off
    case (.directMessages, .secretGroup), (.forwarding, .secretGroup): .on
    case (.voice, _), (.files, _), (.media, _), (.links, _), (.reactions, _), (.reports, _),
      (.history, _):
      .on
    }
  }
}

/// What a preference is set to.
public enum PreferenceValue: Equatable, Sendable {
  case on
  case off
  /// On from this role up.
  case from(Role)
  /// For `disappearing`: 0 is off.
  case seconds(UInt64)
  /// For keys that this rules version does not know.
  case other(Text)

  /// The value of a text: `on`, `off`, a role's name, or another text.
  public init(text: Text) {
    switch text.string {
    case "on": self = .on
    case "off": self = .off
    case let name: self = Role(name: name).map { .from($0) } ?? .other(text)
    }
  }

  /// Whether it allows something to a member of `role`.
  public func allows(_ role: Role) -> Bool {
    switch self {
    case .on: true
    case .off: false
    case .from(let least): role >= least
    case .seconds(let seconds): seconds > 0
    case .other: false
    }
  }

  /// Whether the preference `key` may be set to this value; unknown keys take anything.
  public func fits(_ key: Text) -> Bool {
    guard let preference = Preference(key: key) else { return true }
    switch self {
    case .on, .off, .from: return preference != .disappearing
    case .seconds(let seconds):
      return preference == .disappearing && seconds <= Limits.lifetimeSecondsMax
    case .other: return false
    }
  }
}

/// One preference as a founding event writes it.
public struct PreferenceSetting: Equatable, Sendable {
  /// The key; unknown ones are kept.
  public var key: Text
  /// The value.
  public var value: PreferenceValue

  /// Takes key and value.
  public init(key: Text, value: PreferenceValue) {
    self.key = key
    self.value = value
  }
}
