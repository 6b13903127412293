internal import CoterieEngine
internal import CoterieEvents
public import CoterieJudgement
public import CoterieWire

/// What one member's log comes to.
public struct MemberSummary: Sendable {
  /// How the log is called.
  public var name: String
  /// Events in the log, those that wait included.
  public var eventCount: Int
  /// How many have each status.
  public var counts: [Status: Int]
  /// The state digest; nil without a founding event.
  public var digest: Digest?
  /// The newest admitted events.
  public var heads: [Digest]
  /// Whether the log could not be read to its end.
  public var isCut: Bool
  /// The rules version that the log names, if it is not the one that this program knows.
  public var otherRules: UInt64?
  /// What was kept out.
  public var bad: [BadEvent]
  /// Events whose own signature is wrong, while a later one vouches for them.
  public var unsigned: [BadEvent]
  /// Events that wait, and what each of them lacks.
  public var pending: [(id: Digest, missing: [Digest])]
}

/// How the members of one group stand to each other.
public struct GroupComparison: Sendable {
  /// Whether members agree.
  public enum Status: String, Sendable {
    case same, diverged, undecided
  }

  /// Why two logs differ.
  public enum Cause: String, Sendable {
    case missingEvents = "missing-events"
    case rulesVersion = "rules-version"
    case fork
    case damagedLog = "damaged-log"
    case staleCheckpoint = "stale-checkpoint"
    case engineDefect = "engine-defect"
  }

  /// The first event on which two members differ.
  public struct Difference: Sendable {
    /// The event.
    public var event: Digest
    /// Its position in canonical order of all events.
    public var position: Int
    /// The two members.
    public var members: (String, String)
    /// The verdict of each; nil for one that lacks the event.
    public var verdicts: (Verdict?, Verdict?)
  }

  /// The group.
  public var group: Digest
  /// Each member's log.
  public var members: [MemberSummary]
  /// Whether they agree.
  public var status: Status
  /// Where the first two that differ part.
  public var first: Difference?
  /// Why.
  public var cause: Cause?
  /// Every fork that any of them holds.
  public var forks: [Fork]
  /// Ids that events wait for, by the member that lacks them.
  public var missing: [(member: String, ids: [Digest])]
}

extension MemberLog {
  /// Judges everything and counts.
  ///
  /// O(events).
  public func summary() -> MemberSummary {
    let judge = replica.judge
    let current = judge.currentView()
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    var counts = tally.counts
    if !replica.pending.isEmpty { counts[.pending] = replica.pending.count }
    if !bad.isEmpty { counts[.malformed] = bad.count }
    return MemberSummary(
      name: name,
      eventCount: eventCount,
      counts: counts,
      digest: judge.governance(in: current)?.digest(verdicts: tally.digest),
      heads: judge.heads.map { judge.graph.id($0) }.sorted(),
      isCut: isCut,
      otherRules: otherRules,
      bad: bad,
      unsigned: unsigned,
      pending: replica.pending
    )
  }

  /// The verdict of an event; nil if the log has not judged it.
  public func verdict(of id: Digest) -> Verdict? {
    let judge = replica.judge
    guard let number = judge.number(of: id) else { return nil }
    return judge.verdict(of: number, in: judge.currentView())
  }

  func holds(_ id: Digest) -> Bool {
    replica.judge.number(of: id) != nil
  }
}

extension GroupComparison {
  /// Compares the logs of one group's members.
  public init(_ logs: [MemberLog]) {
    let summaries = logs.map { $0.summary() }
    group = logs.first?.group ?? .zero
    members = summaries
    missing = zip(logs, summaries).compactMap { log, summary in
      let wanted = log.replica.wanted
      return wanted.isEmpty ? nil : (summary.name, wanted)
    }
    var forksFound: [Fork] = []
    for log in logs {
      for fork in log.replica.judge.allForks() where !forksFound.contains(fork) {
        forksFound.append(fork)
      }
    }
    if Set(summaries.map(\.digest)).count > 1 {
      for fork in Self.forks(across: logs) where !forksFound.contains(fork) {
        forksFound.append(fork)
      }
    }
    forks = forksFound.sorted { ($0.author, $0.sequence) < ($1.author, $1.sequence) }
    let complete = logs.indices.filter { summaries[$0].pending.isEmpty }
    let pair = Self.differing(complete, summaries)
    if let pair {
      status = .diverged
      (first, cause) = Self.parting(logs[pair.0], logs[pair.1], forks, summaries, pair)
    } else if complete.count < logs.count {
      status = .undecided
      cause = .missingEvents
      first = nil
    } else {
      status = .same
      cause = nil
      first = nil
    }
  }

  /// Forks of which no log holds both branches: two logs have other events of one author at one
  /// sequence number.
  ///
  /// O(logs² · authors · log events): a chain's ids are equal up to where it forks.
  static func forks(across logs: [MemberLog]) -> [Fork] {
    var found: [Fork] = []
    for (place, one) in logs.enumerated() {
      for other in logs[(place + 1)...] {
        for (person, key) in one.replica.judge.graph.authors.digests.enumerated() {
          guard let mine = chain(of: person, in: one),
            let number = other.replica.judge.graph.authors.number(of: key),
            let theirs = chain(of: number, in: other)
          else { continue }
          var (low, high) = (0, min(mine.count, theirs.count))
          while low < high {
            let middle = (low + high) / 2
            if mine[middle] == theirs[middle] { low = middle + 1 } else { high = middle }
          }
          guard low < min(mine.count, theirs.count) else { continue }
          let events = [mine[low], theirs[low]].sorted()
          let fork = Fork(author: key, sequence: UInt64(low), events: events)
          if !found.contains(fork) { found.append(fork) }
        }
      }
    }
    return found
  }

  /// The ids of an author's events from its first on, if they form one chain.
  private static func chain(of person: Int, in log: MemberLog) -> ChainIDs? {
    let graph = log.replica.judge.graph
    let chains = graph.chainsOfAuthor[person]
    guard chains.count == 1, let only = chains.first else { return nil }
    let chain = graph.chains[Int(only)]
    return chain.firstSequence == 0 ? ChainIDs(events: chain.events, log: log) : nil
  }

  /// A chain's ids, looked up one by one.
  private struct ChainIDs {
    let events: [Int32]
    let log: MemberLog
    var count: Int { events.count }
    subscript(place: Int) -> Digest { log.replica.judge.graph.id(Int(events[place])) }
  }

  private static func differing(
    _ complete: [Int],
    _ summaries: [MemberSummary]
  ) -> (Int, Int)? {
    guard let reference = complete.first else { return nil }
    let other = complete.first { summaries[$0].digest != summaries[reference].digest }
    return other.map { (reference, $0) }
  }

  private static func parting(
    _ one: MemberLog,
    _ other: MemberLog,
    _ forks: [Fork],
    _ summaries: [MemberSummary],
    _ pair: (Int, Int)
  ) -> (Difference?, Cause) {
    let difference = firstDifference(one, other)
    let both = [summaries[pair.0], summaries[pair.1]]
    if both.contains(where: { $0.otherRules != nil }) { return (difference, .rulesVersion) }
    let isDamaged = both.contains { $0.isCut || !$0.bad.isEmpty }
    guard let difference else { return (nil, .engineDefect) }
    if difference.verdicts.0 == nil || difference.verdicts.1 == nil {
      // A fork that only both together show is why they differ, wherever they differ first.
      let isForked =
        forks.contains { $0.events.contains(difference.event) }
        || !Self.forks(across: [one, other]).isEmpty
      return (difference, isDamaged ? .damagedLog : isForked ? .fork : .missingEvents)
    }
    let isSameSet = holdSameAdmitted(one, other)
    return (difference, isSameSet ? .engineDefect : isDamaged ? .damagedLog : .missingEvents)
  }

  private static func admitted(_ log: MemberLog) -> [Int] {
    let judge = log.replica.judge
    return judge.canonicalOrder().filter { judge.wasAdmitted($0) }
  }

  private static func holdSameAdmitted(_ one: MemberLog, _ other: MemberLog) -> Bool {
    admitted(one).map { one.id(of: $0) } == admitted(other).map { other.id(of: $0) }
  }

  /// Walks both logs in canonical order to the first event that differs.
  ///
  /// O(events).
  private static func firstDifference(_ one: MemberLog, _ other: MemberLog) -> Difference? {
    let (left, right) = (admitted(one), admitted(other))
    let (mine, theirs) = (one.replica.judge, other.replica.judge)
    let views = (mine.currentView(), theirs.currentView())
    func key(_ judge: Judge, _ event: Int) -> (Int, Digest) {
      (judge.graph.depth(event), judge.graph.id(event))
    }
    var (i, j, position) = (0, 0, 0)
    while i < left.count || j < right.count {
      position += 1
      let isLeft =
        j >= right.count || (i < left.count && key(mine, left[i]) < key(theirs, right[j]))
      let isRight =
        i >= left.count || (j < right.count && key(theirs, right[j]) < key(mine, left[i]))
      let id = isRight ? other.id(of: right[j]) : one.id(of: left[i])
      let verdicts = (
        isRight ? nil : mine.verdict(of: left[i], in: views.0),
        isLeft ? nil : theirs.verdict(of: right[j], in: views.1)
      )
      if isLeft != isRight || verdicts.0 != verdicts.1 {
        return Difference(
          event: id,
          position: position,
          members: (one.name, other.name),
          verdicts: verdicts
        )
      }
      i += 1
      j += 1
    }
    return nil
  }
}
