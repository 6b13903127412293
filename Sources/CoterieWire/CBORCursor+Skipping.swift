extension CBORCursor {
  /// Checks one item of any type that the format uses, without a schema, and steps over it.
  ///
  /// Iterative: memory is bounded by the nesting limit, however the bytes are shaped. `depth` is
  /// the nesting at which the item stands. O(bytes of the item).
  package mutating func skipItem(in bytes: Span<UInt8>, depth: Int) throws(Malformed) {
    var open: [OpenContainer] = []
    repeat {
      try checkKeyOrder(&open, in: bytes)
      try step(into: &open, in: bytes, depth: depth)
      while let last = open.last, last.itemsLeft == 0 { open.removeLast() }
    } while !open.isEmpty
  }

  private struct OpenContainer {
    var itemsLeft: UInt64
    var isMap: Bool
    var lastKey: Range<Int>?
  }

  private mutating func step(
    into open: inout [OpenContainer],
    in bytes: Span<UInt8>,
    depth: Int
  ) throws(Malformed) {
    if !open.isEmpty { open[open.count - 1].itemsLeft -= 1 }
    guard let major = nextMajor(in: bytes) else { throw Malformed(.truncated, at: offset) }
    switch major {
    case 0:
      _ = try unsigned(in: bytes)
    case 2:
      _ = try byteString(in: bytes, limit: Limits.envelopeBytesMax)
    case 3:
      _ = try text(in: bytes, limit: Limits.envelopeBytesMax)
    case 4, 5:
      let start = offset
      let isMap = major == 5
      let count =
        isMap
        ? try map(in: bytes, limit: Limits.envelopeBytesMax)
        : try array(in: bytes, limit: Limits.envelopeBytesMax)
      guard depth + open.count < Limits.nestingMax else {
        throw Malformed(.nestedTooDeep, at: start)
      }
      open.append(
        OpenContainer(itemsLeft: UInt64(count) * (isMap ? 2 : 1), isMap: isMap, lastKey: nil)
      )
    case 7 where bytes[offset] == 0xf4 || bytes[offset] == 0xf5:
      place &+= 1
    default:
      throw Malformed(bytes[offset] & 31 == 31 ? .indefiniteLength : .unsupportedItem, at: offset)
    }
  }

  /// At a key of the innermost map: it must be text and stand after the key before it.
  private func checkKeyOrder(
    _ open: inout [OpenContainer],
    in bytes: Span<UInt8>
  ) throws(Malformed) {
    guard let map = open.last, map.isMap, map.itemsLeft.isMultiple(of: 2) else { return }
    var ahead = self
    _ = try ahead.text(in: bytes, limit: Limits.nameBytesMax)
    let key = offset..<ahead.offset
    if let last = map.lastKey, !isAscending(last, key, in: bytes) {
      throw Malformed(.unsortedKeys, at: offset)
    }
    open[open.count - 1].lastKey = key
  }

  private func isAscending(_ left: Range<Int>, _ right: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    for (first, second) in zip(left, right) where bytes[first] != bytes[second] {
      return bytes[first] < bytes[second]
    }
    return left.count < right.count
  }
}
