internal import CoterieEngine
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// Where two logs part, found by comparing running digests: O(log n) comparisons.
public struct BisectReport: Codable, Equatable, Sendable {
  /// One comparison.
  public struct Comparison: Codable, Equatable, Sendable {
    /// Up to this position of canonical order.
    public var position: Int
    /// The running digest of each up to there.
    public var a: String
    /// The other.
    public var b: String

    enum CodingKeys: String, CodingKey {
      case position = "n"
      case a, b
    }
  }

  /// The comparisons, in the order in which they were made.
  public var comparisons: [Comparison]
  /// The first position at which they differ; nil if they do not.
  public var position: Int?
  /// The event there in each; nil where the log has ended.
  public var a: String?
  /// The other.
  public var b: String?

  enum CodingKeys: String, CodingKey {
    case comparisons
    case position = "n"
    case a, b
  }
}

/// The running digests of a log: what each prefix of its admitted events, in canonical order, comes
/// to.
public struct RunningDigests: Sendable {
  /// The admitted events in canonical order.
  let events: [Digest]
  private let digests: [Digest]

  /// One pass over a log.
  ///
  /// O(events).
  public init(_ log: MemberLog) {
    let judge = log.replica.judge
    let current = judge.currentView()
    var stream = HashStream(domain: .verdict)
    var events: [Digest] = []
    var digests: [Digest] = []
    for event in judge.canonicalOrder() where judge.wasAdmitted(event) {
      stream.update(judge.record(of: event, in: current))
      events.append(judge.graph.id(event))
      digests.append(stream.value())
    }
    self.events = events
    self.digests = digests
  }

  /// How many admitted events there are.
  public var count: Int { events.count }

  /// The digest of the first so many.
  func digest(upTo position: Int) -> String {
    digests.isEmpty || position == 0 ? "" : digests[min(position, digests.count) - 1].hex
  }
}

extension BisectReport {
  /// Finds the first position at which two logs differ.
  public init(_ one: RunningDigests, _ other: RunningDigests) {
    comparisons = []
    let longest = max(one.count, other.count)
    var (good, bad) = (0, longest + 1)
    func differs(_ position: Int) -> Bool {
      let isPast = position > min(one.count, other.count) && one.count != other.count
      let (a, b) = (one.digest(upTo: position), other.digest(upTo: position))
      comparisons.append(Comparison(position: position, a: a, b: b))
      return isPast || a != b
    }
    if longest > 0, differs(longest) { bad = longest } else { good = longest }
    while bad <= longest, bad - good > 1 {
      let middle = (good + bad) / 2
      if differs(middle) { bad = middle } else { good = middle }
    }
    position = bad <= longest ? bad : nil
    a = position.flatMap { $0 <= one.count ? one.events[$0 - 1].hex : nil }
    b = position.flatMap { $0 <= other.count ? other.events[$0 - 1].hex : nil }
  }
}
