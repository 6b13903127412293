extension Span where Element == UInt8 {
  /// Eight bytes as one word, the first byte highest; bounds are checked.
  @inlinable
  @inline(always)
  package func bigEndianWord(at offset: Int) -> UInt64 {
    unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether `count` bytes, at most a few GiB, stand from `place` on.
  @inlinable
  @inline(always)
  func holds(_ count: UInt, from place: UInt) -> Bool {
    place &+ count <= UInt(bitPattern: self.count)
  }

  /// What stands at `place`, as it lies in memory; the bytes must be there.
  @unsafe
  @inlinable
  @inline(always)
  func load<Value: BitwiseCopyable>(_ type: Value.Type, from place: UInt) -> Value {
    unsafe withUnsafeBytes { bytes in
      unsafe bytes.loadUnaligned(fromByteOffset: Int(bitPattern: place), as: type)
    }
  }

  /// Whether a name of the format stands at `place`, where as many bytes must be.
  ///
  /// Of a constant name nothing is left but the comparison of one or two words.
  @unsafe
  @inlinable
  @inline(always)
  func spells(_ name: StaticString, from place: UInt) -> Bool {
    let count = UInt(bitPattern: name.utf8CodeUnitCount)
    let name = unsafe Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount)
    func isSame<Word: FixedWidthInteger & BitwiseCopyable>(_ start: UInt, _: Word.Type) -> Bool {
      unsafe load(Word.self, from: place &+ start) == name.load(Word.self, from: start)
    }
    // The last word overlaps the one before it.
    return switch count {
    case 8...16: isSame(0, UInt64.self) && isSame(count &- 8, UInt64.self)
    case 4..<8: isSame(0, UInt32.self) && isSame(count &- 4, UInt32.self)
    default: (0..<count).allSatisfy { isSame($0, UInt8.self) }
    }
  }

  /// Whether a name of the format stands in a range; false if that is of another length.
  package func spells(_ name: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == name.utf8CodeUnitCount else { return false }
    return unsafe extracting(range).spells(name, from: 0)
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
    unsafe Swift.withUnsafeBytes(of: digest.storedWords) { unsafe append(contentsOf: $0) }
  }
}
