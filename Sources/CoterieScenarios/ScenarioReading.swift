internal import CoterieEvents
public import CoterieJSON
internal import CoterieWire

extension Scenario {
  /// Reads a scenario; every unknown field, name, kind or step id is a fault with line and path.
  public init(_ bytes: [UInt8]) throws(JSONFault) {
    let root = try JSONReader.read(bytes)
    try root.allow(["scenario", "title", "about", "group", "steps", "expect", "expectations"])
    let version = try root.required("scenario")
    guard try version.integer() == 1 else { throw version.fault("expected scenario version 1") }
    title = try root.required("title").string()
    about = try root["about"]?.string()
    setup = try root["group"].map { node throws(JSONFault) in try Setup(node) }
    steps = []
    for node in try root["steps"]?.array() ?? [] { steps.append(try Step(node)) }
    expectations = []
    if let node = root["expect"] { expectations.append(try Expectation(node, of: nil)) }
    for node in try root["expectations"]?.array() ?? [] {
      expectations.append(try Expectation(node, of: try node.required("of").string()))
    }
    try ScenarioNames(self).check()
  }

  /// Everyone who has a store, the setup's people first, then in order of appearance.
  public var people: [String] {
    var names: [String] = []
    var seen: Set<[UInt8]> = []
    func add(_ name: String) {
      if seen.insert(Array(name.utf8)).inserted { names.append(name) }
    }
    if let setup {
      add(setup.founder)
      for member in setup.members { add(member.name) }
    }
    for step in steps {
      switch step.deed {
      case .act(let act):
        add(act.author)
        for field in ["member", "invitee"] {
          if case .string(let name)? = act.fields[field]?.content { add(name) }
        }
      case .deliver(_, let person): add(person)
      case .sync, .erase, .read, .advance: break
      }
    }
    return names
  }
}

extension JSONNode {
  /// The value of a key that must be there.
  func required(_ key: String) throws(JSONFault) -> JSONNode {
    _ = try object()
    guard let value = self[key] else { throw fault("the field \"\(key)\" is missing") }
    return value
  }

  /// Refuses every key but these.
  func allow(_ keys: [String]) throws(JSONFault) {
    for pair in try object() where !keys.contains(pair.key) {
      throw pair.value.fault(
        "unknown field \"\(pair.key)\"; known here: \(keys.joined(separator: ", "))"
      )
    }
  }

  func role() throws(JSONFault) -> Role {
    guard let role = Role(name: try string()) else {
      throw fault("expected a role: \(Role.allCases.map(\.name).joined(separator: ", "))")
    }
    return role
  }

  func strings() throws(JSONFault) -> [String] {
    var texts: [String] = []
    for item in try array() { texts.append(try item.string()) }
    return texts
  }

  func unsigned() throws(JSONFault) -> UInt64 {
    let value = try integer()
    guard value >= 0 else { throw fault("expected an integer of 0 or more") }
    return UInt64(value)
  }

  /// A value for a preference.
  func preference(_ key: String) throws(JSONFault) -> PreferenceValue {
    let value: PreferenceValue =
      if case .integer = content { .seconds(try unsigned()) } else {
        PreferenceValue(text: Text(try string()))
      }
    guard value.fits(Text(key)) else {
      throw fault("the preference \(key) does not take this value")
    }
    return value
  }
}

extension Scenario.Setup {
  init(_ node: JSONNode) throws(JSONFault) {
    try node.allow(["template", "founder", "name", "preferences", "members"])
    founder = try node.required("founder").string()
    name = try node["name"]?.string() ?? "Group"
    template = .secretGroup
    if let field = node["template"] {
      guard let known = Template(name: try field.string()) else {
        throw field.fault("expected secret-group or secret-chat")
      }
      template = known
    }
    preferences = []
    for pair in try node["preferences"]?.object() ?? [] {
      preferences.append(
        PreferenceSetting(key: Text(pair.key), value: try pair.value.preference(pair.key))
      )
    }
    members = []
    for pair in try node["members"]?.object() ?? [] {
      members.append((pair.key, try pair.value.role()))
    }
  }
}

extension Scenario.Step {
  /// Seconds that one step may let pass: a hundred years of 366 days.
  private static let advanceSecondsMax = 100 * Limits.lifetimeSecondsMax

  init(_ node: JSONNode) throws(JSONFault) {
    self.node = node
    if node["do"] != nil {
      deed = .act(try Scenario.Act(node))
    } else if let people = node["sync"] {
      try node.allow(["sync"])
      if case .string("all") = people.content {
        deed = .sync(nil)
      } else {
        deed = .sync(try people.strings())
      }
    } else if let steps = node["deliver"] {
      try node.allow(["deliver", "to"])
      deed = .deliver(steps: try steps.strings(), to: try node.required("to").string())
    } else if let person = node["erase"] {
      try node.allow(["erase", "message"])
      deed = .erase(
        person: try person.string(),
        message: try node.required("message").string()
      )
    } else if let person = node["read"] {
      try node.allow(["read", "message"])
      deed = .read(
        person: try person.string(),
        message: try node.required("message").string()
      )
    } else if let seconds = node["advance"] {
      try node.allow(["advance"])
      guard try seconds.unsigned() <= Self.advanceSecondsMax else {
        throw seconds.fault("expected \(Self.advanceSecondsMax) seconds (a century) at most")
      }
      deed = .advance(seconds: try seconds.unsigned())
    } else {
      _ = try node.object()
      throw node.fault("expected a step: as and do, sync, deliver, erase, read, or advance")
    }
  }
}

extension Scenario.Act {
  /// The fields that name a step.
  static let references = ["invite", "link", "message", "reply"]

  /// The body fields of each kind, as scenarios spell them.
  static func fields(of kind: Kind) -> [String] {
    switch kind {
    case .groupFound: ["template", "name", "preferences"]
    case .groupProfile: ["name", "description"]
    case .groupPreference: ["key", "value"]
    case .groupWelcome: ["text"]
    case .groupDissolve, .memberLeave, .historyClear, .unknown: []
    case .inviteCreate: ["invitee", "role"]
    case .inviteWithdraw, .inviteDecline: ["invite"]
    case .inviteAccept: ["invite", "name", "text"]
    case .linkCreate: ["role", "uses"]
    case .linkRole: ["link", "role"]
    case .linkClose: ["link"]
    case .linkJoin: ["link", "name", "text", "proof"]
    case .memberRole: ["member", "role"]
    case .memberRemove: ["member", "erase"]
    case .memberResign: ["role"]
    case .memberProfile: ["name", "text"]
    case .memberSeal: ["seal"]
    case .memberBlock, .memberUnblock: ["member"]
    case .messagePost: ["type", "text", "reply", "forwarded", "lifetime"]
    case .messageEdit, .messageReport: ["message", "text"]
    case .messageDelete: ["message"]
    case .messageReact: ["message", "emoji", "on"]
    }
  }

  init(_ node: JSONNode) throws(JSONFault) {
    let name = try node.required("do")
    guard let kind = Kind(name: try name.string()) else {
      throw name.fault("unknown kind; known: \(Kind.known.map(\.name).joined(separator: ", "))")
    }
    try node.allow(["id", "as", "do", "after", "previous", "forced"] + Self.fields(of: kind))
    self.kind = kind
    id = try node["id"]?.string()
    author = try node.required("as").string()
    after = try node["after"]?.strings()
    if let field = node["previous"] {
      guard after != nil else { throw field.fault("previous takes after beside it") }
      if case .null = field.content {} else { _ = try field.string() }
    }
    forced = try node["forced"]?.bool() ?? false
    fields = node
  }
}

extension Scenario.Expectation {
  static let known = [
    "members", "verdicts", "refused", "preferences", "profile", "welcome", "links", "invites",
    "messages", "blocked", "dissolved", "cancelled", "forks", "pending", "same",
  ]

  init(_ node: JSONNode, of person: String?) throws(JSONFault) {
    try node.allow(Self.known + (person == nil ? [] : ["of"]))
    of = person
    fields = node
  }
}

/// Checks that every person and every step that a scenario names is there.
struct ScenarioNames {
  private let scenario: Scenario
  private let people: Set<[UInt8]>

  init(_ scenario: Scenario) {
    self.scenario = scenario
    people = Set(scenario.people.map { Array($0.utf8) })
  }

  func check() throws(JSONFault) {
    var known: Set<String> = []
    if let setup = scenario.setup {
      known.insert("found")
      for member in setup.members {
        known.insert("invite:\(member.name)")
        known.insert("accept:\(member.name)")
      }
    }
    for step in scenario.steps {
      try checkPeople(step)
      try checkReferences(step, known)
      if case .act(let act) = step.deed, let id = act.id {
        guard known.insert(id).inserted else {
          throw (act.fields["id"] ?? step.node).fault("the step id \"\(id)\" stands twice")
        }
      }
    }
    for expectation in scenario.expectations { try check(expectation, known) }
  }

  private func checkPeople(_ step: Scenario.Step) throws(JSONFault) {
    switch step.deed {
    case .sync(let names?):
      for (place, name) in names.enumerated() {
        try require(name, try step.node.required("sync").array()[place])
      }
    case .erase(let person, _):
      try require(person, try step.node.required("erase"))
    case .read(let person, _):
      try require(person, try step.node.required("read"))
    case .act, .sync(nil), .deliver, .advance:
      break
    }
  }

  private func require(_ person: String, _ node: JSONNode) throws(JSONFault) {
    guard people.contains(Array(person.utf8)) else {
      throw node.fault(
        "unknown person \"\(person)\"; known: \(scenario.people.joined(separator: ", "))"
      )
    }
  }

  private func checkReferences(_ step: Scenario.Step, _ known: Set<String>) throws(JSONFault) {
    var references: [JSONNode] = []
    switch step.deed {
    case .act(let act):
      references = try act.fields["after"]?.array() ?? []
      for field in Scenario.Act.references {
        if let node = act.fields[field] { references.append(node) }
      }
      if let node = act.fields["previous"], case .string = node.content { references.append(node) }
    case .deliver: references = try step.node.required("deliver").array()
    case .erase, .read: references = [try step.node.required("message")]
    case .sync, .advance: break
    }
    for node in references { try require(try node.string(), node, known) }
  }

  private func require(_ id: String, _ node: JSONNode, _ known: Set<String>) throws(JSONFault) {
    guard known.contains(id) else {
      throw node.fault("unknown step id \"\(id)\": no step before this one has it")
    }
  }

  private func check(
    _ expectation: Scenario.Expectation,
    _ known: Set<String>
  ) throws(JSONFault) {
    if let person = expectation.of { try require(person, try expectation.fields.required("of")) }
    for field in ["verdicts", "refused", "messages", "links", "invites", "pending"] {
      for pair in try expectation.fields[field]?.object() ?? [] {
        try require(pair.key, pair.value, known)
      }
    }
    for pair in try expectation.fields["members"]?.object() ?? [] {
      try require(pair.key, pair.value)
      _ = try pair.value.role()
    }
    for field in ["blocked", "forks"] {
      for node in try expectation.fields[field]?.array() ?? [] {
        try require(try node.string(), node)
      }
    }
  }
}
