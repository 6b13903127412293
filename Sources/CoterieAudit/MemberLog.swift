package import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
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
  /// Where in the log: a byte offset in a bundle, an arrival number in a store.
  public var place: UInt64
}

/// One member's log of one group: verified, judged, ready to be asked.
public final class MemberLog {
  /// How the log is called.
  public let name: String
  /// The group.
  public let group: Digest
  package let replica: Replica
  /// What was kept out, in the order of the log.
  public internal(set) var bad: [BadEvent] = []
  /// Events whose own signature is wrong, while a later one of their chain vouches for them: in the
  /// log, but worth a look.
  ///
  /// Found by `SignatureMode.every` only.
  public internal(set) var unsigned: [BadEvent] = []
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
          log.bad += rejected.filter { pass.groupOf[$0.id] == log.group }
        }
        return (pass.logs.values.sorted { $0.group < $1.group }, fault)
      }
      rejected += forged
      for bad in forged { if let id = bad.id { excluded.insert(id) } }
    }
  }
}

/// One reading of a source from start to end.
private struct Pass<Source: LogSource> {
  let source: Source
  let reading: LogReading
  let excluded: Set<Digest>
  var logs: [Digest: MemberLog] = [:]
  var groupOf: [Digest?: Digest] = [:]
  private var unplaced: [BadEvent] = []
  private var done = 0

  init(source: Source, reading: LogReading, excluded: Set<Digest>) {
    self.source = source
    self.reading = reading
    self.excluded = excluded
  }

  mutating func run() -> SourceFault? {
    var fault: SourceFault?
    do {
      try source.scan { envelope, place in
        take(envelope, place)
        done += 1
        return unplaced.count < Limits.malformedEventsMax && reading.progress(done)
      }
    } catch {
      fault = error
    }
    if unplaced.count >= Limits.malformedEventsMax {
      fault = SourceFault(
        .malformed,
        "\(source.name): \(unplaced.count) events are malformed; it is not read on",
        wholeItems: done
      )
    }
    if !unplaced.isEmpty {
      let home = logs.values.min { $0.group < $1.group } ?? log(of: Digest.zero)
      home.bad += unplaced
    }
    return fault
  }

  private mutating func log(of group: Digest) -> MemberLog {
    if let known = logs[group] { return known }
    let log = MemberLog(name: source.name, group: group, seed: 0x5eed)
    // Room is made once: a source may claim a group for each of its events.
    if logs.isEmpty { log.replica.judge.reserve(source.eventCount) }
    logs[group] = log
    return log
  }

  private mutating func take(_ envelope: Span<UInt8>, _ place: UInt64) {
    let decoded: DecodedEvent
    do {
      decoded = try Event.decode(envelope)
    } catch {
      unplaced.append(BadEvent(id: nil, fault: error, place: place))
      return
    }
    let event = decoded.event
    let log = log(of: event.groupID)
    if excluded.contains(event.id) {
      groupOf[event.id] = log.group
      return
    }
    if reading.signatures == .every {
      log.signatureCount += 1
      if !Envelope.verifies(envelope, decoded.parts, by: event.author) {
        let offset = decoded.parts.signature.lowerBound
        let fault = Malformed(.wrongSignature, at: offset)
        log.unsigned.append(BadEvent(id: event.id, fault: fault, place: place))
      }
    }
    insert(event, envelope, place, into: log)
  }

  private func insert(
    _ event: Event,
    _ envelope: Span<UInt8>,
    _ place: UInt64,
    into log: MemberLog
  ) {
    do {
      // Only those that wait need their bytes later; the others are found again by their place.
      let waits = log.replica.mustWait(event)
      let bytes = waits ? envelope.copy(of: 0..<envelope.count) : []
      let arrival = try log.replica.receive(event, envelope: bytes)
      guard case .placed(let placed, let refused) = arrival else {
        if case .waits = arrival { log.replica.waitingPlaces[event.id] = place }
        return
      }
      for known in placed {
        let at = known.event.id == event.id ? place : log.replica.waitingPlaces[known.event.id]
        log.places.append(at ?? place)
      }
      for (id, fault) in refused { log.bad.append(BadEvent(id: id, fault: fault, place: place)) }
    } catch {
      log.bad.append(BadEvent(id: event.id, fault: error, place: place))
    }
  }

  /// Events whose signature does not verify and which no later one of their chain vouches for.
  mutating func forged() throws(SourceFault) -> [BadEvent] {
    var found: [BadEvent] = []
    for log in logs.values {
      for chain in log.replica.judge.graph.chains {
        guard !chain.events.isEmpty else { continue }
        log.chainCount += 1
        for event in chain.events.reversed() {
          log.signatureCount += 1
          guard let fault = try fault(of: Int(event), in: log) else { break }
          let id = log.replica.judge.graph.id(Int(event))
          groupOf[id] = log.group
          found.append(BadEvent(id: id, fault: fault, place: log.places[Int(event)]))
        }
      }
      for guest in log.replica.waiting.guests.values {
        log.signatureCount += 1
        do {
          _ = try Event(verifying: guest.envelope)
        } catch {
          groupOf[guest.event.id] = log.group
          found.append(
            BadEvent(
              id: guest.event.id,
              fault: error,
              place: log.replica.waitingPlaces[guest.event.id] ?? 0
            )
          )
        }
      }
    }
    return found
  }

  private func fault(of event: Int, in log: MemberLog) throws(SourceFault) -> Malformed? {
    let envelope = try source.envelope(at: log.places[event])
    do {
      let checked = try Event(verifying: envelope)
      return checked.id == log.replica.judge.graph.id(event)
        ? nil : Malformed(.wrongSignature, at: 0)
    } catch {
      return error
    }
  }
}

extension Digest {
  /// Thirty-two zero bytes: the group of bytes that name none.
  static let zero = Digest(word0: 0, word1: 0, word2: 0, word3: 0)
}
