internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
public import CoterieWire

/// Places in a log as people name them: `ID`, `#N`, `@`, `X^`, `X~n`, `root`, `X,Y`, `time:…`.
public struct LogPosition: Sendable {
  /// Why a word names no place.
  public enum Problem: Error, Equatable, Sendable {
    /// No event is meant.
    case notFound(String)
    /// Several are meant.
    case ambiguous(String, [Digest])
    /// The word is not written as a place.
    case malformed(String)
  }

  /// The newest events of what is meant: with everything in their past.
  public var heads: [Int]
  /// Whether the heads themselves are left out (`X^`).
  public var isBefore: Bool

  /// Whether the word is a time: authors may claim any.
  public private(set) var restsOnClaims = false

  /// Everything held.
  public static let everything = LogPosition(heads: [], isBefore: false, isEverything: true)
  var isEverything = false

  /// What a word means in a log.
  public init(_ word: String, in log: MemberLog, from source: any LogSource) throws(Problem) {
    if word == "@" {
      self = .everything
      return
    }
    if word.hasPrefix("time:") {
      self.init(
        heads: try Self.claimed(by: String(word.dropFirst(5)), log, source),
        isBefore: false
      )
      restsOnClaims = true
      return
    }
    var heads: [Int] = []
    var isBefore = false
    for part in word.split(separator: ",", omittingEmptySubsequences: false) {
      var text = String(part)
      var steps = 0
      if text.hasSuffix("^") {
        text.removeLast()
        isBefore = true
      } else if let tilde = text.lastIndex(of: "~") {
        guard let number = Int(text[text.index(after: tilde)...]), number >= 0 else {
          throw .malformed(String(part))
        }
        steps = number
        text = String(text[..<tilde])
      }
      var event = try Self.event(text, log)
      for _ in 0..<steps {
        // One step back along the author's own chain, else to the first parent.
        let graph = log.replica.judge.graph
        guard let before = graph.previous(event) ?? graph.parents(event).first.map({ Int($0) })
        else { throw .notFound(String(part)) }
        event = before
      }
      heads.append(event)
    }
    if isBefore, heads.count > 1 { throw .malformed(word) }
    self.init(heads: heads, isBefore: isBefore)
  }

  init(heads: [Int], isBefore: Bool, isEverything: Bool = false) {
    self.heads = heads
    self.isBefore = isBefore
    self.isEverything = isEverything
  }

  private static func event(_ word: String, _ log: MemberLog) throws(Problem) -> Int {
    let judge = log.replica.judge
    if word == "root" {
      guard let group = judge.group, let root = judge.number(of: group) else {
        throw .notFound(word)
      }
      return root
    }
    if word.hasPrefix("#") {
      guard let position = Int(word.dropFirst()) else { throw .malformed(word) }
      guard let event = log.event(atPosition: position) else { throw .notFound(word) }
      return event
    }
    guard word == "@" || !word.isEmpty && word.allSatisfy(\.isHexDigit) else {
      throw .malformed(word)
    }
    let found = word == "@" ? judge.heads : log.events(withPrefix: word.lowercased())
    guard let first = found.first else { throw .notFound(word) }
    guard found.count == 1 else {
      throw .ambiguous(word, found.map { log.id(of: $0) })
    }
    return first
  }

  /// The events whose authors claim a time not after the end of this one.
  private static func claimed(
    by text: String,
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(Problem) -> [Int] {
    guard let limit = Timestamp.span(text)?.upperBound else { throw .malformed("time:\(text)") }
    var heads: [Int] = []
    try? log.read(0..<log.replica.judge.count, from: source) { chunk, item, number in
      if chunk.events[item].time <= limit { heads.append(number) }
      return true
    }
    if heads.isEmpty { throw .notFound("time:\(text)") }
    return heads
  }

  /// The events that are meant, closed under past.
  public func events(in log: MemberLog) -> Set<Int> {
    if isEverything { return Set(0..<log.replica.judge.count) }
    var events = log.past(of: heads)
    if isBefore { events.subtract(heads) }
    return events
  }

  /// The ids of the heads; of all newest events if everything held is meant.
  public func heads(in log: MemberLog) -> [Digest] {
    (isEverything ? log.replica.judge.heads : heads).map { log.id(of: $0) }
  }

  /// Whether everything held is meant.
  public func isWhole(of log: MemberLog) -> Bool {
    isEverything || events(in: log).count == log.replica.judge.count
  }
}

extension MemberLog {
  /// The log as someone has it who holds just these events, which must be closed under past.
  ///
  /// O(events).
  public func part(
    _ position: LogPosition,
    from source: some LogSource
  ) throws(SourceFault) -> MemberLog {
    if position.isWhole(of: self) { return self }
    return try part(of: position.events(in: self).sorted(), from: source)
  }

  /// The first events of canonical order, without some and what builds on them.
  ///
  /// O(events).
  public func prefix(
    _ count: Int,
    without skipped: Set<Int>,
    from source: some LogSource
  ) throws(SourceFault) -> MemberLog {
    let first = replica.judge.canonicalOrder().prefix(count)
    return try part(of: first.filter { !skipped.contains($0) }, from: source)
  }

  /// A log of these events, each behind its parents.
  private func part(
    of events: [Int],
    from source: some LogSource
  ) throws(SourceFault) -> MemberLog {
    let (judge, taken) = try judged(events, from: source)
    let part = MemberLog(name: name, group: group, judge: judge)
    part.places = taken.map { places[$0] }
    return part
  }
}
