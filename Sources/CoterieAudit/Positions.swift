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
    /// Several are meant; some of them.
    case ambiguous(String, [String])
    /// The word is not written as a place.
    case malformed(String)
  }

  /// The newest events of what is meant: with everything in their past.
  public var heads: [Int]
  /// Whether the heads themselves are left out (`X^`).
  public var isBefore: Bool

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
      throw .ambiguous(word, found.prefix(8).map { String(log.id(of: $0).hex.prefix(16)) })
    }
    return first
  }

  /// The newest events whose authors claim a time not after this one.
  private static func claimed(
    by text: String,
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(Problem) -> [Int] {
    guard let limit = Timestamp.milliseconds(text) else { throw .malformed("time:\(text)") }
    let cache = EnvelopeCache(source, log.places)
    let judge = log.replica.judge
    var heads: [Int] = []
    for event in 0..<judge.count where (try? cache.read(event).time <= limit) ?? false {
      heads.append(event)
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

extension Timestamp {
  /// Milliseconds of a time such as `2026-03-01T10:00Z`, `2026-03-01T10:00:30Z` or `2026-03-01`.
  public static func milliseconds(_ text: String) -> UInt64? {
    var digits = text.hasSuffix("Z") ? String(text.dropLast()) : text
    if let dot = digits.firstIndex(of: ".") { digits = String(digits[..<dot]) }
    let parts = digits.split(separator: "T", omittingEmptySubsequences: false)
    let date = parts[0].split(separator: "-").map { Int($0) }
    let clock = parts.count > 1 ? parts[1].split(separator: ":").map { Int($0) } : []
    guard parts.count <= 2, date.count == 3, clock.count <= 3, let year = date[0],
      let month = date[1], let day = date[2], (1970...9999).contains(year),
      (1...12).contains(month), (1...31).contains(day), !clock.contains(where: { $0 == nil })
    else { return nil }
    let numbers = clock.compactMap { $0 } + [0, 0, 0]
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lastDay = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard day <= lastDay, (0...24).contains(numbers[0]), (0..<60).contains(numbers[1]),
      (0...60).contains(numbers[2])
    else { return nil }
    // Civil date to days: Hinnant, chrono-compatible low-level date algorithms, 2013.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = days * 86_400 + numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    return UInt64(max(0, seconds)) * 1000
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
    let part = MemberLog(name: name, group: group, seed: 1)
    let cache = EnvelopeCache(source, places)
    for number in events {
      let event = try cache.read(number)
      // An event whose parents are left out waits, and so is left out too.
      if case .inserted? = try? part.replica.judge.insert(event) {
        part.places.append(places[number])
      }
    }
    return part
  }
}
