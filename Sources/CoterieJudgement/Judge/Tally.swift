internal import CoterieEvents
internal import CoterieSealing
package import CoterieWire

extension Judge {
  /// How many events have each status, and the running digest of all verdicts.
  package struct Tally {
    package var counts: [Status: Int] = [:]
    package var digest: Digest
  }

  /// One pass over all events in canonical order.
  package func tally(in current: CurrentView, order: [Int]) -> Tally {
    var stream = RecordStream()
    var counts = [Status: Int]()
    var effective = 0
    let (records, graph, trunk) = (records, graph, trunk)
    let (version, changes) = (current.view.version, current.view.changes)
    // What an author's last act in effect rests on: the next that rests on it counts too.
    var grounds = [Ground?](repeating: nil, count: graph.authors.count)
    for event in order {
      let record = records[event]
      if record.code != nil {
        counts[.rejected, default: 0] += 1
        continue
      }
      let author = graph.author(event)
      let ground = Ground(record)
      if let ground,
        ground == grounds[author]
          || (changes?.persons[author] == nil
            && trunk.leaves(author, after: record.before, upTo: version))
      {
        grounds[author] = ground
        effective += 1
        stream.addEffective(graph.id(event))
        continue
      }
      let outcome = outcome(of: event, in: current.view)
      if outcome.status == .effective {
        effective += 1
        stream.addEffective(graph.id(event))
        if !wasLowered(author, after: record.before, in: current.view) { grounds[author] = ground }
      } else {
        counts[outcome.status, default: 0] += 1
        stream.add(recordBytes(outcome, of: graph.id(event)))
      }
    }
    if effective > 0 { counts[.effective] = effective }
    return Tally(counts: counts, digest: stream.digest())
  }

  /// The bytes by which one verdict enters the running digest.
  package func record(of event: Int, in current: CurrentView) -> [UInt8] {
    recordBytes(outcome(of: event, in: current.view), of: graph.id(event))
  }

  /// The running digest after some events, each judged by itself.
  package func digest(of events: [Int], in current: CurrentView) -> Digest {
    var stream = RecordStream()
    for event in events where wasAdmitted(event) { stream.add(record(of: event, in: current)) }
    return stream.digest()
  }

  /// The record of one verdict in the running digest: id, status, code, by.
  private func recordBytes(_ outcome: ActVerdict, of id: Digest) -> [UInt8] {
    var bytes = id.bytes
    if outcome.status != .effective {
      bytes += outcome.status.rawValue.utf8
      bytes.append(0)
      bytes += (outcome.code?.rawValue ?? "").utf8
      bytes.append(0)
      if outcome.by >= 0 { bytes.append(graph.id(outcome.by)) }
    }
    bytes.append(0)
    return bytes
  }
}

/// What decides whether an event is in effect that is no act, while its author was not lowered by
/// anything that it had not seen.
private struct Ground: Equatable {
  var before: Frontier
  var support: Int32
  var need: Rank

  /// Nil for an act, and for a declining, which rests on its invite.
  init?(_ record: Record) {
    guard record.act < 0, record.kind != .inviteDecline else { return nil }
    (before, support, need) = (record.before, record.support, record.need)
  }
}

/// Hashes the records of verdicts, which it gathers by the thousand.
private struct RecordStream: ~Copyable {
  private var stream = HashStream(domain: .verdict)
  private var gathered = [UInt8](repeating: 0, count: 1 << 16)
  private var end = 0

  /// The record of an event in effect: its id and a zero.
  mutating func addEffective(_ id: Digest) {
    if end + Digest.byteCount + 1 > gathered.count { flush() }
    let start = end
    end += Digest.byteCount + 1
    var space = gathered.mutableSpan
    var bytes = unsafe space.mutableBytes
    bytes.storeBytes(of: id, toByteOffset: start, as: Digest.self)
    bytes.storeBytes(of: 0, toByteOffset: start + Digest.byteCount, as: UInt8.self)
  }

  mutating func add(_ record: [UInt8]) {
    flush()
    stream.update(record)
  }

  private mutating func flush() {
    stream.update(Array(gathered[..<end]))
    end = 0
  }

  mutating func digest() -> Digest {
    flush()
    return stream.value()
  }
}
