package import CoterieEvents
package import CoterieSealing
package import CoterieWire

/// Fixed people and small groups of unsigned events: judging needs ids, not signatures.
package enum Cast {
  /// The key of a name.
  package static func key(_ name: String) -> Digest { signingKey(name).publicKey }

  /// The private key of a name.
  package static func signingKey(_ name: String) -> SigningKey {
    SigningKey(
      seed: Hashing.digest(of: Array("coterie.fixture/\(name)".utf8), domain: .plain)
    )
  }

  package static let ann = key("ann")
  package static let bob = key("bob")
  package static let cat = key("cat")
  package static let eve = key("eve")
  package static let linkSeed = Hashing.digest(of: Array("link".utf8), domain: .plain)
  package static let linkKey = SigningKey(seed: linkSeed).publicKey

  package static let someSeal = Hashing.digest(of: [1], domain: .plain)
  package static let content = Commitment(to: [1, 2, 3], secret: someSeal)

  /// A founding event with every preference written.
  package static func founding(
    by author: Digest,
    template: Template = .secretGroup
  ) -> Event {
    let settings = Preference.allCases.map {
      PreferenceSetting(key: Text($0.key), value: $0.standard(in: template))
    }
    return Draft(
      group: nil,
      author: author,
      sequence: 0,
      previous: nil,
      parents: Parents([]),
      time: 0,
      action: .groupFound(
        Founding(
          template: template,
          name: "Scope",
          preferences: settings,
          nonce: [UInt8](repeating: 7, count: 16),
          seal: someSeal
        )
      )
    ).event
  }
}

/// A growing graph of events, each signed by nobody but otherwise real.
package struct Graph {
  package private(set) var events: [Event] = []
  private var pasts: [Digest: Set<Digest>] = [:]
  private var time: UInt64 = 0

  package init() {}

  package var group: Digest? { events.first?.id }

  /// The ids in the past of an event.
  package func past(of id: Digest) -> Set<Digest> { pasts[id] ?? [] }

  /// Ids that no other event has in its past.
  package var heads: [Digest] {
    let covered = events.reduce(into: Set<Digest>()) { $0.formUnion(past(of: $1.id)) }
    return events.map(\.id).filter { !covered.contains($0) }
  }

  /// The event that an author would sign with just these parents as past.
  package func draft(_ action: Action, by author: Digest, after parents: [Digest]) -> Event {
    var seen = Set(parents)
    for parent in parents { seen.formUnion(past(of: parent)) }
    let newest = events.filter { $0.author == author && seen.contains($0.id) }
      .max { $0.sequence < $1.sequence }
    return Draft(
      group: group,
      author: author,
      sequence: newest.map { $0.sequence + 1 } ?? 0,
      previous: newest?.id,
      parents: Parents(parents),
      time: time,
      action: action
    ).event
  }

  /// Adds an event whose parents are there.
  package mutating func add(_ event: Event) {
    var seen = Set(event.parents.ids)
    if let previous = event.previous { seen.insert(previous) }
    for id in seen { seen.formUnion(past(of: id)) }
    pasts[event.id] = seen
    events.append(event)
  }

  /// Takes back the newest event.
  package mutating func removeLast() {
    if let last = events.popLast() { pasts[last.id] = nil }
  }

  /// Adds what an author does with everything held as past.
  @discardableResult
  package mutating func act(_ action: Action, by author: Digest) -> Digest {
    let event = draft(action, by: author, after: heads)
    add(event)
    return event.id
  }

  /// Founder and members, each invited and accepting, one after the other.
  package static func group(
    founder: Digest,
    members: [(key: Digest, role: Role)],
    template: Template = .secretGroup
  ) -> Graph {
    var graph = Graph()
    graph.add(Cast.founding(by: founder, template: template))
    for (key, role) in members {
      let invite = graph.act(.inviteCreate(invitee: key, role: role), by: founder)
      graph.act(.inviteAccept(invite: invite, seal: Cast.someSeal, name: nil), by: key)
    }
    return graph
  }
}
