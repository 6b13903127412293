package import CoterieEvents
package import CoterieWire

/// Events whose parents or previous event have not come yet: kept, listed, never judged.
///
/// Bounded in number and bytes, so that a peer who sends orphans cannot fill a store.
package struct WaitingRoom {
  /// One event that waits.
  package struct Guest {
    package var event: Event
    package var envelope: [UInt8]
    package var missing: Set<Digest>
  }

  package private(set) var guests: [Digest: Guest] = [:]
  package private(set) var byteCount = 0
  private var waitingFor: [Digest: [Digest]] = [:]

  package init() {}

  /// Whether one more event of this size may wait.
  package func hasRoom(for byteCount: Int) -> Bool {
    guests.count < Limits.waitingEventsMax && self.byteCount + byteCount <= Limits.waitingBytesMax
  }

  /// Takes an event in.
  package mutating func admit(_ event: Event, envelope: [UInt8], missing: [Digest]) {
    guests[event.id] = Guest(event: event, envelope: envelope, missing: Set(missing))
    byteCount += envelope.count
    for id in missing { waitingFor[id, default: []].append(event.id) }
  }

  /// Whether someone who waits for an event, and for nothing else, is the next one of its chain.
  package func vouches(for event: borrowing Event) -> Bool {
    for guest in waitingFor[event.id] ?? [] {
      if let next = guests[guest], next.missing.count == 1, next.event.continues(event) {
        return true
      }
    }
    return false
  }

  /// Lets those go for whom `id` was the last that was missing, in ascending order of ids.
  package mutating func release(by id: Digest) -> [Guest] {
    guard let waiting = waitingFor.removeValue(forKey: id) else { return [] }
    var ready: [Guest] = []
    for guest in waiting.sorted() {
      guard var known = guests.removeValue(forKey: guest) else { continue }
      known.missing.remove(id)
      if known.missing.isEmpty {
        byteCount -= known.envelope.count
        ready.append(known)
      } else {
        guests[guest] = known
      }
    }
    return ready
  }
}
