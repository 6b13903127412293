internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire

/// Members with real stores, a network between them, and one queue of everything that happens.
///
/// All chance comes from the plan's seed and all time from the world's clock, so a plan gives the
/// same run every time.
final class SimulatedWorld {
  let plan: Plan
  let folder: String
  let clock = WorldClock()
  /// The network's own chance.
  let weather = Chance(seed: 0)
  var agenda = Agenda()
  private(set) var members: [SimulatedMember] = []
  private(set) var groupID = Digest.zero
  /// The number of the step that runs.
  private(set) var step = -1
  var counts = RunCounts()
  /// Lines of what happened, for a digest of the run.
  private(set) var trace: [String] = []

  /// On which side of a partition everyone is; empty for no partition.
  var sides: [Int] = []
  var wires: [Int: Wire] = [:]
  var wireCount = 0
  /// Admissions ever seen, which never change: the code, or none.
  var admissions: [Digest: Code?] = [:]
  /// Contents that members of good will wrote, with their secrets.
  var contents: [Digest: (secret: Digest, bytes: [UInt8])] = [:]
  /// Contents that run out by themselves.
  var vanishing: Set<Digest> = []
  /// Whether everyone may have every content.
  var sharesAll = true
  var texts = 0
  /// A further check of what a store shows, for tests of the simulator.
  var extraCheck: (@Sendable (Judge) -> String?)?

  init(_ plan: Plan, in folder: String) throws {
    self.plan = plan
    self.folder = folder
    try FileAccess.makeFolder("\(folder)/spool")
    for (place, part) in plan.cast.enumerated() {
      let member = try SimulatedMember(place, part, in: folder, clock)
      member.chance.start(stirred(plan.seed, UInt64(place), 77))
      members.append(member)
    }
  }

  // MARK: Running

  /// Runs all steps.
  ///
  /// - Throws: `Breach` at the first promise that is broken.
  func run() async throws {
    do {
      try await setUp()
      for step in plan.steps {
        agenda.add(.step(step), at: WorldClock.start + 3_600_000 + step.at * 1000)
      }
      while let (time, item) = agenda.next() {
        clock.advance(to: time)
        try await run(item)
      }
      if plan.steps.last?.deed != .settle { try await settle() }
      countVerdicts()
    } catch let breach as Breach {
      throw breach
    } catch {
      throw Breach(promise: "error", step: step, expected: "no error", found: "\(error)")
    }
  }

  private func run(_ item: Agenda.Item) async throws {
    switch item {
    case .step(let step):
      self.step = step.number
      start(step)
      let line = try await run(step)
      note("\(step.number) \(plan.cast[step.who].name) \(step.deed.rawValue): \(line)")
    case .piece(let wire, let isForward, let bytes): try await carry(wire, isForward, bytes)
    case .batch(let to, let entries): try await take(entries, to: members[to])
    }
  }

  /// Runs what is on its way in the network, before anything else happens.
  func drain() async throws {
    while let (time, item) = agenda.nextOfNetwork() {
      clock.advance(to: time)
      try await run(item)
    }
  }

  /// Starts all chance anew from the number of the step.
  private func start(_ step: Plan.Step) {
    let seed = stirred(plan.seed, UInt64(step.number) &+ 1000)
    weather.start(stirred(seed, 1))
    for member in members { member.chance.start(stirred(seed, UInt64(member.place) + 2)) }
  }

  func note(_ line: String) { trace.append(line) }

  /// A digest of everything that happened: ids of events, codes, digests of states.
  var traceDigest: Digest {
    var stream = HashStream(domain: .plain)
    for line in trace { stream.update(Array("\(line)\n".utf8)) }
    return stream.value()
  }

  func breach(_ promise: String, expected: String, found: String) -> Breach {
    Breach(promise: promise, step: step, expected: expected, found: found)
  }

  // MARK: Setting up

  private func setUp() async throws {
    let founder = members[0]
    let group = try Group.found(
      "Simulated",
      template: plan.isChat ? .secretChat : .secretGroup,
      preferences: startPreferences(),
      in: founder.opened(),
      surroundings: founder.surroundings
    )
    groupID = group.id
    founder.take(group)
    try await founder.look()
    for member in members.dropFirst() {
      member.key = try member.opened().makeKey(member.surroundings)
      if member.part.isLate { continue }
      guard let key = member.key, let role = Role(rawValue: UInt8(member.part.role)) else {
        continue
      }
      try await group.invite(key, as: role)
      try await founder.look()
      try await copy(from: founder, to: member)
      try await member.group?.accept(name: text(member.chance))
      try await member.look()
      try await copy(from: member, to: founder)
    }
    for member in members.dropFirst() where !member.part.isLate {
      try await copy(from: founder, to: member)
    }
    note("founded \(groupID.hex)")
  }

  private func startPreferences() -> [PreferenceSetting] {
    let chance = Chance(seed: stirred(plan.seed, 3))
    var chosen: [PreferenceSetting] = []
    if chance.once(in: 2) {
      chosen.append(PreferenceSetting(key: "full-delete", value: .on))
    }
    if chance.once(in: 5) {
      chosen.append(PreferenceSetting(key: "history", value: .off))
      sharesAll = false
    }
    return chosen
  }

  private func copy(from one: SimulatedMember, to other: SimulatedMember) async throws {
    guard let eye = one.eye else { return }
    _ = try other.opened().adopt(groupID).ingest(try entries(of: eye))
    try await other.look()
    keep(other)
  }

  /// Everything that a log holds, in canonical order.
  func entries(of log: GroupLog) throws -> [BundleEntry] {
    let snapshot = try log.snapshot()
    var entries: [BundleEntry] = []
    for event in log.replica.judge.canonicalOrder() {
      entries.append(try log.entry(of: event, withContent: true, in: snapshot))
    }
    return entries
  }

  // MARK: What is there

  /// Notes what a store has acknowledged.
  func keep(_ member: SimulatedMember) {
    member.held.formUnion(member.events())
  }

  func isAway(_ member: SimulatedMember) -> Bool { member.awayUntil > clock.now }

  func areApart(_ one: SimulatedMember, _ other: SimulatedMember) -> Bool {
    !sides.isEmpty && sides[one.place] != sides[other.place]
  }

  /// A text that no other content has, and that can be found in files.
  func text(_ chance: Chance) -> String {
    texts += 1
    return "\(SimulatedWorld.mark)\(texts):\(chance.bytes(12).hex)"
  }

  /// Stands in every text, and must never stand in a file.
  static let mark = "simulated text "
}
