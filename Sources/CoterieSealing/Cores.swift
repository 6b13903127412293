internal import Dispatch
internal import Glibc
internal import Synchronization

/// Work that is shared by all cores.
package enum Cores {
  /// How many there are.
  package static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// The results of `work` for each of so many places, in their order.
  ///
  /// - Parameters:
  ///   - least: places that are not worth sharing.
  ///   - work: computes one place; runs on any thread, several at a time.
  package static func map<Result: Sendable>(
    _ places: Int,
    least: Int = 8,
    _ work: @Sendable (Int) -> Result
  ) -> [Result] {
    // Many shares for each core: one that is held up by others delays the end by little.
    let share = max(least, places / (count * 32))
    let starts = Array(stride(from: 0, to: places, by: share))
    let found = Mutex([[Result]](repeating: [], count: starts.count))
    DispatchQueue.concurrentPerform(iterations: starts.count) { number in
      let results = (starts[number]..<min(places, starts[number] + share)).map(work)
      found.withLock { $0[number] = results }
    }
    return found.withLock { $0.flatMap { $0 } }
  }
}
