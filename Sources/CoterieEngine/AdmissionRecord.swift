package import CoterieJudgement
internal import CoterieWire

/// The facts of an admission as a store keeps them.
package enum AdmissionRecord {
  /// `[code | null, by | null, rank, path, support | null, need]` in deterministic CBOR.
  package static func bytes(of event: Int, in judge: Judge) -> [UInt8] {
    let facts = judge.facts(of: event)
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
