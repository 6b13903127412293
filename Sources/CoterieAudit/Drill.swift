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

  /// All attempts; none for a log of fewer than three events.
  public var attempts: [Attempt] = []
  /// What is noticed of a copy that nobody touched: nothing, if the log is sound.
  public var untouched: [String] = []

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
    guard envelopes.count > 2 else { return }
    let bench = Bench(envelopes, log)
    untouched = bench.untouched
    attempts =
      Tampering.all.map { bench.attempt($0.name, $0.apply(envelopes)) }
      + bench.checkpointAttempts()
  }

  /// What is known of the log before anyone tampers with it.
  private struct Bench {
    let group: Digest
    let size: UInt64
    let root: Digest
    let digest: Digest?
    let envelopes: [[UInt8]]
    /// The place of the newest event that was admitted.
    let newestAdmitted: Int
    private(set) var untouched: [String] = []

    init(_ envelopes: [[UInt8]], _ log: MemberLog) {
      self.envelopes = envelopes
      group = log.group
      let tree = ArrivalTree(MemorySource(name: "", envelopes: envelopes), group: log.group)
      size = tree.size
      root = tree.root
      digest = log.summary().digest
      newestAdmitted =
        envelopes.lastIndex { envelope in
          let id = try? Event.decode(envelope.span).event.id
          return id.flatMap { log.replica.judge.number(of: $0) }
            .map { log.replica.judge.wasAdmitted($0) } ?? false
        } ?? 0
      untouched = noticed(of: envelopes)
    }

    /// What reading the log, its state and its checkpoint give reason to complain of.
    private func noticed(of envelopes: [[UInt8]]) -> [String] {
      var how: [String] = []
      let source = MemorySource(name: "drill", envelopes: envelopes)
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
      return how
    }

    func attempt(_ name: String, _ tampered: [[UInt8]]) -> Attempt {
      let how = noticed(of: tampered)
      return Attempt(name: name, isNoticed: how != untouched, how: how.joined(separator: "; "))
    }

    // MARK: Checkpoints

    func checkpointAttempts() -> [Attempt] {
      let head = TreeHead(
        group: group,
        size: size,
        root: root,
        signer: Tampering.stranger.publicKey,
        sign: { Tampering.stranger.signature(of: $0) }
      )
      var larger = head.text.split(separator: "\n", omittingEmptySubsequences: false)
      larger[1] = Substring(String(size + 1))
      var other = head.text.split(separator: "\n", omittingEmptySubsequences: false)
      other[2] = Substring(Base64.text(of: digest?.bytes ?? group.bytes))
      return [
        staleDigest(),
        checkpoint("edit checkpoint size", larger.joined(separator: "\n"), envelopes),
        checkpoint("edit checkpoint root", other.joined(separator: "\n"), envelopes),
        checkpoint(
          "unsign checkpoint",
          head.text.replacing("— coterie", with: "- coterie"),
          envelopes
        ),
        checkpoint("roll back", head.text, Array(envelopes.dropLast())),
        checkpoint("roll back, go on", head.text, Tampering.rewritingTheEnd(envelopes)),
      ]
    }

    /// A state of fewer events, presented as that of all: without the newest that was admitted, for
    /// a rejected one is in no state.
    private func staleDigest() -> Attempt {
      let earlier = Array(envelopes.prefix(newestAdmitted))
      let source = MemorySource(name: "drill", envelopes: earlier)
      let stale = (try? LogReading().read(source).logs)?.first { $0.group == group }?.summary()
      let isNoticed = stale?.digest != digest
      return Attempt(
        name: "stale checkpoint",
        isNoticed: isNoticed,
        how: isNoticed ? "its digest is not that of the full replay" : ""
      )
    }

    /// A checkpoint held against a log.
    private func checkpoint(_ name: String, _ text: String, _ envelopes: [[UInt8]]) -> Attempt {
      let source = MemorySource(name: "drill", envelopes: envelopes)
      do throws(TreeHead.Problem) {
        let head = try TreeHead(text: text)
        let logs = (try? LogReading(isLenient: true).read(source).logs) ?? []
        guard let log = logs.first(where: { $0.group == group }) else {
          return Attempt(name: name, isNoticed: true, how: "the group is gone")
        }
        try head.check(log, source)
        return Attempt(name: name, isNoticed: false, how: "")
      } catch {
        return Attempt(name: name, isNoticed: true, how: "\(error)")
      }
    }
  }
}
