package import CoterieEvents
package import CoterieWire

/// Judges the events of one group: admission once and for ever, effect from all events held.
///
/// Events are inserted with their parents before them, in any such order; verdicts, roles and
/// digests depend on the set alone. An event that has seen everything costs a few look-ups. One
/// that has not costs the authority events of its window of concurrency. Nothing is judged again
/// when an event comes; the effect of an event is computed when it is asked for.
///
/// Not thread-safe: the owner (an actor, or one worker) keeps it to itself.
package final class Judge {
  /// The facts of an event's admission; they never change.
  package struct Facts: Hashable {
    package var code: Code?
    /// The number of the event that caused a refusal; -1 if none.
    package var by = -1
    package var rank: Rank = 0
    package var path: Int32 = Paths.root
    /// The act under which the author acts; -1 if none.
    package var support = -1
    package var need: Rank = 0
  }

  var history: History
  package internal(set) var paths = Paths()
  package internal(set) var acts: [Act] = []
  package internal(set) var template = Template.secretGroup
  var frontiers = Frontiers()
  var trunk = Trunk()
  /// Acts above the trunk: each has the whole trunk in its past, and none has all of them.
  var window: [Int] = []
  /// The newest acts of all.
  var front = Frontier.empty
  var views: [ViewKey: View] = [:]
  var viewsEpoch = 0
  var forks = ForkRecord()
  var refusedBy: [Int: Int] = [:]

  var messages = MessageIndex()
  /// Events that dissolve the group if they are in effect.
  var dissolvers: [Int] = []
  var declines: [Int: [Int]] = [:]
  /// Everyone whom an admitted event ever made a member.
  var joined: Set<Int> = []
  /// Invites by the person invited.
  var invitesOfPerson: [Int: [Int]] = [:]

  let table = RuleTable.version1

  /// Starts an empty group.
  ///
  /// The seed spreads hash slots; it never shows in any result.
  package init(seed: UInt64 = 0) {
    history = History(seed: seed)
  }

  /// Another judge who has taken the same events, and goes its own way from here.
  ///
  /// O(1), and O(events) bytes are moved when either takes the next event.
  package func copy() -> Judge {
    let copy = Judge()
    (copy.history, copy.paths, copy.acts, copy.template) = (history, paths, acts, template)
    (copy.frontiers, copy.trunk, copy.window, copy.front) = (frontiers, trunk, window, front)
    (copy.views, copy.viewsEpoch, copy.forks, copy.refusedBy) = (
      views, viewsEpoch, forks, refusedBy
    )
    (copy.messages, copy.dissolvers, copy.declines) = (messages, dissolvers, declines)
    (copy.joined, copy.invitesOfPerson) = (joined, invitesOfPerson)
    return copy
  }

  package internal(set) var graph: EventGraph {
    _read { yield history.graph }
    _modify { yield &history.graph }
  }

  /// The id of the founding event; nil before it came.
  package var group: Digest? { history.group }

  /// Admitted events that no admitted event has in its past.
  package var heads: [Int] { history.heads }

  var records: [Record] {
    _read { yield history.records }
    _modify { yield &history.records }
  }

  package var count: Int { graph.count }

  package func reserve(_ count: Int) {
    history.reserve(count)
  }

  /// Makes ready to insert events with these ids: a hint that changes nothing but the time taken.
  package func expect(_ ids: [Digest]) {
    history.expect(ids)
  }

  /// What came of inserting an event.
  package enum Insertion: Equatable {
    case inserted(Int)
    case known(Int)
    /// Events that must come first, ascending.
    case pending(missing: [Digest])
  }

  /// Takes an event whose bytes and signature are good, and admits or rejects it for ever.
  ///
  /// - Throws: `Malformed` if it belongs to another group or breaks its author's chain.
  package func insert(_ event: Event) throws(Malformed) -> Insertion {
    let alone: InlineArray<1, Event> = [event]
    return try insert(alone.span, at: 0)
  }

  /// The same for one of several events, which is read where it stands.
  package func insert(_ events: Span<Event>, at item: Int) throws(Malformed) -> Insertion {
    switch history.take(events, item) {
    case .admitted(let number):
      return .inserted(number)
    case .placed(let number):
      admit(events[item], number)
      return .inserted(number)
    case .known(let number):
      return .known(number)
    case .pending:
      return .pending(missing: missing(from: events[item]))
    case .malformed(let problem):
      throw Malformed(problem, at: 0)
    }
  }

  /// Takes events one after the other, up to the first that is known, waits, or is malformed: for
  /// that one `insert` says which.
  ///
  /// - Returns: how many were taken; their numbers follow each other.
  package func insert(_ events: Span<Event>, _ items: Range<Int>) -> Int {
    var left = items
    while let (item, taking) = history.take(events, left) {
      guard case .placed(let number) = taking else { return item - items.lowerBound }
      admit(events[item], number)
      left = item + 1..<items.upperBound
    }
    return items.count
  }

  /// The parents and the previous event that are not held, ascending.
  private func missing(from event: borrowing Event) -> [Digest] {
    var missing: Set<Digest> = []
    for place in 0..<event.parents.count where number(of: event.parents[place]) == nil {
      missing.insert(event.parents[place])
    }
    if let previous = event.previous, number(of: previous) == nil { missing.insert(previous) }
    return missing.sorted()
  }

  /// Asks for the admission of the event that was just placed.
  private func admit(_ event: borrowing Event, _ number: Int) {
    let kind = event.action.kind
    if kind == .groupFound, case .groupFound(let founding) = event.action {
      history.group = event.id
      template = founding.template
    }
    let author = graph.author(number)
    let before = mergedFrontier(history.parents, history.previous)
    let key = viewKey(of: number, before: before)
    let view = view(key)
    let (facts, effect) = admission(
      of: event.action,
      by: author,
      past: .of(number),
      in: view
    )
    records.append(Record(kind, before: before, facts: facts))
    if facts.by >= 0 { refusedBy[number] = facts.by }
    history.noteRejectedLinks()
    if facts.code == nil {
      if let effect {
        let act = addAct(effect, event: event.action, number: number, facts: facts, before: before)
        noteJoining(acts[act])
        settle(act, before: before, key: key)
      } else if kind == .messagePost {
        notePlainPost(event.action, by: author, before, facts)
      }
      index(event.action, number)
      history.updateHeads(number)
    }
  }

  private func noteJoining(_ act: Act) {
    switch act.purpose {
    case .founding, .use: joined.insert(act.author)
    case .raise: joined.insert(act.person)
    case .lowering, .exit, .entry, .closing, .setting: break
    }
  }

  /// Whether one act lies before another.
  func isBefore(_ first: Int, _ second: Int) -> Bool {
    graph.isBefore(acts[first].event, clocked: acts[second].event)
  }

  func isCanonicallyBefore(_ first: Int, _ second: Int) -> Bool {
    graph.isCanonicallyBefore(acts[first].event, acts[second].event)
  }
}
