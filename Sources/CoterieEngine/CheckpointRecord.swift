package import CoterieJudgement
package import CoterieWire

/// What a store notes of a group's state at one arrival.
package struct CheckpointRecord: Equatable, Sendable {
  /// The state digest; nil where only governance was noted, which takes no pass over the history.
  package var digest: Digest?
  /// The governance state.
  package var governance: Governance
  /// Whether someone signed conflicting acts: then any later event may decide which of them counts.
  package var hasConflicts: Bool

  /// Takes all fields.
  package init(digest: Digest?, governance: Governance, hasConflicts: Bool) {
    self.digest = digest
    self.governance = governance
    self.hasConflicts = hasConflicts
  }

  /// The bytes that a store keeps, one item behind the other: digest or null, governance, whether
  /// there are conflicts.
  package var bytes: [UInt8] {
    var writer = CBORWriter(capacity: 1024)
    if let digest { writer.digest(digest) } else { writer.null() }
    writer.raw(governance.encoded)
    writer.bool(hasConflicts)
    return writer.bytes
  }

  /// The digest in what a store kept, whatever follows it.
  package static func digest(in bytes: [UInt8]) throws(Malformed) -> Digest? {
    var cursor = CBORCursor()
    return try digest(&cursor, bytes)
  }

  private static func digest(
    _ cursor: inout CBORCursor,
    _ bytes: [UInt8]
  ) throws(Malformed) -> Digest? {
    cursor.null(in: bytes.span) ? nil : try cursor.digest(in: bytes.span)
  }

  /// Reads what a store kept.
  package init(bytes: [UInt8]) throws(Malformed) {
    var cursor = CBORCursor()
    digest = try Self.digest(&cursor, bytes)
    guard bytes.count > cursor.offset else { throw Malformed(.truncated, at: bytes.count) }
    governance = try Governance(encoded: Array(bytes[cursor.offset..<(bytes.count - 1)]))
    var last = CBORCursor(at: bytes.count - 1)
    hasConflicts = try last.bool(in: bytes.span)
  }
}
