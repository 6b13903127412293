internal import CoterieBundles
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieLedger
internal import CoterieWire

/// What is said within a lane: ends, needs, events, wants, contents.
extension ExchangeSession {
  private static let endsInMessage = 8192
  // So many, each with as many samples as it may have, fit into a frame.
  private static let needsInMessage = 512
  private static let needsMax = 1024
  private static let messageBytes = 512 << 10
  private static let batchBytes = 8 << 20
  private static let batchEvents = 20_000
  private static let wantsMax = 10_000
  private static let firstWants = 256
  private static let wantsInSession = 100_000

  private func list<Item>(
    _ word: Word,
    _ items: some Collection<Item>,
    _ write: (Item, inout CBORWriter) -> Void
  ) -> [UInt8] {
    var writer = CBORWriter(capacity: items.count * 80 + 8)
    writer.array(items.count)
    for item in items { write(item, &writer) }
    return [word.rawValue] + writer.bytes
  }

  // MARK: Saying

  func sayEnds(_ lane: Lane) {
    var rest = (lane.log.map { $0.chainEnds(for: standpoint(lane, $0)) } ?? [])[...]
    repeat {
      let part = rest.prefix(Self.endsInMessage)
      rest = rest.dropFirst(part.count)
      lane.messages.append(
        list(rest.isEmpty ? .lastEnds : .ends, part) { end, writer in end.write(to: &writer) }
      )
    } while !rest.isEmpty
  }

  /// Asks for the next of the chains that are lacking; the samples of each are made as it is asked.
  private func produceNeeds(_ lane: Lane, _ rest: ArraySlice<ChainEnd>) {
    let part = rest.prefix(Self.needsInMessage)
    let isLast = part.count == rest.count
    lane.asking = isLast ? nil : rest.dropFirst(part.count)
    let standpoint = lane.log.map { self.standpoint(lane, $0) } ?? Standpoint.stranger
    let needs = part.map { end in
      lane.log?.need(for: end, from: standpoint) ?? ChainNeed(end: end.id, have: [])
    }
    lane.messages.append(
      list(isLast ? .lastNeeds : .needs, needs) { need, writer in need.write(to: &writer) }
    )
  }

  /// Makes the next message of a lane from what is to be sent.
  func produce(_ lane: Lane) throws(ExchangeError) {
    if let asking = lane.asking {
      produceNeeds(lane, asking)
    } else if let events = lane.events, let log = lane.log {
      try produceEntries(lane, log, events)
    } else if lane.events != nil {
      lane.events = nil
      lane.messages.append([Word.lastEntries.rawValue, 0x80])
    } else if lane.isAnsweringWants, !lane.hasHeardEntries {
      // What the other end has not said yet may be that it has joined.
      return
    } else if lane.isAnsweringWants, let log = lane.log {
      try produceContents(lane, log)
    } else if lane.isAnsweringWants {
      // An invited end to which nothing was sent has nothing that could be wanted.
      sayAnswered(lane)
    }
  }

  private func sayAnswered(_ lane: Lane) {
    lane.isAnsweringWants = false
    lane.messages.append([Word.answered.rawValue])
  }

  private func produceEntries(
    _ lane: Lane,
    _ log: GroupLog,
    _ events: [Int]
  ) throws(ExchangeError) {
    let standpoint = standpoint(lane, log)
    let sharesHistory = log.sharesHistory(with: lane.peer ?? log.group)
    var entries: [BundleEntry] = []
    var byteCount = 0
    try group { () throws(GroupError) in
      let snapshot = try log.snapshot()
      while lane.nextEvent < events.count, byteCount < Self.messageBytes {
        let event = events[lane.nextEvent]
        lane.nextEvent += 1
        let entry = try log.entry(
          of: event,
          withContent: log.sendsContent(of: event, to: standpoint, history: sharesHistory),
          in: snapshot
        )
        byteCount += entry.envelope.count + (entry.content?.count ?? 0) + 48
        entries.append(entry)
      }
    }
    outcome.sent += entries.count
    let isLast = lane.nextEvent == events.count
    if isLast { lane.events = nil }
    lane.messages.append(
      list(isLast ? .lastEntries : .entries, entries) { entry, writer in entry.write(to: &writer) }
    )
  }

  private func produceContents(_ lane: Lane, _ log: GroupLog) throws(ExchangeError) {
    let standpoint = standpoint(lane, log)
    let sharesHistory = log.sharesHistory(with: lane.peer ?? log.group)
    var entries: [BundleEntry] = []
    var byteCount = 0
    while !lane.wants.isEmpty, byteCount < Self.messageBytes {
      let id = lane.wants.removeFirst()
      guard let event = log.number(of: id),
        log.sendsContent(of: event, to: standpoint, history: sharesHistory)
      else { continue }
      let entry = try group { () throws(GroupError) in
        try log.entry(of: event, withContent: true, in: try log.snapshot())
      }
      guard let content = entry.content else { continue }
      byteCount += entry.envelope.count + content.count
      entries.append(entry)
    }
    if !entries.isEmpty {
      lane.messages.append(list(.entries, entries) { entry, writer in entry.write(to: &writer) })
      return
    }
    while let want = lane.chunkWants.first {
      if let event = log.number(of: want.event),
        log.sendsContent(of: event, to: standpoint, history: sharesHistory),
        let chunk = try group({ () throws(GroupError) in
          try log.chunk(want.place, of: want.event)
        })
      {
        lane.chunkWants[0].place += 1
        var writer = CBORWriter(capacity: chunk.count + 64)
        writer.array(3)
        writer.digest(want.event)
        writer.unsigned(UInt64(want.place))
        writer.byteString(chunk)
        lane.messages.append([Word.chunk.rawValue] + writer.bytes)
        return
      }
      lane.chunkWants.removeFirst()
    }
    sayAnswered(lane)
  }

  // MARK: Hearing

  func hear(_ message: [UInt8], in lane: Lane) throws(ExchangeError) {
    guard let word = Word(rawValue: message[0]) else { throw garbage("an unknown word") }
    let payload = message.span.extracting(1..<message.count)
    do throws(Malformed) {
      switch word {
      case .ends, .lastEnds:
        let part = try payload.list(limit: Self.endsInMessage) { cursor, bytes throws(Malformed) in
          try ChainEnd(&cursor, in: bytes)
        }
        lane.endsHeard += part.count
        guard !lane.isEndsComplete, lane.endsHeard <= limits.endsMax else {
          throw Malformed(
            .overLimit(length: UInt64(lane.endsHeard), limit: limits.endsMax),
            at: 0
          )
        }
        for end in part { lane.note(end, limits) }
        if word == .lastEnds {
          lane.isEndsComplete = true
          lane.asking = lane.hasLeft ? [] : lane.lacked[...]
        }
      case .needs, .lastNeeds:
        let part = try payload.list(limit: Self.needsMax) { cursor, bytes throws(Malformed) in
          try ChainNeed(&cursor, in: bytes)
        }
        guard lane.isEndsComplete, !lane.hasHeardNeeds else {
          throw Malformed(.unexpectedKey, at: 0)
        }
        lane.hasHeardNeeds = word == .lastNeeds
        // What is kept are numbers of events that are here, however much is named.
        for need in part {
          if let end = lane.log?.number(of: need.end) { lane.asked.insert(end) }
          lane.reached.formUnion(need.have.compactMap { lane.log?.number(of: $0) })
        }
        if word == .lastNeeds { answerNeeds(lane) }
      case .entries, .lastEntries:
        guard !lane.hasHeardEntries || lane.isWanting && word == .entries else {
          throw Malformed(.unexpectedKey, at: 0)
        }
        let limit = limits.frameBytesMax
        let part = try payload.list(limit: limit) { cursor, bytes throws(Malformed) in
          try BundleEntry(&cursor, in: bytes)
        }
        for entry in part {
          lane.entriesBytes += entry.envelope.count + (entry.content?.count ?? 0)
        }
        lane.entries += part
      case .wants: try hearWants(payload, lane)
      case .chunk, .answered:
        guard lane.isWanting else { throw Malformed(.unexpectedKey, at: 0) }
      case .done: break
      default: throw Malformed(.unexpectedKey, at: 0)
      }
    } catch {
      throw garbage("a message that cannot be read (\(error))")
    }
    try act(on: word, payload, lane)
  }

  private func act(
    on word: Word,
    _ payload: Span<UInt8>,
    _ lane: Lane
  ) throws(ExchangeError) {
    switch word {
    case .entries, .lastEntries:
      let isFull =
        lane.entriesBytes >= Self.batchBytes || lane.entries.count >= Self.batchEvents
      if isFull || word == .lastEntries { try ingest(lane) }
      if word == .lastEntries {
        lane.hasHeardEntries = true
        try sayWants(lane)
      }
    case .chunk: try take(chunk: payload, lane)
    case .answered:
      try ingest(lane)
      lane.isWanting = false
      try sayWants(lane)
    case .done: lane.hasHeardDone = true
    default: break
    }
  }

  private func answerNeeds(_ lane: Lane) {
    guard let log = lane.log else {
      lane.events = []
      return
    }
    let standpoint = standpoint(lane, log)
    let lacking = log.events(upTo: lane.asked, besides: lane.reached)
    lane.events = log.events(lacking, for: standpoint)
    lane.nextEvent = 0
  }

  /// Asks once for each of the contents and chunks that are missing: a few at first, then more.
  ///
  /// What the other end has not may be newer than what it has, so it is asked for older ones too,
  /// at most for so many as a few megabytes can name.
  private func sayWants(_ lane: Lane) throws(ExchangeError) {
    var writer = CBORWriter()
    writer.array(2)
    let isFirst = lane.wanted.isEmpty && lane.wantedChunks.isEmpty
    let left = max(0, Self.wantsInSession - lane.wanted.count)
    let limit = lane.hasLeft ? 0 : isFirst ? Self.firstWants : Self.wantsMax
    let contents = try group { () throws(GroupError) in
      try lane.log?.missingContents(limit: min(limit, left), besides: lane.wanted) ?? []
    }
    let chunks = try group { () throws(GroupError) in
      try lane.log?.missingChunks(limit: limit, besides: lane.wantedChunks) ?? []
    }
    lane.wanted.formUnion(contents)
    // The chunks of an attachment are wanted after its manifest, which is a content itself.
    lane.wantedChunks.formUnion(chunks.map(\.event))
    if contents.isEmpty, chunks.isEmpty {
      lane.hasSaidDone = true
      lane.messages.append([Word.done.rawValue])
      return
    }
    writer.array(contents.count)
    for id in contents { writer.digest(id) }
    writer.array(chunks.count)
    for (event, place) in chunks {
      writer.array(2)
      writer.digest(event)
      writer.unsigned(UInt64(place))
    }
    lane.isWanting = true
    lane.messages.append([Word.wants.rawValue] + writer.bytes)
  }

  private func hearWants(_ payload: Span<UInt8>, _ lane: Lane) throws(Malformed) {
    guard !lane.isAnsweringWants, !lane.hasHeardDone else {
      throw Malformed(.unexpectedKey, at: 0)
    }
    var cursor = CBORCursor()
    guard try cursor.array(in: payload, limit: 2) == 2 else { throw Malformed(.truncated, at: 0) }
    for _ in 0..<(try cursor.array(in: payload, limit: Self.wantsMax)) {
      lane.wants.append(try cursor.digest(in: payload))
    }
    for _ in 0..<(try cursor.array(in: payload, limit: Self.wantsMax)) {
      guard try cursor.array(in: payload, limit: 2) == 2 else { throw Malformed(.truncated, at: 0) }
      let event = try cursor.digest(in: payload)
      let place = try cursor.unsigned(in: payload)
      lane.chunkWants.append((event, Int(clamping: place)))
    }
    lane.isAnsweringWants = true
  }

  // MARK: Taking in

  func ingest(_ lane: Lane) throws(ExchangeError) {
    if lane.entries.isEmpty { return }
    let entries = lane.entries
    lane.entries = []
    lane.entriesBytes = 0
    try adoptIfNew(lane, entries)
    guard let log = lane.log else { return }
    let ingestion = try group { () throws(GroupError) in
      try log.filling { () throws(GroupError) in try log.ingest(entries) }
    }
    outcome.received += ingestion.placed.count
    outcome.contents += ingestion.contents
    outcome.waiting += ingestion.waiting
    let useless = ingestion.known + ingestion.bad.count + ingestion.strangers
    outcome.useless += useless - min(useless, ingestion.contents)
    for (_, fault) in ingestion.bad.prefix(3) where outcome.complaints.count < 16 {
      outcome.complaints.append("an event was left out: \(fault)")
    }
    lane.orphans += ingestion.waiting + ingestion.turnedAway
    if lane.orphans > limits.orphansMax {
      throw .flood("\(lane.orphans) events without those before them")
    }
    if outcome.useless > limits.uselessMax {
      throw .flood("\(outcome.useless) events that are known, malformed or of no use")
    }
  }

  /// A group that is new here gets its place when its founding event has come, and is the one that
  /// the other end has proven.
  private func adoptIfNew(_ lane: Lane, _ entries: [BundleEntry]) throws(ExchangeError) {
    guard lane.log == nil, let group = lane.group else { return }
    let isFounded = entries.contains { entry in
      (try? Event.decode(entry.envelope.span).event.id) == group
    }
    guard isFounded else { throw garbage("events of a group without its founding event") }
    lane.log = try self.group { () throws(GroupError) in try store.adopt(group) }
  }

  private func take(chunk payload: Span<UInt8>, _ lane: Lane) throws(ExchangeError) {
    let event: Digest
    let place: UInt64
    let chunk: [UInt8]
    do throws(Malformed) {
      var cursor = CBORCursor()
      guard try cursor.array(in: payload, limit: 3) == 3 else { throw Malformed(.truncated, at: 0) }
      event = try cursor.digest(in: payload)
      place = try cursor.unsigned(in: payload)
      let range = try cursor.byteString(in: payload, limit: Limits.contentBytesMax)
      chunk = payload.copy(of: range)
    } catch {
      throw garbage("a chunk that cannot be read (\(error))")
    }
    try ingest(lane)
    guard let log = lane.log else { throw garbage("a chunk of no group") }
    let isTaken = try group { () throws(GroupError) in
      try log.add(chunk, at: Int(clamping: place), to: event)
    }
    if isTaken {
      outcome.chunks += 1
    } else {
      outcome.useless += 100
      if outcome.useless > limits.uselessMax { throw .flood("chunks of no use") }
    }
  }
}
