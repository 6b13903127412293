internal import CoterieEngine
internal import CoterieEvents
public import CoterieJSON
internal import CoterieJudgement
public import CoterieWire

/// What would be otherwise if a log were another: verdicts and state, before and after.
public struct Alternative: Sendable {
  /// An event, as reports call it.
  public struct Named: Equatable, Sendable {
    /// Its id in the log; nil for one that was added.
    public var id: Digest?
    /// Its step, or the start of its id.
    public var label: String
    /// Who wrote it.
    public var author: String
    /// What it does.
    public var kind: String
  }

  /// A verdict that is another.
  public struct VerdictChange: Equatable, Sendable {
    /// Whose verdict.
    public var event: Named
    /// Status, code and cause before; nil if there was no such event.
    public var before: JSONValue?
    /// Status, code and cause after; nil if there is no such event, or it was refused.
    public var after: JSONValue?
  }

  /// A value of the state that is another.
  public struct StateChange: Equatable, Sendable {
    /// Where, such as `members.bob`.
    public var path: String
    /// What it was; nil for nothing.
    public var before: JSONValue?
    /// What it is; nil for nothing.
    public var after: JSONValue?
  }

  /// Whether events were signed anew, with fixture keys.
  public internal(set) var isResigned = false
  /// Everyone by the names that are used, where events were signed anew, and their keys in the log.
  public internal(set) var people: [(name: String, key: Digest)] = []
  /// Events that are left out because they build on one that is.
  public internal(set) var leftOut: [Named] = []
  /// Added steps that the engine refuses, and the code.
  public internal(set) var refused: [(step: String, code: String)] = []
  /// Verdicts that are others.
  public internal(set) var verdicts: [VerdictChange] = []
  /// How many events have a verdict on both sides.
  public internal(set) var comparedCount = 0
  /// Values of the state that are others.
  public internal(set) var state: [StateChange] = []
  /// Where even the unchanged log, signed anew, is not as it was.
  public internal(set) var unfaithful: [Recorded.Difference] = []

  /// Judges a log again without some of its events, and without what builds on them by parents.
  ///
  /// Exact: nothing is signed anew. O(events).
  public init(
    skipping ids: [Digest],
    of log: RecordedLog,
    names: [Digest: String] = [:],
    steps: [Digest: String] = [:]
  ) {
    let before = log.replica()
    let after = Replica()
    var gone = Set(ids)
    var kept: [Event] = []
    for event in log.placed {
      let isBuilt =
        event.parents.ids.contains { gone.contains($0) }
        || event.previous.map { gone.contains($0) } ?? false
      if gone.contains(event.id) { continue }
      if isBuilt {
        gone.insert(event.id)
        leftOut.append(Self.named(event, names, steps))
      } else {
        kept.append(event)
        _ = try? after.receive(event, envelope: [])
      }
    }
    for event in log.waiting { _ = try? after.receive(event, envelope: []) }
    let name = { (key: Digest) in names[key] ?? "\(key)" }
    let step = { (id: Digest) in steps[id] ?? "\(id)" }
    let views = (
      ReplicaView(before, name: name, step: step), ReplicaView(after, name: name, step: step)
    )
    comparedCount = kept.count
    for event in kept {
      let sides = (
        Self.short(views.0.verdict(of: event.id)), Self.short(views.1.verdict(of: event.id))
      )
      if sides.0 != sides.1 {
        verdicts.append(
          VerdictChange(
            event: Self.named(event, names, steps),
            before: sides.0,
            after: sides.1
          )
        )
      }
    }
    let gonePaths = Set(gone.map { "messages.\(step($0))" })
    state = Self.differences(views.0.full, views.1.full).filter { !gonePaths.contains($0.path) }
  }

  init() {}

  private static func named(
    _ event: Event,
    _ names: [Digest: String],
    _ steps: [Digest: String]
  ) -> Named {
    Named(
      id: event.id,
      label: steps[event.id] ?? "\(event.id)",
      author: names[event.author] ?? "\(event.author)",
      kind: event.action.kindName.string
    )
  }

  /// Status, code and cause of a verdict.
  static func short(_ verdict: JSONValue?) -> JSONValue? {
    guard case .object(let fields)? = verdict else { return nil }
    return .object([
      "status": fields["status"] ?? .null, "code": fields["code"] ?? .null,
      "by": fields["by"] ?? .null,
    ])
  }

  static func differences(_ one: JSONValue, _ other: JSONValue) -> [StateChange] {
    JSONDifference.between(one, other).map {
      StateChange(path: $0.path, before: $0.before, after: $0.after)
    }
  }
}

extension ReplicaView {
  /// The state with messages.
  var full: JSONValue {
    .object(state.merging(["messages": messages]) { first, _ in first })
  }
}
