internal import CoterieBundles
internal import CoterieEvents
public import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire
internal import Glibc

/// An exchange through a folder that all members can reach, whoever carries it: a synchronised
/// folder, a stick, a mounted share.
///
/// Each member leaves packets for each other one: random names, sealed for that one alone. Who
/// takes a packet in leaves an answer that says how far it is now, and removes the packet. What was
/// left and neither answered nor still lies there is left again, so a folder that forgets loses
/// nothing. A run may be interrupted anywhere: files appear whole or not at all, and a packet is
/// removed only after what it held is committed.
public struct Spool {
  private static let packetBytes = 4 << 20
  private static let ending = ".packet"
  let store: Store
  let folder: String
  let surroundings: Surroundings
  let limits: ExchangeLimits

  /// Exchanges through this folder.
  public init(
    store: Store,
    folder: String,
    surroundings: Surroundings,
    limits: ExchangeLimits = ExchangeLimits()
  ) {
    self.store = store
    self.folder = folder
    self.surroundings = surroundings
    self.limits = limits
  }

  /// Takes in what lies there for this store, and leaves for others what they lack.
  ///
  /// O(packets there · keys) to look, O(members) and what is lacking to leave.
  ///
  /// - Parameter goesOn: asked before each packet; answers false to stop.
  public func run(goesOn: () -> Bool = { true }) throws(ExchangeError) -> ExchangeOutcome {
    var run = Run(spool: self)
    do throws(GroupError) {
      run.keys = try store.keys()
      run.policy = try store.contactPolicy()
      for id in try store.groups() { run.logs[id] = try store.log(of: id) }
    } catch {
      throw .group(error)
    }
    let names = try packetNames()
    var waiting = names
    while !waiting.isEmpty {
      // A packet of a group that another packet founds waits for that one, and so does one whose
      // events build on those of another: contents are kept of events that have their place.
      run.early = []
      for name in waiting {
        guard goesOn() else { throw .unreachable("interrupted") }
        try run.takeIn(name)
      }
      if run.early.count == waiting.count {
        guard let name = run.early.first(where: { run.lacked[$0] != nil }) else { break }
        run.lacked[name] = nil
        run.hurried.insert(name)
      }
      waiting = run.early
    }
    // What one of these built on may have come with another of them.
    for name in run.hurried.sorted() { try run.takeIn(name) }
    run.lying = Set(names).subtracting(run.taken)
    for group in run.logs.keys.sorted() { try run.leave(group) }
    for name in run.taken { unsafe unlink("\(folder)/\(name)") }
    return run.outcome
  }

  private func packetNames() throws(ExchangeError) -> [String] {
    guard let directory = unsafe opendir(folder) else {
      throw .unreachable("the folder \(folder) cannot be opened (error \(errno))")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name.hasSuffix(Self.ending), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: One run

  private struct Run {
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

    /// A packet of a new group must found it, and come from someone who may invite; nil if the
    /// founding event is not in it.
    private mutating func admits(
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

    private mutating func ingest(_ packet: Packet) throws(ExchangeError) {
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

    // MARK: Leaving

    mutating func leave(_ group: Digest) throws(ExchangeError) {
      guard let log = logs[group], let governance = log.governance() else { return }
      guard let signer = keys.key(for: log), log.standpoint(of: signer.publicKey) != .stranger
      else { return }
      let me = signer.publicKey
      do throws(GroupError) {
        var records: [Digest: SpoolRecord] = [:]
        let receivers = spool.receivers(governance, log, me)
        for receiver in receivers {
          var record = try spool.record(group, receiver.key)
          if let ends = heard[group]?[receiver.key] {
            // Its own word ends what others have said of it: that may not have come.
            record.told = ends.sorted()
            record.claimed = []
          } else if let claim = claims[group]?[receiver.key] {
            record.claimed = claim
            record.claimedAt = spool.surroundings.now()
          }
          // Who has changed its seal key since may have erased the one that a packet is sealed to.
          for packet in record.sent where packet.seal != receiver.seal { taken.insert(packet.name) }
          record.sent.removeAll { !lying.contains($0.name) || $0.seal != receiver.seal }
          records[receiver.key] = record
        }
        try leave(log, receivers, &records, signer)
        for (key, record) in records { try spool.keep(record, group, key) }
      } catch {
        throw .group(error)
      }
    }

    private mutating func leave(
      _ log: GroupLog,
      _ receivers: [Spool.Receiver],
      _ records: inout [Digest: SpoolRecord],
      _ signer: StoredKey
    ) throws(GroupError) {
      let ends = log.chainEnds().map(\.id)
      var lacking: [Digest: [Int]] = [:]
      for receiver in receivers {
        let record = records[receiver.key] ?? SpoolRecord()
        // What it has signed shows what it had, until it says so itself: it may have gone back to
        // a store from before.
        let seen = record.told.isEmpty ? log.seen(by: receiver.key) : []
        let events = log.eventsLacking(to: record.ends(now: spool.surroundings.now()) + seen)
        lacking[receiver.key] = log.events(events, for: receiver.standpoint)
      }
      // Who was removed gets less than everything, and may get more once another removal counts.
      let served = receivers.filter { !$0.isRemoved && !(lacking[$0.key] ?? []).isEmpty }.map(\.key)
      for receiver in receivers {
        let events = lacking[receiver.key] ?? []
        let mustAnswer = toAnswer[log.group]?.contains(receiver.key) == true
        if events.isEmpty, !mustAnswer { continue }
        let others = served.filter { $0 != receiver.key }
        let left = try leave(events, ends, others, for: receiver, log, signer)
        let reached = receiver.ends ?? ends
        records[receiver.key]?.sent += left.map { (name: $0, seal: receiver.seal, ends: reached) }
      }
    }

    /// Leaves events in packets of a few MiB; answers their names.
    private mutating func leave(
      _ events: [Int],
      _ ends: [Digest],
      _ others: [Digest],
      for receiver: Spool.Receiver,
      _ log: GroupLog,
      _ signer: StoredKey
    ) throws(GroupError) -> [String] {
      var names: [String] = []
      var rest = events[...]
      let snapshot = try log.snapshot()
      let sharesHistory = log.sharesHistory(with: receiver.key)
      repeat {
        var entries: [BundleEntry] = []
        var byteCount = 0
        while let event = rest.first, byteCount < Spool.packetBytes {
          rest.removeFirst()
          let entry = try log.entry(
            of: event,
            withContent: log.sendsContent(
              of: event,
              to: receiver.standpoint,
              history: sharesHistory
            ),
            in: snapshot
          )
          byteCount += entry.envelope.count + (entry.content?.count ?? 0) + 48
          entries.append(entry)
        }
        let packet = Packet(
          group: log.group,
          sender: signer.publicKey,
          ends: ends,
          others: others,
          entries: entries
        )
        guard let bytes = packet.sealed(to: receiver.seal, by: signer) else { return names }
        let name = spool.surroundings.random(16).hex + Spool.ending
        try spool.put(bytes, name)
        names.append(name)
        outcome.sent += entries.count
        outcome.bytesSent += UInt64(bytes.count)
      } while !rest.isEmpty
      return names
    }
  }

  // MARK: Who gets something

  private struct Receiver {
    var key: Digest
    var seal: Digest
    var standpoint: Standpoint

    /// The newest events that it may have; nil for all.
    var ends: [Digest]? {
      if case .removed(let removal) = standpoint { [removal] } else { nil }
    }

    var isRemoved: Bool { ends != nil }
  }

  private func receivers(_ governance: Governance, _ log: GroupLog, _ me: Digest) -> [Receiver] {
    var found: [Receiver] = []
    let seals = log.seals()
    for member in governance.members where member.key != me {
      guard let seal = seals[member.key] else { continue }
      found.append(
        Receiver(key: member.key, seal: seal, standpoint: .member(grant: member.grant))
      )
    }
    for (key, seal) in seals where key != me {
      let standpoint = log.standpoint(of: key)
      if case .removed = standpoint {
        found.append(Receiver(key: key, seal: seal, standpoint: standpoint))
      }
    }
    for entry in governance.invites + governance.links where entry.status == .open {
      guard entry.key != me, !found.contains(where: { $0.key == entry.key }),
        let seal = SealKey.publicKey(ofSigner: entry.key)
      else { continue }
      found.append(Receiver(key: entry.key, seal: seal, standpoint: .invited))
    }
    return found.sorted { $0.key < $1.key }
  }
}
