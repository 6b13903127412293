package import CoterieEngine
internal import CoterieEvents
package import CoterieJudgement
internal import CoterieSealing
public import CoterieWire

/// Which signatures an audit checks.
public enum SignatureMode: String, CaseIterable, Sendable {
  /// The newest of each chain; every byte is hashed, and every link followed.
  case chain
  /// That of every event.
  case every
}

/// Bytes that are no event of the log: what is wrong, and where.
public struct BadEvent: Equatable, Sendable {
  /// The id, where the bytes have one.
  public var id: Digest?
  /// What is wrong.
  public var fault: Malformed
  /// Where in the log: a byte offset in a bundle, an arrival from 1 on in a store.
  public var place: UInt64
  /// The same in words.
  public var item: String

  /// Takes all fields.
  public init(id: Digest?, fault: Malformed, place: UInt64, item: String) {
    self.id = id
    self.fault = fault
    self.place = place
    self.item = item
  }
}

/// One member's log of one group: verified, judged, ready to be asked.
public final class MemberLog {
  /// How the log is called.
  public let name: String
  /// The group.
  public let group: Digest
  package let replica: Replica
  /// Who judged it.
  package var judge: Judge { replica.judge }
  /// What was kept out, in the order of the log.
  public internal(set) var bad: [BadEvent] = []
  /// Events whose own signature is wrong, while a later one of their chain vouches for them: in the
  /// log, but worth a look.
  ///
  /// Found by `SignatureMode.every` only.
  public internal(set) var unsigned: [BadEvent] = []
  /// Whether the log could not be read to its end.
  public internal(set) var isCut = false
  /// The rules version that the log names, if it is not the one that this program knows.
  public internal(set) var otherRules: UInt64?
  /// Chains whose newest signature was checked.
  public internal(set) var chainCount = 0
  /// Signatures checked in all.
  public internal(set) var signatureCount = 0
  /// Positions in canonical order, by number; made when they are first asked for.
  var positions: [Int] = []
  /// Where each event stands in its source, by number.
  var places: [UInt64] = []

  init(name: String, group: Digest, seed: UInt64) {
    self.name = name
    self.group = group
    replica = Replica(seed: seed)
  }

  /// A log of what a judge took, where nothing waits.
  init(name: String, group: Digest, judge: Judge) {
    self.name = name
    self.group = group
    replica = Replica(judge)
  }

  /// Events in the graph and events that wait.
  public var eventCount: Int { replica.judge.count + replica.waiting.guests.count }
}

/// Reads logs and verifies them: bytes, ids, chains, signatures.
public struct LogReading {
  /// Which signatures are checked.
  public var signatures: SignatureMode
  /// Goes on past damage.
  public var isLenient: Bool
  /// Told how many events are done; answers false to stop.
  public var progress: (Int) -> Bool

  /// Takes all settings.
  public init(
    signatures: SignatureMode = .chain,
    isLenient: Bool = false,
    progress: @escaping (Int) -> Bool = { _ in true }
  ) {
    self.signatures = signatures
    self.isLenient = isLenient
    self.progress = progress
  }

  /// Reads one log; it may hold several groups.
  ///
  /// Each envelope is decoded strictly and hashed, each link is followed by its hash, and each
  /// chain's end is verified. Where an end does not verify, the chain is walked back to the newest
  /// event that does; what stands above is malformed and kept out, and the rest is judged again.
  public func read(_ source: some LogSource) throws(SourceFault) -> (
    logs: [MemberLog], fault: SourceFault?
  ) {
    var excluded: Set<Digest> = []
    var rejected: [BadEvent] = []
    while true {
      var pass = Pass(source: source, reading: self, excluded: excluded)
      let fault = pass.run()
      if let fault, !isLenient { throw fault }
      let forged = try pass.forged()
      if forged.isEmpty {
        for log in pass.logs.values {
          log.isCut = fault != nil
          log.otherRules = source.otherRules
          log.bad += rejected.filter { pass.groupOf[$0.id] == log.group }
        }
        return (pass.logs.values.sorted { $0.group < $1.group }, fault)
      }
      rejected += forged
      for bad in forged { if let id = bad.id { excluded.insert(id) } }
    }
  }
}
