internal import CSodium

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
    guard let memory = unsafe sodium_malloc(count) else {
      preconditionFailure("no memory could be locked for a key; raise the limit (ulimit -l)")
    }
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

  deinit {
    unsafe sodium_free(memory)
  }

  /// Lends the bytes to `body` for as long as it runs.
  borrowing func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe body(UnsafePointer(memory.assumingMemoryBound(to: UInt8.self)))
  }
}
