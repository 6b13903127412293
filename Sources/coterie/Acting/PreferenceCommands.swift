import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieWire

/// `coterie prefs`.
enum PreferenceCommands {
  static let rows = [show, set]

  private static let show = Command(
    "prefs show",
    "show the group's preferences",
    about: "coterie explain preferences says what each means and its default.",
    example: "prefs show -g book-club",
    run: { invocation, console in
      let desk = try await Desk(invocation, console)
      guard let governance = desk.governance else {
        throw Stores.failure(.notFounded(desk.group.id))
      }
      if console.isJSON {
        let values = governance.preferences.map { ($0.key.string, $0.value.json) }
        let result = JSONValue.object([
          "preferences": .object(Dictionary(values) { first, _ in first })
        ])
        console.line(Output.document("preferences", result, exit: .done))
        return .done
      }
      for setting in governance.preferences {
        let key = pad(Escaping.visible(setting.key.string), to: 17)
        console.line("\(key)\(setting.value.shown)")
      }
      return .done
    }
  )

  private static let set = Desk.command(
    "prefs set",
    "set a preference",
    about: """
      Owners may. VALUE is on, off, a role (on from that role up); for disappearing a duration such
      as 1w, or off. A preference binds who has seen it.
      """,
    example: "prefs set voice moderator",
    operands: [
      Operand("KEY", values: .live(.preferences), help: "such as voice"),
      Operand("VALUE", help: "such as off"),
    ],
    act: { desk in
      let key = desk.invocation.operands[0]
      let value = try value(desk.invocation.operands[1], for: key)
      return try await desk.act(.groupPreference(key: Text(key), value: value))
    }
  )

  /// The value that a word means for a preference.
  static func value(_ word: String, for key: String) throws(Failure) -> PreferenceValue {
    guard let preference = Preference(key: Text(key)) else {
      let known = Preference.allCases.map(\.key)
      throw Failure.usage(
        "there is no preference \"\(key)\"",
        help: Suggestion.nearest(to: key, among: known).map { "did you mean \($0)?" }
          ?? "known: \(known.joined(separator: ", "))"
      )
    }
    let value: PreferenceValue =
      preference == .disappearing
      ? .seconds(word == "off" ? 0 : try Desk.seconds(word)) : PreferenceValue(text: Text(word))
    guard value.fits(Text(key)) else {
      throw Failure.usage(
        preference == .disappearing
          ? "disappearing takes off, or a duration up to a year"
          : "\(key) takes on, off or a role, not \"\(word)\""
      )
    }
    return value
  }
}

extension PreferenceValue {
  /// The value for people.
  var shown: String {
    switch self {
    case .on: "on"
    case .off: "off"
    case .from(let role): "from \(role.name)"
    case .seconds(let seconds): seconds == 0 ? "off" : "\(seconds) s"
    case .other(let text): Escaping.visible(text.string)
    }
  }

  /// The value as JSON.
  var json: JSONValue {
    switch self {
    case .on: "on"
    case .off: "off"
    case .from(let role): .string(role.name)
    case .seconds(let seconds): .integer(Int64(clamping: seconds))
    case .other(let text): .string(text.string)
    }
  }
}
