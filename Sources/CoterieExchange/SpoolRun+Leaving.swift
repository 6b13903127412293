internal import CoterieBundles
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// What a run leaves for others.
extension SpoolRun {
  mutating func leave(_ group: Digest) throws(ExchangeError) {
    guard let log = logs[group], let governance = log.governance() else { return }
    guard let signer = keys.key(for: log), log.standpoint(of: signer.publicKey) != .stranger
    else { return }
    let me = signer.publicKey
    do throws(GroupError) {
      var records: [Digest: SpoolRecord] = [:]
      let receivers = receivers(governance, log, me)
      // What lies there for an invite or a link that is open no more is for nobody.
      let keys = Set(receivers.map(\.key))
      for key in marks.people(in: group) where !keys.contains(key) {
        taken.formUnion(marks.record(group, key).sent.map(\.name))
        marks.forget(group, key)
      }
      for receiver in receivers {
        var record = marks.record(group, receiver.key)
        let claims = (claims[group] ?? []).filter { $0.others.contains(receiver.key) }
        if let word = heard[group]?[receiver.key] {
          // Its own word ends what others have said of it: that may not have come.
          record.told = log.ids(of: word.known).union(word.unknown).sorted()
          record.claimed = []
        } else if !claims.isEmpty {
          record.claimed = log.ids(of: claims.reduce(into: Set<Int>()) { $0.formUnion($1.ends) })
            .sorted()
          record.claimedAt = spool.surroundings.now()
        }
        // Who has changed its seal key since may have erased the one that a packet is sealed to.
        for packet in record.sent where packet.seal != receiver.seal { taken.insert(packet.name) }
        record.look(
          at: lying,
          seal: receiver.seal,
          isHeard: heard[group]?[receiver.key] != nil
        )
        records[receiver.key] = record
      }
      try leave(log, receivers, &records, signer)
      for (key, record) in records { marks.keep(record, group, key) }
    } catch {
      throw .group(error)
    }
  }

  private mutating func leave(
    _ log: GroupLog,
    _ receivers: [Receiver],
    _ records: inout [Digest: SpoolRecord],
    _ signer: StoredKey
  ) throws(GroupError) {
    let ends = log.chainEnds(most: Packet.endsMax).map(\.id)
    let mine = log.standpoint(of: signer.publicKey)
    var lacking: [Digest: [Int]] = [:]
    var earlier: Set<Digest> = []
    for receiver in receivers {
      let record = records[receiver.key] ?? SpoolRecord()
      // What it has signed shows what it had, until it says so itself: it may have gone back to
      // a store from before.
      let seen = record.told.isEmpty ? log.seen(by: receiver.key) : []
      let events = log.eventsLacking(to: record.ends(now: spool.surroundings.now()) + seen)
      lacking[receiver.key] = log.events(events, for: receiver.standpoint)
      guard case .member(let joining) = receiver.standpoint, record.joining != joining else {
        continue
      }
      records[receiver.key]?.joining = joining
      // Who was in before this store came has had them from others.
      guard case .member(let own) = mine, !record.isOlder, !log.precedes(joining, own) else {
        continue
      }
      let contents = try log.earlierContents(for: receiver.key, joining: joining)
      if contents.isEmpty { continue }
      earlier.insert(receiver.key)
      lacking[receiver.key] = log.inOrder(Set(events).union(contents))
    }
    // Who is out gets less than everything, and may get more once something else counts.
    let served = receivers.filter { !$0.isOut && !(lacking[$0.key] ?? []).isEmpty }.map(\.key)
    for receiver in receivers {
      let events = lacking[receiver.key] ?? []
      let mustAnswer = toAnswer[log.group]?.contains(receiver.key) == true
      if events.isEmpty, !mustAnswer { continue }
      // Who is out is told of no more than it may know: what it does not know, it could not have.
      let reached = receiver.isOut ? log.chainEnds(for: receiver.standpoint).map(\.id) : ends
      let others = receiver.isOut ? [] : served.filter { $0 != receiver.key }
      let most = Array(others.prefix(Packet.othersMax))
      let left = try leave(events, reached, most, for: receiver, log, signer)
      records[receiver.key]?.sent += left.map { name in
        SpoolRecord.Sent(
          name: name,
          seal: receiver.seal,
          ends: reached,
          isEarlier: earlier.contains(receiver.key)
        )
      }
    }
  }

  /// Leaves events in packets of a few MiB; answers their names.
  private mutating func leave(
    _ events: [Int],
    _ ends: [Digest],
    _ others: [Digest],
    for receiver: Receiver,
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
