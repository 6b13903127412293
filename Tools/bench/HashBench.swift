import CoterieConsole
import CoterieSealing
import CoterieWire
import Glibc

/// `coterie-bench hash`: many messages hashed by libsodium, and several at a time.
enum HashBench {
  static let row = Command(
    "hash",
    "measure hashes of many messages: libsodium's, and several at a time",
    about: """
      Printed for messages of one length, and of mixed ones: nanoseconds of processor time a
      message, the median of 21 runs of 20 480 messages each, in batches of 256.
      """,
    example: "hash",
    operands: [],
    run: run
  )

  private static let count = 256
  private static let rounds = 80

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let widths = HashWidth.allCases.filter(\.isHere)
    let names = ["libsodium"] + widths.map(\.rawValue)
    console.line(row("bytes", names))
    var random = SplitMix64(seed: 1)
    for size in [64, 236, 300, 1000, nil] {
      let sizes = (0..<count).map { _ in size ?? random.below(600) }
      let bytes = (0..<sizes.reduce(0, +)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var parts: [Range<Int>] = []
      for size in sizes {
        let start = parts.last?.upperBound ?? 0
        parts.append(start..<start + size)
      }
      var expected: [Digest] = []
      var times = [
        median {
          expected.removeAll(keepingCapacity: true)
          for part in parts {
            expected.append(Hashing.digest(of: bytes.span.extracting(part), domain: .event))
          }
        }
      ]
      for width in widths {
        var batch = HashBatch(width: width)
        var digests: [Digest] = []
        times.append(
          median { batch.digests(of: parts, in: bytes.span, domain: .event, into: &digests) }
        )
        precondition(digests == expected, "\(width.rawValue) is not libsodium's")
      }
      console.line(row(size.map { String($0) } ?? "0–599", times.map { String($0) }))
    }
    return .done
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    pad(name, to: 6) + cells.map { padLeft($0, to: 11) }.joined()
  }

  /// Nanoseconds a message: the median of all runs.
  private static func median(_ hashAll: () -> Void) -> UInt64 {
    let times = (0..<21).map { _ in
      let start = processorTime()
      for _ in 0..<rounds { hashAll() }
      return (processorTime() - start) / UInt64(rounds * count)
    }
    return times.sorted()[10]
  }

  /// Nanoseconds that this thread ran: other work on the machine does not count.
  private static func processorTime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
