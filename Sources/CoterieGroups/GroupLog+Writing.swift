internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieVault
internal import CoterieWire

extension GroupLog {
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

  /// Writes events and contents in one transaction, and erases what they say is to be gone.
  func write(
    _ placed: [Replica.Placed],
    _ deposits: [Deposit],
    ownPost: Event?
  ) throws(GroupError) {
    let heads = Set(headIDs)
    let waiting = replica.waiting.guests
    let first = arrivals + 1
    let gone: [Digest]
    let rows: [Contents.Row]
    do throws(VaultError) {
      gone = try contentsToErase(after: placed)
      rows = try contents?.prepare(deposits) ?? []
    } catch {
      throw .vault(error)
    }
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
        try contents?.put(rows, to: transaction)
        try contents?.decide(gone, in: transaction)
        if let ownPost { try startTimer(of: ownPost, in: transaction) }
      }
    } catch {
      throw .ledger(error)
    }
    arrivals += UInt64(placed.count)
    storedHeads = heads
    storedWaiting = Set(waiting.keys)
    if !gone.isEmpty {
      do throws(VaultError) {
        try contents?.finishErasures()
      } catch {
        throw .vault(error)
      }
    }
  }

  /// A disappearing message of one's own starts to disappear when it is posted.
  private func startTimer(
    of event: Event,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    guard case .messagePost(let post) = event.action, let contents,
      let number = replica.judge.number(of: event.id)
    else { return }
    let lifetime = replica.judge.lifetime(of: number, post)
    try contents.markRead([(event.id, lifetime)], now: event.time, in: transaction)
  }

  /// Contents that are held, and that the events just placed say are to be gone.
  ///
  /// O(1) for a message; O(contents held) for what clears, removes or changes authority after
  /// something was deleted, and for everything where acts conflict.
  private func contentsToErase(after placed: [Replica.Placed]) throws(VaultError) -> [Digest] {
    let judge = replica.judge
    guard let contents, placed.contains(where: { judge.mayErase($0.number) }) else { return [] }
    let current = judge.currentView()
    let held: [Digest]
    if placed.count == 1, !judge.hasConflicts,
      let message = judge.message(actedOnBy: placed[0].number)
    {
      held = ([message] + judge.edits(of: message)).map { judge.graph.id($0) }
    } else {
      held = try contents.held()
    }
    return held.filter { id in
      judge.number(of: id).map { judge.isGone($0, in: current) } ?? false
    }
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
