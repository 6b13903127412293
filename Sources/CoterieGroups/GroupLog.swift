public import CoterieBundles
package import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
package import CoterieLedger
internal import CoterieSealing
package import CoterieVault
public import CoterieWire

/// One group in a store of this user: its events on disk, and its judge in memory.
///
/// Appending an event at the heads costs the same however long the history is. Nothing is
/// acknowledged before it is committed.
public final class GroupLog {
  /// The founding event's id.
  public let group: Digest
  package private(set) var replica: Replica
  /// Where contents are kept; nil in a store that was opened without its keys.
  package let contents: Contents?
  package let ledger: Ledger
  let number: UInt32
  var arrivals: UInt64 = 0
  /// The arrival of the newest checkpoint that was written here; 0 if none was.
  var noted: UInt64 = 0
  var storedHeads: Set<Digest> = []
  var storedWaiting: Set<Digest> = []
  /// Rejected events of people who were never members: judged, and kept only in memory until
  /// something admitted builds on them.
  var strangers: [Int: Replica.Placed] = [:]
  /// Set when a commit failed: memory has what the disk has not.
  var isStale = false

  /// What came of offered events.
  public struct Ingestion: Equatable, Sendable {
    /// Events that are in now, with those that had waited for them, in the order of their arrival.
    public var placed: [Digest] = []
    /// Of these, how many were rejected.
    public var rejected = 0
    /// Rejected events of people who were never members: not kept.
    public var strangers = 0
    /// Events that were there already.
    public var known = 0
    /// Events that wait now.
    public var waiting = 0
    /// Events for which there was no room to wait.
    public var turnedAway = 0
    /// Contents that are kept now.
    public var contents = 0
    /// Contents that matched their commitment and are not kept: they were erased here, their event
    /// was rejected or waits, or the store is locked.
    public var unkept = 0
    /// What was malformed, by the place at which it was offered.
    public var bad: [Int: Malformed] = [:]
  }

  init(ledger: Ledger, group: Digest, number: UInt32, contents: Contents?) {
    self.ledger = ledger
    self.group = group
    self.number = number
    self.contents = contents
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

  /// Takes in what other processes have committed since this one looked; answers those events.
  @discardableResult
  package func catchUp() throws(GroupError) -> [Digest] {
    if isStale { forgetAll() }
    var events: [Int] = []
    do {
      let snapshot = try ledger.snapshot()
      let next = LedgerKey.arrival(number, arrivals + 1)
      events = try judgeEvents(from: next, in: snapshot)
      if !events.isEmpty || arrivals == 0 {
        try compareAdmissions(of: events, from: next, in: snapshot)
        arrivals += UInt64(events.count)
        try readWaiting(snapshot)
        storedHeads = Set(headIDs)
      } else if try waitingIDs(snapshot) != storedWaiting {
        try readWaiting(snapshot)
      }
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch let error as Malformed {
      throw .malformed(error)
    } catch let error as GroupError {
      throw error
    } catch {
      throw .noSuchGroup(group)
    }
    return events.map { replica.judge.graph.id($0) }
  }

  /// Judges the events from a key on; answers their numbers, in the order of arrival.
  private func judgeEvents(from next: [UInt8], in snapshot: Snapshot) throws -> [Int] {
    let judge = replica.judge
    var chunk = EnvelopeChunk()
    var numbers: [Int] = []
    func take() throws(Malformed) {
      chunk.hash()
      judge.expect(chunk.ids)
      for item in chunk.items.indices {
        let event = try chunk.event(item)
        if case .inserted(let number) = try judge.insert(event) { numbers.append(number) }
      }
      chunk.removeAll()
    }
    // With room for what is appended later, which costs nothing until it is used: moving a million
    // events once would cost as much as a hundred commits.
    if arrivals == 0 { judge.reserve(try snapshot.count(.events) * 5 / 4) }
    var failure: Malformed?
    try snapshot.scan(.events, prefix: LedgerKey.group(number), from: next) { _, envelope in
      do throws(Malformed) {
        if !chunk.hasRoom(for: envelope.count) { try take() }
        chunk.append(envelope, 0)
      } catch {
        failure = error
      }
      return failure == nil
    }
    if let failure { throw failure }
    try take()
    return numbers
  }

  private func forgetAll() {
    replica = Replica(seed: Entropy.digest().word0)
    arrivals = 0
    noted = 0
    storedHeads = []
    storedWaiting = []
    strangers = [:]
    isStale = false
  }

  /// What the store says of each admission must be what judging gives.
  private func compareAdmissions(
    of events: [Int],
    from next: [UInt8],
    in snapshot: Snapshot
  ) throws {
    var place = 0
    var differing: Int?
    var records = AdmissionRecords()
    let judge = replica.judge
    try snapshot.scan(.admissions, prefix: LedgerKey.group(number), from: next) { _, record in
      guard place < events.count else { return false }
      if !record.spells(records.bytes(of: events[place], in: judge)) { differing = events[place] }
      place += 1
      return differing == nil
    }
    if let differing { throw GroupError.admissionDiffers(judge.graph.id(differing)) }
  }

  private func waitingIDs(_ snapshot: Snapshot) throws(LedgerError) -> Set<Digest> {
    var ids: Set<Digest> = []
    try snapshot.scan(.waiting, prefix: LedgerKey.group(number), from: nil) { key, _ in
      if let id = Digest(key.copy(of: 4..<key.count)) { ids.insert(id) }
      return true
    }
    return ids
  }

  /// Makes the waiting room what it is on disk: what others have placed or let in counts at once.
  private func readWaiting(_ snapshot: Snapshot) throws(LedgerError) {
    storedWaiting.removeAll()
    replica.emptyWaitingRoom()
    try snapshot.scan(.waiting, prefix: LedgerKey.group(number), from: nil) { _, envelope in
      let bytes = envelope.copy(of: 0..<envelope.count)
      guard let event = try? Event(verifying: bytes) else { return true }
      storedWaiting.insert(event.id)
      // What need not wait has its place on disk, or gets it when it is offered again.
      if replica.mustWait(event) { _ = try? replica.receive(event, envelope: bytes) }
      return true
    }
  }

  var headIDs: [Digest] {
    replica.judge.heads.map { replica.judge.graph.id($0) }
  }

  // MARK: Taking in

  /// Runs `body` while other processes do not write, after taking in what they wrote before.
  ///
  /// If it throws, memory is made anew from the disk the next time.
  package func exclusively<Result>(
    _ body: () throws(GroupError) -> Result
  ) throws(GroupError) -> Result {
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    defer { ledger.endExclusive() }
    try catchUp()
    return try body()
  }

  /// Verifies and judges envelopes from elsewhere and commits them in one transaction.
  ///
  /// Malformed ones are named and left out; events whose parents are missing wait. Each event's own
  /// signature is verified: about 40 µs an event.
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
    let verified = Verification.events(of: entries.map(\.envelope))
    for (place, entry) in entries.enumerated() {
      do throws(Malformed) {
        let event = try verified[place].get()
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
      let before = graph.parents(next).map { Int($0) } + (graph.previous(next).map { [$0] } ?? [])
      for parent in before where strangers[parent] != nil && needed.insert(parent).inserted {
        stack.append(parent)
      }
    }
    for number in needed.sorted() {
      if let stranger = strangers.removeValue(forKey: number) { kept.append(stranger) }
    }
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
    } catch let error as VaultError {
      throw .vault(error)
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch {
      throw .noContent(group)
    }
    return deposits
  }
}
