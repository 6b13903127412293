internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// One reading of a source from start to end.
///
/// Envelopes are taken chunk by chunk. While one is judged, the next is hashed and read beside, on
/// another core.
struct Pass<Source: LogSource> {
  let source: Source
  let reading: LogReading
  let excluded: Set<Digest>
  var logs: [Digest: MemberLog] = [:]
  var groupOf: [Digest?: Digest] = [:]
  private var unplaced: [BadEvent] = []
  /// Envelopes that were scanned, and those of them that were judged or found malformed.
  private var (done, taken) = (0, 0)
  /// The log of the event before: most sources hold one group.
  private var newest: MemberLog?

  init(source: Source, reading: LogReading, excluded: Set<Digest>) {
    self.source = source
    self.reading = reading
    self.excluded = excluded
  }

  mutating func run() -> SourceFault? {
    var fault: SourceFault?
    let checksEach = reading.signatures == .every
    var pipe = EnvelopePipe { chunk in
      chunk.read()
      if checksEach { chunk.isSigned = chunk.signatureChecks() }
    }
    do {
      try source.scan { envelope, place in
        pipe.append(envelope, place) { take($0) }
        done += 1
        return unplaced.count < Limits.malformedEventsMax && reading.progress(done)
      }
    } catch {
      fault = error
    }
    pipe.finish { take($0) }
    if unplaced.count >= Limits.malformedEventsMax {
      fault = SourceFault(
        .malformed,
        "\(source.name): \(unplaced.count) events are malformed; it is not read on",
        wholeItems: taken
      )
    }
    if !unplaced.isEmpty {
      let home = logs.values.min { $0.group < $1.group } ?? log(of: Digest.zero)
      home.bad += unplaced
    }
    return fault
  }

  private mutating func log(of group: Digest) -> MemberLog {
    if let newest, newest.group == group { return newest }
    let log = logs[group] ?? MemberLog(name: source.name, group: group, seed: 0x5eed)
    // Room is made once: a source may claim a group for each of its events.
    if logs.isEmpty { log.replica.judge.reserve(source.eventCount) }
    logs[group] = log
    newest = log
    return log
  }

  /// Takes all events of a chunk.
  private mutating func take(_ chunk: borrowing EnvelopeChunk) {
    newest?.replica.judge.expect(chunk.ids)
    var item = 0
    while item < chunk.items.count, unplaced.count < Limits.malformedEventsMax {
      let run = takeRun(of: chunk, from: item)
      if run == 0 { take(item, of: chunk) }
      item += max(run, 1)
    }
    taken += item
  }

  /// Takes events of which nothing is to be said one by one; answers how many.
  private func takeRun(of chunk: borrowing EnvelopeChunk, from first: Int) -> Int {
    guard let newest, chunk.faults.isEmpty, excluded.isEmpty, reading.signatures != .every,
      chunk.events[first].groupID == newest.group
    else { return 0 }
    let count = newest.replica.place(chunk.events.span, first..<chunk.items.count)
    for item in first..<first + count { newest.places.append(chunk.items[item].place) }
    return count
  }

  private mutating func take(_ item: Int, of chunk: borrowing EnvelopeChunk) {
    let (range, place, parts) = chunk.items[item]
    let envelope = chunk.bytes.span.extracting(range)
    if let fault = chunk.faults[item] {
      unplaced.append(bad(nil, fault, at: place))
      return
    }
    let log = log(of: chunk.events[item].groupID)
    let id = chunk.ids[item]
    if !excluded.isEmpty, excluded.contains(id) {
      groupOf[id] = log.group
      return
    }
    if reading.signatures == .every {
      log.signatureCount += 1
      if !chunk.isSigned[item] {
        let fault = Malformed(.wrongSignature, at: parts?.signature.lowerBound ?? 0)
        log.unsigned.append(bad(id, fault, at: place))
      }
    }
    insert(chunk.events.span, item, envelope, place, into: log)
  }

  private func insert(
    _ events: Span<Event>,
    _ item: Int,
    _ envelope: Span<UInt8>,
    _ place: UInt64,
    into log: MemberLog
  ) {
    do {
      if log.replica.place(events, item..<item + 1) == 1 {
        log.places.append(place)
      } else {
        try receive(events[item], envelope, place, into: log)
      }
    } catch {
      log.bad.append(bad(events[item].id, error, at: place))
    }
  }

  /// Takes an event that others wait for, or that waits itself.
  private func receive(
    _ event: Event,
    _ envelope: Span<UInt8>,
    _ place: UInt64,
    into log: MemberLog
  ) throws(Malformed) {
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
    for (id, fault) in refused { log.bad.append(bad(id, fault, at: place)) }
  }

  /// Events whose signature does not verify and which no later one of their chain vouches for.
  mutating func forged() throws(SourceFault) -> [BadEvent] {
    var found: [BadEvent] = []
    for log in logs.values {
      let vouching = forgedGuests(of: log, &found)
      let graph = log.replica.judge.graph
      for chain in graph.chains where !chain.events.isEmpty {
        log.chainCount += 1
        for event in chain.events.reversed().lazy.map({ Int($0) }) {
          log.signatureCount += 1
          guard let fault = try fault(of: event, in: log) else { break }
          let id = graph.id(event)
          let next = graph.sequence(event) &+ 1
          if vouching.contains(Next(author: graph.authorKey(event), previous: id, sequence: next)) {
            break
          }
          groupOf[id] = log.group
          found.append(bad(id, fault, at: log.places[event]))
        }
      }
    }
    return found
  }

  private func bad(_ id: Digest?, _ fault: Malformed, at place: UInt64) -> BadEvent {
    let (number, words) = source.location(of: place)
    return BadEvent(id: id, fault: fault, place: number, item: words)
  }

  /// What makes an event the next one of a chain.
  private struct Next: Hashable {
    var author: Digest
    var previous: Digest
    var sequence: UInt64
  }

  /// Adds the events that wait and are not authentic; answers which chains the others continue.
  private mutating func forgedGuests(of log: MemberLog, _ found: inout [BadEvent]) -> Set<Next> {
    let guests = Array(log.replica.waiting.guests.values)
    var vouching: Set<Next> = []
    log.signatureCount += guests.count
    for (guest, known) in zip(guests, Authenticity(guests.map(\.envelope)).events) {
      let id = guest.event.id
      switch known {
      case .success(let event):
        guard let previous = event.previous else { continue }
        vouching.insert(Next(author: event.author, previous: previous, sequence: event.sequence))
      case .failure(let fault):
        groupOf[id] = log.group
        let place = log.replica.waitingPlaces[id] ?? 0
        found.append(bad(id, fault, at: place))
      }
    }
    return vouching
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
