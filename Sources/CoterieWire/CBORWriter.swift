/// Writes deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths.
///
/// Keys of a map are written by the caller in ascending order of their encodings; a reader of this
/// project refuses anything else. O(bytes written).
public struct CBORWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// Starts empty.
  public init() {}

  /// Starts with room for `capacity` bytes.
  public init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// An unsigned integer.
  public mutating func unsigned(_ value: UInt64) {
    head(major: 0, value)
  }

  /// A byte string.
  public mutating func byteString(_ value: [UInt8]) {
    head(major: 2, UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A byte string of 32 bytes.
  public mutating func digest(_ value: Digest) {
    head(major: 2, UInt64(Digest.byteCount))
    bytes.append(value)
  }

  /// A text of valid UTF-8.
  public mutating func text(_ value: Text) {
    head(major: 3, UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// A name of the format.
  public mutating func text(_ name: StaticString) {
    head(major: 3, UInt64(name.utf8CodeUnitCount))
    name.withUTF8Buffer { name in
      unsafe bytes.append(contentsOf: name)
    }
  }

  /// A text of the program's own.
  public mutating func text(_ value: String) {
    head(major: 3, UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  /// The head of an array of `count` items, which follow.
  public mutating func array(_ count: Int) {
    head(major: 4, UInt64(count))
  }

  /// The head of a map of `count` pairs, which follow.
  public mutating func map(_ count: Int) {
    head(major: 5, UInt64(count))
  }

  /// True or false.
  public mutating func bool(_ value: Bool) {
    bytes.append(value ? 0xf5 : 0xf4)
  }

  /// Null.
  public mutating func null() {
    bytes.append(0xf6)
  }

  /// Bytes that are whole items already.
  public mutating func raw(_ items: [UInt8]) {
    bytes.append(contentsOf: items)
  }

  /// The same, where they stand among others.
  package mutating func raw(_ items: Span<UInt8>) {
    bytes.append(items)
  }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func head(major: UInt8, _ argument: UInt64) {
    let type = major << 5
    switch argument {
    case 0..<24:
      bytes.append(type | UInt8(argument))
    case 24...0xff:
      bytes.append(type | 24)
      bytes.append(UInt8(argument))
    case 0x100...0xffff:
      bytes.append(type | 25)
      append(argument, byteCount: 2)
    case 0x1_0000...0xffff_ffff:
      bytes.append(type | 26)
      append(argument, byteCount: 4)
    default:
      bytes.append(type | 27)
      append(argument, byteCount: 8)
    }
  }

  private mutating func append(_ value: UInt64, byteCount: Int) {
    for place in (0..<byteCount).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(place * 8)))
    }
  }
}
