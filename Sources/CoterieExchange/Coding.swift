internal import CoterieGroups
internal import CoterieWire

extension ChainEnd {
  /// Writes `[author, sequence, id]`.
  func write(to writer: inout CBORWriter) {
    writer.array(3)
    writer.digest(author)
    writer.unsigned(sequence)
    writer.digest(id)
  }

  init(_ cursor: inout CBORCursor, in bytes: Span<UInt8>) throws(Malformed) {
    let place = cursor.offset
    guard try cursor.array(in: bytes, limit: 3) == 3 else {
      throw Malformed(.wrongType(expected: .array), at: place)
    }
    self.init(
      author: try cursor.digest(in: bytes),
      sequence: try cursor.unsigned(in: bytes),
      id: try cursor.digest(in: bytes)
    )
  }
}

extension ChainNeed {
  /// Writes `[end, [have...]]`.
  func write(to writer: inout CBORWriter) {
    writer.array(2)
    writer.digest(end)
    writer.array(have.count)
    for id in have { writer.digest(id) }
  }

  init(_ cursor: inout CBORCursor, in bytes: Span<UInt8>) throws(Malformed) {
    let place = cursor.offset
    guard try cursor.array(in: bytes, limit: 2) == 2 else {
      throw Malformed(.wrongType(expected: .array), at: place)
    }
    let end = try cursor.digest(in: bytes)
    var have: [Digest] = []
    for _ in 0..<(try cursor.array(in: bytes, limit: ChainNeed.haveMax)) {
      have.append(try cursor.digest(in: bytes))
    }
    self.init(end: end, have: have)
  }
}

extension Span where Element == UInt8 {
  /// Reads an array of items that ends the bytes.
  func list<Item>(
    limit: Int,
    _ item: (inout CBORCursor, Span<UInt8>) throws(Malformed) -> Item
  ) throws(Malformed) -> [Item] {
    var cursor = CBORCursor()
    var found: [Item] = []
    for _ in 0..<(try cursor.array(in: self, limit: limit)) {
      found.append(try item(&cursor, self))
    }
    guard cursor.offset == count else { throw Malformed(.trailingBytes, at: cursor.offset) }
    return found
  }
}
