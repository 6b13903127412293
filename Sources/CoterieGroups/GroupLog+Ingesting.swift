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
    try exclusively { () throws(GroupError) in try take(entries) }
  }

  private func take(_ entries: [BundleEntry]) throws(GroupError) -> Ingestion {
    var ingestion = Ingestion()
    var fresh: [Replica.Placed] = []
    var offered: [(place: Int, event: Event)] = []
    let known = Authenticity(entries.map(\.envelope)) { event in
      replica.waiting.vouches(for: event)
    }
    let upheld = upheld(known)
    for (place, entry) in entries.enumerated() {
      do throws(Malformed) {
        let event = try known.events[place].get()
        guard event.groupID == group else { throw Malformed(.wrongGroup, at: 0) }
        if !upheld[place] || replica.mustWait(event), !known.standsAlone(place) {
          throw Malformed(.wrongSignature, at: known.signaturePlace(place))
        }
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
        case .noRoom: ingestion.turnedAway += 1
        }
      } catch {
        ingestion.bad[place] = error
      }
    }
    let kept = sorted(fresh)
    ingestion.placed = kept.map(\.event.id)
    ingestion.rejected = kept.count { !replica.judge.wasAdmitted($0.number) }
    ingestion.strangers = fresh.count - min(fresh.count, kept.count)
    try commit(kept) { () throws(GroupError) in
      try deposits(entries, offered, &ingestion)
    }
    return ingestion
  }

  /// For which items another one that vouches for them gets its place together with them.
  ///
  /// All others must have a good signature of their own: what waits is not passed on, so nobody
  /// else could be shown that they are authentic. What cannot stand is left out, and what follows
  /// it waits: so it is asked again, a few times, and after that every event must stand alone.
  private func upheld(_ known: borrowing Authenticity) -> [Bool] {
    var refused: Set<Int> = []
    for _ in 0..<Self.roundsMax {
      let ready = placed(of: known, without: refused)
      var upheld = [Bool](repeating: false, count: ready.count)
      let before = refused.count
      for place in ready.indices.reversed() where ready[place] {
        guard let event = try? known.events[place].get() else { continue }
        if !upheld[place] { upheld[place] = replica.waiting.vouches(for: event) }
        if !upheld[place], !known.standsAlone(place) {
          refused.insert(place)
        } else if let earlier = known.itemBefore(place) {
          upheld[earlier] = true
        }
      }
      if refused.count == before { return upheld }
    }
    return [Bool](repeating: false, count: known.events.count)
  }

  private static let roundsMax = 8

  /// Which items get their place when all but some are taken one after the other.
  private func placed(of known: borrowing Authenticity, without refused: Set<Int>) -> [Bool] {
    let judge = replica.judge
    var placed: [Bool] = []
    var held: Set<Digest> = []
    func isHeld(_ id: Digest) -> Bool { held.contains(id) || judge.number(of: id) != nil }
    for place in 0..<known.events.count {
      guard !refused.contains(place), let event = try? known.events[place].get(),
        event.parents.ids.allSatisfy(isHeld), event.previous.map(isHeld) ?? true
      else {
        placed.append(false)
        continue
      }
      held.insert(event.id)
      placed.append(true)
    }
    return placed
  }

  /// What is to be written: strangers' rejected events only if something that is written has them
  /// as a parent.
  func sorted(_ fresh: [Replica.Placed]) -> [Replica.Placed] {
    let judge = replica.judge
    for placed in fresh where judge.isByStranger(placed.number) {
      strangers[placed.number] = placed
    }
    if strangers.isEmpty { return fresh }
    var kept: [Replica.Placed] = []
    for placed in fresh {
      let isStranger = judge.isByStranger(placed.number)
      if isStranger, strangers[placed.number] == nil || !vouches(placed.number, for: kept) {
        continue
      }
      bringBack(before: placed.number, into: &kept)
      // Brought back already where what vouches for an event before it has seen it.
      if !isStranger || strangers.removeValue(forKey: placed.number) != nil { kept.append(placed) }
    }
    // Who vouches for someone may have seen what came after that.
    return kept.sorted { $0.number < $1.number }
  }

  /// Whether a stranger's event is the next one of one that is kept, whose own signature is wrong.
  private func vouches(_ event: Int, for kept: [Replica.Placed]) -> Bool {
    let graph = replica.judge.graph
    guard let previous = graph.previous(event), strangers[previous] == nil,
      graph.chain(previous) == graph.chain(event)
    else { return false }
    let envelope =
      kept.last { $0.number == previous }?.envelope
      ?? (try? envelope(of: previous, in: ledger.snapshot()))
    return envelope.map { (try? Event(verifying: $0)) == nil } ?? true
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
          try !isErased(number, from: contents, in: snapshot)
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
