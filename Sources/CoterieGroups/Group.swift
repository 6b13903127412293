public import CoterieBundles
internal import CoterieEngine
public import CoterieEvents
public import CoterieJudgement
internal import CoterieLedger
internal import CoterieVault
public import CoterieWire

/// One group as one member has it: everything that can be done in it, and everything that can be
/// asked of it.
///
/// An act is signed with everything held as its past. What the rules do not allow is refused with
/// its code before anything is written; what is acknowledged is committed and survives a crash.
public actor Group {
  /// The founding event's id.
  public nonisolated let id: Digest
  let store: Store
  let surroundings: Surroundings
  /// The group's number in the store.
  let number: UInt32
  /// Where contents are kept; nil in a store that was opened without its keys.
  let contents: Contents?
  var signer: (any Signer)?
  private var watchers: [UInt64: Watcher] = [:]
  private var watcherCount: UInt64 = 0
  private let held: GroupLog
  /// What is known as long as the log has not been judged.
  private(set) var opening: Checkpoint?

  /// Something that changed.
  public struct Change: Sendable {
    /// Events that are new here, in the order of their arrival.
    public var events: [Digest]
    /// The governance state now; nil while the founding event is missing.
    public var governance: Governance?
    /// Whether more has changed than is kept for someone who does not listen: changes that follow
    /// may be missing, so everything is to be read again.
    public var isIncomplete: Bool
  }

  /// Someone who listens, and how many changes more are kept for it.
  private struct Watcher {
    var continuation: AsyncStream<Change>.Continuation
    var room = Group.changesMax
  }

  /// How many changes are kept for someone who does not listen.
  static let changesMax = 1024

  /// Opens a group of a store.
  ///
  /// Acts are signed by `signer`, else by the store's key that is a member of the group or is
  /// invited to it. Where a checkpoint holds, which is nearly always, that takes O(members), and so
  /// does `state`; the events are read and judged when something else is asked for or done first,
  /// in O(events).
  public init(
    _ id: Digest,
    in store: Store,
    as signer: (any Signer)? = nil,
    surroundings: Surroundings
  ) throws(GroupError) {
    self.id = id
    self.store = store
    self.surroundings = surroundings
    let log = try store.unreadLog(of: id)
    held = log
    number = log.number
    contents = log.contents
    let opening = try store.checkpoint(of: log)
    self.opening = opening
    if let opening { log.known = opening.arrivals } else { try log.load() }
    let governance = opening?.governance ?? log.governance()
    if let signer {
      self.signer = signer
    } else {
      self.signer = try store.signer(for: id, in: governance)
    }
  }

  init(_ log: GroupLog, in store: Store, as signer: (any Signer)?, surroundings: Surroundings) {
    id = log.group
    self.store = store
    held = log
    number = log.number
    contents = log.contents
    self.surroundings = surroundings
    self.signer = signer
  }

  /// The log, judged: by the first who asks for it.
  var log: GroupLog {
    get throws(GroupError) {
      try load()
      return held
    }
  }

  /// Judges the log if it has not been; answers and tells what came since it was opened.
  @discardableResult
  private func load() throws(GroupError) -> [Digest] {
    if opening == nil { return [] }
    let events = try held.catchUp()
    opening = nil
    tell(events)
    return events
  }

  /// The envelope of an event; nil if it is not held.
  ///
  /// Reads no log for it.
  func envelope(of event: Digest, in snapshot: Snapshot) throws(LedgerError) -> [UInt8]? {
    guard opening == nil, let known = held.replica.judge.number(of: event) else {
      return try snapshot.envelope(of: event, in: number)
    }
    return try held.envelope(of: known, in: snapshot)
  }

  // MARK: Asking

  /// The key that acts here; nil if no key of the store belongs to the group.
  public var me: Digest? { signer?.publicKey }

  /// The governance state now: members, roles, invites, links, preferences.
  ///
  /// - Throws: `.notFounded` while the founding event is missing.
  public func state() throws(GroupError) -> Governance {
    guard let governance else { throw .notFounded(id) }
    return governance
  }

  /// The same; nil while the founding event is missing.
  var governance: Governance? { opening?.governance ?? held.governance() }

  /// Why an act would be refused now; nil if it would be admitted.
  ///
  /// - Throws: `.noKey` if no key of the store belongs to the group; `.vault` if it is locked.
  public func mayI(_ action: Action) throws(GroupError) -> (code: Code, by: Digest?)? {
    try log.mayI(action, by: signing().publicKey)
  }

  /// The key that acts here.
  ///
  /// - Throws: `.noKey` if no key of the store belongs to the group; `.vault` if it is locked.
  func signing() throws(GroupError) -> any Signer {
    if let signer { return signer }
    _ = try store.keys()
    throw .noKey(group: id)
  }

  /// How many events are held.
  public var eventCount: Int { opening.map { Int($0.arrivals) } ?? Int(held.arrivals) }

  /// The verdict of an event; nil if it is not held.
  public func verdict(of event: Digest) throws(GroupError) -> Verdict? {
    let judge = try log.replica.judge
    return judge.number(of: event).map { judge.verdict(of: $0, in: judge.currentView()) }
  }

  // MARK: Changes

  /// What changes from now on, through this object or taken in by `refresh`.
  ///
  /// Ends when the group is forgotten. Of someone who does not listen 1,024 changes are kept, of
  /// which the last says that it is incomplete.
  public func changes() -> AsyncStream<Change> {
    watcherCount += 1
    let number = watcherCount
    let (stream, continuation) = AsyncStream.makeStream(
      of: Change.self,
      bufferingPolicy: .bufferingOldest(Self.changesMax)
    )
    let farewell = store.onForgetting(id) { continuation.finish() }
    continuation.onTermination = { [store] _ in
      store.dropFarewell(farewell)
      Task { await self.forget(watcher: number) }
    }
    watchers[number] = Watcher(continuation: continuation)
    return stream
  }

  private func forget(watcher number: UInt64) {
    watchers[number] = nil
  }

  func tell(_ events: [Digest]) {
    if events.isEmpty || watchers.isEmpty { return }
    let governance = held.governance()
    for (number, watcher) in watchers {
      let change = Change(
        events: events,
        governance: governance,
        // With this one there may be no room for others.
        isIncomplete: watcher.room <= 1
      )
      if case .enqueued(let room) = watcher.continuation.yield(change) {
        watchers[number]?.room = room
      }
    }
  }

  /// Ends what is told of a group that another program has forgotten.
  private func ended<Result>(
    _ body: () throws(GroupError) -> Result
  ) throws(GroupError) -> Result {
    do throws(GroupError) {
      return try body()
    } catch {
      if case .noSuchGroup(id) = error {
        for watcher in watchers.values { watcher.continuation.finish() }
      }
      throw error
    }
  }

  /// Takes in what other programs have written to the store since; answers those events.
  @discardableResult
  public func refresh() throws(GroupError) -> [Digest] {
    let (events, later) = try ended { () throws(GroupError) in
      (try load(), try held.catchUp())
    }
    // A key may have become known here by what came: of a store that went back to an older copy.
    if signer == nil { signer = try store.signer(for: id, in: held.governance()) }
    tell(later)
    return events + later
  }

  // MARK: Taking in

  /// Verifies, judges and commits events from elsewhere, with their contents.
  public func ingest(_ entries: [BundleEntry]) throws(GroupError) -> GroupLog.Ingestion {
    let ingestion = try log.ingest(entries)
    tell(held.takeOverheard() + ingestion.placed)
    return ingestion
  }

  /// Erases what has disappeared by now, in all groups of the store; answers how many contents.
  @discardableResult
  public func sweep() throws(GroupError) -> Int {
    try store.sweep(now: surroundings.now())
  }

  // MARK: Acting

  /// Signs an act and commits it.
  ///
  /// - Throws: `.refused` with the code if the rules do not allow it; `.noKey` if no key of the
  ///   store belongs to the group; `.vault` if it is locked.
  @discardableResult
  public func act(_ action: Action, with words: GroupLog.Words? = nil) throws(GroupError) -> Digest
  {
    try act(action, with: words, by: signing())
  }

  func act(
    _ action: Action,
    with words: GroupLog.Words? = nil,
    by signer: any Signer
  ) throws(GroupError) -> Digest {
    if let words, words.content.count > Limits.contentBytesMax {
      throw .contentTooLarge(bytes: words.content.count)
    }
    let event = try log.append(action, with: words, by: signer, time: surroundings.now())
    tell(held.takeOverheard() + [event])
    return event
  }

  func words(_ content: [UInt8]) -> GroupLog.Words {
    GroupLog.Words(content, secret: surroundings.digest())
  }
}
