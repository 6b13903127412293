internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// A drill: a copy of a log in memory is tampered with in every way there is, and each must be
/// noticed.
public struct Drill: Codable, Equatable, Sendable {
  /// One way of tampering, and whether it was noticed.
  public struct Attempt: Codable, Equatable, Sendable {
    /// What was done.
    public var name: String
    /// Whether it was noticed.
    public var isNoticed: Bool
    /// By what.
    public var how: String

    enum CodingKeys: String, CodingKey {
      case name
      case isNoticed = "noticed"
      case how
    }
  }

  /// All attempts.
  public var attempts: [Attempt]

  /// How many were noticed.
  public var noticedCount: Int { attempts.count { $0.isNoticed } }

  /// Tampers with a copy of one group of a log, which itself is only read.
  ///
  /// O(events) for each attempt, and 40 µs an event for those that check every signature.
  public init(_ log: MemberLog, _ source: some LogSource) throws(SourceFault) {
    var envelopes: [[UInt8]] = []
    try source.scan { envelope, place in
      if place < 1 << 56, (try? Event.decode(envelope).event.groupID) == log.group {
        envelopes.append(envelope.copy(of: 0..<envelope.count))
      }
      return true
    }
    attempts = []
    guard envelopes.count > 2 else { return }
    let bench = Bench(envelopes, log)
    let middle = envelopes.count / 2
    var flipped = envelopes
    flipped[middle][flipped[middle].count / 3] ^= 1
    attempts.append(bench.attempt("flip byte", flipped))
    var dropped = envelopes
    dropped.remove(at: bench.parent(before: envelopes.count))
    attempts.append(bench.attempt("drop parent", dropped))
    var swapped = envelopes
    let signature = Array(swapped[middle].suffix(64))
    swapped[middle].replaceSubrange(
      (swapped[middle].count - 64)...,
      with: swapped[middle - 1].suffix(64)
    )
    swapped[middle - 1].replaceSubrange((swapped[middle - 1].count - 64)..., with: signature)
    attempts.append(bench.attempt("swap signer", swapped))
    attempts.append(bench.attempt("truncate", Array(envelopes.dropLast())))
    var reordered = envelopes
    reordered.swapAt(middle, middle - 1)
    attempts.append(bench.attempt("reorder", reordered))
    attempts.append(bench.staleCheckpoint(Array(envelopes.dropLast())))
  }

  /// What is known of the log before anyone tampers with it.
  private struct Bench {
    let group: Digest
    let size: UInt64
    let root: Digest
    let digest: Digest?
    let envelopes: [[UInt8]]

    init(_ envelopes: [[UInt8]], _ log: MemberLog) {
      self.envelopes = envelopes
      group = log.group
      let tree = ArrivalTree(MemorySource(name: "", envelopes: envelopes), group: log.group)
      size = tree.size
      root = tree.root
      digest = log.summary().digest
    }

    /// The place of an event that the last one builds on.
    func parent(before end: Int) -> Int {
      let newest = envelopes[end - 1]
      guard let last = try? Event.decode(newest.span).event else { return 0 }
      let parents = Set(last.parents.ids)
      return envelopes.firstIndex { envelope in
        guard let event = try? Event.decode(envelope.span).event else { return false }
        return parents.contains(event.id)
      } ?? 0
    }

    func attempt(_ name: String, _ tampered: [[UInt8]]) -> Attempt {
      var how: [String] = []
      let source = MemorySource(name: "drill", envelopes: tampered)
      do throws(SourceFault) {
        let (logs, fault) = try LogReading(signatures: .every, isLenient: true).read(source)
        if let fault { how.append("\(fault)") }
        let log = logs.first { $0.group == group }
        let bad = (log?.bad ?? []) + (log?.unsigned ?? [])
        if let first = bad.first { how.append("\(first.fault)") }
        if let wanted = log?.replica.wanted.first { how.append("\(wanted) is missing") }
        if log?.summary().digest != digest { how.append("another state digest") }
      } catch {
        how.append("\(error)")
      }
      let tree = ArrivalTree(source, group: group)
      if tree.size != size {
        how.append("another number of events than in the checkpoint")
      } else if tree.root != root {
        how.append("another Merkle root than in the checkpoint")
      }
      return Attempt(name: name, isNoticed: !how.isEmpty, how: how.joined(separator: "; "))
    }

    /// A state of fewer events, presented as that of all.
    func staleCheckpoint(_ earlier: [[UInt8]]) -> Attempt {
      let source = MemorySource(name: "drill", envelopes: earlier)
      let stale = (try? LogReading().read(source).logs)?.first { $0.group == group }?.summary()
      let isNoticed = stale?.digest != digest
      return Attempt(
        name: "stale checkpoint",
        isNoticed: isNoticed,
        how: isNoticed ? "its digest is not that of the full replay" : ""
      )
    }
  }
}
