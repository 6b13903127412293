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
    judge.reserve(replica.judge.count)
    var turns: [WhyReport.Turn] = []
    var last: (Status, Code?)?
    var number: Int?
    let isLasting = !replica.judge.wasAdmitted(event)
    try read(0..<replica.judge.count, from: source) { chunk, item, _ in
      guard case .inserted(let inserted)? = try? judge.insert(chunk, item) else { return true }
      if chunk.ids[item] == id { number = inserted }
      guard let number, number == inserted || judge.changesViews(inserted) else { return true }
      let verdict = judge.verdict(of: number, in: judge.currentView())
      if last?.0 != verdict.status || last?.1 != verdict.code {
        last = (verdict.status, verdict.code)
        turns.append(
          WhyReport.Turn(
            status: verdict.status.rawValue,
            code: verdict.code?.rawValue,
            at: chunk.ids[item].hex
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
  /// out, one newest event at a time: in at most 400 tries, fewer in logs of more than 100 000
  /// events. O(events) for each.
  public func evidence(
    for event: Int,
    from source: some LogSource
  ) throws(SourceFault) -> [Int] {
    let judge = replica.judge
    let wanted = judge.verdict(of: event, in: judge.currentView())
    let own = isPast(of: [event])
    let base = try judged(own.indices.filter { own[$0] }, from: source).judge
    let cache = EnvelopeCache(source, places)
    func isEnough(_ further: [Int]) throws(SourceFault) -> Bool {
      let judge = further.isEmpty ? base : base.copy()
      for number in further { _ = try? judge.insert(try cache.event(number)) }
      guard let number = judge.number(of: id(of: event)) else { return false }
      return judge.verdict(of: number, in: judge.currentView()) == wanted
    }
    func joined(_ further: [Int]) -> [Int] { (own.indices.filter { own[$0] } + further).sorted() }
    if try isEnough([]) { return joined([]) }
    let causes = [wanted.by, wanted.root, wanted.support].compactMap { $0 }
    let known = isPast(of: causes.compactMap { judge.number(of: $0) })
    var further = known.indices.filter { known[$0] && !own[$0] }
    if try !isEnough(further) { further = own.indices.filter { !own[$0] } }
    var triesLeft = min(400, max(10, 40_000_000 / judge.count))
    var children = further.reduce(into: [Int: Int]()) { count, event in
      for parent in named(by: event) { count[parent, default: 0] += 1 }
    }
    var before = -1
    while before != further.count {
      before = further.count
      for candidate in further.reversed()
      where triesLeft > 0 && children[candidate, default: 0] == 0 {
        triesLeft -= 1
        let smaller = further.filter { $0 != candidate }
        guard try isEnough(smaller) else { continue }
        further = smaller
        for parent in named(by: candidate) { children[parent, default: 1] -= 1 }
      }
    }
    return joined(further)
  }

  /// The parents of an event, and its previous event if that is none of them.
  private func named(by event: Int) -> Set<Int> {
    let graph = replica.judge.graph
    return Set(graph.parents(event).map { Int($0) } + [graph.previous(event)].compactMap { $0 })
  }

  /// Events with everything in their past.
  func past(of events: [Int]) -> Set<Int> {
    let isPast = isPast(of: events)
    return Set(isPast.indices.lazy.filter { isPast[$0] })
  }

  /// For each event of the graph, whether it is one of these or in their past.
  private func isPast(of events: [Int]) -> [Bool] {
    let graph = replica.judge.graph
    var isPast = [Bool](repeating: false, count: graph.count)
    var stack = events
    while let event = stack.popLast() {
      if isPast[event] { continue }
      isPast[event] = true
      for parent in graph.parents(event) where !isPast[Int(parent)] { stack.append(Int(parent)) }
      if let previous = graph.previous(event), !isPast[previous] { stack.append(previous) }
    }
    return isPast
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
