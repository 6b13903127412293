internal import CoterieEngine
public import CoterieEvents
public import CoterieJSON
public import CoterieJudgement
public import CoterieWire

/// One event of a log with its verdict, ready to be shown.
public struct EventReport: Sendable {
  /// The event.
  public var event: Event
  /// Its position in canonical order, from 1; nil while it waits.
  public var position: Int?
  /// Bytes of its envelope.
  public var byteCount: Int
  /// What became of it.
  public var verdict: Verdict
  /// What it lacks while it waits.
  public var missing: [Digest]

  /// Takes all fields.
  public init(
    event: Event,
    position: Int?,
    byteCount: Int,
    verdict: Verdict,
    missing: [Digest]
  ) {
    self.event = event
    self.position = position
    self.byteCount = byteCount
    self.verdict = verdict
    self.missing = missing
  }

  /// The fields of the event's body.
  public var body: JSONValue { ActionFields().json(of: event.action) }

  /// The event as reports show it.
  public var json: JSONValue {
    var judged = verdict.json(id: event.id)
    if case .object(var fields) = judged {
      fields["missing"] = .strings(missing.map(\.hex))
      judged = .object(fields)
    }
    return .object([
      "type": "event",
      "id": .string(event.id.hex),
      "n": position.map { .integer(Int64($0)) } ?? .null,
      "group": .string(event.groupID.hex),
      "author": .string(event.author.hex),
      "sequence": .integer(Int64(clamping: event.sequence)),
      "previous": .optional(event.previous?.hex),
      "parents": .strings(event.parents.ids.map(\.hex)),
      "kind": .string(event.action.kindName.string),
      "body": body,
      "time": .string(Timestamp.text(event.time)),
      "bytes": .integer(Int64(byteCount)),
      "verdict": judged,
    ])
  }
}

/// Which events of a log are wanted; all that are given must hold.
public struct EventFilter: Sendable {
  /// The author's key starts with these hex digits.
  public var author: String?
  /// The kind's name.
  public var kind: String?
  /// The status.
  public var status: String?
  /// The code.
  public var code: String?
  /// Author-claimed times, in milliseconds since 1970: not before, and not after.
  public var since: UInt64?
  /// Not after.
  public var until: UInt64?
  /// Someone who signed it or is named in it.
  public var touching: Digest?
  /// Numbers of events that are meant at all; nil for all.
  public var among: Set<Int>?

  /// Takes all conditions.
  public init(
    author: String? = nil,
    kind: String? = nil,
    status: String? = nil,
    code: String? = nil,
    since: UInt64? = nil,
    until: UInt64? = nil,
    touching: Digest? = nil,
    among: Set<Int>? = nil
  ) {
    self.author = author
    self.kind = kind
    self.status = status
    self.code = code
    self.since = since
    self.until = until
    self.touching = touching
    self.among = among
  }

  /// Whether the event itself must be looked at, and not its verdict alone.
  var needsEvent: Bool { since != nil || until != nil || touching != nil }

  func holds(_ event: Event) -> Bool {
    if let since, event.time < since { return false }
    if let until, event.time > until { return false }
    if let touching, event.author != touching,
      MemberLog.target(of: event.action) != touching.hex
    {
      return false
    }
    return true
  }

  func holds(kind: Kind, author: Digest, verdict: Verdict) -> Bool {
    if let wanted = self.kind, kind.name != wanted { return false }
    if let wanted = self.author, !author.hex.hasPrefix(wanted) { return false }
    if let wanted = status, verdict.status.rawValue != wanted { return false }
    if let wanted = code, verdict.code?.rawValue != wanted { return false }
    return true
  }
}

extension MemberLog {
  /// The events that a filter lets through, in canonical order and those that wait behind them, the
  /// last `limit` of them.
  ///
  /// `body` is handed each of them; answers how many there are in all. O(events).
  public func events(
    from source: some LogSource,
    matching filter: EventFilter,
    limit: Int?,
    _ body: (EventReport) -> Void
  ) throws(SourceFault) -> Int {
    let judge = replica.judge
    let current = judge.currentView()
    var wanted: [(event: Int, position: Int)] = []
    let cache = EnvelopeCache(source, places)
    for (place, event) in judge.canonicalOrder().enumerated() {
      let verdict = judge.verdict(of: event, in: current)
      let author = judge.graph.authorKey(event)
      guard filter.among?.contains(event) ?? true,
        filter.holds(kind: judge.kind(of: event), author: author, verdict: verdict)
      else { continue }
      if filter.needsEvent, !filter.holds(try cache.read(event)) { continue }
      wanted.append((event, place + 1))
    }
    let waits = Verdict(status: .pending)
    let waiting = replica.waiting.guests.values.sorted { $0.event.id < $1.event.id }
      .filter { guest in
        filter.among == nil && filter.holds(guest.event)
          && filter.holds(
            kind: guest.event.action.kind,
            author: guest.event.author,
            verdict: waits
          )
      }
    let total = wanted.count + waiting.count
    let limit = min(limit ?? total, total)
    for (event, position) in wanted.suffix(max(0, limit - waiting.count)) {
      body(try report(event, position: position, from: source))
    }
    for guest in waiting.suffix(limit) {
      if let report = report(waiting: guest.event.id) { body(report) }
    }
    return total
  }

  /// All events whose id starts with these hex digits, ascending: numbers in the graph.
  public func events(withPrefix prefix: String) -> [Int] {
    let ids = replica.judge.graph.table.digests
    return ids.indices.filter { ids[$0].starts(with: prefix) }.sorted { ids[$0] < ids[$1] }
  }

  /// The parents of an event as a drawing shows them: its previous event too, where no parent has
  /// that in its past.
  public func drawnParents(of event: Int) -> [Int] {
    let judge = replica.judge
    var parents = judge.graph.parents(event).map { Int($0) }
    if let previous = judge.graph.previous(event), !parents.contains(previous),
      !parents.contains(where: { judge.precedes(previous, $0) })
    {
      parents.append(previous)
    }
    return parents
  }

  /// The id of an event of the graph.
  public func id(of event: Int) -> Digest { replica.judge.graph.id(event) }

  /// The event at a position of canonical order, counted from 1; nil beyond the end.
  public func event(atPosition position: Int) -> Int? {
    let order = replica.judge.canonicalOrder()
    return order.indices.contains(position - 1) ? order[position - 1] : nil
  }

  /// One event by its number, with its position.
  public func report(_ event: Int, from source: some LogSource) throws(SourceFault) -> EventReport {
    let position = position(of: id(of: event))
    return try report(event, position: position, from: source)
  }

  private func report(
    _ event: Int,
    position: Int?,
    from source: some LogSource
  ) throws(SourceFault) -> EventReport {
    let judge = replica.judge
    let envelope = try source.envelope(at: places[event])
    guard let decoded = try? Event.decode(envelope.span).event,
      decoded.id == judge.graph.id(event)
    else { throw SourceFault(.malformed, "\(source.name) changed while it was read") }
    return EventReport(
      event: decoded,
      position: position,
      byteCount: envelope.count,
      verdict: judge.verdict(of: event, in: judge.currentView()),
      missing: []
    )
  }
}

extension MemberLog {
  /// The number of an event; nil if it is not held.
  public func number(of id: Digest) -> Int? { replica.judge.number(of: id) }

  /// The position of an event in canonical order, from 1; nil if it is not held.
  ///
  /// O(events) the first time.
  public func position(of id: Digest) -> Int? {
    guard let number = replica.judge.number(of: id) else { return nil }
    if positions.count != replica.judge.count {
      positions = [Int](repeating: 0, count: replica.judge.count)
      for (place, event) in replica.judge.canonicalOrder().enumerated() {
        positions[event] = place + 1
      }
    }
    return positions[number]
  }

  /// The one event that waits and whose id starts so; nil for none, or if others start so too.
  public func waiting(withPrefix prefix: String) -> Digest? {
    let found = replica.waiting.guests.keys.filter { $0.hex.hasPrefix(prefix.lowercased()) }
    guard found.count == 1, events(withPrefix: prefix.lowercased()).isEmpty else { return nil }
    return found[0]
  }

  /// What events that wait lack, and is not held.
  public var missing: [Digest] { replica.wanted }

  /// An event that waits, by its id.
  public func report(waiting id: Digest) -> EventReport? {
    replica.waiting.guests[id].map { guest in
      EventReport(
        event: guest.event,
        position: nil,
        byteCount: guest.envelope.count,
        verdict: Verdict(status: .pending),
        missing: guest.missing.sorted()
      )
    }
  }
}

extension MemberLog {
  /// Everyone who signed something in this log, or was named in it.
  public var people: [Digest] { replica.judge.graph.authors.digests }

  /// The events that make invites, in effect or not.
  public var invites: [Digest] { events(of: .inviteCreate) }

  /// The events that make links, in effect or not.
  public var links: [Digest] { events(of: .linkCreate) }

  private func events(of kind: Kind) -> [Digest] {
    let judge = replica.judge
    return (0..<judge.count).filter { judge.kind(of: $0) == kind }.map { judge.graph.id($0) }
  }

  /// Whether anyone whose key starts with these hex digits signed something that is held.
  public func hasAuthor(withPrefix prefix: String) -> Bool {
    people.contains { $0.hex.hasPrefix(prefix) }
      || replica.waiting.guests.values.contains { $0.event.author.hex.hasPrefix(prefix) }
  }
}

extension MemberLog {
  /// The signed envelopes of events that are held; others are left out.
  public func envelopes(
    of ids: [Digest],
    from source: some LogSource
  ) throws(SourceFault) -> [[UInt8]] {
    var found: [[UInt8]] = []
    for id in ids {
      guard let number = replica.judge.number(of: id) else { continue }
      found.append(try source.envelope(at: places[number]))
    }
    return found
  }
}
