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
    try exclusively { () throws(GroupError) in
      guard var checkpoint = checkpoint(at: arrivals) else { return }
      let judge = replica.judge
      let tally = judge.tally(in: judge.currentView(), order: judge.canonicalOrder())
      checkpoint.record.digest = checkpoint.governance.digest(verdicts: tally.digest)
      try GroupError.ofLedger { () throws(LedgerError) in
        try ledger.write { transaction throws(LedgerError) in
          try put(checkpoint, to: transaction)
        }
      }
      noted = arrivals
    }
  }

  /// A checkpoint of everything in memory, without a digest; nil while the founding event is
  /// missing.
  ///
  /// O(members, invites, links and names).
  private func checkpoint(at arrival: UInt64) -> Checkpoint? {
    let judge = replica.judge
    let current = judge.currentView()
    guard let governance = judge.governance(in: current) else { return nil }
    return Checkpoint(
      arrivals: arrival,
      record: CheckpointRecord(
        digest: nil,
        namings: judge.namings(among: namers, in: current),
        governance: governance,
        hasConflicts: judge.hasConflicts
      )
    )
  }

  private func put(
    _ checkpoint: Checkpoint,
    to transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    var older: [[UInt8]] = []
    try transaction.scan(.checkpoints, prefix: LedgerKey.group(number)) { key, _ in
      older.append(key.copy(of: 0..<key.count))
      return true
    }
    for key in older { try transaction.delete(.checkpoints, key) }
    let key = LedgerKey.arrival(number, checkpoint.arrivals)
    try transaction.put(.checkpoints, key, checkpoint.record.bytes)
  }

  /// The checkpoint to be noted with the events just placed: where one of them can change what it
  /// says, and before there are too many events above the last one.
  private func checkpoint(after placed: [Replica.Placed]) -> Checkpoint? {
    let end = arrivals + UInt64(placed.count)
    let isDue = end - min(noted, end) > Checkpoint.laterEventsMax / 2
    let isOver = placed.contains { replica.judge.kind(of: $0.number).isNoted }
    return isDue || isOver ? checkpoint(at: end) : nil
  }

  // MARK: Writing

  /// Writes events and contents in one transaction, and erases what they say is to be gone.
  func write(
    _ placed: [Replica.Placed],
    _ deposits: [Deposit],
    ownPost: Event?
  ) throws(GroupError) {
    let waiting = replica.waiting.guests
    let (first, end) = (arrivals + 1, arrivals + UInt64(placed.count))
    let fresh = unindexed + placed.map(\.number)
    let isIndexed = fresh.count >= unindexedMax
    noteNamers(placed.map(\.number))
    let checkpoint = checkpoint(after: placed)
    let written = leftWaiting.isEmpty ? [] : Set(placed.map(\.event.id))
    func isLeftAlone(_ id: Digest) -> Bool { leftWaiting.contains(id) && !written.contains(id) }
    let gone = try GroupError.ofLedger { () throws(LedgerError) in
      try contentsToErase(after: placed)
    }
    let edits = edits(among: placed)
    let rows: [Contents.Row]
    do throws(VaultError) {
      rows = try contents?.prepare(deposits) ?? []
    } catch {
      throw .vault(error)
    }
    var commit: Int?
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        for (place, known) in placed.enumerated() {
          let key = LedgerKey.arrival(number, first + UInt64(place))
          try transaction.put(.events, key, known.envelope, isNew: true)
        }
        if isIndexed { try index(fresh, end: end, in: transaction) }
        for id in storedWaiting where waiting[id] == nil && !isLeftAlone(id) {
          try transaction.delete(.waiting, LedgerKey.digest(number, id))
        }
        for (id, guest) in waiting where !storedWaiting.contains(id) {
          try transaction.put(.waiting, LedgerKey.digest(number, id), guest.envelope)
        }
        try contents?.put(rows, to: transaction)
        try Contents.decide(gone, of: number, in: transaction)
        try contents?.join(edits, in: transaction)
        if let checkpoint { try put(checkpoint, to: transaction) }
        if let ownPost { try startTimer(of: ownPost, in: transaction) }
        commit = transaction.number
      }
    } catch {
      throw .ledger(error)
    }
    if !gone.isEmpty {
      do throws(VaultError) {
        try contents?.finishErasures()
      } catch {
        throw .vault(error)
      }
    }
    // If there was another one in between, it is looked at the next time.
    if let commit, commit == seenCommit + 1 { seenCommit = commit }
    arrivals = end
    unindexed = isIndexed ? [] : fresh
    if isIndexed { storedHeads = Set(headIDs) }
    if let checkpoint { noted = checkpoint.arrivals }
    storedWaiting = Set(waiting.keys).union(storedWaiting.filter { isLeftAlone($0) })
    leftWaiting = leftWaiting.intersection(storedWaiting)
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
    let read = Contents.Reading(event: event.id, lifetimeSeconds: lifetime)
    let time = lifetime == nil ? event.time : try Contents.time(event.time, in: transaction)
    try contents.markRead([read], now: time, in: transaction)
  }

  /// The edits among events just placed, with the messages that they change.
  private func edits(among placed: [Replica.Placed]) -> [(edit: Digest, message: Digest)] {
    let judge = replica.judge
    return placed.compactMap { known in
      message(editedBy: known.number).map { (known.event.id, judge.graph.id($0)) }
    }
  }

  /// The message that an event edits; nil for one that edits none.
  private func message(editedBy event: Int) -> Int? {
    let judge = replica.judge
    return judge.kind(of: event) == .messageEdit ? judge.message(actedOnBy: event) : nil
  }

  /// Whether the content of an event was erased here, or that of the message that it edits.
  func isErased(
    _ event: Int,
    from contents: Contents,
    in source: some LedgerSource
  ) throws(VaultError) -> Bool {
    let graph = replica.judge.graph
    if try contents.isErased(graph.id(event), in: source) { return true }
    guard let message = message(editedBy: event) else { return false }
    return try contents.isErased(graph.id(message), in: source)
  }

  /// Contents that are held, and that the events just placed say are to be gone.
  ///
  /// O(1) for a message; O(contents held) for what clears, removes or changes authority after
  /// something was deleted, and for everything where acts conflict.
  private func contentsToErase(after placed: [Replica.Placed]) throws(LedgerError) -> [Digest] {
    let judge = replica.judge
    guard placed.contains(where: { judge.mayErase($0.number) }) else { return [] }
    let current = judge.currentView()
    let held: [Digest]
    if placed.count == 1, !judge.hasConflicts,
      let message = judge.message(actedOnBy: placed[0].number)
    {
      held = ([message] + judge.edits(of: message)).map { judge.graph.id($0) }
    } else {
      held = try Contents.held(number, in: ledger.snapshot())
    }
    return held.filter { id in
      judge.number(of: id).map { judge.isGone($0, in: current) } ?? false
    }
  }
}
