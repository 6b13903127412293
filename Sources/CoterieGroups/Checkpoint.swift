public import CoterieJudgement
public import CoterieLedger
public import CoterieWire

/// The state of a group at one arrival: it gives members and roles at once, without judging again.
///
/// Never believed by an audit, which compares it with the full replay.
public struct Checkpoint: Equatable, Sendable {
  /// How many events the state is of.
  public var arrivals: UInt64
  /// The state digest.
  public var digest: Digest
  /// The governance state.
  public var governance: Governance

  /// The bytes that a store keeps: `[digest, governance]`.
  var bytes: [UInt8] {
    var writer = CBORWriter(capacity: 1024)
    writer.digest(digest)
    writer.raw(governance.encoded)
    return writer.bytes
  }

  init(arrivals: UInt64, digest: Digest, governance: Governance) {
    self.arrivals = arrivals
    self.digest = digest
    self.governance = governance
  }

  init(arrivals: UInt64, bytes: [UInt8]) throws(Malformed) {
    self.arrivals = arrivals
    var cursor = CBORCursor()
    digest = try cursor.digest(in: bytes.span)
    governance = try Governance(encoded: Array(bytes[cursor.offset...]))
  }

  /// The newest checkpoint of a group, if it is of everything that the store holds.
  ///
  /// - Parameter number: the group's number in the store.
  public static func newest(in source: any LedgerSource, group number: UInt32) throws(LedgerError)
    -> Checkpoint?
  {
    var newest: (arrivals: UInt64, bytes: [UInt8])?
    try source.scan(.checkpoints, prefix: LedgerKey.group(number), from: nil) { key, value in
      let arrivals = (4..<key.count).reduce(UInt64(0)) { $0 << 8 | UInt64(key[$1]) }
      newest = (arrivals, value.copy(of: 0..<value.count))
      return true
    }
    guard let newest else { return nil }
    let beyond = LedgerKey.arrival(number, newest.arrivals + 1)
    if try source.value(.events, beyond) != nil { return nil }
    return try? Checkpoint(arrivals: newest.arrivals, bytes: newest.bytes)
  }
}
