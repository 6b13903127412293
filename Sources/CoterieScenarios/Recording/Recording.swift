internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
public import CoterieWire

/// Writes logs as a scenario: the same graph and the same verdicts, under keys of its own.
///
/// People get names and fixture keys, so ids differ; parents, previous events, sequence numbers and
/// verdicts do not. Where a tie by id decides, a few seconds on the scenario's clock give other ids
/// until it falls the same way.
public struct Recording: Sendable {
  /// Events of one scenario; running it costs their square.
  public static let eventsMax = 2000
  private static let clocksMax = 32

  /// What the scenario shows; nil for a sentence that counts.
  public var title: String?
  /// Leaves every text that people wrote out.
  public var isRedacted = false
  /// Names of people that are known.
  public var names: [Digest: String] = [:]
  /// Names to be changed in the end, by the name that would be given or the start of a key.
  public var renames: [(old: String, new: String)] = []
  /// Step ids that events are to have.
  public var steps: [Digest: String] = [:]
  /// Contents that are known, by event.
  public var contents: [Digest: [UInt8]] = [:]
  /// Gives each log a store that holds what it held, with expectations of its own.
  public var keepsSides = false
  /// Says the start of the log in one line where it has that form.
  var usesSetup = true

  /// Records with plain settings.
  public init() {}

  /// Records the logs of one group.
  ///
  /// O(events²).
  public func run(_ logs: [RecordedLog]) throws(RecordingFault) -> Recorded {
    let count = logs.map { $0.placed.count + $0.waiting.count }.max() ?? 0
    guard count <= Self.eventsMax else { throw .tooLong(count) }
    let graph = RecordedGraph(logs)
    guard graph.union.judge.group != nil, !graph.order.isEmpty else { throw .notFounded }
    guard graph.order.count <= Self.eventsMax else { throw .tooLong(graph.order.count) }
    var draft = try RecordedDraft(graph, logs, self)
    var best = try check(&draft, clock: 0, graph, logs)
    guard best.differences.contains(where: { $0.path == "verdict" }) else { return best }
    // Ids decide nothing but ties, so other ids show whether this is one.
    var varying: Set<Digest> = []
    for clock in 1...Self.clocksMax {
      let other = try check(&draft, clock: clock, graph, logs)
      for difference in best.differences where !other.differences.contains(difference) {
        varying.insert(difference.event)
      }
      if other.differences.count < best.differences.count {
        best = other
        if best.differences.isEmpty { break }
      }
    }
    for place in best.differences.indices {
      best.differences[place].isTie = varying.contains(best.differences[place].event)
    }
    best.ties = varying.sorted()
    return best
  }

  private func check(
    _ draft: inout RecordedDraft,
    clock: Int,
    _ graph: RecordedGraph,
    _ logs: [RecordedLog]
  ) throws(RecordingFault) -> Recorded {
    let (text, world) = try draft.written(clock: clock)
    var recorded = Recorded(
      text: text,
      title: draft.title,
      people: draft.steps.names.people.map { ($0.name, $0.key) },
      events: [],
      leftOut: graph.leftOut
    )
    recorded.waitingCount = graph.union.waiting.guests.count
    recorded.setupCount = draft.setup.events.count
    recorded.clock = clock
    recorded.sides = draft.sides.map { ($0.log, $0.person) }
    let check = RecordingCheck(graph: draft.steps.graph, world: world)
    recorded.events = check.pairs
    recorded.steps = draft.steps.names.steps
    recorded.differences = check.shape() + check.verdicts()
    for (place, side) in draft.sides.enumerated() {
      guard let person = world.person(side.person) else { continue }
      recorded.differences += check.side(logs[place], person)
    }
    return recorded
  }
}

/// A recording, and how faithful it is.
public struct Recorded: Sendable {
  /// The scenario file.
  public var text: String
  /// What it shows.
  public var title: String
  /// Everyone, and the key in the logs for which the name stands.
  public var people: [(name: String, key: Digest)]
  /// The events of the logs in the order of their steps, with their ids in the scenario.
  public var events: [(log: Digest, scenario: Digest, step: String?)]
  /// Step ids by event, those too that the file leaves out because nothing names them.
  public var steps: [Digest: String] = [:]
  /// Events that became no step, and why.
  public var leftOut: [(event: Digest, reason: String)]
  /// How many of those wait for events that are in none of the logs.
  public var waitingCount = 0
  /// How many of the events the setup says.
  public var setupCount = 0
  /// Seconds that the clock is put forward at the start, so that ties fall as in the logs.
  public var clock = 0
  /// Events whose verdict hangs on a tie by id.
  public var ties: [Digest] = []
  /// The logs that have a store of their own in the scenario, and whose that is.
  public var sides: [(log: String, person: String)] = []
  /// Where the scenario does not show what the logs show.
  public var differences: [Difference] = []

  /// Something that is not as in the logs.
  public struct Difference: Equatable, Sendable {
    /// The event in the logs.
    public var event: Digest
    /// The store, where it is one of several.
    public var store: String?
    /// What differs: `parents`, `previous`, `sequence`, `verdict`, `held`.
    public var path: String
    /// What the log shows.
    public var log: String
    /// What the scenario shows.
    public var scenario: String
    /// Whether a tie by id decides, so that it may fall either way.
    public var isTie = false
  }
}
