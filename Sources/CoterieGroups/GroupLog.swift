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
  /// The number of the commit up to which memory has what the store has of this group.
  var seenCommit = 0
  /// The arrival of the newest checkpoint, as far as is known here; 0 for none.
  var noted: UInt64 = 0
  /// The heads that the index names.
  var storedHeads: Set<Digest> = []
  /// The newest events of the log, in the order of arrival, which no index has yet.
  var unindexed: [Int] = []
  /// Whether many more events follow: the indexes may then fall behind by a part of all.
  var isFilling = false
  var storedWaiting: Set<Digest> = []
  /// Of these, events that wait for others alone: what they wait for is known here, as a stranger's
  /// that is kept only in memory.
  var leftWaiting: Set<Digest> = []
  /// Events that may give their authors names.
  private(set) var namers: [Int] = []
  /// Rejected events of people who were never members: judged, and kept only in memory until
  /// something admitted builds on them.
  var strangers: [Int: Replica.Placed] = [:]
  /// How many events, the first to arrive, are no news when they are read: they were known before.
  var known: UInt64 = 0
  /// Events of other processes that came while something was written here, and of which nobody has
  /// been told yet.
  private var overheard: [Digest] = []
  /// Set when a commit or a reading failed: memory has what the disk has not, or the other way.
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
  /// O(events); every byte is hashed again, the heads' signatures are verified, and every stored
  /// admission is compared with the one that comes out.
  ///
  /// - Throws: `.damagedLog` where an event is not as it was written.
  func load() throws(GroupError) {
    try takeIn()
    overheard = []
  }

  /// Takes in what other processes have committed since this one looked; answers those events.
  @discardableResult
  package func catchUp() throws(GroupError) -> [Digest] {
    try takeIn()
    return takeOverheard()
  }

  /// The events of others that came since this was asked last, in the order of their arrival.
  func takeOverheard() -> [Digest] {
    defer { overheard = [] }
    return overheard
  }

  func takeIn() throws(GroupError) {
    if isStale { forgetAll() }
    let isSeen = try GroupError.ofLedger { () throws(LedgerError) in
      try ledger.newestCommit() == seenCommit
    }
    if isSeen { return }
    // What is read at first is all that there is, and nobody may have looked at it since it was
    // damaged: it is read with every offset checked.
    let isFirst = arrivals == 0
    var commit = 0
    let source = try GroupError.ofLedger { () throws(LedgerError) -> any LedgerSource in
      guard isFirst else {
        let source = try ledger.snapshot()
        commit = source.number
        return source
      }
      let source = try ledger.checkedSnapshot()
      commit = source.commit
      noted = try source.newestCheckpoint(of: number)?.arrivals ?? 0
      return source
    }
    let entry = try GroupError.ofLedger { () throws(LedgerError) in
      try source.value(.groups, group.bytes)
    }
    guard entry == LedgerKey.group(number) else { throw .noSuchGroup(group) }
    let next = LedgerKey.arrival(number, arrivals + 1)
    // Until all of it is taken in, memory has parts of it: what fails here is begun anew.
    isStale = true
    let old = known - min(known, arrivals)
    let events = try judgeEvents(from: next, in: source)
    let hasMore = !events.isEmpty || isFirst
    let isRoomOld = hasMore ? true : try ids(.waiting, source) != storedWaiting
    if isRoomOld { try readWaiting(source) }
    if isFirst { try verifyHeads(in: source) }
    if hasMore {
      let known = try compareAdmissions(of: events, from: next, in: source)
      arrivals += UInt64(events.count)
      noteNamers(events)
      storedHeads = try ids(.heads, source)
      try noteUnindexed(events, known: known, in: source)
    }
    seenCommit = commit
    isStale = false
    overheard += events.dropFirst(Int(clamping: old)).map { replica.judge.graph.id($0) }
  }

  /// Judges the events from a key on; answers their numbers, in the order of arrival.
  private func judgeEvents(
    from next: [UInt8],
    in source: any LedgerSource
  ) throws(GroupError) -> [Int] {
    let judge = replica.judge
    var pipe = EnvelopePipe()
    var numbers: [Int] = []
    func take(_ chunk: borrowing EnvelopeChunk) throws(Malformed) {
      judge.expect(chunk.ids)
      var item = 0
      while item < chunk.items.count {
        let known = judge.count
        if chunk.faults.isEmpty {
          item += judge.insert(chunk.events.span, item..<chunk.items.count)
        }
        numbers += known..<judge.count
        if item == chunk.items.count { return }
        if let fault = chunk.faults[item] { throw fault }
        switch try judge.insert(chunk.events.span, at: item) {
        case .inserted(let number):
          numbers.append(number)
        case .known(let number) where strangers.removeValue(forKey: number) != nil:
          // Kept in memory only until now, when another process found that it is needed.
          numbers.append(number)
        case .known: throw Malformed(.repeated, at: 0)
        case .pending: throw Malformed(.notAfterItsParents, at: 0)
        }
        item += 1
      }
    }
    var failure: Malformed?
    try GroupError.ofLedger { () throws(LedgerError) in
      // With room for what is appended later, which costs nothing until it is used: moving a
      // million events once would cost as much as a hundred commits.
      if arrivals == 0 { judge.reserve(try source.count(.events) * 5 / 4) }
      try source.scan(.events, prefix: LedgerKey.group(number), from: next) { _, envelope in
        do throws(Malformed) {
          try pipe.append(envelope, 0, take: take)
        } catch {
          failure = error
        }
        return failure == nil
      }
    }
    do throws(Malformed) {
      if let failure { throw failure }
      try pipe.finish(take: take)
    } catch {
      throw .damagedLog(arrival: arrivals + UInt64(numbers.count) + 1, error)
    }
    return numbers
  }

  /// Verifies the signature of each head, which by its hashes vouches for everything in its past.
  ///
  /// Where it is wrong, the event was taken because of a later one of its author, which was
  /// rejected or waits: then that one's must be good.
  private func verifyHeads(in source: any LedgerSource) throws(GroupError) {
    let graph = replica.judge.graph
    func isSigned(_ event: Int) throws(GroupError) -> Bool {
      let envelope = try GroupError.ofLedger { () throws(LedgerError) in
        try source.value(.events, LedgerKey.arrival(number, UInt64(event) + 1))
      }
      return envelope.map { (try? Event(verifying: $0)) != nil } ?? false
    }
    for head in replica.judge.heads {
      var line: Set<Int> = [head]
      var isVouchedFor = try isSigned(head)
      var event = head + 1
      while !isVouchedFor, event < graph.count {
        if let previous = graph.previous(event), line.contains(previous) {
          line.insert(event)
          isVouchedFor = try isSigned(event)
        }
        event += 1
      }
      if !isVouchedFor {
        // Or it was taken because of one that waits for others still.
        isVouchedFor = replica.waiting.guests.values.contains { guest in
          guest.event.previous.flatMap { replica.judge.number(of: $0) }.map(line.contains) ?? false
        }
      }
      guard isVouchedFor else {
        throw .damagedLog(arrival: UInt64(head) + 1, Malformed(.wrongSignature, at: 0))
      }
    }
  }

  func noteNamers(_ events: [Int]) {
    namers += events.filter { replica.judge.kind(of: $0).mayName }
  }

  func forgetAll() {
    known = max(known, arrivals)
    replica = Replica(seed: Entropy.digest().word0)
    arrivals = 0
    seenCommit = 0
    noted = 0
    storedHeads = []
    unindexed = []
    storedWaiting = []
    leftWaiting = []
    namers = []
    strangers = [:]
    isStale = false
  }

  /// What the store says of each admission must be what judging gives; answers of how many events
  /// it says something.
  private func compareAdmissions(
    of events: [Int],
    from next: [UInt8],
    in source: any LedgerSource
  ) throws(GroupError) -> Int {
    var place = 0
    var differing: Int?
    var records = AdmissionRecords()
    let judge = replica.judge
    try GroupError.ofLedger { () throws(LedgerError) in
      try source.scan(.admissions, prefix: LedgerKey.group(number), from: next) { _, record in
        guard place < events.count else { return false }
        if !record.spells(records.bytes(of: events[place], in: judge)) { differing = events[place] }
        place += 1
        return differing == nil
      }
    }
    if let differing { throw .admissionDiffers(judge.graph.id(differing)) }
    return place
  }

  /// The ids that a table holds of this group.
  private func ids(
    _ table: Table,
    _ source: any LedgerSource
  ) throws(GroupError) -> Set<Digest> {
    var ids: Set<Digest> = []
    try GroupError.ofLedger { () throws(LedgerError) in
      try source.scan(table, prefix: LedgerKey.group(number), from: nil) { key, _ in
        if let id = Digest(key.copy(of: 4..<key.count)) { ids.insert(id) }
        return true
      }
    }
    return ids
  }

  /// Makes the waiting room what it is on disk: what others have placed or let in counts at once.
  private func readWaiting(_ source: any LedgerSource) throws(GroupError) {
    storedWaiting.removeAll()
    leftWaiting.removeAll()
    replica.emptyWaitingRoom()
    var envelopes: [[UInt8]] = []
    try GroupError.ofLedger { () throws(LedgerError) in
      try source.scan(.waiting, prefix: LedgerKey.group(number), from: nil) { _, envelope in
        envelopes.append(envelope.copy(of: 0..<envelope.count))
        return true
      }
    }
    for (envelope, known) in zip(envelopes, Authenticity(envelopes).events) {
      guard case .success(let event) = known else { continue }
      storedWaiting.insert(event.id)
      if replica.mustWait(event) {
        _ = try? replica.receive(event, envelope: envelope)
      } else if replica.judge.number(of: event.id).map({ strangers[$0] != nil }) != false {
        // It gets its place when it is offered again.
        leftWaiting.insert(event.id)
      }
    }
  }

  var headIDs: [Digest] {
    replica.judge.heads.map { replica.judge.graph.id($0) }
  }

  /// Runs `body` while other processes do not write, after taking in what they wrote before.
  ///
  /// If it throws, memory is made anew from the disk the next time.
  package func exclusively<Result>(
    _ body: () throws(GroupError) -> Result
  ) throws(GroupError) -> Result {
    try GroupError.ofLedger { () throws(LedgerError) in try ledger.beginExclusive() }
    defer { ledger.endExclusive() }
    try takeIn()
    return try body()
  }
}
