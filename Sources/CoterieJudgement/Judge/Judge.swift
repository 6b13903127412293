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

  package internal(set) var graph: EventGraph
  package internal(set) var paths = Paths()
  package internal(set) var acts: [Act] = []
  package internal(set) var template = Template.secretGroup
  package internal(set) var group: Digest?
  /// Admitted events that no admitted event has in its past.
  package internal(set) var heads: [Int] = []

  private var touched: UInt32 = 0
  /// Room for the parents of the event that is inserted, kept so that none is made for each.
  private var parentRoom: [Int] = []
  var frontiers = Frontiers()
  var trunk = Trunk()
  /// Acts above the trunk: each has the whole trunk in its past, and none has all of them.
  var window: [Int] = []
  /// The newest acts of all.
  var front = Frontier.empty
  var views: [ViewKey: View] = [:]
  var viewsEpoch = 0
  var forks = ForkRecord()
  /// The admission of each author's last plain post, by person.
  var plainPosts: [PlainPost?] = []

  /// What is kept of each event, by number.
  var records: [Record] = []
  var refusedBy: [Int: Int] = [:]
  var namesRejected = false

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
    graph = EventGraph(seed: seed)
  }

  package var count: Int { graph.count }

  package func reserve(_ count: Int) {
    graph.reserve(count)
    records.reserveCapacity(count)
  }

  /// Makes ready to insert events with these ids: a hint that changes nothing but the time taken.
  package func expect(_ ids: [Digest]) {
    touched ^= graph.table.touch(ids)
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
  package func insert(_ event: borrowing Event) throws(Malformed) -> Insertion {
    if let known = graph.table.number(of: event.id) { return .known(known) }
    if let group, event.groupID != group { throw Malformed(.wrongGroup, at: 0) }
    var parents = parentRoom
    parentRoom = []
    defer {
      parents.removeAll(keepingCapacity: true)
      parentRoom = parents
    }
    for place in 0..<event.parents.count {
      guard let number = graph.table.number(of: event.parents[place]) else {
        return .pending(missing: missing(from: event))
      }
      parents.append(number)
    }
    var previous: Int?
    if let id = event.previous {
      previous = graph.table.number(of: id)
      if previous == nil { return .pending(missing: missing(from: event)) }
    }
    if let previous {
      let author = graph.authors.number(of: event.author)
      guard author == graph.author(previous), graph.sequence(previous) &+ 1 == event.sequence
      else { throw Malformed(.brokenChain, at: 0) }
    }
    return .inserted(place(event, parents: parents, previous: previous))
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

  private func place(_ event: borrowing Event, parents: [Int], previous: Int?) -> Int {
    let kind = event.action.kind
    if kind == .groupFound, case .groupFound(let founding) = event.action {
      group = event.id
      template = founding.template
    }
    let number = graph.insert(
      id: event.id,
      author: event.author,
      sequence: event.sequence,
      previous: previous,
      parents: parents,
      needsClock: kind.isAuthority
    )
    let author = graph.author(number)
    let before = mergedFrontier(parents, previous)
    if let facts = plainAdmission(of: event.action, by: author, before) {
      records.append(Record(kind, before: before, facts: facts))
      noteRejectedLinks(parents, previous)
      updateHeads(number, parents: parents, previous: previous)
      return number
    }
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
    noteRejectedLinks(parents, previous)
    if facts.code == nil {
      if let effect {
        let act = addAct(effect, event: event.action, number: number, facts: facts, before: before)
        noteJoining(acts[act])
        settle(act, before: before, key: key)
      } else if kind == .messagePost {
        notePlainPost(event.action, by: author, before, facts)
      }
      index(event.action, number)
      updateHeads(number, parents: parents, previous: previous)
    }
    return number
  }

  private func noteJoining(_ act: Act) {
    switch act.purpose {
    case .founding, .use: joined.insert(act.author)
    case .raise: joined.insert(act.person)
    case .lowering, .exit, .entry, .closing, .setting: break
    }
  }

  private func noteRejectedLinks(_ parents: [Int], _ previous: Int?) {
    if namesRejected { return }
    if let previous, records[previous].code != nil { namesRejected = true }
    for parent in parents where records[parent].code != nil { namesRejected = true }
  }

  private func updateHeads(_ number: Int, parents: [Int], previous: Int?) {
    if heads.count == 1, parents.contains(heads[0]) || heads[0] == previous {
      heads[0] = number
      return
    }
    var kept: [Int] = []
    swap(&kept, &heads)
    kept.removeAll { head in
      if head == previous || parents.contains(head) { return true }
      return namesRejected && graph.isBefore(head, number)
    }
    kept.append(number)
    heads = kept
  }

  /// Whether one act lies before another.
  func isBefore(_ first: Int, _ second: Int) -> Bool {
    graph.isBefore(acts[first].event, clocked: acts[second].event)
  }

  func isCanonicallyBefore(_ first: Int, _ second: Int) -> Bool {
    graph.isCanonicallyBefore(acts[first].event, acts[second].event)
  }
}
