import CoterieEvents
import CoterieSealing
import CoterieWire

/// A group of ten whose members post in turn, each having seen everything: events without
/// signatures, for a judge.
struct LinearLog {
  private(set) var events: [Event] = []
  private var sequences: [UInt64]
  private var newest: [Digest?]
  private let keys: [Digest]

  init(people: Int = 10, posts: Int) {
    keys = (0..<people).map {
      SigningKey(seed: Hashing.digest(of: Array("coterie.bench/linear \($0)".utf8), domain: .plain))
        .publicKey
    }
    sequences = [UInt64](repeating: 0, count: people)
    newest = [Digest?](repeating: nil, count: people)
    let founding = Founding(
      template: .secretGroup,
      name: "linear",
      preferences: [],
      nonce: [UInt8](repeating: 7, count: 16),
      seal: keys[0]
    )
    add(.groupFound(founding), by: 0)
    for person in 1..<people {
      add(.inviteCreate(invitee: keys[person], role: .member), by: 0)
      let invite = events[events.count - 1].id
      add(.inviteAccept(invite: invite, seal: keys[person], name: nil), by: person)
    }
    let content = Commitment(digest: keys[0], size: 42)
    for place in 0..<posts {
      add(.messagePost(Post(type: .text, content: content)), by: place % people)
    }
  }

  private mutating func add(_ action: Action, by person: Int) {
    let event = next(action, by: person, after: events.last?.id)
    events.append(event)
    newest[person] = event.id
    sequences[person] += 1
  }

  /// The event of someone who has seen one event and what lies before it.
  func next(_ action: Action, by person: Int, after parent: Digest?) -> Event {
    Draft(
      group: events.first?.id,
      author: keys[person],
      sequence: sequences[person],
      previous: newest[person],
      parents: Parents(parent.map { [$0] } ?? []),
      time: UInt64(events.count),
      action: action
    ).event
  }
}
