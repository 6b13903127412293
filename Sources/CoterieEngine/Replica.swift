package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// One member's copy of one group: the judge, and the events that still wait.
///
/// Holds no files and knows no clock; stores, scenarios and audits all run on it.
package final class Replica {
  package let judge: Judge
  package private(set) var waiting = WaitingRoom()
  /// Where the events that wait stand in the log from which they were read.
  package var waitingPlaces: [Digest: UInt64] = [:]

  package init(seed: UInt64 = 0) {
    judge = Judge(seed: seed)
  }

  /// What a judge took, where nothing waits.
  package init(_ judge: Judge) {
    self.judge = judge
  }

  /// An event that got its place, and the bytes that it came in.
  package struct Placed {
    package var number: Int
    package var event: Event
    package var envelope: [UInt8]
  }

  /// What came of one event.
  package enum Arrival {
    /// It is in, and so are those that had waited for it.
    case placed([Placed], refused: [(id: Digest, fault: Malformed)])
    case known
    case waits(missing: [Digest])
    /// Too many events wait already; it was not kept.
    case noRoom(missing: [Digest])
  }

  /// Takes events for which nothing waits, up to the first that must wait itself, is known, or is
  /// malformed: the short way of `receive`, for logs that hold parents before their children.
  ///
  /// - Returns: how many were taken; their numbers follow each other.
  package func place(_ events: Span<Event>, _ items: Range<Int>) -> Int {
    waiting.guests.isEmpty ? judge.insert(events, items) : 0
  }

  /// Takes an event whose bytes and signature are good.
  ///
  /// - Throws: `Malformed` if it belongs to another group or breaks its author's chain.
  package func receive(_ event: Event, envelope: [UInt8]) throws(Malformed) -> Arrival {
    if waiting.guests[event.id] != nil { return .known }
    switch try judge.insert(event) {
    case .known:
      return .known
    case .pending(let missing):
      guard waiting.hasRoom(for: envelope.count) else { return .noRoom(missing: missing) }
      waiting.admit(event, envelope: envelope, missing: missing)
      return .waits(missing: missing)
    case .inserted(let number):
      var placed = [Placed(number: number, event: event, envelope: envelope)]
      var refused: [(id: Digest, fault: Malformed)] = []
      var next = 0
      while next < placed.count {
        for guest in waiting.release(by: placed[next].event.id) {
          do {
            if case .inserted(let number) = try judge.insert(guest.event) {
              placed.append(
                Placed(number: number, event: guest.event, envelope: guest.envelope)
              )
            }
          } catch {
            refused.append((guest.event.id, error))
          }
        }
        next += 1
      }
      return .placed(placed, refused: refused)
    }
  }

  /// Lets nobody wait any more, before the waiting room is read anew.
  package func emptyWaitingRoom() {
    waiting = WaitingRoom()
  }

  /// Whether an event would have to wait for others.
  package func mustWait(_ event: borrowing Event) -> Bool {
    if let previous = event.previous, judge.number(of: previous) == nil { return true }
    for place in 0..<event.parents.count where judge.number(of: event.parents[place]) == nil {
      return true
    }
    return false
  }

  /// The events that wait and what each of them lacks, by id.
  package var pending: [(id: Digest, missing: [Digest])] {
    waiting.guests.values
      .map { ($0.event.id, $0.missing.sorted()) }
      .sorted { $0.0 < $1.0 }
  }

  /// What is missing and not itself waiting: what a peer should be asked for.
  package var wanted: [Digest] {
    var wanted: Set<Digest> = []
    for guest in waiting.guests.values {
      for id in guest.missing where waiting.guests[id] == nil { wanted.insert(id) }
    }
    return wanted.sorted()
  }

  /// The next event of an author who has seen everything held.
  package func draft(_ action: Action, by author: Digest, time: UInt64) -> Draft {
    let newest = newestEvent(of: author)
    var heads = judge.heads
    if heads.count > Limits.parentsMax {
      heads.sort { judge.graph.depth($0) > judge.graph.depth($1) }
      // What decides whether the act is admitted must be in its past: all authority, and the
      // message that it names.
      let needed = judge.newestActs + [judge.message(namedBy: action)].compactMap { $0 }
      var chosen: [Int] = []
      for event in needed {
        let isSeen = { head in head == event || self.judge.precedes(event, head) }
        if chosen.contains(where: isSeen) { continue }
        if let head = heads.first(where: isSeen) { chosen.append(head) }
      }
      heads = Array((chosen + heads.filter { !chosen.contains($0) }).prefix(Limits.parentsMax))
    }
    return Draft(
      group: judge.group,
      author: author,
      sequence: newest.map { judge.graph.sequence($0) + 1 } ?? 0,
      previous: newest.map { judge.graph.id($0) },
      parents: Parents(heads.map { judge.graph.id($0) }),
      time: time,
      action: action
    )
  }

  /// The end of an author's longest chain; nil for one without events.
  package func newestEvent(of author: Digest) -> Int? {
    guard let person = judge.graph.authors.number(of: author) else { return nil }
    let ends = judge.graph.chainsOfAuthor[person].compactMap {
      judge.graph.chains[Int($0)].events.last.map { Int($0) }
    }
    return ends.max { left, right in
      let (one, other) = (judge.graph.sequence(left), judge.graph.sequence(right))
      return one != other ? one < other : judge.graph.id(right) < judge.graph.id(left)
    }
  }
}
