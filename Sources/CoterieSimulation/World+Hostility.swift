internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// A member of bad will: it signs what it likes and hands it to whom it likes.
extension SimulatedWorld {
  func harm(
    _ deed: Deed,
    _ villain: SimulatedMember,
    _ victim: SimulatedMember
  ) async throws -> String {
    guard let pen = try Pen(villain, groupID), !pen.judge.heads.isEmpty else { return "no group" }
    let chance = villain.chance
    let heads = pen.judge.heads
    switch deed {
    case .fork:
      let parents = pen.withoutOwnNewest()
      let one = pen.entry(mischief(villain), after: parents)
      let other = pen.entry(mischief(villain), after: parents)
      try await publish([one], of: villain, to: [villain])
      try await publish([other], of: villain, to: [victim])
    case .equivocate:
      let halves = members.map { _ in chance.below(2) }
      for side in 0...1 {
        let entry = pen.entry(mischief(villain), after: heads)
        let others = members.filter { halves[$0.place] == side }
        try await publish([entry], of: villain, to: others)
      }
    case .backdate:
      let old = chance.below(pen.judge.count)
      let entry = pen.entry(mischief(villain), after: pen.withOwnEntry([old]), time: 1)
      try await publish([entry], of: villain, to: [villain, victim])
    case .persist:
      let parents = chance.once(in: 2) ? heads : pen.ownNewest.map { [$0] } ?? heads
      let entry = pen.entry(mischief(villain), after: parents)
      try await publish([entry], of: villain, to: chance.once(in: 2) ? [villain] : members)
    case .garble: return try await garble(villain, victim)
    case .flood: try await publish(flood(pen, villain), of: villain, to: [victim])
    default: try await publish(forgeries(pen, villain), of: villain, to: [villain, victim])
    }
    return "by \(villain.role?.name ?? "a stranger")"
  }

  private func mischief(_ villain: SimulatedMember) -> Action {
    let chance = villain.chance
    let target = chance.one(of: members.compactMap(\.key)) ?? groupID
    let role = Role.allCases[chance.below(5)]
    switch chance.below(12) {
    case 0..<3: return .memberRole(member: target, role: role)
    case 3..<6: return .memberRemove(member: target, erase: chance.once(in: 2))
    case 6: return .inviteCreate(invitee: target, role: role)
    case 7: return .groupPreference(key: "voice", value: .from(role))
    case 8: return chance.once(in: 2) ? .memberLeave : .memberResign(role: role)
    case 9: return chance.once(in: 4) ? .groupDissolve : .historyClear
    case 10: return .groupProfile(name: "Taken", description: nil)
    default: return .messagePost(Post(type: .text, content: said(chance).commitment))
    }
  }

  private func said(_ chance: Chance) -> GroupLog.Words {
    GroupLog.Words(Array(text(chance).utf8), secret: chance.digest())
  }

  // MARK: Heaps

  private func flood(_ pen: Pen, _ villain: SimulatedMember) -> [BundleEntry] {
    let chance = villain.chance
    var entries: [BundleEntry] = []
    let stranger = Pen(pen.judge, groupID, SigningKey(seed: chance.digest()))
    for _ in 0..<(20 + chance.below(40)) {
      switch chance.below(5) {
      case 0: entries.append(BundleEntry(envelope: chance.bytes(1 + chance.below(300))))
      case 1: entries.append(stranger.entry(mischief(villain), after: pen.judge.heads))
      case 2:
        // An orphan, whose parent no one has.
        entries.append(pen.entry(.historyClear, afterIDs: [chance.digest()]))
      case 3: entries.append(pen.entry(.groupDissolve, after: [chance.below(pen.judge.count)]))
      default: if let last = entries.last { entries.append(last) }
      }
    }
    return entries
  }

  private func forgeries(_ pen: Pen, _ villain: SimulatedMember) -> [BundleEntry] {
    let chance = villain.chance
    let heads = pen.judge.heads
    let words = said(chance)
    var entries: [BundleEntry] = []
    // A kind that nobody knows.
    entries.append(pen.entry(.unknown(kind: "owner.promote", body: [0xa0]), after: heads))
    // An event in someone's name, signed by the villain.
    if let name = chance.one(of: members.compactMap(\.key)) {
      entries.append(pen.entry(mischief(villain), after: heads, as: name))
    }
    // Another content than the one that was signed.
    var lie = pen.entry(
      .messagePost(Post(type: .text, content: words.commitment)),
      after: heads,
      besides: 1
    )
    lie.secret = words.secret
    lie.content = Array("something else".utf8)
    entries.append(lie)
    // A number that does not follow.
    entries.append(pen.entry(.historyClear, after: heads, skipping: 3))
    // An event that a stranger signed, and one of the villain that builds on it.
    let stranger = Pen(pen.judge, groupID, SigningKey(seed: chance.digest()))
    let statement = Joining.statement(group: groupID, author: stranger.key.publicKey)
    let joining = Joining(
      link: chance.digest(),
      proof: stranger.key.signature(of: statement),
      seal: chance.digest()
    )
    let alien = stranger.entry(.linkJoin(joining), after: heads)
    entries.append(alien)
    if chance.once(in: 2), let id = try? Event.decode(alien.envelope.span).event.id {
      let ids = heads.map { pen.judge.graph.id($0) } + [id]
      entries.append(pen.entry(mischief(villain), afterIDs: ids))
    }
    return entries
  }

  /// Hands over everything that the villain holds, with signatures that are wrong: all but the
  /// newest of each chain, and some of these too.
  private func garble(
    _ villain: SimulatedMember,
    _ victim: SimulatedMember
  ) async throws -> String {
    guard let log = villain.eye, victim.group != nil, victim !== villain, !isAway(victim),
      !areApart(villain, victim)
    else { return "nobody there" }
    let chance = villain.chance
    let graph = log.replica.judge.graph
    let ends = Set(graph.chains.compactMap { $0.events.last.map { Int($0) } })
    let snapshot = try log.snapshot()
    var entries: [BundleEntry] = []
    for event in log.replica.judge.canonicalOrder() {
      // Refused events of strangers are held in memory only.
      let held = try? log.entry(of: event, withContent: false, in: snapshot)
      guard var entry = held else { continue }
      if !ends.contains(event) || chance.once(in: 8) {
        entry.envelope[entry.envelope.count - 1 - chance.below(64)] ^= 1
      }
      entries.append(entry)
    }
    entries = chance.shuffled(entries)
    counts.hostile += entries.count
    let first = chance.below(entries.count + 1)
    for piece in [entries[..<first], entries[first...]] {
      let ingestion = try victim.opened().adopt(groupID).ingest(Array(piece))
      note("\(victim.name) gets \(ingestion.placed.map(\.hex)), \(ingestion.bad.count) bad")
    }
    try await victim.look()
    keep(victim)
    return "\(entries.count) events"
  }

  // MARK: Handing out

  /// Gives events to members of a villain's choice, and checks what they must not do there.
  private func publish(
    _ entries: [BundleEntry],
    of villain: SimulatedMember,
    to receivers: [SimulatedMember]
  ) async throws {
    counts.hostile += entries.count
    for receiver in receivers where receiver === villain || receiver.group != nil {
      if isAway(receiver) || areApart(villain, receiver) { continue }
      try await receiver.look()
      let before = receiver.judged()
      let isOut = villain.key.map { isRemovedOrUnknown($0, at: receiver) } ?? false
      let ingestion = try receiver.opened().adopt(groupID).ingest(entries)
      try await receiver.look()
      if receiver === villain { continue }
      keep(receiver)
      note("\(receiver.name) gets \(ingestion.placed.map(\.hex)), \(ingestion.bad.count) bad")
      guard isOut, let before, let after = receiver.judged() else { continue }
      try checkStranger(villain, before, after, at: receiver)
    }
  }

  /// Whether a key was removed by what a store holds, or has signed nothing there that counts.
  private func isRemovedOrUnknown(_ key: Digest, at receiver: SimulatedMember) -> Bool {
    guard let judge = receiver.judge else { return false }
    if judge.removal(of: key) != nil { return true }
    let hasSigned = (0..<judge.count).contains { event in
      judge.wasAdmitted(event)
        && judge.graph.authors.digests[judge.graph.author(event)] == key
    }
    return !hasSigned && receiver.eye?.standpoint(of: key) == .stranger
  }

  private func checkStranger(
    _ villain: SimulatedMember,
    _ before: Judged,
    _ after: Judged,
    at receiver: SimulatedMember
  ) throws {
    guard let key = villain.key, let graph = receiver.judge?.graph else { return }
    var authors: [Digest: Digest] = [:]
    for event in 0..<graph.count {
      authors[graph.id(event)] = graph.authors.digests[graph.author(event)]
    }
    let broken = Promises.broken(byEventsOf: key, before: before, after: after, authors: authors)
    if let broken { throw judgingBreach(broken, at: receiver) }
  }
}

/// A key that signs whatever it is told to, on top of what a judge holds.
private final class Pen {
  let judge: Judge
  let key: SigningKey
  private let group: Digest

  init(_ judge: Judge, _ group: Digest, _ key: consuming SigningKey) {
    self.judge = judge
    self.group = group
    self.key = key
  }

  /// The key of a member; nil if it has none.
  convenience init?(_ member: SimulatedMember, _ group: Digest) throws {
    let keys = try member.opened().keys()
    guard let judge = member.judge, let stored = keys.first(where: { $0.publicKey == member.key })
    else { return nil }
    self.init(judge, group, stored.signing.copy())
  }

  private func newest(within parents: [Int]) -> Int? {
    let own = (0..<judge.count).filter { event in
      judge.graph.authors.digests[judge.graph.author(event)] == key.publicKey
        && parents.contains { $0 == event || judge.precedes(event, $0) }
    }
    return own.max { judge.graph.sequence($0) < judge.graph.sequence($1) }
  }

  var ownNewest: Int? { newest(within: judge.heads) }

  /// What its own newest event had seen, so that the next one forks from it.
  func withoutOwnNewest() -> [Int] {
    guard let newest = ownNewest, !judge.graph.parents(newest).isEmpty else { return judge.heads }
    return judge.graph.parents(newest).map { Int($0) }
  }

  /// These parents, with the author's first event if they have not seen it.
  func withOwnEntry(_ parents: [Int]) -> [Int] {
    if newest(within: parents) != nil { return parents }
    let first = (0..<judge.count).first { event in
      judge.graph.authors.digests[judge.graph.author(event)] == key.publicKey
    }
    guard let first else { return parents }
    return [first] + parents.filter { !judge.precedes($0, first) }
  }

  func entry(
    _ action: Action,
    after parents: [Int],
    time: UInt64 = 1_800_000_000_000,
    as author: Digest? = nil,
    skipping: UInt64 = 0,
    besides: UInt64 = 0
  ) -> BundleEntry {
    let previous = newest(within: parents)
    let draft = Draft(
      group: group,
      author: author ?? key.publicKey,
      sequence: previous.map { judge.graph.sequence($0) + 1 + skipping } ?? skipping,
      previous: previous.map { judge.graph.id($0) },
      parents: Parents(parents.map { judge.graph.id($0) }),
      time: time + besides,
      action: action
    )
    return BundleEntry(envelope: Envelope.sealing(draft.payload, with: key))
  }

  /// The same on parents that the judge need not hold.
  func entry(_ action: Action, afterIDs parents: [Digest]) -> BundleEntry {
    let previous = newest(within: judge.heads)
    let draft = Draft(
      group: group,
      author: key.publicKey,
      sequence: previous.map { judge.graph.sequence($0) + 1 } ?? 0,
      previous: previous.map { judge.graph.id($0) },
      parents: Parents(parents),
      time: 1_800_000_000_001,
      action: action
    )
    return BundleEntry(envelope: Envelope.sealing(draft.payload, with: key))
  }
}
