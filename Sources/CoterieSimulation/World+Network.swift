internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieExchange
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieWire

/// A session between two members, whose bytes go through the network.
struct Wire {
  var one: Int
  var other: Int
  var first: ExchangeSession
  var second: ExchangeSession
  /// How many bytes pass before it is cut; nil for no cut.
  var bytesLeft: Int?
  var onItsWay = 0
  /// When the last piece in each direction arrives.
  var arrival: (UInt64, UInt64) = (0, 0)
}

/// The network: sessions byte by byte, batches, and a folder.
extension SimulatedWorld {
  private var honestOnly: Bool { !members.contains { $0.part.isHostile } }

  func turn(_ deed: Deed) -> String {
    sides = deed == .heal ? [] : members.map { _ in weather.below(2) }
    let cut = wires.keys.sorted().filter { wire in
      wires[wire].map { areApart(members[$0.one], members[$0.other]) } ?? false
    }
    for wire in cut { close(wire) }
    return sides.map(String.init).joined()
  }

  // MARK: Sessions

  func meet(_ one: SimulatedMember, _ other: SimulatedMember) async throws -> String {
    if one.place == other.place || isAway(other) || areApart(one, other) { return "nobody there" }
    try await one.look()
    try await other.look()
    wireCount += 1
    counts.sessions += 1
    let wire = Wire(
      one: one.place,
      other: other.place,
      first: try ExchangeSession(store: one.opened(), surroundings: one.surroundings),
      second: try ExchangeSession(store: other.opened(), surroundings: other.surroundings),
      bytesLeft: plan.faults.contains(.loss) && weather.once(in: 3) ? weather.below(12_000) : nil
    )
    wires[wireCount] = wire
    try push(wireCount)
    return "session \(wireCount)"
  }

  /// Puts what both ends have to say on its way.
  private func push(_ number: Int) throws {
    guard var wire = wires[number] else { return }
    for isForward in [true, false] {
      let session = isForward ? wire.first : wire.second
      while true {
        let bytes: [UInt8]
        do throws(ExchangeError) {
          guard let more = try session.send() else { break }
          bytes = more
        } catch {
          try fail(number, error)
          return
        }
        send(bytes, number, isForward, &wire)
      }
    }
    wires[number] = wire
    if wire.onItsWay == 0 { try end(number) }
  }

  private func send(_ bytes: [UInt8], _ number: Int, _ isForward: Bool, _ wire: inout Wire) {
    let isSlow = plan.faults.contains(.delay)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = isSlow ? min(rest.count, 1 + weather.below(6000)) : rest.count
      var piece: [UInt8]? = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      if let left = wire.bytesLeft {
        if left < count { piece = nil }
        wire.bytesLeft = max(0, left - count)
      }
      let delay = UInt64(isSlow ? weather.below(40_000) : 0)
      let due = max(clock.now + delay, isForward ? wire.arrival.0 : wire.arrival.1)
      if isForward { wire.arrival.0 = due } else { wire.arrival.1 = due }
      wire.onItsWay += 1
      agenda.add(.piece(wire: number, isForward: isForward, bytes: piece), at: due)
      if piece == nil { return }
    }
  }

  func carry(_ number: Int, _ isForward: Bool, _ bytes: [UInt8]?) async throws {
    guard var wire = wires[number] else { return }
    wire.onItsWay -= 1
    wires[number] = wire
    guard let bytes, !areApart(members[wire.one], members[wire.other]) else {
      close(number)
      return
    }
    do throws(ExchangeError) {
      try (isForward ? wire.second : wire.first).receive(bytes)
    } catch {
      try fail(number, error)
      return
    }
    let taker = members[isForward ? wire.other : wire.one]
    try await taker.look()
    keep(taker)
    try push(number)
  }

  private func fail(_ number: Int, _ error: ExchangeError) throws {
    guard let wire = wires[number] else { return }
    note("session \(number) ends: \(error)")
    close(number)
    if members[wire.one].part.isHostile || members[wire.other].part.isHostile { return }
    throw breach(
      "exchange",
      expected: "\(members[wire.one].name) and \(members[wire.other].name) exchange",
      found: "\(error)"
    )
  }

  private func end(_ number: Int) throws {
    guard let wire = wires.removeValue(forKey: number) else { return }
    guard wire.first.isDone, wire.second.isDone else {
      throw breach("exchange", expected: "a session goes on", found: "both ends wait")
    }
    note(
      "session \(number) done: received \(wire.first.outcome.received)"
        + " and \(wire.second.outcome.received)"
    )
  }

  /// Both ends learn that the other is gone, and write what they had taken in; one whose program
  /// ended does not.
  func close(_ number: Int, without gone: Int? = nil) {
    guard let wire = wires.removeValue(forKey: number) else { return }
    counts.cut += 1
    if wire.one != gone { try? wire.first.close() }
    if wire.other != gone { try? wire.second.close() }
  }

  // MARK: Batches

  /// Hands a bundle over, as by a stick; it may lack events, repeat them, and be out of order.
  func hand(from one: SimulatedMember, to other: SimulatedMember) async throws -> String {
    try await one.look()
    guard let log = one.eye, let key = other.key, !areApart(one, other), one !== other else {
      return "nobody there"
    }
    let standpoint = log.standpoint(of: key)
    let history = log.sharesHistory(with: key)
    if standpoint == .stranger { return "a stranger" }
    let snapshot = try log.snapshot()
    var batch: [BundleEntry] = []
    for event in log.events(log.replica.judge.canonicalOrder(), for: standpoint) {
      if plan.faults.contains(.loss), weather.once(in: 5) { continue }
      let withContent = log.sendsContent(of: event, to: standpoint, history: history)
      // Refused events of strangers are held in memory only.
      guard let entry = try? log.entry(of: event, withContent: withContent, in: snapshot) else {
        continue
      }
      batch.append(entry)
      if plan.faults.contains(.duplicate), weather.once(in: 3) { batch.append(entry) }
    }
    if plan.faults.contains(.reorder) { batch = weather.shuffled(batch) }
    counts.batches += 1
    var rest = batch[...]
    var pieces = 0
    while !rest.isEmpty {
      let count = weather.once(in: 2) ? rest.count : 1 + weather.below(rest.count)
      let delay = plan.faults.contains(.delay) ? UInt64(weather.below(4_000_000)) : 0
      agenda.add(.batch(to: other.place, entries: Array(rest.prefix(count))), at: clock.now + delay)
      rest = rest.dropFirst(count)
      pieces += 1
    }
    return "\(batch.count) events to \(other.name) in \(pieces)"
  }

  func take(_ entries: [BundleEntry], to member: SimulatedMember) async throws {
    if isAway(member) { return }
    let ingestion = try member.opened().adopt(groupID).ingest(entries)
    // An event may bring in others that waited for it, and be named for them.
    if honestOnly, let (place, fault) = ingestion.bad.min(by: { $0.key < $1.key }) {
      throw breach(
        "exchange",
        expected: "\(member.name) takes what others of good will hold",
        found: "event \(place): \(fault)"
      )
    }
    note("\(member.name) takes \(ingestion.placed.count), \(ingestion.waiting) wait")
    try await member.look()
    keep(member)
  }

  // MARK: The folder

  func spool(_ member: SimulatedMember) async throws -> String {
    if !sides.isEmpty, sides[member.place] == 1 { return "out of reach" }
    let folder = "\(self.folder)/spool"
    for name in try FileAccess.names(in: folder) {
      if plan.faults.contains(.loss), weather.once(in: 4) { remove("\(folder)/\(name)") }
      if plan.faults.contains(.duplicate), weather.once(in: 8) {
        try? FileAccess.copy(
          "\(folder)/\(name)",
          to: "\(folder)/\(Array(weather.bytes(16)).hex).packet"
        )
      }
    }
    counts.spoolRuns += 1
    let run = Spool(store: try member.opened(), folder: folder, surroundings: member.surroundings)
    let outcome = try run.run()
    if honestOnly, let complaint = outcome.complaints.first {
      throw breach("exchange", expected: "packets of good will are taken", found: complaint)
    }
    try await member.look()
    keep(member)
    return "received \(outcome.received), sent \(outcome.sent)"
  }
}
