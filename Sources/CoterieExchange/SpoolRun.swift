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
  var keys: [StoredKey] = []
  var policy = ContactPolicy()
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
  var heard: [Digest: [Digest: Set<Digest>]] = [:]
  var claims: [Digest: [Digest: [Digest]]] = [:]

  init(spool: Spool) { self.spool = spool }

  mutating func takeIn(_ name: String) throws(ExchangeError) {
    let path = "\(spool.folder)/\(name)"
    if let lacked = lacked[name], logs[lacked.group]?.number(of: lacked.event) == nil {
      early.append(name)
      return
    }
    guard try spool.isNew(name) else { return }
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
    guard let (packet, key) = opened else {
      try spool.note(name)
      return
    }
    if key.purpose == .link, hasComeIn(packet.group) {
      try spool.note(name)
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
    lacked[name] = hurried.contains(name) ? nil : eventLacked(by: packet)
    if lacked[name] != nil {
      early.append(name)
      return
    }
    try ingest(packet)
    // What lies there for the holders of a link is for all of them, so it stays.
    if key.purpose == .link { try spool.note(name) } else { taken.insert(name) }
  }

  /// Whether this store is in a group, or was until it was removed: what lies there for the holders
  /// of a link is for those who are not in yet.
  private func hasComeIn(_ group: Digest) -> Bool {
    guard let log = logs[group], let key = keys.key(for: log) else { return false }
    switch log.standpoint(of: key.publicKey) {
    case .member, .removed: return true
    case .invited, .stranger: return false
    }
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
    heard[packet.group, default: [:]][packet.sender, default: []].formUnion(packet.ends)
    if !packet.entries.isEmpty { toAnswer[packet.group, default: []].insert(packet.sender) }
    // Who is no member any more could keep others from getting anything.
    guard case .member = log.standpoint(of: packet.sender) else { return }
    for other in packet.others {
      claims[packet.group, default: [:]][other, default: []] += packet.ends
    }
  }
}
