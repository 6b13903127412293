internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

extension MemberLog {
  /// How an event came to its verdict, in the order of this log: each change with the event whose
  /// arrival made it.
  ///
  /// One replay of the log up to its end.
  func history(of event: Int, from source: some LogSource) throws(SourceFault) -> [WhyReport.Turn] {
    let id = replica.judge.graph.id(event)
    let judge = Judge(seed: 1)
    var turns: [WhyReport.Turn] = []
    var last: (Status, Code?)?
    var number: Int?
    let isLasting = !replica.judge.wasAdmitted(event)
    try source.scan { envelope, _ in
      guard let decoded = try? Event.decode(envelope).event, decoded.groupID == group,
        case .inserted(let inserted)? = try? judge.insert(decoded)
      else { return true }
      if decoded.id == id { number = inserted }
      guard let number, decoded.id == id || judge.changesViews(inserted) else { return true }
      let verdict = judge.verdict(of: number, in: judge.currentView())
      if last?.0 != verdict.status || last?.1 != verdict.code {
        last = (verdict.status, verdict.code)
        turns.append(
          WhyReport.Turn(
            status: verdict.status.rawValue,
            code: verdict.code?.rawValue,
            at: decoded.id.hex
          )
        )
      }
      // A rejection never changes.
      return !isLasting
    }
    return turns
  }

  /// The smallest set of events found, closed under past, in which the event has the same verdict.
  ///
  /// Starts from the event, its cause and root with all their past, and leaves out what can be left
  /// out, one newest event at a time.
  public func evidence(
    for event: Int,
    from source: some LogSource
  ) throws(SourceFault) -> [Int] {
    let judge = replica.judge
    let wanted = judge.verdict(of: event, in: judge.currentView())
    var set = past(of: [event])
    let causes = [wanted.by, wanted.root, wanted.support].compactMap { $0 }
    let further = past(of: causes.compactMap { judge.number(of: $0) })
    let cache = EnvelopeCache(source, places)
    if try verdict(of: event, among: set, cache) == wanted { return set.sorted() }
    set.formUnion(further)
    if try verdict(of: event, among: set, cache) != wanted { set = Set(0..<judge.count) }
    let own = past(of: [event])
    // Leaves out newest events that are not needed, the latest first; a few hundred tries at most.
    var tries = 0
    var isMoving = true
    while isMoving {
      isMoving = false
      for candidate in set.subtracting(own).sorted(by: >) where tries < 400 {
        let isNewest = !set.contains { other in
          judge.graph.parents(other).contains(Int32(candidate))
            || judge.graph.previous(other) == candidate
        }
        guard isNewest else { continue }
        tries += 1
        var smaller = set
        smaller.remove(candidate)
        if try verdict(of: event, among: smaller, cache) == wanted {
          set = smaller
          isMoving = true
        }
      }
    }
    return set.sorted()
  }

  /// Events with everything in their past.
  func past(of events: [Int]) -> Set<Int> {
    let graph = replica.judge.graph
    var found: Set<Int> = []
    var stack = events
    while let event = stack.popLast() {
      guard found.insert(event).inserted else { continue }
      stack += graph.parents(event).map { Int($0) }
      if let previous = graph.previous(event) { stack.append(previous) }
    }
    return found
  }

  private func verdict(
    of event: Int,
    among set: Set<Int>,
    _ cache: EnvelopeCache
  ) throws(SourceFault) -> Verdict? {
    let judge = Judge(seed: 1)
    for number in set.sorted() { _ = try? judge.insert(try cache.event(number)) }
    guard let number = judge.number(of: replica.judge.graph.id(event)) else { return nil }
    return judge.verdict(of: number, in: judge.currentView())
  }
}

/// Events of a log, decoded once.
final class EnvelopeCache {
  private let source: any LogSource
  private let places: [UInt64]
  private var events: [Int: Event] = [:]

  init(_ source: any LogSource, _ places: [UInt64]) {
    self.source = source
    self.places = places
  }

  /// An event that is looked at more than once.
  func event(_ number: Int) throws(SourceFault) -> Event {
    if let known = events[number] { return known }
    let event = try read(number)
    events[number] = event
    return event
  }

  /// An event that is looked at once: a pass over a large log keeps none of them.
  func read(_ number: Int) throws(SourceFault) -> Event {
    let envelope = try source.envelope(at: places[number])
    guard let event = try? Event.decode(envelope.span).event else {
      throw SourceFault(.malformed, "\(source.name) changed while it was read")
    }
    return event
  }
}
