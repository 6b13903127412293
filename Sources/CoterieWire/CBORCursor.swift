/// A place in deterministic CBOR; reads one item at a time and refuses what a writer never writes.
///
/// The bytes stay with the caller and are handed to each call, so nothing is copied. Lengths are
/// compared with their limit and with the bytes that are left before any memory is taken.
public struct CBORCursor: Sendable {
  /// The next byte to read.
  public var offset: Int

  /// Starts at `offset`.
  @inlinable
  public init(at offset: Int = 0) {
    self.offset = offset
  }

  /// The head of an item: its major type and argument.
  @usableFromInline
  package struct Head {
    @usableFromInline package var major: UInt8
    @usableFromInline package var argument: UInt64
    @usableFromInline package var start: Int

    @inlinable
    init(major: UInt8, argument: UInt64, start: Int) {
      self.major = major
      self.argument = argument
      self.start = start
    }
  }

  /// Reads a head with its argument in shortest form.
  @inlinable
  package mutating func head(in bytes: Span<UInt8>) throws(Malformed) -> Head {
    let start = offset
    guard start < bytes.count else { throw Malformed(.truncated, at: start) }
    let initial = bytes[start]
    let major = initial >> 5
    let additional = initial & 31
    if major == 7 || additional == 31 { try refuse(initial, at: start) }
    if additional < 24 {
      offset = start + 1
      return Head(major: major, argument: UInt64(additional), start: start)
    }
    guard additional < 28 else { throw Malformed(.unsupportedItem, at: start) }
    let width = 1 << Int(additional - 24)
    guard bytes.count - start > width else { throw Malformed(.truncated, at: start) }
    var argument: UInt64 = 0
    for place in 1...width { argument = argument << 8 | UInt64(bytes[start + place]) }
    let least: UInt64 =
      switch width {
      case 1: 24
      case 2: 1 << 8
      case 4: 1 << 16
      default: 1 << 32
      }
    guard argument >= least else { throw Malformed(.notShortest, at: start) }
    offset = start + 1 + width
    return Head(major: major, argument: argument, start: start)
  }

  @usableFromInline
  func refuse(_ initial: UInt8, at start: Int) throws(Malformed) {
    if initial & 31 == 31 { throw Malformed(.indefiniteLength, at: start) }
    throw Malformed(.unsupportedItem, at: start)
  }

  /// Reads an unsigned integer.
  @inlinable
  public mutating func unsigned(in bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
    try typed(.unsigned, major: 0, in: bytes).argument
  }

  /// Reads the head of an array; the items follow.
  ///
  /// No array has more items than bytes are left.
  @inlinable
  public mutating func array(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Int {
    try count(of: .array, major: 4, limit: limit, in: bytes)
  }

  /// Reads the head of a map; the pairs follow.
  @inlinable
  public mutating func map(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Int {
    try count(of: .map, major: 5, limit: limit, in: bytes)
  }

  /// Reads a byte string and answers where its bytes stand.
  @inlinable
  public mutating func byteString(
    in bytes: Span<UInt8>,
    limit: Int
  ) throws(Malformed) -> Range<Int> {
    try string(of: .bytes, major: 2, limit: limit, in: bytes)
  }

  /// Reads a text, checks that it is UTF-8, and answers where its bytes stand.
  @inlinable
  public mutating func text(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Range<Int> {
    let range = try string(of: .text, major: 3, limit: limit, in: bytes)
    guard isUTF8(range, of: bytes) else { throw Malformed(.invalidText, at: range.lowerBound) }
    return range
  }

  /// Reads a byte string of exactly 32 bytes.
  @inlinable
  public mutating func digest(in bytes: Span<UInt8>) throws(Malformed) -> Digest {
    let start = offset
    if bytes.count - start >= 2 + Digest.byteCount, bytes[start] == 0x58,
      Int(bytes[start + 1]) == Digest.byteCount
    {
      offset = start + 2 + Digest.byteCount
      return Digest(in: bytes, at: start + 2)
    }
    let range = try byteString(in: bytes, limit: Digest.byteCount)
    guard range.count == Digest.byteCount else {
      throw Malformed(.wrongType(expected: .digest), at: start)
    }
    return Digest(in: bytes, at: range.lowerBound)
  }

  /// Reads true or false.
  @inlinable
  public mutating func bool(in bytes: Span<UInt8>) throws(Malformed) -> Bool {
    guard offset < bytes.count else { throw Malformed(.truncated, at: offset) }
    let byte = bytes[offset]
    guard byte == 0xf4 || byte == 0xf5 else {
      throw Malformed(.wrongType(expected: .bool), at: offset)
    }
    offset += 1
    return byte == 0xf5
  }

  /// Whether the next item is null; reads it if so.
  @inlinable
  public mutating func null(in bytes: Span<UInt8>) -> Bool {
    guard offset < bytes.count, bytes[offset] == 0xf6 else { return false }
    offset += 1
    return true
  }

  /// The major type of the next item, or nil at the end; reads nothing.
  @inlinable
  public func nextMajor(in bytes: Span<UInt8>) -> UInt8? {
    offset < bytes.count ? bytes[offset] >> 5 : nil
  }

  @inlinable
  mutating func typed(
    _ type: Malformed.ItemType,
    major: UInt8,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Head {
    guard offset < bytes.count else { throw Malformed(.truncated, at: offset) }
    guard bytes[offset] >> 5 == major else {
      throw Malformed(.wrongType(expected: type), at: offset)
    }
    return try head(in: bytes)
  }

  @inlinable
  mutating func count(
    of type: Malformed.ItemType,
    major: UInt8,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Int {
    let head = try typed(type, major: major, in: bytes)
    guard head.argument <= UInt64(limit) else {
      throw Malformed(.overLimit(length: head.argument, limit: limit), at: head.start)
    }
    let least = type == .map ? head.argument * 2 : head.argument
    guard least <= UInt64(bytes.count - offset) else {
      throw Malformed(.truncated, at: head.start)
    }
    return Int(head.argument)
  }

  @inlinable
  mutating func string(
    of type: Malformed.ItemType,
    major: UInt8,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Range<Int> {
    let head = try typed(type, major: major, in: bytes)
    guard head.argument <= UInt64(limit) else {
      throw Malformed(.overLimit(length: head.argument, limit: limit), at: head.start)
    }
    guard head.argument <= UInt64(bytes.count - offset) else {
      throw Malformed(.truncated, at: head.start)
    }
    let start = offset
    offset += Int(head.argument)
    return start..<offset
  }
}

extension Digest {
  /// The 32 bytes of `bytes` from `offset`; they must be there.
  @inlinable
  package init(in bytes: Span<UInt8>, at offset: Int) {
    self.init(
      word0: bytes.bigEndianWord(at: offset),
      word1: bytes.bigEndianWord(at: offset + 8),
      word2: bytes.bigEndianWord(at: offset + 16),
      word3: bytes.bigEndianWord(at: offset + 24)
    )
  }
}

extension Span where Element == UInt8 {
  /// Eight bytes as one word, the first byte highest; bounds are checked.
  @inlinable
  package func bigEndianWord(at offset: Int) -> UInt64 {
    unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether these are the bytes of an array.
  package func spells(_ other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    for place in other.indices where self[place] != other[place] { return false }
    return true
  }

  /// A copy of these bytes; O(bytes).
  package func copy(of range: Range<Int>) -> [UInt8] {
    var copied: [UInt8] = []
    copied.append(extracting(range))
    return copied
  }
}

extension Array where Element == UInt8 {
  /// Adds bytes that lie elsewhere; O(bytes).
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Adds the 32 bytes of a digest.
  package mutating func append(_ digest: Digest) {
    unsafe Swift.withUnsafeBytes(of: digest.bigEndianWords) { unsafe append(contentsOf: $0) }
  }
}

/// Whether bytes are UTF-8 of Unicode scalar values: no overlong forms, no surrogates.
@usableFromInline
func isUTF8(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
  var place = range.lowerBound
  while place < range.upperBound {
    if range.upperBound - place >= 8, bytes.bigEndianWord(at: place) & 0x8080_8080_8080_8080 == 0 {
      place += 8
      continue
    }
    let lead = bytes[place]
    if lead < 0x80 {
      place += 1
      continue
    }
    let width: Int
    let least: UInt32
    switch lead {
    case 0xc2...0xdf: (width, least) = (2, 0x80)
    case 0xe0...0xef: (width, least) = (3, 0x800)
    case 0xf0...0xf4: (width, least) = (4, 0x1_0000)
    default: return false
    }
    guard range.upperBound - place >= width else { return false }
    var scalar = UInt32(lead) & (0x7f >> UInt32(width))
    for next in 1..<width {
      let byte = bytes[place + next]
      guard byte & 0xc0 == 0x80 else { return false }
      scalar = scalar << 6 | UInt32(byte & 0x3f)
    }
    guard scalar >= least, scalar <= 0x10_ffff, !(0xd800...0xdfff).contains(scalar) else {
      return false
    }
    place += width
  }
  return true
}
