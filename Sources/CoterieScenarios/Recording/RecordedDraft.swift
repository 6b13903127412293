internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// A scenario on its way from logs into a file.
struct RecordedDraft {
  let title: String
  let setup: RecordedSetup
  private(set) var steps: RecordedSteps
  /// The logs that keep a store of their own, and the person who has it.
  private(set) var sides: [(log: String, person: String)] = []
  private let group: OrderedJSON?
  private var lines: [OrderedJSON] = []

  init(
    _ graph: RecordedGraph,
    _ logs: [RecordedLog],
    _ recording: Recording
  ) throws(RecordingFault) {
    var names = try RecordedNames(graph, given: recording.names, renames: recording.renames)
    setup = RecordedSetup(recording.usesSetup ? graph : nil, names, wanted: recording.steps)
    for (id, step) in setup.events { names.name(id, step) }
    var graph = graph
    graph.putFirst(setup.events.map(\.id))
    let others = graph.order.filter { names.steps[$0] == nil }
    for id in others { if let step = recording.steps[id] { names.name(id, step) } }
    for id in others where names.steps[id] == nil {
      if let event = graph.events[id] { names.name(id, by: event.action.kind) }
    }
    let texts = RecordedTexts(isRedacted: recording.isRedacted, contents: recording.contents)
    steps = RecordedSteps(graph: graph, names: names, texts: texts)
    group = Self.group(setup, &steps)
    for id in others {
      if let event = graph.events[id] { lines.append(steps.step(event)) }
    }
    let authors = Set(graph.events.values.map(\.author)).count
    title =
      recording.title
      ?? (recording.keepsSides
        ? "\(logs.count) logs of \(graph.order.count) events by \(authors) people"
        : "A log of \(graph.order.count) events by \(authors) people")
    if recording.keepsSides {
      for log in logs { addSide(log, graph) }
    } else {
      lines.append(.fields(["sync": .string("all")]))
    }
  }

  private static func group(_ setup: RecordedSetup, _ steps: inout RecordedSteps) -> OrderedJSON? {
    guard let event = setup.founding, case .groupFound(let founding) = event.action else {
      return nil
    }
    let fields = OrderedJSON.object(steps.fields(of: founding))
    let members = setup.members.map { member in
      OrderedJSON.Pair(steps.names.name(of: member.key), .string(member.role.name))
    }
    return .fields([
      "template": fields["template"],
      "founder": .string(steps.names.name(of: event.author)),
      "name": fields["name"],
      "preferences": fields["preferences"],
      "members": members.isEmpty ? nil : .object(members),
    ])
  }

  // MARK: Sides

  /// Hands a log's events to a store of its own: its owner's, if the log is called like someone and
  /// holds all that they signed.
  private mutating func addSide(_ log: RecordedLog, _ graph: RecordedGraph) {
    let replica = log.replica()
    let held = graph.order.filter { replica.judge.number(of: $0) != nil }
    let waiting = graph.order.filter { replica.waiting.guests[$0] != nil }
    let names = steps.names
    let owner = names.people.first { $0.name == log.name }
    let signed = graph.order.filter { graph.events[$0]?.author == owner?.key }
    var person = log.name
    if owner == nil || !signed.allSatisfy({ replica.judge.number(of: $0) != nil }) {
      while names.people.contains(where: { $0.name == person })
        || sides.contains(where: { $0.person == person })
      {
        person += "-log"
      }
    }
    sides.append((log.name, person))
    let handed = (held + waiting).map { steps.step(of: $0) }
    if !handed.isEmpty {
      lines.append(.fields(["deliver": .strings(handed), "to": .string(person)]))
    }
  }

  // MARK: Writing

  /// The file, and the scenario run with an id for every step.
  func written(clock: Int) throws(RecordingFault) -> (text: String, world: World) {
    var document = document(clock: clock)
    let world: World
    do {
      world = try Self.run(document)
    } catch {
      throw .unrunnable("\(error)")
    }
    var expect = ExpectationDraft(world, of: nil).all
    if sides.isEmpty { expect["same"] = ExpectationDraft(world, of: nil).same }
    document["expect"] = expect
    if !sides.isEmpty {
      let expectations = sides.compactMap { side -> OrderedJSON? in
        guard let person = world.person(side.person) else { return nil }
        let of = OrderedJSON.Pair("of", .string(side.person))
        return .object([of] + ExpectationDraft(world, of: person).all.pairs)
      }
      document["expectations"] = .array(expectations)
    }
    StepReferences.prune(&document)
    return (JSONLayout.fitting.text(of: document) + "\n", world)
  }

  /// The scenario without expectations, in which every step has an id.
  func document(clock: Int) -> OrderedJSON {
    let advance = OrderedJSON.fields(["advance": .integer(Int64(clock))])
    return .fields([
      "scenario": .integer(1), "title": .string(title), "group": group,
      "steps": .array((clock > 0 ? [advance] : []) + lines),
    ])
  }

  static func run(_ document: OrderedJSON) throws(JSONFault) -> World {
    let text = JSONLayout.fitting.text(of: document)
    return try World(try Scenario(Array(text.utf8)))
  }
}
