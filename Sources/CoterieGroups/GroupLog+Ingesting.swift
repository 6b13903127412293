public import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

extension GroupLog {
  /// Verifies and judges envelopes from elsewhere and commits them in one transaction.
  ///
  /// Malformed ones are named and left out; events whose parents are missing wait. The newest
  /// signature of each chain is verified, which vouches for those before it: about 40 µs each, and
  /// some 8 µs an event.
  public func ingest(_ envelopes: [[UInt8]]) throws(GroupError) -> Ingestion {
    try ingest(envelopes.map { BundleEntry(envelope: $0) })
  }

  /// The same for events that come with their contents, which are checked against their
  /// commitments and kept, unless they were erased here before.
  public func ingest(_ entries: [BundleEntry]) throws(GroupError) -> Ingestion {
    try exclusively { () throws(GroupError) in
      if let ingestion = try take(entries, each: false) { return ingestion }
      forgetAll()
      try takeIn()
      return try take(entries, each: true) ?? Ingestion()
    }
  }

  /// Takes entries in; nil, with nothing written, if an event would be kept without the later one
  /// that vouches for it.
  ///
  /// - Parameter each: whether each event's own signature must be good.
  private func take(_ entries: [BundleEntry], each: Bool) throws(GroupError) -> Ingestion? {
    var ingestion = Ingestion()
    var fresh: [Replica.Placed] = []
    var offered: [(place: Int, event: Event)] = []
    let known = Authenticity(entries.map(\.envelope), each: each) { event in
      replica.waiting.vouches(for: event)
    }
    for (place, entry) in entries.enumerated() {
      do throws(Malformed) {
        let event = try known.events[place].get()
        guard event.groupID == group else { throw Malformed(.wrongGroup, at: 0) }
        if entry.content != nil { offered.append((place, event)) }
        switch try replica.receive(event, envelope: entry.envelope) {
        case .placed(let placed, let refused):
          fresh += placed
          for (id, fault) in refused {
            ingestion.bad[place] = fault
            storedWaiting.insert(id)
          }
        case .known: ingestion.known += 1
        case .waits: ingestion.waiting += 1
        case .noRoom:
          ingestion.turnedAway += 1
          if let before = known.itemBefore(place), !known.standsAlone(before) { return nil }
        }
      } catch {
        ingestion.bad[place] = error
      }
    }
    let kept = sorted(fresh)
    ingestion.placed = kept.map(\.event.id)
    ingestion.rejected = kept.count { !replica.judge.wasAdmitted($0.number) }
    ingestion.strangers = fresh.count - min(fresh.count, kept.count)
    let deposits = try deposits(entries, offered, &ingestion)
    try commit(kept, deposits)
    return ingestion
  }

  /// What is to be written: strangers' rejected events only if something that is written has them
  /// as a parent.
  private func sorted(_ fresh: [Replica.Placed]) -> [Replica.Placed] {
    let judge = replica.judge
    var kept: [Replica.Placed] = []
    for placed in fresh {
      if judge.isByStranger(placed.number) {
        strangers[placed.number] = placed
        continue
      }
      if !strangers.isEmpty { bringBack(before: placed.number, into: &kept) }
      kept.append(placed)
    }
    return kept
  }

  private func bringBack(before event: Int, into kept: inout [Replica.Placed]) {
    let graph = replica.judge.graph
    var needed: Set<Int> = []
    var stack = [event]
    while let next = stack.popLast() {
      var wanted = graph.parents(next).map { Int($0) }
      if let previous = graph.previous(next) { wanted.append(previous) }
      if let voucher = voucher(of: next) { wanted.append(voucher) }
      for other in wanted where strangers[other] != nil && needed.insert(other).inserted {
        stack.append(other)
      }
    }
    for number in needed.sorted() {
      if let stranger = strangers.removeValue(forKey: number) { kept.append(stranger) }
    }
  }

  /// The next event of a stranger's chain, where the stranger's own signature is wrong.
  private func voucher(of event: Int) -> Int? {
    guard let stranger = strangers[event],
      (try? Event(verifying: stranger.envelope)) == nil
    else { return nil }
    let graph = replica.judge.graph
    let chain = graph.chains[graph.chain(event)].events
    let next = graph.position(event) + 1
    return next < chain.count ? Int(chain[next]) : nil
  }

  /// The offered contents that match what was signed and may be kept.
  private func deposits(
    _ entries: [BundleEntry],
    _ offered: [(place: Int, event: Event)],
    _ ingestion: inout Ingestion
  ) throws(GroupError) -> [Deposit] {
    var deposits: [Deposit] = []
    var taken: Set<Digest> = []
    if offered.isEmpty { return [] }
    let judge = replica.judge
    let current = judge.currentView()
    do {
      let snapshot = try ledger.snapshot()
      for (place, event) in offered {
        guard let content = entries[place].content, let secret = entries[place].secret,
          event.action.content?.holds(for: content, secret: secret) == true
        else {
          ingestion.bad[place] = Malformed(.wrongContent, at: 0)
          continue
        }
        guard let contents, !contents.vault.isLocked, let number = judge.number(of: event.id),
          judge.wasAdmitted(number), !judge.isGone(number, in: current),
          try !contents.isErased(event.id, in: snapshot)
        else {
          ingestion.unkept += 1
          continue
        }
        if try contents.holds(event.id, in: snapshot) { continue }
        // One slot for each content, or erasing it would leave the other.
        guard taken.insert(event.id).inserted else { continue }
        ingestion.contents += 1
        let file = AttachmentManifest(content) == nil ? nil : try contents.newAttachment()
        deposits.append(
          Deposit(event: event.id, secret: secret, content: content, attachment: file)
        )
      }
    } catch {
      throw .of(error, else: .noContent(group))
    }
    return deposits
  }
}
