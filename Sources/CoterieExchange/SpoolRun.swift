internal import CoterieBundles
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// One run of a spool: what it has taken in so far, and what it leaves then.
struct SpoolRun {
  let spool: Spool
  let keys: [StoredKey]
  let policy: ContactPolicy
  var logs: [Digest: GroupLog] = [:]
  var outcome = ExchangeOutcome()
  /// Packets that were taken in and are to be removed.
  var taken: Set<String> = []
  /// Packets that another must come before, and an event that is lacking for each; those of
  /// groups that nothing has founded here yet stay.
  var early: [String] = []
  var lacked: [String: (group: Digest, event: Digest)] = [:]
  /// Packets that were taken in though what comes before them is nowhere.
  var hurried: Set<String> = []
  /// Packets of others, and of this store, that lie there still.
  var lying: Set<String> = []
  /// Who sent something new, and is to hear how far this store is now.
  var toAnswer: [Digest: Set<Digest>] = [:]
  /// What others say of themselves, and of what they have left for whom.
  var heard: [Digest: [Digest: Word]] = [:]
  var claims: [Digest: [Claim]] = [:]

  /// How far someone says to be: events that are here, and some that are not.
  struct Word {
    var known: Set<Int> = []
    var unknown: Set<Digest> = []
    static let unknownMax = 4096
  }

  /// What a member says to have left for others: events that are here, for people who are known.
  struct Claim {
    var ends: Set<Int>
    var others: Set<Digest>
  }

  var marks: SpoolMarks

  init(_ spool: Spool) throws(GroupError) {
    self.spool = spool
    keys = try spool.store.keys()
    policy = try spool.store.contactPolicy()
    for id in try spool.store.groups() { logs[id] = try spool.store.log(of: id) }
    marks = try SpoolMarks(of: spool.folder, in: spool.store, keys: keys)
  }

  /// Removes a packet with which an earlier run did not come to its end, twice: if it is of good
  /// will, it is left again.
  mutating func removeKiller(among names: [String]) {
    guard let killer = marks.killer, names.contains(killer) else { return }
    taken.insert(killer)
    outcome.complaints.append("a packet was left out: looking into it ended the program twice")
  }

  mutating func takeIn(_ name: String) throws(ExchangeError) {
    let path = "\(spool.folder)/\(name)"
    if let lacked = lacked[name], logs[lacked.group]?.number(of: lacked.event) == nil {
      early.append(name)
      return
    }
    guard !taken.contains(name), !marks.hasLooked(at: name) else { return }
    let bytes: [UInt8]
    switch spool.contents(path) {
    case .packet(let found): bytes = found
    case .foreign: return
    case .unreadable(let problem):
      outcome.complaints.append("\(path) cannot be read now (error \(problem)); run it again")
      return
    }
    let opened: (packet: Packet, key: StoredKey)?
    do throws(Malformed) {
      opened = try Packet.open(bytes, with: keys.map { ($0, Seal.all(of: $0)) })
    } catch {
      taken.insert(name)
      outcome.complaints.append("a packet was left out: \(error)")
      return
    }
    guard let (found, key) = opened else {
      marks.note(name)
      return
    }
    if let groups = spool.groups, !groups.contains(found.group) { return }
    var packet = found
    if key.purpose == .link, needsNoLink(packet.group, key) {
      marks.note(name)
      return
    }
    outcome.bytesReceived += UInt64(bytes.count)
    guard let isAdmitted = try admits(packet, key) else {
      early.append(name)
      return
    }
    guard isAdmitted else {
      taken.insert(name)
      return
    }
    if hasLeft(packet, key) { packet.entries = [] }
    lacked[name] = hurried.contains(name) ? nil : eventLacked(by: packet)
    if lacked[name] != nil {
      early.append(name)
      return
    }
    try ingest(packet)
    // What lies there for the holders of a link is for all of them, so it stays.
    if key.purpose == .link { marks.note(name) } else { taken.insert(name) }
  }

  /// Whether this store is in a group, or is out of it.
  ///
  /// What lies there for the holders of a link is for those who are not in yet. Who left may come
  /// back by a link that is new to it.
  private func needsNoLink(_ group: Digest, _ link: StoredKey) -> Bool {
    guard let log = logs[group], let key = keys.key(for: log) else { return false }
    switch log.standpoint(of: key.publicKey) {
    case .member, .removed: return true
    case .parted: return link.link.map { log.number(of: $0) != nil } ?? false
    case .invited, .stranger: return false
    }
  }

  /// Whether this store has left a group, which who sent a packet did not know: it takes in nothing
  /// then.
  private func hasLeft(_ packet: Packet, _ key: StoredKey) -> Bool {
    guard let leaving = logs[packet.group]?.leaving(of: key.publicKey) else { return false }
    return !packet.ends.contains(leaving)
  }

  /// A packet of a new group must found it, and come from someone who may invite; nil if the
  /// founding event is not in it.
  mutating func admits(
    _ packet: Packet,
    _ key: StoredKey
  ) throws(ExchangeError) -> Bool? {
    if logs[packet.group] != nil { return true }
    let isAwaited = key.purpose == .link && key.group == packet.group
    guard isAwaited || key.purpose != .link && policy.admits(packet.sender) else { return false }
    let isFounded = packet.entries.contains { entry in
      (try? Event.decode(entry.envelope.span).event.id) == packet.group
    }
    guard isFounded else { return nil }
    do throws(GroupError) {
      logs[packet.group] = try spool.store.adopt(packet.group)
    } catch {
      throw .group(error)
    }
    return true
  }

  /// An event on which some of a packet build, and that is neither here nor before them in it.
  private func eventLacked(by packet: Packet) -> (group: Digest, event: Digest)? {
    guard let log = logs[packet.group] else { return nil }
    var held: Set<Digest> = []
    for entry in packet.entries {
      guard let event = try? Event.decode(entry.envelope.span).event else { continue }
      for id in event.parents.ids + (event.previous.map { [$0] } ?? [])
      where !held.contains(id) && log.number(of: id) == nil { return (packet.group, id) }
      held.insert(event.id)
    }
    return nil
  }

  mutating func ingest(_ packet: Packet) throws(ExchangeError) {
    guard let log = logs[packet.group] else { return }
    let ingestion: GroupLog.Ingestion
    do throws(GroupError) {
      ingestion = try log.ingest(packet.entries)
    } catch {
      throw .group(error)
    }
    outcome.received += ingestion.placed.count
    outcome.contents += ingestion.contents
    outcome.waiting += ingestion.waiting
    outcome.useless += ingestion.known
    for (_, fault) in ingestion.bad where outcome.complaints.count < 16 {
      outcome.complaints.append("an event was left out: \(fault)")
    }
    if !packet.entries.isEmpty { toAnswer[packet.group, default: []].insert(packet.sender) }
    let ends = Set(packet.ends.compactMap { log.number(of: $0) })
    var word = heard[packet.group]?[packet.sender] ?? Word()
    word.known.formUnion(ends)
    for end in packet.ends where word.unknown.count < Word.unknownMax {
      if log.number(of: end) == nil { word.unknown.insert(end) }
    }
    heard[packet.group, default: [:]][packet.sender] = word
    // Who is no member any more could keep others from getting anything.
    guard !packet.others.isEmpty, case .member = log.standpoint(of: packet.sender),
      let governance = log.governance()
    else { return }
    let people = Set(
      governance.members.map(\.key) + (governance.invites + governance.links).map(\.key)
    )
    let others = people.intersection(packet.others)
    if !others.isEmpty {
      claims[packet.group, default: []].append(Claim(ends: ends, others: others))
    }
  }
}
