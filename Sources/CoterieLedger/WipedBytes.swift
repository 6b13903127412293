internal import Glibc

/// Bytes that tell a key, in memory of their own, which is overwritten when no one holds it any
/// more.
///
/// They are lent one by one and never copied, as those of an array are when one is changed of which
/// another holds a copy: of that one only the copy would be overwritten.
@safe public final class WipedBytes: @unchecked Sendable {
  // Written only inside `init`, and let go only at the end.
  private let memory: UnsafeMutableBufferPointer<UInt8>

  /// Copies bytes.
  public init(_ bytes: some Collection<UInt8>) {
    unsafe memory = .allocate(capacity: bytes.count)
    _ = unsafe memory.initialize(fromContentsOf: bytes)
  }

  /// Copies bytes, and overwrites where they came from.
  public convenience init(moving bytes: inout [UInt8]) {
    self.init(bytes)
    FileAccess.wipe(&bytes)
  }

  deinit {
    if let address = unsafe memory.baseAddress { unsafe explicit_bzero(address, count) }
    unsafe memory.deallocate()
  }
}

extension WipedBytes: RandomAccessCollection {
  /// The place of the first byte.
  public var startIndex: Int { 0 }
  /// The place behind the last byte.
  public var endIndex: Int { unsafe memory.count }
  /// One byte.
  public subscript(place: Int) -> UInt8 {
    precondition(indices.contains(place), "a place outside the bytes")
    return unsafe memory[place]
  }
}

extension WipedBytes: Equatable {
  /// Compares the bytes.
  public static func == (left: WipedBytes, right: WipedBytes) -> Bool {
    left.elementsEqual(right)
  }
}
