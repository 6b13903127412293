internal import CoterieSealing
internal import CoterieWire

/// Reads a bundle item by item from bytes that come in pieces.
///
/// Never holds more than one item and one piece: memory is bounded by the largest item allowed
/// (one envelope and one content), whatever the bundle claims. Bundles may follow each other.
public struct BundleReader: ~Copyable {
  private static let itemBytesMax = Limits.envelopeBytesMax + Limits.contentBytesMax + 128

  private let fill: (Int) throws(BundleFault) -> [UInt8]
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var ids = BundleIDs()
  private var isInside = false
  private var count: UInt64 = 0
  private var header = BundleHeader(groups: [], count: 0)
  /// Where the next item starts, in bytes from the start of the file.
  public private(set) var offset: UInt64 = 0
  /// How many whole items were read.
  public private(set) var wholeItems = 0

  /// Reads from `fill`, which answers up to so many bytes, and none at the end.
  public init(fill: @escaping (Int) throws(BundleFault) -> [UInt8]) {
    self.fill = fill
  }

  /// The next item; nil at the end of the file, behind an end item.
  ///
  /// - Throws: `BundleFault` with the place and with how far the bundle was good.
  public mutating func next() throws(BundleFault) -> BundleItem? {
    while true {
      if start < buffer.count {
        do {
          return try step()
        } catch {
          let isShort = error.problem == .truncated && !isAtEnd
          if !isShort || buffer.count - start > Self.itemBytesMax {
            throw fault(isAtEnd && error.problem == .truncated ? .cut : .malformed(error))
          }
        }
      } else if isAtEnd {
        if isInside || wholeItems == 0 { throw fault(.cut) }
        return nil
      }
      try readMore()
    }
  }

  private func fault(_ cause: BundleFault.Cause) -> BundleFault {
    BundleFault(cause, offset: offset, wholeItems: wholeItems)
  }

  private mutating func readMore() throws(BundleFault) {
    buffer.removeSubrange(..<start)
    start = 0
    let more: [UInt8]
    do throws(BundleFault) {
      more = try fill(1 << 18)
    } catch {
      throw fault(error.cause)
    }
    if more.isEmpty { isAtEnd = true }
    buffer += more
  }

  private mutating func step() throws(Malformed) -> BundleItem {
    var cursor = CBORCursor(at: start)
    let item = try read(&cursor)
    offset += UInt64(cursor.offset - start)
    start = cursor.offset
    wholeItems += 1
    return item
  }

  private mutating func read(_ cursor: inout CBORCursor) throws(Malformed) -> BundleItem {
    let item = try Self.item(&cursor, buffer.span, isInside: isInside, start: start)
    try account(for: item)
    return item
  }

  private static func item(
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>,
    isInside: Bool,
    start: Int
  ) throws(Malformed) -> BundleItem {
    do {
      guard isInside else { return .header(try header(&cursor, bytes)) }
      switch cursor.nextMajor(in: bytes) {
      case 4: return .entry(try BundleEntry(&cursor, in: bytes))
      case 2:
        let chunk = try cursor.byteString(in: bytes, limit: Limits.contentBytesMax)
        return .chunk(bytes.copy(of: chunk))
      default: return .end(try end(&cursor, bytes))
      }
    } catch {
      throw error.shifted(by: -start)
    }
  }

  private mutating func account(for item: BundleItem) throws(Malformed) {
    switch item {
    case .header(let header):
      isInside = true
      count = 0
      self.header = header
      ids = BundleIDs()
    case .entry(let entry):
      count += 1
      // A damaged envelope is the caller's to report; without its id the end item cannot match.
      let envelope = entry.envelope.span
      guard let payload = try? Envelope.parts(of: envelope).payload,
        let group = try? Self.group(of: envelope.extracting(payload))
      else { return }
      guard header.groups.contains(group) else { throw Malformed(.wrongGroup, at: 0) }
      ids.append(payload: envelope.extracting(payload))
    case .chunk: break
    case .end(let end):
      guard end.count == count, header.count == count, end.digest == ids.value() else {
        throw Malformed(.wrongEnd, at: 0)
      }
      isInside = false
    }
  }

  /// The group that a payload names: key 1, behind the format; a founding event has none, and
  /// founds the group of its id.
  private static func group(of payload: Span<UInt8>) throws(Malformed) -> Digest {
    var cursor = CBORCursor()
    _ = try cursor.map(in: payload, limit: 9)
    _ = try cursor.unsigned(in: payload)
    _ = try cursor.unsigned(in: payload)
    guard try cursor.unsigned(in: payload) == 1 else { return Envelope.id(of: payload) }
    return try cursor.digest(in: payload)
  }

  // MARK: Items

  private static func header(
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> BundleHeader {
    let start = cursor.offset
    guard try cursor.map(in: bytes, limit: 4) == 4 else {
      throw Malformed(.unexpectedKey, at: start)
    }
    try key("count", &cursor, bytes)
    let count = try cursor.unsigned(in: bytes)
    try key("rules", &cursor, bytes)
    let rules = try cursor.unsigned(in: bytes)
    try key("format", &cursor, bytes)
    let place = cursor.offset
    let format = try cursor.unsigned(in: bytes)
    guard format == BundleHeader.currentFormat else {
      throw Malformed(.unsupportedFormat(format), at: place)
    }
    try key("groups", &cursor, bytes)
    let groupCount = try cursor.array(in: bytes, limit: Limits.bundleGroupsMax)
    var groups: [Digest] = []
    for _ in 0..<groupCount { groups.append(try cursor.digest(in: bytes)) }
    return BundleHeader(groups: groups, rules: rules, count: count)
  }

  private static func end(
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> BundleEnd {
    let start = cursor.offset
    guard try cursor.map(in: bytes, limit: 2) == 2 else {
      throw Malformed(.unexpectedKey, at: start)
    }
    try key("count", &cursor, bytes)
    let count = try cursor.unsigned(in: bytes)
    try key("digest", &cursor, bytes)
    return BundleEnd(count: count, digest: try cursor.digest(in: bytes))
  }

  private static func key(
    _ name: String,
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>
  ) throws(Malformed) {
    let place = cursor.offset
    let range = try cursor.text(in: bytes, limit: Limits.nameBytesMax)
    guard bytes.copy(of: range) == Array(name.utf8) else {
      throw Malformed(.unexpectedKey, at: place)
    }
  }
}
