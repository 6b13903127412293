package import CoterieEngine
public import CoterieEvents
public import CoterieJudgement
public import CoterieLedger
public import CoterieSealing
public import CoterieWire

/// Why something could not be done to a group in a store.
public enum GroupError: Error, Equatable, Sendable {
  case ledger(LedgerError)
  /// Bytes that were offered are no event of this group.
  case malformed(Malformed)
  /// The rules refuse the act; nothing was written.
  case refused(Code, by: Digest?)
  /// The store has no such group.
  case noSuchGroup(Digest)
  /// What the store says of an admission is not what judging it gives.
  case admissionDiffers(Digest)
}

/// One group in a store of this user: its events on disk, and its judge in memory.
///
/// Appending an event at the heads costs the same however long the history is. Nothing is
/// acknowledged before it is committed.
public final class GroupLog {
  /// The founding event's id.
  public let group: Digest
  package let replica: Replica
  private let ledger: Ledger
  private let number: UInt32
  private var arrivals: UInt64 = 0
  private var storedHeads: Set<Digest> = []
  private var storedWaiting: Set<Digest> = []

  /// What came of offered events.
  public struct Ingestion: Equatable, Sendable {
    /// Events that are in now, with those that had waited for them.
    public var placed = 0
    /// Of these, how many were rejected.
    public var rejected = 0
    /// Events that were there already.
    public var known = 0
    /// Events that wait now.
    public var waiting = 0
    /// Events for which there was no room to wait.
    public var turnedAway = 0
    /// What was malformed, by the place at which it was offered.
    public var bad: [Int: Malformed] = [:]
  }

  init(ledger: Ledger, group: Digest, number: UInt32) {
    self.ledger = ledger
    self.group = group
    self.number = number
    replica = Replica(seed: Entropy.digest().word0)
  }

  // MARK: Loading

  /// Reads what the store holds and judges it.
  ///
  /// O(events); every byte is hashed again, and every stored admission compared with the one that
  /// comes out.
  func load() throws(GroupError) {
    try catchUp()
  }

  /// Takes in what other processes have committed since this one looked.
  private func catchUp() throws(GroupError) {
    var failure: GroupError?
    do throws(LedgerError) {
      let snapshot = try ledger.snapshot()
      let prefix = LedgerKey.group(number)
      let next = LedgerKey.arrival(number, arrivals + 1)
      var events: [Digest] = []
      let judge = replica.judge
      try snapshot.scan(.events, prefix: prefix, from: next) { _, envelope in
        do throws(Malformed) {
          let event = try Event.decode(envelope).event
          events.append(event.id)
          _ = try judge.insert(event)
          return true
        } catch {
          failure = .malformed(error)
          return false
        }
      }
      if failure == nil, !events.isEmpty || arrivals == 0 {
        failure = try compareAdmissions(of: events, from: next, in: snapshot)
        arrivals += UInt64(events.count)
        try readWaiting(snapshot)
        storedHeads = Set(headIDs)
      }
    } catch {
      throw .ledger(error)
    }
    if let failure { throw failure }
  }

  /// What the store says of each admission must be what judging gives.
  private func compareAdmissions(
    of events: [Digest],
    from next: [UInt8],
    in snapshot: Snapshot
  ) throws(LedgerError) -> GroupError? {
    var failure: GroupError?
    var place = 0
    let judge = replica.judge
    try snapshot.scan(.admissions, prefix: LedgerKey.group(number), from: next) { _, record in
      guard place < events.count, let event = judge.number(of: events[place]) else { return false }
      if record.copy(of: 0..<record.count) != AdmissionRecord.bytes(of: event, in: judge) {
        failure = .admissionDiffers(events[place])
        return false
      }
      place += 1
      return true
    }
    return failure
  }

  private func readWaiting(_ snapshot: Snapshot) throws(LedgerError) {
    storedWaiting.removeAll()
    replica.forgetPlacedGuests()
    try snapshot.scan(.waiting, prefix: LedgerKey.group(number), from: nil) { _, envelope in
      let bytes = envelope.copy(of: 0..<envelope.count)
      guard let event = try? Event(verifying: bytes) else { return true }
      _ = try? replica.receive(event, envelope: bytes)
      storedWaiting.insert(event.id)
      return true
    }
  }

  private var headIDs: [Digest] {
    replica.judge.heads.map { replica.judge.graph.id($0) }
  }

  // MARK: Taking in

  /// Verifies and judges envelopes from elsewhere and commits them in one transaction.
  ///
  /// Malformed ones are named and left out; events whose parents are missing wait. Each event's own
  /// signature is verified: about 40 µs an event.
  public func ingest(_ envelopes: [[UInt8]]) throws(GroupError) -> Ingestion {
    try beginExclusive()
    defer { ledger.endExclusive() }
    return try take(envelopes)
  }

  /// Keeps other processes from writing, and takes in what they wrote before.
  private func beginExclusive() throws(GroupError) {
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    do {
      try catchUp()
    } catch {
      ledger.endExclusive()
      throw error
    }
  }

  private func take(_ envelopes: [[UInt8]]) throws(GroupError) -> Ingestion {
    var ingestion = Ingestion()
    var fresh: [Replica.Placed] = []
    let verified = Verification.events(of: envelopes)
    for (place, envelope) in envelopes.enumerated() {
      do throws(Malformed) {
        let event = try verified[place].get()
        guard event.groupID == group else { throw Malformed(.wrongGroup, at: 0) }
        switch try replica.receive(event, envelope: envelope) {
        case .placed(let placed, let refused):
          fresh += placed
          for (id, fault) in refused {
            ingestion.bad[place] = fault
            storedWaiting.insert(id)
          }
        case .known: ingestion.known += 1
        case .waits: ingestion.waiting += 1
        case .noRoom: ingestion.turnedAway += 1
        }
      } catch {
        ingestion.bad[place] = error
      }
    }
    ingestion.placed = fresh.count
    ingestion.rejected = fresh.count { !replica.judge.wasAdmitted($0.number) }
    try commit(fresh)
    return ingestion
  }

  /// Signs an act with everything held as its past, and commits it.
  ///
  /// - Throws: `.refused` with the code if the rules do not allow it; nothing is written then.
  @discardableResult
  public func append(
    _ action: Action,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> Digest {
    try beginExclusive()
    defer { ledger.endExclusive() }
    if let refusal = replica.judge.refusal(of: action, by: key.publicKey) {
      throw .refused(refusal.code, by: refusal.by)
    }
    let draft = replica.draft(action, by: key.publicKey, time: time)
    return try place(draft.event, draft.sealed(with: key))
  }

  /// The governance state now; nil while the founding event is missing.
  public func governance() -> Governance? {
    replica.judge.governance(in: replica.judge.currentView())
  }

  /// Signs a message that conflicts with the author's newest event, as a copied key would: for
  /// demonstrations and tests of what a fork looks like.
  public func forkForDemonstration(
    _ content: Commitment,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> Digest {
    let graph = replica.judge.graph
    guard let newest = replica.newestEvent(of: key.publicKey), let previous = graph.previous(newest)
    else { throw .refused(.notInPast, by: nil) }
    let draft = Draft(
      group: group,
      author: key.publicKey,
      sequence: graph.sequence(newest),
      previous: graph.id(previous),
      parents: Parents(graph.parents(newest).map { graph.id(Int($0)) }),
      time: time,
      action: .messagePost(Post(type: .text, content: content))
    )
    return try place(draft.event, draft.sealed(with: key))
  }

  func place(_ event: Event, _ envelope: [UInt8]) throws(GroupError) -> Digest {
    let arrival: Replica.Arrival
    do {
      arrival = try replica.receive(event, envelope: envelope)
    } catch {
      throw .malformed(error)
    }
    if case .placed(let placed, _) = arrival { try commit(placed) }
    return event.id
  }

  /// Why an act would be refused now; nil if it would be admitted.
  public func mayI(_ action: Action, by author: Digest) -> (code: Code, by: Digest?)? {
    replica.judge.refusal(of: action, by: author)
  }

  // MARK: Checkpoints

  /// Writes a checkpoint of everything held, in place of older ones.
  ///
  /// O(events).
  public func writeCheckpoint() throws(GroupError) {
    let judge = replica.judge
    let current = judge.currentView()
    guard let governance = judge.governance(in: current) else { return }
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    let checkpoint = Checkpoint(
      arrivals: arrivals,
      digest: governance.digest(verdicts: tally.digest),
      governance: governance
    )
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        var older: [[UInt8]] = []
        try transaction.scan(.checkpoints, prefix: LedgerKey.group(number)) { key, _ in
          older.append(key.copy(of: 0..<key.count))
          return true
        }
        for key in older { try transaction.delete(.checkpoints, key) }
        let key = LedgerKey.arrival(number, arrivals)
        try transaction.put(.checkpoints, key, checkpoint.bytes)
      }
    } catch {
      throw .ledger(error)
    }
  }

  // MARK: Writing

  private func commit(_ placed: [Replica.Placed]) throws(GroupError) {
    let heads = Set(headIDs)
    let waiting = replica.waiting.guests
    let first = arrivals + 1
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        for (place, known) in placed.enumerated() {
          try write(known, arrival: first + UInt64(place), to: transaction)
        }
        for id in storedHeads.subtracting(heads) {
          try transaction.delete(.heads, LedgerKey.digest(number, id))
        }
        for id in heads.subtracting(storedHeads) {
          try transaction.put(.heads, LedgerKey.digest(number, id), [])
        }
        for id in storedWaiting where waiting[id] == nil {
          try transaction.delete(.waiting, LedgerKey.digest(number, id))
        }
        for (id, guest) in waiting where !storedWaiting.contains(id) {
          try transaction.put(.waiting, LedgerKey.digest(number, id), guest.envelope)
        }
      }
    } catch {
      throw .ledger(error)
    }
    arrivals += UInt64(placed.count)
    storedHeads = heads
    storedWaiting = Set(waiting.keys)
  }

  private func write(
    _ known: Replica.Placed,
    arrival: UInt64,
    to transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    let judge = replica.judge
    let event = known.event
    let key = LedgerKey.arrival(number, arrival)
    let value = LedgerKey.bigEndian(arrival, 8)
    try transaction.put(.events, key, known.envelope)
    try transaction.put(.admissions, key, AdmissionRecord.bytes(of: known.number, in: judge))
    try transaction.put(.ids, LedgerKey.digest(number, event.id), value)
    let depth = UInt32(judge.graph.depth(known.number))
    try transaction.put(.order, LedgerKey.order(number, depth: depth, event.id), value)
    let chain = LedgerKey.chain(number, event.author, event.sequence, arrival)
    try transaction.put(.chains, chain, event.id.bytes)
  }
}

/// The facts of an admission as a store keeps them.
enum AdmissionRecord {
  /// `[code | null, by | null, rank, path, support | null, need]` in deterministic CBOR.
  static func bytes(of event: Int, in judge: Judge) -> [UInt8] {
    let facts = judge.facts(of: event)
    var writer = CBORWriter(capacity: 64)
    writer.array(6)
    if let code = facts.code { writer.text(code.rawValue) } else { writer.null() }
    if facts.by >= 0 { writer.digest(judge.graph.id(facts.by)) } else { writer.null() }
    writer.unsigned(UInt64(facts.rank))
    let path = judge.paths.sequences(facts.path)
    writer.array(path.count)
    for sequence in path { writer.unsigned(sequence) }
    if facts.support >= 0 {
      writer.digest(judge.graph.id(judge.acts[facts.support].event))
    } else {
      writer.null()
    }
    writer.unsigned(UInt64(facts.need))
    return writer.bytes
  }
}
