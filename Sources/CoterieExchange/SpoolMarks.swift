internal import CoterieGroups
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// What a store notes of one folder among its local marks.
///
/// What a run changes is written in one commit at its end. Before that a run only notes that it
/// goes on: if it is killed, the next one names each packet before it opens it, so that one that
/// brings a run down is not met for ever.
struct SpoolMarks {
  private let store: Store
  /// The folder's mark.
  private let folder: [UInt8]
  /// The hash of the keys that the store has now: others may open what these did not.
  private let keys: Digest
  private var looked: Set<String> = []
  private var records: [[UInt8]: [UInt8]] = [:]
  private var changes: [[UInt8]: [UInt8]?] = [:]
  /// Whether the run before this one did not come to its end.
  private let isCareful: Bool
  /// The packet with which a careful run did not come to its end.
  let killer: String?

  private static let lookedMax = 1 << 20

  init(of folder: String, in store: Store, keys: [StoredKey]) throws(GroupError) {
    self.store = store
    self.folder = Array(Hashing.digest(of: Array(folder.utf8), domain: .packet).bytes.prefix(8))
    let publicKeys = keys.map(\.publicKey).sorted().flatMap(\.bytes)
    self.keys = Hashing.digest(of: publicKeys, domain: .packet)
    let underWay = try store.mark(Array("sync".utf8) + self.folder)
    isCareful = underWay != nil
    killer = underWay.flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
    records = try store.marks(under: Array("spool".utf8) + self.folder)
    if let kept = try store.mark(lookedKey) {
      looked = (try? read(kept)) ?? []
    } else {
      // An older program had a mark for each.
      for key in try store.marks(under: Array("seen".utf8) + self.folder).keys {
        changes.updateValue(nil, forKey: key)
      }
    }
  }

  // MARK: The run

  private var underWayKey: [UInt8] { Array("sync".utf8) + folder }

  /// Notes that a run begins, if there is something to be opened.
  func begin() throws(GroupError) {
    if !isCareful || killer != nil { try store.setMarks([underWayKey: []]) }
  }

  /// Notes that a packet is to be opened now, if the run before did not come to its end.
  func begin(_ packet: String) throws(GroupError) {
    if isCareful { try store.setMarks([underWayKey: Array(packet.utf8)]) }
  }

  /// Notes that no packet is open any more.
  func rest() throws(GroupError) {
    if isCareful { try store.setMarks([underWayKey: []]) }
  }

  /// Notes that a run ends before its end, and was not brought down.
  func giveUp() throws(GroupError) {
    try store.setMarks([underWayKey: nil])
  }

  /// Writes everything that was noted, and forgets packets that do not lie there any more.
  mutating func finish(lying: Set<String>) throws(GroupError) {
    let kept = looked.intersection(lying)
    if let bytes = try store.mark(lookedKey) {
      if kept != (try? read(bytes)) { changes[lookedKey] = write(kept) }
    } else if !kept.isEmpty || !changes.isEmpty {
      changes[lookedKey] = write(kept)
    }
    if try store.mark(underWayKey) != nil { changes.updateValue(nil, forKey: underWayKey) }
    try store.setMarks(changes)
    changes = [:]
  }

  // MARK: Packets

  /// Whether a packet was opened before, or could not be, with the keys that the store has now.
  func hasLooked(at name: String) -> Bool { looked.contains(name) }

  /// Notes that a packet need not be looked at again with these keys.
  mutating func note(_ name: String) { looked.insert(name) }

  private var lookedKey: [UInt8] { Array("looked".utf8) + folder }

  private func write(_ names: Set<String>) -> [UInt8] {
    var writer = CBORWriter()
    writer.array(2)
    writer.digest(keys)
    writer.array(names.count)
    for name in names.sorted() { writer.text(name) }
    return writer.bytes
  }

  private func read(_ bytes: [UInt8]) throws(Malformed) -> Set<String> {
    let span = bytes.span
    var cursor = CBORCursor()
    guard try cursor.array(in: span, limit: 2) == 2 else { throw Malformed(.truncated, at: 0) }
    guard try cursor.digest(in: span) == keys else { return [] }
    var names: Set<String> = []
    for _ in 0..<(try cursor.array(in: span, limit: Self.lookedMax)) {
      let name = span.copy(of: try cursor.text(in: span, limit: 256))
      names.insert(String(decoding: name, as: UTF8.self))
    }
    return names
  }

  // MARK: Others

  private func recordKey(_ group: Digest, _ receiver: Digest) -> [UInt8] {
    Array("spool".utf8) + folder + group.bytes + receiver.bytes
  }

  /// What is known of someone's progress in a group.
  func record(_ group: Digest, _ receiver: Digest) -> SpoolRecord {
    records[recordKey(group, receiver)].flatMap { try? SpoolRecord($0) } ?? SpoolRecord()
  }

  /// Everyone of whom something is noted in a group.
  func people(in group: Digest) -> [Digest] {
    let head = Array("spool".utf8) + folder + group.bytes
    return records.keys.filter { $0.starts(with: head) }
      .compactMap { Digest($0.dropFirst(head.count)) }
  }

  /// Forgets what is noted of someone.
  mutating func forget(_ group: Digest, _ receiver: Digest) {
    changes.updateValue(nil, forKey: recordKey(group, receiver))
  }

  mutating func keep(_ record: SpoolRecord, _ group: Digest, _ receiver: Digest) {
    let key = recordKey(group, receiver)
    let bytes = record.bytes
    if records[key] != bytes { changes[key] = bytes }
  }
}
