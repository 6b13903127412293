internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// How two logs of one group differ, why, and what would make them agree.
public struct DiffReport: Codable, Equatable, Sendable {
  /// One of the two.
  public struct Side: Codable, Equatable, Sendable {
    /// How the log is called.
    public var name: String
    /// Its events, those that wait included.
    public var events: Int
    /// Its state digest.
    public var digest: String?
    /// Its newest admitted events.
    public var heads: [String]
    /// Events that wait, and what they lack.
    public var waiting: Int
    /// What was kept out as malformed.
    public var bad: Int
  }

  /// One event on whose verdict the two differ.
  public struct Difference: Codable, Equatable, Sendable {
    /// The event.
    public var id: String
    /// Its position in canonical order of both together.
    public var position: Int
    /// What it does.
    public var kind: String
    /// Its author.
    public var author: String
    /// Its status in each; nil where it is not held, `pending` where it waits.
    public var a: String?
    /// The other.
    public var b: String?

    enum CodingKeys: String, CodingKey {
      case id
      case position = "n"
      case kind, author, a, b
    }
  }

  /// One value on which the two differ.
  public struct Value: Codable, Equatable, Sendable {
    /// Its path.
    public var path: String
    /// The value in each; nil for none.
    public var a: String?
    /// The other.
    public var b: String?
    /// The event that gives it, or that took it away where there is none.
    public var fromA: String?
    /// The other.
    public var fromB: String?

    enum CodingKeys: String, CodingKey {
      case path, a, b
      case fromA = "from_a"
      case fromB = "from_b"
    }
  }

  /// The group.
  public var group: String
  /// The two.
  public var a: Side
  /// The other.
  public var b: Side
  /// `same`, `diverged` or `undecided`.
  public var status: String
  /// The cause by name; nil where they are the same.
  public var cause: String?
  /// One sentence on the cause.
  public var because: String?
  /// The first event on which they differ.
  public var first: Difference?
  /// Events that only the one holds.
  public var onlyA: [String]
  /// Events that only the other holds.
  public var onlyB: [String]
  /// How many events have the same verdict in both.
  public var sameVerdicts: Int
  /// Events that both hold with other verdicts.
  public var verdictDiff: [Difference]
  /// Values of the state that differ.
  public var stateDiff: [Value]
  /// Whether exchange would make them equal, found by a trial merge.
  public var heals: Bool
  /// What lacks even together.
  public var missing: [String]

  enum CodingKeys: String, CodingKey {
    case group, a, b, status, cause, because, first, heals, missing
    case onlyA = "only_a"
    case onlyB = "only_b"
    case sameVerdicts = "same_verdicts"
    case verdictDiff = "verdict_diff"
    case stateDiff = "state_diff"
  }
}

/// Two logs beside each other.
struct LogPair {
  let one: MemberLog
  let other: MemberLog
  let sources: (any LogSource, any LogSource)
  /// Where each could not be read on.
  let faults: (SourceFault?, SourceFault?)

  /// One event of the two together, in canonical order.
  private struct Known {
    var depth: Int
    var id: Digest
    var numbers: (Int?, Int?)
  }

  /// Walks both canonical orders at once; rejected events of one side alone are left out, since
  /// they set nobody apart.
  ///
  /// O(events).
  private func walk(_ body: (_ position: Int, _ known: Known) -> Void) {
    let left = one.replica.judge.canonicalOrder()
    let right = other.replica.judge.canonicalOrder()
    let (a, b) = (one.replica.judge, other.replica.judge)
    var (i, j, position) = (0, 0, 0)
    func key(_ judge: Judge, _ number: Int) -> (Int, Digest) {
      (judge.graph.depth(number), judge.graph.id(number))
    }
    while i < left.count || j < right.count {
      position += 1
      let mine = i < left.count ? key(a, left[i]) : nil
      let theirs = j < right.count ? key(b, right[j]) : nil
      if let mine, theirs.map({ mine < $0 }) ?? true {
        body(position, Known(depth: mine.0, id: mine.1, numbers: (left[i], nil)))
        i += 1
      } else if let theirs, mine.map({ theirs < $0 }) ?? true {
        body(position, Known(depth: theirs.0, id: theirs.1, numbers: (nil, right[j])))
        j += 1
      } else if let mine {
        body(position, Known(depth: mine.0, id: mine.1, numbers: (left[i], right[j])))
        i += 1
        j += 1
      }
    }
  }

  func report() throws(SourceFault) -> DiffReport {
    let (a, b) = (one.replica.judge, other.replica.judge)
    let views = (a.currentView(), b.currentView())
    var onlyA: [String] = []
    var onlyB: [String] = []
    var same = 0
    var differing: [DiffReport.Difference] = []
    var first: DiffReport.Difference?
    walk { position, known in
      let verdicts = (
        known.numbers.0.map { a.verdict(of: $0, in: views.0) },
        known.numbers.1.map { b.verdict(of: $0, in: views.1) }
      )
      if verdicts.0 != nil, verdicts.0 == verdicts.1 {
        same += 1
        return
      }
      let judge = known.numbers.0 == nil ? b : a
      let number = known.numbers.0 ?? known.numbers.1 ?? 0
      let difference = DiffReport.Difference(
        id: known.id.hex,
        position: position,
        kind: judge.kind(of: number).name,
        author: judge.graph.authorKey(number).hex,
        a: verdicts.0?.text ?? waiting(known.id, one),
        b: verdicts.1?.text ?? waiting(known.id, other)
      )
      // What one holds and keeps waiting is not lacking there: it has another verdict.
      if difference.b == nil { onlyA.append(known.id.hex) }
      if difference.a == nil { onlyB.append(known.id.hex) }
      if difference.a != nil, difference.b != nil { differing.append(difference) }
      let isSpam = (verdicts.0 ?? verdicts.1)?.status == .rejected && verdicts.0 != verdicts.1
      if first == nil, !isSpam || verdicts.0 != nil && verdicts.1 != nil { first = difference }
    }
    let summaries = (one.summary(), other.summary())
    let comparison = GroupComparison([one, other])
    let merged = try merge()
    let notes = try notes(summaries)
    let isSame = notes == nil && comparison.status == .same
    let cause = isSame ? nil : notes?.cause ?? comparison.cause?.rawValue ?? "missing-events"
    let isWaiting = !summaries.0.pending.isEmpty || !summaries.1.pending.isEmpty
    return DiffReport(
      group: one.group.hex,
      a: side(summaries.0),
      b: side(summaries.1),
      status: isSame
        ? "same"
        : onlyA.isEmpty && onlyB.isEmpty && isWaiting && notes == nil ? "undecided" : "diverged",
      cause: cause,
      because: isSame
        ? nil : notes?.sentence ?? because(cause ?? "", onlyA.count, onlyB.count, summaries),
      first: isSame ? nil : first,
      onlyA: onlyA,
      onlyB: onlyB,
      sameVerdicts: same,
      verdictDiff: differing,
      stateDiff: stateDiff((a, views.0), (b, views.1)),
      heals: merged.isEmpty && notes == nil,
      missing: merged.map(\.hex)
    )
  }

  private func waiting(_ id: Digest, _ log: MemberLog) -> String? {
    log.replica.waiting.guests[id] == nil ? nil : "pending"
  }

  private func side(_ summary: MemberSummary) -> DiffReport.Side {
    DiffReport.Side(
      name: summary.name,
      events: summary.eventCount,
      digest: summary.digest?.hex,
      heads: summary.heads.map(\.hex),
      waiting: summary.pending.count,
      bad: summary.bad.count
    )
  }

  /// What lacks after each has given the other everything it holds; empty if both would be equal.
  private func merge() throws(SourceFault) -> [Digest] {
    let replica = Replica(one.replica.judge.copy())
    takeGuests(of: one, into: replica)
    let graph = other.replica.judge.graph
    let new = (0..<graph.count).filter { replica.judge.number(of: graph.id($0)) == nil }
    try other.read(new, from: sources.1) { chunk, item, _ in
      _ = try? replica.receive(chunk.events[item], envelope: [])
      return true
    }
    takeGuests(of: other, into: replica)
    return replica.wanted
  }

  private func takeGuests(of log: MemberLog, into replica: Replica) {
    for guest in log.replica.waiting.guests.values.sorted(by: { $0.event.id < $1.event.id }) {
      _ = try? replica.receive(guest.event, envelope: guest.envelope)
    }
  }

  private typealias Viewed = (judge: Judge, view: CurrentView)

  private func stateDiff(_ a: Viewed, _ b: Viewed) -> [DiffReport.Value] {
    func values(_ side: Viewed) -> [String: StateValue] {
      Dictionary(side.judge.stateValues(in: side.view).map { ($0.path, $0) }) { first, _ in first }
    }
    let (left, right) = (values(a), values(b))
    return Set(left.keys).union(right.keys).sorted().compactMap { path in
      let (mine, theirs) = (left[path], right[path])
      if mine?.value == theirs?.value { return nil }
      return DiffReport.Value(
        path: path,
        a: mine?.value,
        b: theirs?.value,
        fromA: mine == nil ? Self.end(of: path, a) : mine?.from,
        fromB: theirs == nil ? Self.end(of: path, b) : theirs?.from
      )
    }
  }

  /// The event for which a value is no longer in the state: the end of a membership; invites and
  /// links stay in it, and everything else has a value by default.
  private static func end(of path: String, _ side: Viewed) -> String? {
    let parts = path.split(separator: ".")
    guard parts.count == 3, parts[0] == "members", let key = Digest(hex: String(parts[1])) else {
      return nil
    }
    return side.judge.endOfMembership(of: key, in: side.view)?.hex
  }

  /// What the logs say of themselves that is not what judging them gives.
  private func notes(
    _ summaries: (MemberSummary, MemberSummary)
  ) throws(SourceFault) -> (cause: String, sentence: String)? {
    for (log, fault) in [(one, faults.0), (other, faults.1)] {
      if let fault { return ("damaged-log", "\(log.name): \(fault)") }
    }
    for (log, source, summary) in [
      (one, sources.0, summaries.0), (other, sources.1, summaries.1),
    ] {
      if let rules = source.otherRules {
        return ("rules-version", "\(log.name) is of rules version \(rules); this program knows 1")
      }
      if let id = try source.differingAdmission(of: log) {
        return (
          "engine-defect",
          "\(log.name) says of \(id.hex) what judging it here does not give: two engines differ"
        )
      }
      if let noted = try source.notedDigest(of: log.group), noted != summary.digest {
        return (
          "stale-checkpoint",
          "\(log.name) has a checkpoint that is not the state of the events that it holds"
        )
      }
    }
    return nil
  }

  private func because(
    _ cause: String,
    _ onlyA: Int,
    _ onlyB: Int,
    _ summaries: (MemberSummary, MemberSummary)
  ) -> String {
    let (a, b) = (summaries.0.name, summaries.1.name)
    var parts: [String] = []
    if onlyA > 0 { parts.append("\(b) lacks \(onlyA) events of \(a)") }
    if onlyB > 0 { parts.append("\(a) lacks \(onlyB) events of \(b)") }
    for summary in [summaries.0, summaries.1] where !summary.pending.isEmpty {
      parts.append("\(summary.pending.count) of \(summary.name)'s wait")
    }
    for summary in [summaries.0, summaries.1] where !summary.bad.isEmpty {
      parts.append("\(summary.bad.count) of \(summary.name)'s are damaged")
    }
    if cause == "fork" {
      let isShared = onlyA == 0 || onlyB == 0
      parts.append("an author signed two histories" + (isShared ? "" : ", and each holds one"))
    }
    return parts.isEmpty ? "the same events, other verdicts" : parts.joined(separator: ", ")
  }
}

extension DiffReport {
  /// Compares two logs of one group.
  ///
  /// O(events of both); the trial merge judges them together once more.
  public init(
    _ one: (log: MemberLog, source: any LogSource, fault: SourceFault?),
    _ other: (log: MemberLog, source: any LogSource, fault: SourceFault?)
  ) throws(SourceFault) {
    let pair = LogPair(
      one: one.log,
      other: other.log,
      sources: (one.source, other.source),
      faults: (one.fault, other.fault)
    )
    self = try pair.report()
  }
}

extension Verdict {
  /// Status and code in one word or two.
  var text: String {
    code.map { "\(status.rawValue) \($0.rawValue)" } ?? status.rawValue
  }
}
