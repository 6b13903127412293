public import CoterieWire

/// All tables of `log.mdb`, with the shapes of their keys and values: format 1.
///
/// A group's number is 4 bytes, an arrival number 8, a depth 4, all big-endian, so that keys sort
/// as the numbers do. Nothing that may have to be erased stands in any of them. `events` is the
/// log; `ids`, `order`, `chains`, `admissions` and `heads` are indexes, which follow it.
public enum Table: String, CaseIterable, Sendable {
  /// text -> bytes: `format` (8 bytes), `store` (16 random bytes)
  case meta
  /// group id 32 -> group number
  case groups
  /// group, arrival -> envelope; arrival counts from 1 without gaps
  case events
  /// group, event id 32 -> arrival
  case ids
  /// group, depth, event id 32 -> arrival: canonical order
  case order
  /// group, author 32, sequence 8, arrival -> event id; two entries at a sequence are a fork
  case chains
  /// group, arrival -> the facts of admission
  case admissions
  /// group, event id 32 -> nothing: the newest admitted events
  case heads
  /// group, event id 32 -> envelope of an event that waits
  case waiting
  /// group, arrival -> state at that arrival
  case checkpoints
  /// any -> any: local things
  case marks
  /// group, event id 32 -> where the sealed content of the event stands: slot, ciphertext, file
  case contents
  /// milliseconds since 1970, group, event id 32 -> nothing: contents that disappear then
  case timers
  /// group, event id 32 -> slot 8, whether it is done 1: contents that are to be gone, for ever
  case erasures
}

/// Builds keys.
public enum LedgerKey {
  /// The key of a group's number.
  public static func group(_ number: UInt32) -> [UInt8] {
    bigEndian(UInt64(number), 4)
  }

  /// A group's number, then an arrival number.
  public static func arrival(_ group: UInt32, _ arrival: UInt64) -> [UInt8] {
    bigEndian(UInt64(group), 4) + bigEndian(arrival, 8)
  }

  /// A group's number, then a digest.
  public static func digest(_ group: UInt32, _ digest: Digest) -> [UInt8] {
    bigEndian(UInt64(group), 4) + digest.bytes
  }

  /// A group's number, a depth, then an event id.
  public static func order(_ group: UInt32, depth: UInt32, _ id: Digest) -> [UInt8] {
    bigEndian(UInt64(group), 4) + bigEndian(UInt64(depth), 4) + id.bytes
  }

  /// A group's number, an author, a sequence number, then an arrival number.
  public static func chain(
    _ group: UInt32,
    _ author: Digest,
    _ sequence: UInt64,
    _ arrival: UInt64
  ) -> [UInt8] {
    bigEndian(UInt64(group), 4) + author.bytes + bigEndian(sequence, 8) + bigEndian(arrival, 8)
  }

  /// A number in so many bytes, the highest first.
  public static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }

  /// The group's number with which bytes start; 0 for fewer than four.
  public static func group(of key: Span<UInt8>) -> UInt32 {
    key.count < 4 ? 0 : UInt32(number(key, 0..<4))
  }

  /// The arrival number that follows a group's number; 0 for a key of another shape.
  public static func arrival(of key: Span<UInt8>) -> UInt64 {
    key.count == 12 ? number(key, 4..<12) : 0
  }

  private static func number(_ key: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    range.reduce(0) { $0 << 8 | UInt64(key[$1]) }
  }

  /// The number that bytes spell, the highest first.
  public static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// The format of a store.
public enum StoreFormat {
  /// The format that this program writes.
  public static let current: UInt64 = 1
  /// The name of the data file in the store's folder.
  public static let dataFile = "log.mdb"
  /// The name of what the data file was before the store was upgraded.
  public static let olderFile = "log.mdb.before-upgrade"
  /// The name of LMDB's lock file.
  public static let lockFile = "log.mdb-lock"
  /// The name of the file by whose lock one writer keeps others out.
  public static let writerFile = "writer"
  /// The name of the file by whose lock one process that opens the store keeps others out.
  public static let openingFile = "opening"
  /// The name of the file by whose lock it shows that the store is open somewhere.
  public static let openFile = "open"
  /// The name of the file that holds the sealed secrets of contents.
  public static let slotFile = "slots"
  /// The name of the file that holds the sealed private keys.
  public static let identityFile = "identity"
  /// The name of the folder that holds the chunks of attachments.
  public static let attachmentsFolder = "attachments"

  /// Whether a file of this name may be in a store that is being made.
  static func isFileName(_ name: String) -> Bool {
    let sealed = [slotFile, identityFile]
    let others = [dataFile, lockFile, writerFile, openingFile, openFile]
    return (sealed + sealed.map { "\($0).partial" } + others).contains(name)
  }

  /// Whether chunks of an attachment may have this name: 32 hexadecimal digits.
  static func isAttachmentName(_ name: String) -> Bool {
    name.utf8.count == 32 && Hexadecimal.bytes(of: Array(name.utf8)) != nil
  }
}

/// Something that can be read table by table: a store opened by LMDB, or one that is not trusted.
public protocol LedgerSource: AnyObject {
  /// Hands over each entry whose key starts with `prefix`, from `start` on, in order.
  ///
  /// `body` answers false to stop. The bytes live only as long as the call.
  func scan(
    _ table: Table,
    prefix: [UInt8],
    from start: [UInt8]?,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) throws(LedgerError)

  /// The value of a key.
  func value(_ table: Table, _ key: [UInt8]) throws(LedgerError) -> [UInt8]?

  /// How many entries a table has.
  func count(_ table: Table) throws(LedgerError) -> Int
}

extension LedgerSource {
  /// The groups of a store and their numbers, by number.
  public func groups() throws(LedgerError) -> [(number: UInt32, id: Digest)] {
    var found: [(number: UInt32, id: Digest)] = []
    try scan(.groups, prefix: [], from: nil) { key, value in
      if key.count == 32, value.count == 4 {
        found.append((LedgerKey.group(of: value), Digest(in: key, at: 0)))
      }
      return true
    }
    return found.sorted { $0.number < $1.number }
  }

  /// The newest checkpoint of a group by its number: how many events it is of, and its bytes.
  public func newestCheckpoint(
    of group: UInt32
  ) throws(LedgerError) -> (arrivals: UInt64, bytes: [UInt8])? {
    var newest: (arrivals: UInt64, bytes: [UInt8])?
    try scan(.checkpoints, prefix: LedgerKey.group(group), from: nil) { key, value in
      newest = (LedgerKey.arrival(of: key), value.copy(of: 0..<value.count))
      return true
    }
    return newest
  }

  /// Refuses a store of another format.
  func checkFormat(path: String) throws(LedgerError) {
    guard let format = try value(.meta, Array("format".utf8)), format.count == 8 else {
      throw .notAStore(path: path)
    }
    let found = LedgerKey.number(format)
    guard found <= StoreFormat.current else { throw .newerFormat(found: found) }
  }
}
