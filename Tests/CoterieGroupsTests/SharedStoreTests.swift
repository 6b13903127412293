import CoterieBundles
import CoterieEngine
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieWire
import Foundation
import ScopeKit
import StoreKit
import Testing

/// One store at which several programs are at work, each with a judge of its own in memory, and a
/// peer elsewhere; all of them act, and exchange what they have, at random.
private final class SharedStore {
  private let shelf: Shelf
  private let store: Store
  private let group: Digest
  private var random: SplitMix64
  private var logs: [GroupLog] = []
  private let peer: GroupLog
  private var time: UInt64 = 10
  private var strangers: [[UInt8]] = []
  /// What was acknowledged.
  private var acknowledged: Set<Digest> = []
  /// The log as it was looked at last.
  private var stored: [[UInt8]] = []
  private(set) var faults: [String] = []

  init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    shelf = try Shelf()
    store = try shelf.make("a.coterie")
    let first = try store.found(
      Founding(
        template: .secretGroup,
        name: "Book club",
        preferences: [],
        nonce: [UInt8](repeating: 1, count: 16),
        seal: Cast.someSeal
      ),
      by: Cast.signingKey("ann"),
      time: 1
    )
    group = first.group
    for (name, role) in [("bob", Role.admin), ("cat", .member)] {
      let invite = try first.append(
        .inviteCreate(invitee: Cast.key(name), role: role),
        by: Cast.signingKey("ann"),
        time: 2
      )
      try first.append(
        .inviteAccept(invite: invite, seal: Cast.key(name), name: nil),
        by: Cast.signingKey(name),
        time: 3
      )
    }
    for _ in 0..<3 { logs.append(try store.log(of: group)) }
    peer = try shelf.make("b.coterie").adopt(group)
    _ = try peer.ingest(first.allEntries())
  }

  private func chosen<Element>(_ elements: [Element]) -> Element {
    elements[random.below(elements.count)]
  }

  private func act(_ log: GroupLog, by names: [String]) throws {
    let name = chosen(names)
    let (other, role) = (Cast.key(chosen(["ann", "bob", "cat"])), chosen(Role.allCases))
    let post = Action.messagePost(Post(type: .text, content: Cast.content))
    let action = chosen([
      post, post, post, post, .groupWelcome(text: Text("welcome \(time)")),
      .memberRole(member: other, role: role), .memberBlock(member: other),
      .memberRemove(member: other, erase: false), .inviteCreate(invitee: other, role: .member),
      .memberProfile(name: Cast.content), .linkCreate(link: Cast.linkKey, role: role, uses: 2),
    ])
    time += 1
    do {
      let event = try log.append(action, by: Cast.signingKey(name), time: time)
      if log !== peer { acknowledged.insert(event) }
    } catch GroupError.refused {}
  }

  /// Some of what one log has, in any order.
  private func offered(by log: GroupLog) throws -> [[UInt8]] {
    let all = try log.allEntries().map(\.envelope) + strangers
    return Array(all.shuffled(using: &random).prefix(1 + random.below(all.count)))
  }

  private func ingest(_ envelopes: [[UInt8]], into log: GroupLog) throws {
    let ingestion = try log.ingest(envelopes)
    if !ingestion.bad.isEmpty { faults.append("\(ingestion.bad) is bad") }
    if log !== peer { acknowledged.formUnion(ingestion.placed) }
  }

  /// Does one thing, and looks at the store.
  func step() throws {
    let place = random.below(logs.count)
    let log = logs[place]
    switch random.below(17) {
    case 0..<5: try act(log, by: ["ann", "cat"])
    case 5..<7: try act(peer, by: ["bob"])
    case 7..<9: try ingest(offered(by: peer), into: log)
    case 9: try ingest(offered(by: log), into: peer)
    case 10: try ingest(offered(by: log), into: log)
    case 11: strangers.append(try stranger(behind: log))
    case 12: logs[place] = try store.log(of: group)
    case 13: try log.writeCheckpoint()
    case 14: try log.catchUp()
    case 15: try buildOnStranger()
    default:
      switch random.below(20) {
      case 0:
        let bob = Cast.signingKey("bob")
        _ = try? peer.forkForDemonstration(Cast.content, by: bob, time: time)
      case 1:
        // So many that the indexes are written.
        for _ in 0..<100 { try act(log, by: ["ann"]) }
      default: break
      }
    }
    try look()
  }

  /// An event of someone who was never a member.
  private func stranger(behind log: GroupLog) throws -> [UInt8] {
    let known = try log.allEntries().map { try Event(verifying: $0.envelope).id }
    time += 1
    return Draft(
      group: group,
      author: Cast.eve,
      sequence: 0,
      previous: nil,
      parents: Parents([chosen(known)]),
      time: time,
      action: .messagePost(Post(type: .text, content: Cast.content))
    ).sealed(with: Cast.signingKey("eve"))
  }

  /// The peer's next event has an event of a stranger as a parent, which is needed from then on.
  private func buildOnStranger() throws {
    guard let stranger = strangers.last else { return }
    let post = Action.messagePost(Post(type: .text, content: Cast.content))
    time += 1
    var draft = peer.replica.draft(post, by: Cast.bob, time: time)
    let id = try Event(verifying: stranger).id
    draft.parents = Parents(Set(draft.parents.ids + [id]).sorted())
    try ingest([stranger, draft.sealed(with: Cast.signingKey("bob"))], into: peer)
  }

  private func look() throws {
    var found: [[UInt8]] = []
    try store.ledger.snapshot().scan(.events, prefix: [], from: nil) { _, envelope in
      found.append(envelope.copy(of: 0..<envelope.count))
      return true
    }
    if !found.starts(with: stored) { faults.append("an event was replaced at \(time)") }
    stored = found
    guard let noted = try Checkpoint.newest(in: store.ledger.snapshot(), group: 1) else { return }
    let judge = try store.log(of: group).replica.judge
    let current = judge.currentView()
    if noted.arrivals != judge.count || noted.governance != judge.governance(in: current)
      || noted.record.namings != judge.namings(among: 0..<judge.count, in: current)
    {
      faults.append("a checkpoint differs from the replay at \(time)")
    }
  }

  /// Gives everyone everything; what is wrong then.
  func settle() throws -> [String] {
    for _ in 0..<2 {
      for log in logs { try ingest(peer.allEntries().map(\.envelope), into: log) }
      try ingest(logs[0].allEntries().map(\.envelope), into: peer)
    }
    for log in logs {
      try log.catchUp()
      if log.governance() != peer.governance() { faults.append("two differ in the end") }
      if try log.allEntries() != peer.allEntries() { faults.append("two hold other events") }
    }
    try look()
    let ids = Set(try stored.map { try Event.decode($0.span).event.id })
    if ids.count != stored.count { faults.append("an event stands twice") }
    if !acknowledged.isSubset(of: ids) { faults.append("what was acknowledged is lost") }
    return faults
  }
}

@Suite struct `A store that several programs share` {
  @Test(arguments: 1...30)
  func `loses nothing, and all of them agree`(_ seed: UInt64) throws {
    let shared = try SharedStore(seed: seed)
    for _ in 0..<60 { try shared.step() }
    #expect(try shared.settle() == [])
  }
}
