internal import CoterieEngine
internal import CoterieEvents
public import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// Runs scenarios: builds the stores, compares what came with what was expected, and replays the
/// events in other orders, which must all give the same verdicts.
public struct ScenarioRunner: Sendable {
  /// How many random arrival orders each scenario is run in.
  public var orders: Int
  /// Where the random orders start.
  public var seed: UInt64

  /// Takes the number of random orders and their seed.
  public init(orders: Int = 20, seed: UInt64 = 1) {
    self.orders = orders
    self.seed = seed
  }

  /// What was expected and not found.
  public struct Failure: Sendable {
    /// Where in the expectation, such as `members.eve`.
    public var path: String
    /// What was expected.
    public var expected: String
    /// What came.
    public var found: String
    /// The seed of the arrival order in which it happened; nil for the order written.
    public var seed: UInt64?
  }

  /// What came of one scenario.
  public struct Outcome: Sendable {
    /// The scenario's title.
    public var title: String
    /// What was not as expected.
    public var failures: [Failure]
    /// The events in the order written.
    public var events: [JSONValue]
    /// The view of the union of all stores.
    public var view: JSONValue
    /// How many arrival orders were run.
    public var orderCount: Int
  }

  /// Runs one scenario.
  ///
  /// - Throws: `JSONFault` for a scenario that cannot be run, at the step at fault.
  public func run(_ scenario: Scenario) throws(JSONFault) -> Outcome {
    let world = try World(scenario)
    var failures: [Failure] = []
    for expectation in scenario.expectations {
      let view = WorldView(world, of: expectation.of.flatMap { world.person($0) })
      let prefix = expectation.of.map { "\($0): " } ?? ""
      failures += try Expecting(world: world, view: view).failures(of: expectation).map {
        Failure(path: prefix + $0.path, expected: $0.expected, found: $0.found, seed: nil)
      }
    }
    failures += orderFailures(world)
    return Outcome(
      title: scenario.title,
      failures: failures,
      events: world.events.map { EventNaming(world).json($0) },
      view: WorldView(world, of: nil).json,
      orderCount: orders + 2
    )
  }

  // MARK: Orders

  /// For each event that comes so many verdicts are asked for on the average, while there are few
  /// events, and when there are many.
  private static let askedMax = (few: 64, many: 4)
  private static let fewEvents = 512

  private func orderFailures(_ world: World) -> [Failure] {
    let expected = Fingerprint(world.union)
    let arrivals = ArrivalOrders(world.union.judge.graph)
    var failures: [Failure] = []
    if let failure = compare(arrivals.latestFirst(), with: expected, world, seed: 0) {
      failures.append(failure)
    }
    for order in 0..<orders {
      let seed = self.seed &+ UInt64(order)
      var random = SplitMix64(seed: seed)
      let shuffled = arrivals.random(using: &random)
      if let failure = compare(shuffled, with: expected, world, seed: seed) {
        failures.append(failure)
        break
      }
    }
    return failures
  }

  private func compare(
    _ order: [Int],
    with expected: Fingerprint,
    _ world: World,
    seed: UInt64
  ) -> Failure? {
    var random = SplitMix64(seed: seed ^ 0x5b11)
    let replica = Replica(seed: random.next())
    var toAsk = 0
    replica.receive(order) { number in
      let known = world.event(ofNumber: number)
      return (known.event, known.envelope)
    } afterEach: {
      // The end of a batch: everything is asked for, so that nothing kept from here may matter. In
      // a long history not as often, or asking would take longer than all else.
      let isShort = replica.judge.count < Self.fewEvents
      toAsk += isShort ? Self.askedMax.few : Self.askedMax.many
      guard random.below(4) == 0, replica.judge.count <= toAsk else { return }
      toAsk -= replica.judge.count
      _ = Fingerprint(replica)
    }
    let found = Fingerprint(replica)
    guard let difference = expected.firstDifference(from: found) else { return nil }
    let step = difference.id.map { world.stepName(of: $0) ?? $0.hex } ?? "state"
    return Failure(
      path: "verdicts.\(step)",
      expected: difference.expected,
      found: difference.found,
      seed: seed
    )
  }
}

/// Everything that must not depend on the order of arrival.
struct Fingerprint: Equatable {
  private var verdicts: [(id: Digest, verdict: Verdict)] = []
  private var state: Digest?

  init(_ replica: Replica) {
    let judge = replica.judge
    guard judge.count > 0 else { return }
    let current = judge.currentView()
    let order = judge.canonicalOrder()
    verdicts = order.map { (judge.graph.id($0), judge.verdict(of: $0, in: current)) }
    let tally = judge.tally(in: current, order: order)
    state = judge.governance(in: current)?.digest(verdicts: tally.digest)
  }

  static func == (left: Fingerprint, right: Fingerprint) -> Bool {
    left.firstDifference(from: right) == nil
  }

  func firstDifference(
    from other: Fingerprint
  ) -> (id: Digest?, expected: String, found: String)? {
    for (one, two) in zip(verdicts, other.verdicts)
    where one.id != two.id || one.verdict != two.verdict {
      return (one.id, String(describing: one.verdict), String(describing: two.verdict))
    }
    if verdicts.count != other.verdicts.count {
      return (nil, "\(verdicts.count) events", "\(other.verdicts.count) events")
    }
    if state != other.state {
      return (nil, state?.hex ?? "none", other.state?.hex ?? "none")
    }
    return nil
  }
}
