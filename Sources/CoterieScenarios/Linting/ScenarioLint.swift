internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement

/// Finds what a scenario may say, and hardly means.
public struct ScenarioLint: Sendable {
  /// What is suspicious, in kebab-case.
  public enum Rule: String, CaseIterable, Sendable {
    /// The file is no scenario, or cannot be run.
    case malformed
    /// The file's name is not in kebab-case.
    case fileName = "file-name"
    /// Two files have one title.
    case duplicateTitle = "duplicate-title"
    /// Nothing is expected.
    case noExpectation = "no-expectation"
    /// Nothing names a step's id.
    case unusedStepID = "unused-step-id"
    /// A step is refused or rejected, and nothing expects that.
    case unexpectedRefusal = "unexpected-refusal"
    /// Someone of the setup never acts, and nobody does anything to them.
    case idlePerson = "idle-person"
    /// A step stands behind the group's end, and nothing is expected of it.
    case afterDissolve = "after-dissolve"
  }

  /// One thing that was found.
  public struct Finding: Equatable, Sendable {
    /// What kind of thing.
    public var rule: Rule
    /// The file.
    public var file: String
    /// The line, counted from 1.
    public var line: Int
    /// The column, counted from 1.
    public var column: Int
    /// Where in the document.
    public var path: String
    /// What was found.
    public var message: String

    /// Takes all fields.
    public init(
      rule: Rule,
      file: String,
      line: Int,
      column: Int,
      path: String,
      message: String
    ) {
      self.rule = rule
      self.file = file
      self.line = line
      self.column = column
      self.path = path
      self.message = message
    }
  }

  private var titles: [String: String] = [:]

  /// Starts with no titles known.
  public init() {}

  /// Looks at one more file of the folder.
  public mutating func findings(in file: String, _ bytes: [UInt8]) -> [Finding] {
    do throws(JSONFault) {
      let root = try JSONReader.read(bytes)
      let scenario = try Scenario(bytes)
      let look = ScenarioLook(file, root, scenario, try World(scenario))
      return (named(look) + look.findings).sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    } catch {
      return [
        Finding(
          rule: .malformed,
          file: file,
          line: error.line,
          column: error.column,
          path: error.path,
          message: error.problem
        )
      ]
    }
  }

  private mutating func named(_ look: ScenarioLook) -> [Finding] {
    var found: [Finding] = []
    let name = look.file.split(separator: "/").last.map(String.init) ?? look.file
    if !Self.isKebabCase(name) {
      found.append(look.finding(.fileName, look.root, "\(name) is not kebab-case.json"))
    }
    let title = look.scenario.title
    if let other = titles[title] {
      let node = look.root["title"] ?? look.root
      found.append(look.finding(.duplicateTitle, node, "\(other) has the same title"))
    } else {
      titles[title] = look.file
    }
    return found
  }

  /// Whether a file is called like `removed-admin-cannot-add.json`.
  public static func isKebabCase(_ name: String) -> Bool {
    guard name.hasSuffix(".json") else { return false }
    let words = name.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
    return words.allSatisfy { word in
      !word.isEmpty
        && word.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
  }
}

/// One scenario, read and run.
private struct ScenarioLook {
  let file: String
  let root: JSONNode
  let scenario: Scenario
  let world: World
  private let document: OrderedJSON
  private let named: Set<String>

  init(_ file: String, _ root: JSONNode, _ scenario: Scenario, _ world: World) {
    self.file = file
    self.root = root
    self.scenario = scenario
    self.world = world
    document = OrderedJSON(root)
    named = StepReferences.of(document)
  }

  func finding(
    _ rule: ScenarioLint.Rule,
    _ node: JSONNode,
    _ message: String
  ) -> ScenarioLint.Finding {
    ScenarioLint.Finding(
      rule: rule,
      file: file,
      line: node.line,
      column: node.column,
      path: node.path,
      message: message
    )
  }

  var findings: [ScenarioLint.Finding] {
    expectations + unusedIDs + refusals + idlePeople + afterTheEnd
  }

  private var expectations: [ScenarioLint.Finding] {
    let expected = StepReferences.expectations(of: document)
    if expected.contains(where: { $0.pairs.contains { $0.key != "of" } }) { return [] }
    return [finding(.noExpectation, root, "nothing is expected, so nothing can fail")]
  }

  private var acts: [(act: Scenario.Act, step: Scenario.Step)] {
    scenario.steps.compactMap { step in
      if case .act(let act) = step.deed { return (act, step) }
      return nil
    }
  }

  private var unusedIDs: [ScenarioLint.Finding] {
    acts.compactMap { act, step in
      guard let id = act.id, !named.contains(id), !StepReferences.isSeed(OrderedJSON(step.node))
      else { return nil }
      return finding(.unusedStepID, act.fields["id"] ?? step.node, "nothing names the step \(id)")
    }
  }

  /// Steps of which some expectation speaks.
  private var expectedSteps: Set<String> {
    var found: Set<String> = []
    for expectation in StepReferences.expectations(of: document) {
      for field in StepReferences.keyed {
        found.formUnion(expectation[field]?.pairs.map(\.key) ?? [])
      }
    }
    return found
  }

  private var refusals: [ScenarioLint.Finding] {
    let expected = expectedSteps
    var found: [ScenarioLint.Finding] = []
    for (act, code) in world.refusals where !act.forced {
      if let id = act.id, expected.contains(id) { continue }
      found.append(
        finding(
          .unexpectedRefusal,
          act.fields,
          "the engine refuses this (\(code.rawValue)), and nothing expects that"
        )
      )
    }
    let judge = world.union.judge
    for (act, event) in signed {
      guard let number = judge.number(of: event.event.id), !judge.wasAdmitted(number),
        !(act.id.map { expected.contains($0) } ?? false)
      else { continue }
      let code = judge.facts(of: number).code?.rawValue ?? "rejected"
      let message = "this is rejected (\(code)), and nothing expects that"
      found.append(finding(.unexpectedRefusal, act.fields, message))
    }
    return found
  }

  /// Steps with the events that they made, in the order written.
  private var signed: [(act: Scenario.Act, event: WorldEvent)] {
    let refused = Set(world.refusals.filter { !$0.act.forced }.map(\.act.fields.path))
    let made = acts.map(\.act).filter { !refused.contains($0.fields.path) || $0.after != nil }
    let setup = scenario.setup.map { 1 + 2 * $0.members.count } ?? 0
    return Array(zip(made, world.events.dropFirst(setup)))
  }

  private var idlePeople: [ScenarioLint.Finding] {
    guard let setup = scenario.setup, let members = root["group"]?["members"] else { return [] }
    var busy: Set<String> = []
    for (act, _) in acts {
      busy.insert(act.author)
      for field in ["member", "invitee"] { busy.insert((try? act.fields[field]?.string()) ?? "") }
      for step in act.after ?? [] { busy.insert(String(step.drop { $0 != ":" }.dropFirst())) }
      for field in Scenario.Act.references {
        let step = (try? act.fields[field]?.string()) ?? ""
        busy.insert(String(step.drop { $0 != ":" }.dropFirst()))
      }
    }
    for step in scenario.steps {
      switch step.deed {
      case .sync(let names): busy.formUnion(names ?? [])
      case .deliver(_, let person), .erase(let person, _), .read(let person, _):
        busy.insert(person)
      case .act, .advance: break
      }
    }
    busy.formUnion(scenario.expectations.compactMap(\.of))
    return setup.members.filter { !busy.contains($0.name) }.compactMap { member in
      members[member.name].map {
        finding(.idlePerson, $0, "\(member.name) never acts, and nobody does anything to them")
      }
    }
  }

  private var afterTheEnd: [ScenarioLint.Finding] {
    let expected = expectedSteps
    let judge = world.union.judge
    let ends = world.events.compactMap { known in
      known.event.action.kind == .groupDissolve ? judge.number(of: known.event.id) : nil
    }.filter { judge.wasAdmitted($0) }
    guard !ends.isEmpty else { return [] }
    return signed.compactMap { act, known in
      guard let number = judge.number(of: known.event.id),
        ends.contains(where: { judge.precedes($0, number) }),
        !(act.id.map { expected.contains($0) } ?? false)
      else { return nil }
      return finding(.afterDissolve, act.fields, "the group is dissolved before this")
    }
  }
}
