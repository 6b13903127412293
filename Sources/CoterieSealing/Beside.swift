internal import Dispatch
internal import Synchronization

/// A value that is worked on beside its owner, on another core.
///
/// One value is here while the owner has another; they are exchanged, never copied. Where there is
/// one core only, the work is done at once.
package final class Beside<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value>
  private let isIdle = DispatchSemaphore(value: 1)

  /// Starts with a value on which nothing is done.
  package init(_ value: consuming sending Value) {
    self.value = Mutex(value)
  }

  /// Waits for the work on the value that is here, takes it for `other`, and starts to work on
  /// that.
  ///
  /// With one core `other` itself comes back, and the one that is here stays as it was.
  package func exchange(
    _ other: inout Value,
    _ work: @escaping @Sendable (inout Value) -> Void
  ) {
    if Cores.count == 1 { return work(&other) }
    isIdle.wait()
    value.withLock { swap(&$0, &other) }
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      value.withLock { work(&$0) }
      isIdle.signal()
    }
  }

  /// Waits for the work on the value that is here, and takes it for `other`.
  package func finish(_ other: inout Value) {
    isIdle.wait()
    value.withLock { swap(&$0, &other) }
    isIdle.signal()
  }
}
