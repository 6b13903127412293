internal import CSodium
internal import CoterieWire
internal import Synchronization

/// What happens where no memory can be had for a secret: nothing can go on without it.
public enum SecretMemory {
  private static let ending = Mutex<(@Sendable () -> Never)?>(nil)

  /// Lets a program end in its own way; without one it stops with a sentence.
  public static func whenMissing(_ end: @escaping @Sendable () -> Never) {
    ending.withLock { $0 = end }
  }

  static func giveUp() -> Never {
    if let end = ending.withLock({ $0 }) { end() }
    preconditionFailure("no memory could be had for a secret")
  }
}

/// Secret bytes in memory that is locked, guarded, never copied, and wiped at the end of its life.
///
/// Taken from `sodium_malloc`: guard pages on both sides, `mlock` where the system allows it.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
  // Owned by this value from init to deinit and written only inside `init`.
  private let memory: UnsafeMutableRawPointer
  /// The number of bytes.
  public let count: Int

  /// Takes memory for `count` bytes and lets `fill` write all of them.
  package init(count: Int, fill: (inout MutableSpan<UInt8>) -> Void) {
    Sodium.require()
    guard let memory = unsafe sodium_malloc(count) else { SecretMemory.giveUp() }
    unsafe self.memory = unsafe memory
    self.count = count
    let bytes = unsafe UnsafeMutableBufferPointer(
      start: memory.assumingMemoryBound(to: UInt8.self),
      count: count
    )
    var span = unsafe bytes.mutableSpan
    fill(&span)
    unsafe sodium_mprotect_readonly(memory)
  }

  /// Takes so many fresh random bytes.
  public init(random count: Int) {
    self.init(count: count) { span in
      unsafe span.withMutableAddress { unsafe randombytes_buf($0, count) }
    }
  }

  /// Moves bytes into locked memory and wipes where they came from.
  public init(moving bytes: inout [UInt8]) {
    let count = bytes.count
    self.init(count: max(1, count)) { span in
      for place in 0..<count { span[place] = bytes[place] }
    }
    Wiping.wipe(&bytes)
  }

  deinit {
    unsafe sodium_free(memory)
  }

  /// A copy of some of the bytes, in locked memory too.
  public borrowing func copy(of range: Range<Int>) -> SecretBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range outside the secret")
    return SecretBytes(count: range.count) { span in
      unsafe withBytes { bytes in
        for place in range { unsafe span[place - range.lowerBound] = bytes[place] }
      }
    }
  }

  /// Whether all bytes are zero, found out in constant time.
  package var isZero: Bool {
    unsafe withBytes { unsafe sodium_is_zero($0, count) == 1 }
  }

  /// A key for one use, derived from this one: BLAKE2b-256 of `context` under it.
  ///
  /// The secret must have 16 to 64 bytes.
  public borrowing func derived(_ domain: Domain, _ context: [UInt8] = []) -> SecretBytes {
    SecretBytes(count: Digest.byteCount) { span in
      let status = unsafe span.withMutableAddress { output in
        unsafe context.withAddress { input in
          unsafe withBytes { key in
            unsafe domain.personal.span.withAddress { personal in
              unsafe crypto_generichash_blake2b_salt_personal(
                output,
                Digest.byteCount,
                input,
                UInt64(context.count),
                key,
                count,
                nil,
                personal
              )
            }
          }
        }
      }
      precondition(status == 0, "BLAKE2b refused a key of \(count) bytes")
    }
  }

  /// The bytes, copied into memory that is not locked: for secrets that travel beside content.
  public borrowing func revealed() -> [UInt8] {
    unsafe withBytes { bytes in
      unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// Lends the bytes to `body` for as long as it runs.
  borrowing func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe body(UnsafePointer(memory.assumingMemoryBound(to: UInt8.self)))
  }
}

/// Overwrites memory that held a secret.
public enum Wiping {
  /// Overwrites the bytes with zeros in a way that the compiler keeps, and empties the array.
  public static func wipe(_ bytes: inout [UInt8]) {
    if !bytes.isEmpty {
      let count = bytes.count
      unsafe bytes.withMutableAddress { unsafe sodium_memzero($0, count) }
    }
    bytes.removeAll()
  }
}
