internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// Someone in a scenario, with a store of their own.
final class Person {
  let name: String
  let key: SigningKey
  let replica = Replica()
  /// Contents erased from this store only.
  var erased: Set<Digest> = []
  /// When a message was read here, in seconds of the scenario's clock.
  var readAt: [Digest: UInt64] = [:]
  /// So many of the world's events, the first to be signed, are all held.
  var heldFromStart = 0

  init(name: String) {
    self.name = name
    key = SigningKey(seed: FixtureKeys.seed(name))
  }
}

/// Keys and secrets that derive from names: a scenario always gives the same bytes.
enum FixtureKeys {
  static func seed(_ name: String) -> Digest {
    Hashing.digest(of: Array("coterie.fixture/\(name)".utf8), domain: .plain)
  }
}

/// An event of a scenario, with the step that made it.
struct WorldEvent {
  var step: String?
  var author: String
  var event: Event
  var envelope: [UInt8]
}

/// The stores of a scenario's people while its steps are run.
final class World {
  let scenario: Scenario
  private(set) var people: [Person] = []
  /// Everything that anyone has signed.
  let union = Replica()
  private(set) var events: [WorldEvent] = []
  private(set) var eventOfStep: [String: Int] = [:]
  private(set) var placeOfEvent: [Digest: Int] = [:]
  /// What the engine refused at the front door.
  private(set) var refused: [String: String] = [:]
  /// The same in order, with those that have no id.
  private(set) var refusals: [(act: Scenario.Act, code: Code)] = []
  /// What was committed to, by the commitment.
  var contents: [Digest: [UInt8]] = [:]
  private(set) var clock: UInt64 = 0
  private var postedAt: [Digest: UInt64] = [:]
  private var place: UInt64 = 0

  private static let startMilliseconds: UInt64 = 1_767_225_600_000

  /// Runs every step.
  init(_ scenario: Scenario) throws(JSONFault) {
    self.scenario = scenario
    people = scenario.people.map { Person(name: $0) }
    if let setup = scenario.setup { try found(setup) }
    for step in scenario.steps { try run(step) }
  }

  func person(_ name: String) -> Person? {
    people.first { Array($0.name.utf8) == Array(name.utf8) }
  }

  func name(of key: Digest) -> String? {
    people.first { $0.key.publicKey == key }?.name
  }

  func stepName(of id: Digest) -> String? {
    placeOfEvent[id].flatMap { events[$0].step }
  }

  func event(ofStep step: String) -> WorldEvent? {
    eventOfStep[step].map { events[$0] }
  }

  /// The event that has a number in the union of all stores: it came there when it was signed.
  func event(ofNumber number: Int) -> WorldEvent { events[number] }

  // MARK: Setup

  private func found(_ setup: Scenario.Setup) throws(JSONFault) {
    guard let founder = person(setup.founder) else { return }
    act(
      founding(setup.template, setup.name, setup.preferences, by: founder.name),
      by: founder,
      step: "found"
    )
    var present = [founder]
    for member in setup.members {
      guard let invitee = person(member.name) else { continue }
      let invite = act(
        .inviteCreate(invitee: invitee.key.publicKey, role: member.role),
        by: founder,
        step: "invite:\(member.name)"
      )
      present.append(invitee)
      exchange(present)
      act(
        .inviteAccept(invite: invite, seal: seal(of: invitee.name), name: nil),
        by: invitee,
        step: "accept:\(member.name)"
      )
      exchange(present)
    }
  }

  func founding(
    _ template: Template,
    _ name: String,
    _ preferences: [PreferenceSetting],
    by founder: String
  ) -> Action {
    var settings = Preference.allCases.map {
      PreferenceSetting(key: Text($0.key), value: $0.standard(in: template))
    }
    for preference in preferences {
      if let place = settings.firstIndex(where: { $0.key == preference.key }) {
        settings[place] = preference
      } else {
        settings.append(preference)
      }
    }
    return .groupFound(
      Founding(
        template: template,
        name: Text(name),
        preferences: settings,
        nonce: Array(FixtureKeys.seed("nonce:\(founder)").bytes.prefix(16)),
        seal: seal(of: founder)
      )
    )
  }

  func seal(of name: String) -> Digest {
    SealKey.publicKey(of: FixtureKeys.seed("seal:\(name)"))
  }

  // MARK: Steps

  private func run(_ step: Scenario.Step) throws(JSONFault) {
    switch step.deed {
    case .act(let act): try run(act)
    case .sync(let names): exchange(names.map { $0.compactMap { person($0) } } ?? people)
    case .deliver(let steps, let name):
      guard let receiver = person(name) else { return }
      for step in steps {
        if let event = event(ofStep: step) { deliver(event, to: receiver) }
      }
    case .erase(let name, let message):
      if let event = event(ofStep: message) { person(name)?.erased.insert(event.event.id) }
    case .read(let name, let message):
      guard let event = event(ofStep: message), let reader = person(name),
        reader.replica.judge.number(of: event.event.id) != nil
      else { return }
      // A timer starts when the message was read first; what is not held cannot be read.
      if reader.readAt[event.event.id] == nil { reader.readAt[event.event.id] = clock }
    case .advance(let seconds):
      clock += seconds
      sweep()
    }
  }

  private func run(_ act: Scenario.Act) throws(JSONFault) {
    guard let author = person(act.author) else { return }
    place += 1
    let action = try ActionReading(world: self, act: act).action()
    try requireWellFormed(action, by: author, act)
    if let after = act.after {
      try forge(action, by: author, after: after, act)
      return
    }
    if author.replica.judge.group == nil, action.kind != .groupFound {
      try refuse(act, Code.isEntry(action.kind) ? .notInPast : .authorNotMember)
      return
    }
    if action.kind == .groupFound, union.judge.group != nil {
      throw act.fields.fault("a scenario has one group; it is founded already")
    }
    if action.kind != .groupFound,
      let refusal = author.replica.judge.refusal(of: action, by: author.key.publicKey)
    {
      note(refusal.code, of: act)
      if !act.forced { return }
    }
    self.act(action, by: author, step: act.id)
  }

  /// Refuses what no one could take in: a lifetime over the limit, a text that fills an envelope.
  private func requireWellFormed(
    _ action: Action,
    by author: Person,
    _ act: Scenario.Act
  ) throws(JSONFault) {
    let isFirst = action.kind == .groupFound
    let someone = author.key.publicKey
    let draft = Draft(
      group: isFirst ? nil : someone,
      author: someone,
      sequence: isFirst ? 0 : .max,
      previous: isFirst ? nil : someone,
      parents: Parents(isFirst ? [] : [someone]),
      time: .max,
      action: action
    )
    do throws(Malformed) {
      _ = try Event.decode(draft.sealed(with: author.key).span)
    } catch {
      throw act.fields.fault("the event of this step would be malformed: \(error)")
    }
  }

  private func refuse(_ act: Scenario.Act, _ code: Code) throws(JSONFault) {
    if act.forced {
      throw act.fields.fault("\(act.author) holds no event of the group, so nothing can be signed")
    }
    note(code, of: act)
  }

  private func note(_ code: Code, of act: Scenario.Act) {
    if let id = act.id { refused[id] = code.rawValue }
    refusals.append((act, code))
  }

  /// Signs with everything that the author holds as past.
  @discardableResult
  private func act(_ action: Action, by author: Person, step: String?) -> Digest {
    publish(author.replica.draft(action, by: author.key.publicKey, time: time), by: author, step)
  }

  private var time: UInt64 {
    Self.startMilliseconds + (place + clock) * 1000 + UInt64(events.count)
  }

  private func publish(_ draft: Draft, by author: Person, _ step: String?) -> Digest {
    let envelope = draft.sealed(with: author.key)
    let event = draft.event
    let made = WorldEvent(step: step, author: author.name, event: event, envelope: envelope)
    placeOfEvent[event.id] = events.count
    if let step { eventOfStep[step] = events.count }
    events.append(made)
    postedAt[event.id] = clock
    deliver(made, to: union)
    precondition(union.judge.count == events.count, "the union takes every event as it is signed")
    deliver(made, to: author)
    return event.id
  }

  /// Signs with just these parents as past, whatever the author holds.
  private func forge(
    _ action: Action,
    by author: Person,
    after: [String],
    _ act: Scenario.Act
  ) throws(JSONFault) {
    let judge = union.judge
    var named: [Int] = []
    for (place, step) in after.enumerated() {
      guard let known = event(ofStep: step), let number = judge.number(of: known.event.id) else {
        let node = try act.fields.required("after").array()[place]
        throw node.fault("the step \"\(step)\" was refused, so it has no event to stand behind")
      }
      named.append(number)
    }
    let parents = named.filter { event in !named.contains { judge.precedes(event, $0) } }
    let previous = try previous(of: author, parents, act)
    let draft = Draft(
      group: judge.group,
      author: author.key.publicKey,
      sequence: previous.map { judge.graph.sequence($0) + 1 } ?? 0,
      previous: previous.map { judge.graph.id($0) },
      parents: Parents(parents.map { judge.graph.id($0) }),
      time: time,
      action: action
    )
    let past = parents + (previous.map { [$0] } ?? [])
    for known in events[author.heldFromStart...] where isPast(known, of: past) {
      deliver(known, to: author)
    }
    _ = publish(draft, by: author, act.id)
  }

  /// The author's event before this one: the step that is named, none for null, else the newest.
  private func previous(
    of author: Person,
    _ parents: [Int],
    _ act: Scenario.Act
  ) throws(JSONFault) -> Int? {
    guard let field = act.fields["previous"] else {
      return newest(of: author.key.publicKey, within: parents)
    }
    if case .null = field.content { return nil }
    guard let known = event(ofStep: try field.string()),
      known.event.author == author.key.publicKey,
      let number = union.judge.number(of: known.event.id)
    else { throw field.fault("expected a step of \(author.name) that was signed") }
    return number
  }

  private func isPast(_ known: WorldEvent, of parents: [Int]) -> Bool {
    guard let number = union.judge.number(of: known.event.id) else { return false }
    return isPast(number, of: parents)
  }

  private func isPast(_ number: Int, of parents: [Int]) -> Bool {
    parents.contains { $0 == number || union.judge.precedes(number, $0) }
  }

  /// The author's newest event among these and their past; of several the first to be signed.
  ///
  /// O(the author's chains · log events).
  private func newest(of author: Digest, within parents: [Int]) -> Int? {
    let graph = union.judge.graph
    guard let person = graph.authors.number(of: author) else { return nil }
    let ends = graph.chainsOfAuthor[person].compactMap { chain in
      // What is past in a chain is its start.
      let events = graph.chains[Int(chain)].events
      let count = events.firstPlace { !isPast(Int($0), of: parents) }
      return count > 0 ? Int(events[count - 1]) : nil
    }
    return ends.max { left, right in
      let (one, other) = (graph.sequence(left), graph.sequence(right))
      return one != other ? one < other : left > right
    }
  }

  // MARK: Exchange

  /// O(events that one of them may lack · people).
  private func exchange(_ group: [Person]) {
    for person in group {
      while person.heldFromStart < events.count,
        holds(events[person.heldFromStart].event.id, person)
      {
        person.heldFromStart += 1
      }
    }
    for known in events[(group.map(\.heldFromStart).min() ?? 0)...] {
      let isHeld = group.contains { holds(known.event.id, $0) }
      if isHeld { for person in group { deliver(known, to: person) } }
    }
  }

  private func holds(_ id: Digest, _ person: Person) -> Bool {
    person.replica.judge.number(of: id) != nil || person.replica.waiting.guests[id] != nil
  }

  private func deliver(_ known: WorldEvent, to person: Person) {
    deliver(known, to: person.replica)
  }

  private func deliver(_ known: WorldEvent, to replica: Replica) {
    // What the world signs is well formed; a broken chain cannot come from it.
    _ = try? replica.receive(known.event, envelope: known.envelope)
  }

  // MARK: Disappearing messages

  /// Erases, in each store, what was read or posted longer ago than its lifetime.
  private func sweep() {
    for person in people {
      let judge = person.replica.judge
      for known in events {
        guard case .messagePost(let post) = known.event.action,
          let number = judge.number(of: known.event.id),
          let lifetime = judge.lifetime(of: number, post), lifetime > 0
        else { continue }
        let isAuthor = known.author == person.name
        guard let start = isAuthor ? postedAt[known.event.id] : person.readAt[known.event.id]
        else { continue }
        if clock >= start + lifetime { person.erased.insert(known.event.id) }
      }
    }
  }

  // MARK: Links

  /// The key pair of a link, from the step that creates it.
  func linkKey(of step: String) -> SigningKey {
    SigningKey(seed: FixtureKeys.seed("link:\(step)"))
  }
}
