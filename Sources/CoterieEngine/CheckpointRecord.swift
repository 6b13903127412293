package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// What a store notes of a group's state at one arrival.
package struct CheckpointRecord: Equatable, Sendable {
  /// The state digest; nil where only governance was noted, which takes no pass over the history.
  package var digest: Digest?
  /// What gives names to people; nil in what programs wrote that did not note it.
  package var namings: [Naming]?
  /// The governance state.
  package var governance: Governance
  /// Whether someone signed conflicting acts: then any later event may decide which of them counts.
  package var hasConflicts: Bool

  /// Takes all fields.
  package init(
    digest: Digest?,
    namings: [Naming]?,
    governance: Governance,
    hasConflicts: Bool
  ) {
    self.digest = digest
    self.namings = namings
    self.governance = governance
    self.hasConflicts = hasConflicts
  }

  /// The bytes that a store keeps, one item behind the other: digest or null; a byte string of
  /// author and event of each naming, 64 bytes together; governance; whether there are conflicts.
  package var bytes: [UInt8] {
    var writer = CBORWriter(capacity: 1024)
    if let digest { writer.digest(digest) } else { writer.null() }
    if let namings { writer.byteString(namings.flatMap { $0.author.bytes + $0.event.bytes }) }
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

  private static func namings(
    _ cursor: inout CBORCursor,
    _ bytes: [UInt8]
  ) throws(Malformed) -> [Naming]? {
    guard cursor.nextMajor(in: bytes.span) == 2 else { return nil }
    let range = try cursor.byteString(in: bytes.span, limit: bytes.count)
    var namings: [Naming] = []
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
      let middle = start + 32
      guard start + 64 <= range.upperBound, let author = Digest(bytes[start..<middle]),
        let event = Digest(bytes[middle..<start + 64])
      else { throw Malformed(.truncated, at: range.upperBound) }
      namings.append(Naming(author: author, event: event))
    }
    return namings
  }

  /// Reads what a store kept.
  package init(bytes: [UInt8]) throws(Malformed) {
    var cursor = CBORCursor()
    digest = try Self.digest(&cursor, bytes)
    namings = try Self.namings(&cursor, bytes)
    guard bytes.count > cursor.offset else { throw Malformed(.truncated, at: bytes.count) }
    governance = try Governance(encoded: Array(bytes[cursor.offset..<(bytes.count - 1)]))
    var last = CBORCursor(at: bytes.count - 1)
    hasConflicts = try last.bool(in: bytes.span)
  }
}

extension Kind {
  /// Whether an event of this kind can change what a checkpoint says.
  package var isNoted: Bool { changesGovernance || mayName }
}
