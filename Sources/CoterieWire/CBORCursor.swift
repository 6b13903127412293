/// A place in deterministic CBOR; reads one item at a time and refuses what a writer never writes.
///
/// The bytes stay with the caller and are handed to each call, so nothing is copied. Lengths are
/// compared with their limit and with the bytes that are left before any memory is taken.
public struct CBORCursor: Sendable {
  /// The same as `offset`, which is never negative: so one comparison keeps it inside of the bytes.
  @usableFromInline var place: UInt

  /// The next byte to read.
  @inlinable
  public var offset: Int {
    @inline(always) get { Int(bitPattern: place) }
  }

  /// Starts at `offset`.
  @inlinable
  public init(at offset: Int = 0) {
    precondition(offset >= 0, "bytes are counted from 0")
    place = UInt(bitPattern: offset)
  }

  /// Reads the head of an item of a major type, and answers its argument.
  @inlinable
  @inline(always)
  mutating func argument(
    of type: Malformed.ItemType,
    major: UInt8,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> UInt64 {
    guard bytes.holds(1, from: place) else { throw Malformed(.truncated, at: offset) }
    let initial = unsafe bytes.load(UInt8.self, from: place)
    guard initial >> 5 == major else { throw Malformed(.wrongType(expected: type), at: offset) }
    let additional = initial & 31
    if additional < 24 {
      place &+= 1
      return UInt64(additional)
    }
    if additional < 28, bytes.holds(9, from: place) {
      let width = Self.argumentBytes(additional)
      let word = unsafe UInt64(bigEndian: bytes.load(UInt64.self, from: place &+ 1))
      let argument = word &>> UInt64(64 &- 8 &* width)
      guard argument >= Self.leastArgument(width) else { throw Malformed(.notShortest, at: offset) }
      place &+= 1 &+ width
      return argument
    }
    let argument = try Self.lastArgument(at: offset, in: bytes)
    place &+= 1 &+ Self.argumentBytes(additional)
    return argument
  }

  /// The bytes of an argument that stands behind its head's first byte, whose low bits are given.
  @inlinable
  @inline(always)
  static func argumentBytes(_ additional: UInt8) -> UInt {
    1 &<< UInt(additional &- 24)
  }

  /// The least argument that needs so many bytes.
  @inlinable
  @inline(always)
  static func leastArgument(_ width: UInt) -> UInt64 {
    width == 1 ? 24 : 1 &<< UInt64(4 &* width)
  }

  /// Reads an argument of more than one byte near the end of the bytes, or refuses it.
  ///
  /// It does not move the cursor, which can so stay in registers.
  @usableFromInline
  @inline(never)
  static func lastArgument(at start: Int, in bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
    let additional = bytes[start] & 31
    if additional == 31 { throw Malformed(.indefiniteLength, at: start) }
    guard additional < 28 else { throw Malformed(.unsupportedItem, at: start) }
    let width = argumentBytes(additional)
    guard bytes.count - start > Int(width) else { throw Malformed(.truncated, at: start) }
    var argument: UInt64 = 0
    for place in 1...Int(width) { argument = argument << 8 | UInt64(bytes[start + place]) }
    guard argument >= leastArgument(width) else { throw Malformed(.notShortest, at: start) }
    return argument
  }

  /// Reads an unsigned integer.
  @inlinable
  @inline(always)
  public mutating func unsigned(in bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
    try argument(of: .unsigned, major: 0, in: bytes)
  }

  /// Reads the head of an array; the items follow.
  ///
  /// No array has more items than bytes are left.
  @inlinable
  @inline(always)
  public mutating func array(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Int {
    try count(of: .array, major: 4, limit: limit, in: bytes)
  }

  /// Reads the head of a map; the pairs follow.
  @inlinable
  @inline(always)
  public mutating func map(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Int {
    try count(of: .map, major: 5, limit: limit, in: bytes)
  }

  /// Reads a byte string and answers where its bytes stand.
  @inlinable
  @inline(always)
  public mutating func byteString(
    in bytes: Span<UInt8>,
    limit: Int
  ) throws(Malformed) -> Range<Int> {
    try string(of: .bytes, major: 2, limit: limit, in: bytes)
  }

  /// Reads a text, checks that it is UTF-8, and answers where its bytes stand.
  @inlinable
  @inline(always)
  public mutating func text(in bytes: Span<UInt8>, limit: Int) throws(Malformed) -> Range<Int> {
    let range = try string(of: .text, major: 3, limit: limit, in: bytes)
    guard isUTF8(range, of: bytes) else { throw Malformed(.invalidText, at: range.lowerBound) }
    return range
  }

  /// Reads a byte string of exactly 32 bytes.
  @inlinable
  @inline(always)
  public mutating func digest(in bytes: Span<UInt8>) throws(Malformed) -> Digest {
    if let digest = digestIfAny(in: bytes) { return digest }
    throw Self.noDigest(at: offset, in: bytes)
  }

  /// Steps over a byte string of exactly 32 bytes, if it stands here.
  @inlinable
  @inline(always)
  package mutating func digestIfAny(in bytes: Span<UInt8>) -> Digest? {
    let head = UInt(2)
    guard bytes.holds(head &+ UInt(Digest.byteCount), from: place),
      unsafe UInt16(bigEndian: bytes.load(UInt16.self, from: place)) == 0x5820
    else { return nil }
    let digest = unsafe bytes.load(Digest.self, from: place &+ head)
    place &+= head &+ UInt(Digest.byteCount)
    return digest
  }

  /// Steps over a key and a byte string of exactly 32 bytes, if they stand here.
  @inlinable
  @inline(always)
  package mutating func digestIfAny(behind key: UInt8, in bytes: Span<UInt8>) -> Digest? {
    let head = UInt(3)
    guard bytes.holds(head &+ UInt(Digest.byteCount), from: place),
      unsafe bytes.load(UInt32.self, from: place).bigEndian >> 8 == UInt32(key) << 16 | 0x5820
    else { return nil }
    let digest = unsafe bytes.load(Digest.self, from: place &+ head)
    place &+= head &+ UInt(Digest.byteCount)
    return digest
  }

  /// Steps over an unsigned integer, if it stands here and eight more bytes.
  @inlinable
  @inline(always)
  package mutating func unsignedIfAny(in bytes: Span<UInt8>) -> UInt64? {
    guard bytes.holds(9, from: place) else { return nil }
    let initial = unsafe bytes.load(UInt8.self, from: place)
    if initial < 24 {
      place &+= 1
      return UInt64(initial)
    }
    guard initial < 28 else { return nil }
    let width = Self.argumentBytes(initial)
    let word = unsafe UInt64(bigEndian: bytes.load(UInt64.self, from: place &+ 1))
    let argument = word &>> UInt64(64 &- 8 &* width)
    guard argument >= Self.leastArgument(width) else { return nil }
    place &+= 1 &+ width
    return argument
  }

  /// Why what stands here is no byte string of 32 bytes.
  @usableFromInline
  @inline(never)
  static func noDigest(at start: Int, in bytes: Span<UInt8>) -> Malformed {
    var cursor = CBORCursor(at: start)
    do throws(Malformed) {
      _ = try cursor.byteString(in: bytes, limit: Digest.byteCount)
      return Malformed(.wrongType(expected: .digest), at: start)
    } catch {
      return error
    }
  }

  /// Steps over a name of the format, of fewer than 24 bytes, if it stands here as a text.
  @inlinable
  @inline(always)
  package mutating func has(_ name: StaticString, in bytes: Span<UInt8>) -> Bool {
    let count = UInt(bitPattern: name.utf8CodeUnitCount)
    guard bytes.holds(1 &+ count, from: place),
      unsafe bytes.load(UInt8.self, from: place) == 0x60 | UInt8(truncatingIfNeeded: count),
      unsafe bytes.spells(name, from: place &+ 1)
    else { return false }
    place &+= 1 &+ count
    return true
  }

  /// Steps over up to 16 bytes below 0x80 that are always the same, if they stand here.
  @inlinable
  @inline(always)
  package mutating func has(letters: StaticString, in bytes: Span<UInt8>) -> Bool {
    let count = UInt(bitPattern: letters.utf8CodeUnitCount)
    guard bytes.holds(count, from: place), unsafe bytes.spells(letters, from: place) else {
      return false
    }
    place &+= count
    return true
  }

  /// Steps over a byte, if it stands here.
  @inlinable
  @inline(always)
  package mutating func has(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
    guard bytes.holds(1, from: place), unsafe bytes.load(UInt8.self, from: place) == byte else {
      return false
    }
    place &+= 1
    return true
  }

  /// Steps over four bytes, if they stand here.
  @inlinable
  @inline(always)
  package mutating func has(
    _ first: UInt8,
    _ second: UInt8,
    _ third: UInt8,
    _ fourth: UInt8,
    in bytes: Span<UInt8>
  ) -> Bool {
    let wanted =
      UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
    guard bytes.holds(4, from: place),
      unsafe UInt32(bigEndian: bytes.load(UInt32.self, from: place)) == wanted
    else { return false }
    place &+= 4
    return true
  }

  /// Reads true or false.
  @inlinable
  public mutating func bool(in bytes: Span<UInt8>) throws(Malformed) -> Bool {
    guard offset < bytes.count else { throw Malformed(.truncated, at: offset) }
    if has(0xf5, in: bytes) { return true }
    if has(0xf4, in: bytes) { return false }
    throw Malformed(.wrongType(expected: .bool), at: offset)
  }

  /// Whether the next item is null; reads it if so.
  @inlinable
  public mutating func null(in bytes: Span<UInt8>) -> Bool {
    has(0xf6, in: bytes)
  }

  /// The major type of the next item, or nil at the end; reads nothing.
  @inlinable
  public func nextMajor(in bytes: Span<UInt8>) -> UInt8? {
    offset < bytes.count ? bytes[offset] >> 5 : nil
  }

  @inlinable
  @inline(always)
  mutating func count(
    of type: Malformed.ItemType,
    major: UInt8,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Int {
    let start = offset
    let argument = try argument(of: type, major: major, in: bytes)
    guard argument <= UInt64(limit) else {
      throw Malformed(.overLimit(length: argument, limit: limit), at: start)
    }
    let least = UInt(argument) &* (type == .map ? 2 : 1)
    guard bytes.holds(least, from: place) else { throw Malformed(.truncated, at: start) }
    return Int(argument)
  }

  @inlinable
  @inline(always)
  mutating func string(
    of type: Malformed.ItemType,
    major: UInt8,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Range<Int> {
    let count = try count(of: type, major: major, limit: limit, in: bytes)
    let start = offset
    place &+= UInt(bitPattern: count)
    return start..<offset
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
