internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieLedger
internal import CoterieSealing
public import CoterieWire
internal import Glibc

/// Takes bundles into a store, in batches that are committed one by one.
///
/// What was committed stays when a later part is damaged or the import is interrupted; running it
/// again goes on from there.
public struct BundleImport {
  /// What came of an import.
  public struct Outcome {
    /// Events that are in now.
    public var placed = 0
    /// Of these, how many were rejected.
    public var rejected = 0
    /// Events that were there already.
    public var known = 0
    /// Events that wait.
    public var waiting = 0
    /// Events for which there was no room to wait.
    public var turnedAway = 0
    /// Contents that are kept now.
    public var contents = 0
    /// Contents that matched their commitments and are not kept.
    public var unkept = 0
    /// Rejected events of people who were never members: not kept.
    public var strangers = 0
    /// Items that were malformed, by their number in the file.
    public var bad: [(item: Int, fault: Malformed)] = []
    /// What is missing and not itself waiting.
    public var missing: [Digest] = []
    /// Where the bundle could not be read on.
    public var fault: BundleFailure?

    /// Starts at nothing.
    public init() {}

    /// Adds another import into the same store.
    public mutating func add(_ other: Outcome) {
      placed += other.placed
      rejected += other.rejected
      known += other.known
      waiting += other.waiting
      turnedAway += other.turnedAway
      contents += other.contents
      unkept += other.unkept
      strangers += other.strangers
      bad += other.bad
      missing = other.missing
      fault = fault ?? other.fault
    }
  }

  /// Where and why a bundle could not be read on.
  public struct BundleFailure: CustomStringConvertible, Sendable {
    /// What happened, at which byte, after how many whole items.
    public var description: String
    /// How many whole items were read.
    public var wholeItems: Int
  }

  private let batchEvents: Int
  private static let batchBytes = 32 << 20
  private static let roundsMax = 16
  private let store: Store

  /// Imports into this store.
  public init(store: Store) {
    self.init(store: store, batchEvents: 20_000)
  }

  /// The same with so many events in a batch.
  package init(store: Store, batchEvents: Int) {
    self.store = store
    self.batchEvents = batchEvents
  }

  /// Reads a bundle from a file descriptor; `progress` answers false to stop.
  ///
  /// - Throws: `GroupError` if the store cannot be written; what was committed before stays.
  public func run(
    descriptor: Int32,
    progress: (Int) -> Bool
  ) throws(GroupError) -> Outcome {
    var outcome = Outcome()
    var reader = BundleReader.decompressing { (count) throws(BundleFault) in
      guard let bytes = readSome(descriptor, count) else {
        throw BundleFault(.unreadable(errno), offset: 0, wholeItems: 0)
      }
      return bytes
    }
    var batch: [Item] = []
    var unproven: [Item] = []
    var logs: [Digest: GroupLog] = [:]
    var done = 0
    var batchBytes = 0
    var chunkPlace = 0
    var chunkOwner: BundleEntry?
    while true {
      let item: BundleItem
      do throws(BundleFault) {
        guard let next = try reader.next() else { break }
        item = next
      } catch {
        outcome.fault = BundleFailure(description: error.description, wholeItems: error.wholeItems)
        break
      }
      switch item {
      case .entry(let entry):
        done += 1
        batchBytes += entry.envelope.count + (entry.content?.count ?? 0)
        batch.append((reader.wholeItems, entry))
        chunkPlace = 0
        chunkOwner = entry
      case .chunk(let chunk):
        // The chunks of an attachment follow its entry, which must be in before them.
        if chunkPlace == 0 { try take(&batch, &logs, &outcome, &unproven) }
        if !(try add(chunk, at: chunkPlace, to: chunkOwner, logs)) { outcome.unkept += 1 }
        chunkPlace += 1
      case .header, .end: break
      }
      if batch.count >= batchEvents || batchBytes >= Self.batchBytes {
        try take(&batch, &logs, &outcome, &unproven)
        batchBytes = 0
        if outcome.bad.count >= Limits.malformedEventsMax {
          outcome.fault = BundleFailure(
            description: "\(outcome.bad.count) events are malformed; it is not read on",
            wholeItems: reader.wholeItems
          )
          break
        }
      }
      if !progress(done) { break }
    }
    try take(&batch, &logs, &outcome, &unproven)
    // A later batch may have brought the event that vouches for one of these, and with that one
    // what vouches for the next.
    for _ in 0..<Self.roundsMax {
      let before = outcome.placed
      var again = unproven
      let items = Set(unproven.map(\.item))
      outcome.bad.removeAll { items.contains($0.item) }
      unproven = []
      try take(&again, &logs, &outcome, &unproven)
      if outcome.placed == before { break }
    }
    outcome.bad.sort { $0.item < $1.item }
    for log in logs.values.sorted(by: { $0.group < $1.group }) {
      try log.finishFilling()
      if outcome.placed > 0 { try log.writeCheckpoint() }
      outcome.missing += log.replica.wanted
      outcome.waiting += log.replica.waiting.guests.count
    }
    return outcome
  }

  private func add(
    _ chunk: [UInt8],
    at place: Int,
    to owner: BundleEntry?,
    _ logs: [Digest: GroupLog]
  ) throws(GroupError) -> Bool {
    guard let owner, let event = try? Event.decode(owner.envelope.span).event,
      let log = logs[event.groupID]
    else { return false }
    return try log.add(chunk, at: place, to: event.id)
  }

  private typealias Item = (item: Int, entry: BundleEntry)

  /// Commits a batch, and empties it; adds those whose signature is wrong to `unproven`.
  private func take(
    _ batch: inout [Item],
    _ logs: inout [Digest: GroupLog],
    _ outcome: inout Outcome,
    _ unproven: inout [Item]
  ) throws(GroupError) {
    var byGroup: [Digest: [Item]] = [:]
    for (item, entry) in batch {
      do throws(Malformed) {
        let event = try Event.decode(entry.envelope.span).event
        byGroup[event.groupID, default: []].append((item, entry))
      } catch {
        outcome.bad.append((item, error))
      }
    }
    batch.removeAll(keepingCapacity: true)
    var room = Self.batchBytes - unproven.reduce(0) { $0 + $1.entry.byteCount }
    for group in byGroup.keys.sorted() {
      let items = byGroup[group] ?? []
      let log: GroupLog
      if let open = logs[group] { log = open } else { log = try store.adopt(group) }
      logs[group] = log
      let ingestion = try log.filling { () throws(GroupError) in
        try log.ingest(items.map(\.entry))
      }
      outcome.placed += ingestion.placed.count
      outcome.rejected += ingestion.rejected
      outcome.strangers += ingestion.strangers
      outcome.known += ingestion.known
      outcome.turnedAway += ingestion.turnedAway
      outcome.contents += ingestion.contents
      outcome.unkept += ingestion.unkept
      for (place, fault) in ingestion.bad.sorted(by: { $0.key < $1.key }) {
        outcome.bad.append((items[place].item, fault))
        guard fault.problem == .wrongSignature, items[place].entry.byteCount <= room else {
          continue
        }
        room -= items[place].entry.byteCount
        unproven.append(items[place])
      }
    }
  }
}

extension BundleEntry {
  fileprivate var byteCount: Int { envelope.count + (content?.count ?? 0) }
}

private func readSome(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: count)
  while true {
    let read = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(descriptor, buffer.baseAddress, count)
    }
    if read >= 0 { return Array(bytes[..<read]) }
    if errno != EINTR { return nil }
  }
}
