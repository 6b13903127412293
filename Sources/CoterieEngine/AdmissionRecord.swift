package import CoterieJudgement
internal import CoterieWire

/// The facts of an admission as a store keeps them.
package enum AdmissionRecord {
  /// `[code | null, by | null, rank, path, support | null, need]` in deterministic CBOR.
  package static func bytes(of event: Int, in judge: Judge) -> [UInt8] {
    bytes(of: judge.facts(of: event), in: judge)
  }

  fileprivate static func bytes(of facts: Judge.Facts, in judge: Judge) -> [UInt8] {
    var writer = CBORWriter(capacity: 64)
    writer.array(6)
    if let code = facts.code { writer.text(code.rawValue) } else { writer.null() }
    if facts.by >= 0 { writer.digest(judge.graph.id(facts.by)) } else { writer.null() }
    writer.unsigned(UInt64(facts.rank))
    let path = judge.paths.sequences(facts.path)
    writer.array(path.count)
    for sequence in path { writer.unsigned(sequence) }
    if facts.support >= 0 {
      writer.digest(judge.graph.id(judge.acts[facts.support].event))
    } else {
      writer.null()
    }
    writer.unsigned(UInt64(facts.need))
    return writer.bytes
  }
}

/// Records of many events: those of an author mostly have the same facts, and are made once.
package struct AdmissionRecords {
  private var known: [Judge.Facts: [UInt8]] = [:]

  package init() {}

  /// The record of an event.
  package mutating func bytes(of event: Int, in judge: Judge) -> [UInt8] {
    let facts = judge.facts(of: event)
    if let bytes = known[facts] { return bytes }
    let bytes = AdmissionRecord.bytes(of: facts, in: judge)
    if known.count >= 4096 { known = [:] }
    known[facts] = bytes
    return bytes
  }
}
