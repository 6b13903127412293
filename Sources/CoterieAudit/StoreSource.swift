internal import CoterieEngine
internal import CoterieJudgement
public import CoterieLedger
public import CoterieWire

/// One store as a log, read with every offset checked.
public final class StoreSource: LogSource {
  /// The store's name.
  public let name: String
  /// Events of all groups.
  public let eventCount: Int
  private let ledger: StoreReader
  private let numbers: [UInt32]
  private let waitingBase: UInt64 = 1 << 56
  /// A place is a group's number in the store, and below it 40 bits of arrival.
  private static let arrivalMax: UInt64 = 1 << 40 - 1

  /// Opens a store to be read.
  public init(path: String, name: String, keyring: Keyring) throws(SourceFault) {
    self.name = name
    do {
      ledger = try keyring.source(path)
      numbers = try ledger.groups().map(\.number)
      eventCount = try ledger.count(.events) + ledger.count(.waiting)
    } catch {
      throw Self.fault(error)
    }
  }

  private static func fault(_ error: LedgerError) -> SourceFault {
    switch error {
    case .notFound: SourceFault(.notFound, error.description)
    case .damaged: SourceFault(.damagedStore, error.description)
    default: SourceFault(.store, error.description)
    }
  }

  /// Hands over each envelope in order of arrival, group after group, then those that wait.
  public func scan(
    _ body: (_ envelope: Span<UInt8>, _ place: UInt64) -> Bool
  ) throws(SourceFault) {
    var isStopped = false
    do {
      for number in numbers {
        try ledger.scan(.events, prefix: LedgerKey.group(number), from: nil) { key, envelope in
          let arrival = LedgerKey.arrival(of: key)
          guard arrival > 0 else { return true }
          isStopped = !body(envelope, UInt64(number) << 40 | arrival)
          return !isStopped
        }
        if isStopped { return }
        var place = waitingBase
        try ledger.scan(.waiting, prefix: LedgerKey.group(number), from: nil) { _, envelope in
          place += 1
          isStopped = !body(envelope, place)
          return !isStopped
        }
      }
    } catch {
      throw Self.fault(error)
    }
  }

  /// An arrival, or the place among the events that wait.
  public func location(of place: UInt64) -> (number: UInt64, words: String) {
    if place >= waitingBase { return (place - waitingBase, "waiting event \(place - waitingBase)") }
    return (place & Self.arrivalMax, "event \(place & Self.arrivalMax) of the log")
  }

  /// Visits every page of the store.
  ///
  /// O(pages).
  ///
  /// - Throws: if one of them is damaged, or holds events of a group that the store does not name.
  public func checkPages() throws(SourceFault) {
    let known = Set(numbers)
    var stray: UInt32?
    do {
      try ledger.checkPages { table, key in
        guard [.events, .waiting, .contents].contains(table) else { return }
        let number = LedgerKey.group(of: key)
        if !known.contains(number) { stray = number }
      }
    } catch {
      throw Self.fault(error)
    }
    if let stray {
      throw SourceFault(
        .damagedStore,
        "\(name) holds events of a group of number \(stray), which it does not name"
      )
    }
  }

  /// The digest of the newest checkpoint, if it notes one, and is of all events.
  public func notedDigest(of group: Digest) throws(SourceFault) -> Digest? {
    do {
      guard let known = try ledger.groups().first(where: { $0.id == group }),
        let newest = try ledger.newestCheckpoint(of: known.number)
      else { return nil }
      let beyond = LedgerKey.arrival(known.number, newest.arrivals &+ 1)
      if try ledger.value(.events, beyond) != nil { return nil }
      return try? CheckpointRecord.digest(in: newest.bytes)
    } catch {
      throw Self.fault(error)
    }
  }

  /// Whether the newest checkpoint notes another governance state, or other events that give names,
  /// than judging the log gives.
  ///
  /// Not asked where a later event may have changed it. O(later events).
  public func checkpointDiffers(from log: MemberLog) throws(SourceFault) -> Bool {
    let judge = log.replica.judge
    do {
      guard let known = try ledger.groups().first(where: { $0.id == log.group }),
        let newest = try ledger.newestCheckpoint(of: known.number)
      else { return false }
      let isLater = log.places.indices.contains { number in
        log.places[number] & Self.arrivalMax > newest.arrivals
          && (judge.hasConflicts || judge.kind(of: number).isNoted)
      }
      let current = judge.currentView()
      guard !isLater, let governance = judge.governance(in: current) else { return false }
      let record = try? CheckpointRecord(bytes: newest.bytes)
      let namings = record?.namings ?? nil
      return record?.governance != governance
        || namings.map { $0 != judge.namings(among: 0..<judge.count, in: current) } ?? false
    } catch {
      throw Self.fault(error)
    }
  }

  /// The first event whose stored admission is not what judging it gives.
  ///
  /// O(events).
  public func differingAdmission(of log: MemberLog) throws(SourceFault) -> Digest? {
    let judge = log.replica.judge
    do {
      guard let known = try ledger.groups().first(where: { $0.id == log.group }) else { return nil }
      var found: Digest?
      var records = AdmissionRecords()
      let numbers = Dictionary(
        log.places.enumerated().map { ($0.element & Self.arrivalMax, $0.offset) }
      ) { first, _ in first }
      try ledger.scan(.admissions, prefix: LedgerKey.group(known.number), from: nil) {
        key,
        record in
        guard let number = numbers[LedgerKey.arrival(of: key)] else { return true }
        if !record.spells(records.bytes(of: number, in: judge)) {
          found = judge.graph.id(number)
        }
        return found == nil
      }
      return found
    } catch {
      throw Self.fault(error)
    }
  }

  /// The envelope of an arrival number.
  public func envelope(at place: UInt64) throws(SourceFault) -> [UInt8] {
    let key = LedgerKey.arrival(UInt32(truncatingIfNeeded: place >> 40), place & Self.arrivalMax)
    do {
      guard let found = try ledger.value(.events, key) else {
        throw SourceFault(.store, "\(name): \(location(of: place).words) is gone")
      }
      return found
    } catch let error as LedgerError {
      throw Self.fault(error)
    } catch let fault as SourceFault {
      throw fault
    } catch {
      throw SourceFault(.store, "\(name): \(error)")
    }
  }
}
