internal import CoterieBundles
internal import CoterieEvents
public import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// An exchange between two stores: a state machine without input or output of its own.
///
/// Both ends offer blinded tags of their groups and keys, prove by signature who they are in those
/// that they share, compare chain ends, and send what the other lacks: O(authors) to compare, then
/// only what is missing. Members get everything; the invited and holders of links what joining
/// takes; the removed what led to their removal; nobody else gets anything.
///
/// Memory is bounded by one frame and one batch for each group, whatever the other end sends.
public final class ExchangeSession {
  /// What has been moved so far.
  public internal(set) var outcome = ExchangeOutcome()
  /// Whether both ends have said everything.
  public private(set) var isDone = false

  let store: Store
  let surroundings: Surroundings
  let limits: ExchangeLimits
  let keys: [StoredKey]
  let known: [GroupLog]
  /// The groups that are exchanged; nil for all, also such as are new here.
  let only: Set<Digest>?
  let policy: ContactPolicy
  var channel: Channel
  var lanes: [Digest: Lane] = [:]
  private var order: [Digest] = []
  private var outgoing: [[UInt8]] = []
  private var offeredKeys: [Digest: StoredKey] = [:]
  private var hasHeardOffers = false
  private var hasHeardMatches = false
  private var hasHeardEnd = false
  private var hasSaidEnd = false
  var expectedProofs: Set<Digest> = []

  /// Starts a session of a store that is unlocked.
  ///
  /// O(events): every group is opened.
  ///
  /// - Parameter groups: those to be exchanged; nil for all.
  public init(
    store: Store,
    groups: [GroupLog]? = nil,
    surroundings: Surroundings,
    limits: ExchangeLimits = ExchangeLimits()
  ) throws(ExchangeError) {
    self.store = store
    self.surroundings = surroundings
    self.limits = limits
    channel = Channel(frameBytesMax: limits.frameBytesMax)
    only = groups.map { Set($0.map(\.group)) }
    do throws(GroupError) {
      keys = try store.keys()
      policy = try store.contactPolicy()
      if let groups {
        known = groups
      } else {
        var logs: [GroupLog] = []
        for group in try store.groups() { logs.append(try store.log(of: group)) }
        known = logs
      }
    } catch {
      throw .group(error)
    }
    outgoing.append(channel.hello)
  }

  // MARK: Driving

  /// The next bytes for the other end; nil if there is nothing to say before it says something.
  public func send() throws(ExchangeError) -> [UInt8]? {
    if outgoing.isEmpty, hasHeardMatches { try produce() }
    guard !outgoing.isEmpty else { return nil }
    let bytes = outgoing.removeFirst()
    outcome.bytesSent += UInt64(bytes.count)
    try finishIfDone()
    return bytes
  }

  /// Takes bytes from the other end, in pieces of any size.
  ///
  /// - Throws: `ExchangeError` if the other end is to be cut off; the session is over then.
  public func receive(_ bytes: [UInt8]) throws(ExchangeError) {
    outcome.bytesReceived += UInt64(bytes.count)
    var place = 0
    while place < bytes.count {
      let piece = Array(bytes[place..<min(bytes.count, place + (1 << 19))])
      place += piece.count
      try channel.take(piece)
      if let header = try channel.readHello() {
        outgoing.append(header)
        outgoing.append(channel.frame(try offers()))
      }
      while let message = try channel.next() { try hear(message) }
    }
    try finishIfDone()
  }

  /// Takes in what was received and not yet written, when the other end went away.
  public func close() throws(ExchangeError) {
    for tag in order {
      if let lane = lanes[tag] { try ingest(lane) }
    }
  }

  private func finishIfDone() throws(ExchangeError) {
    guard !isDone, hasSaidEnd, hasHeardEnd, outgoing.isEmpty else { return }
    isDone = true
    for tag in order {
      guard let log = lanes[tag]?.log else { continue }
      try group { () throws(GroupError) in
        try log.finishFilling(atLeast: Limits.unindexedEventsMax)
        try store.eraseOlderSeal(in: log, now: surroundings.now())
      }
    }
  }

  func say(_ word: Word, _ payload: [UInt8]) {
    outgoing.append(channel.frame([word.rawValue] + payload))
  }

  /// Says any bytes as this end's next message: what a hostile program might say where this one
  /// says something else.
  package func say(bytes message: [UInt8]) {
    outgoing.append(channel.frame(message))
  }

  /// The same within the first group that both ends are in; nothing before it is open.
  package func sayWithinGroup(bytes message: [UInt8]) {
    guard let lane = order.first.flatMap({ lanes[$0] }) else { return }
    say(.lane, lane.tag.bytes + lane.seal(message))
  }

  /// How many chains of the other end are kept in memory: those that are to be asked for, and those
  /// here that it has or asks for.
  package var chainsKept: (lacked: Int, known: Int) {
    lanes.values.reduce(into: (0, 0)) { sum, lane in
      sum.0 += lane.lacked.count
      sum.1 += lane.reached.count + lane.asked.count
    }
  }

  /// Bytes of the other end that made whole messages.
  var bytesUnderstood: UInt64 { channel.offset }

  func garbage(_ what: String) -> ExchangeError { .garbage(what, offset: channel.offset) }

  func group<Result>(_ body: () throws(GroupError) -> Result) throws(ExchangeError) -> Result {
    do {
      return try body()
    } catch {
      throw .group(error)
    }
  }

  // MARK: Offers

  /// A tag that only someone who knows the id or key can make, and only for this session.
  func tag(_ id: Digest) -> Digest {
    Hashing.digest(of: id.bytes, domain: .session, key: channel.transcript)
  }

  private func offers() throws(ExchangeError) -> [UInt8] {
    var groups: [Digest] = []
    for log in known where keys.key(for: log) != nil { groups.append(tag(log.group)) }
    var mail: [Digest] = []
    let groupIDs = Set(known.map(\.group))
    for key in keys {
      let isWaiting = key.purpose == .link && !groupIDs.contains(key.group ?? key.publicKey)
      guard (key.purpose != .link && policy.rule != .nobody) || isWaiting else { continue }
      let tag = tag(key.publicKey)
      offeredKeys[tag] = key
      mail.append(tag)
    }
    // The newest are the likeliest to be new to the other end; it reads no more.
    groups = groups.suffix(limits.offersMax)
    mail = mail.suffix(limits.offersMax)
    var writer = CBORWriter()
    writer.array(2)
    for tags in [groups, mail] {
      writer.array(tags.count)
      for tag in tags.sorted() { writer.digest(tag) }
    }
    return [Word.offers.rawValue] + writer.bytes
  }

  private func hearOffers(_ payload: Span<UInt8>) throws(ExchangeError) {
    guard !hasHeardOffers else { throw garbage("its offers twice") }
    hasHeardOffers = true
    let groups: [Digest]
    let mail: [Digest]
    do throws(Malformed) {
      var cursor = CBORCursor()
      guard try cursor.array(in: payload, limit: 2) == 2 else { throw Malformed(.truncated, at: 0) }
      var lists: [[Digest]] = []
      for _ in 0..<2 {
        var list: [Digest] = []
        for _ in 0..<(try cursor.array(in: payload, limit: limits.offersMax)) {
          list.append(try cursor.digest(in: payload))
        }
        lists.append(list)
      }
      (groups, mail) = (lists[0], lists[1])
    } catch {
      throw garbage("offers that cannot be read (\(error))")
    }
    let theirs = Set(groups)
    for log in known {
      let tag = tag(log.group)
      guard theirs.contains(tag), let key = keys.key(for: log) else { continue }
      open(Lane(tag: tag, group: log.group, log: log, key: key))
      prove(lanes[tag])
    }
    var matches: [Digest] = []
    let letters = Set(mail)
    // One key may be invited to many groups, and one at a time comes by it: what is new first.
    let fresh = known.filter { lanes[tag($0.group)] == nil }
    for log in fresh + known.filter({ lanes[tag($0.group)] != nil }) {
      guard let governance = log.governance(), let key = keys.key(for: log) else { continue }
      for entry in governance.invites + governance.links where entry.status == .open {
        let tag = tag(entry.key)
        guard letters.contains(tag), lanes[tag] == nil else { continue }
        matches.append(tag)
        open(Lane(tag: tag, group: log.group, log: log, key: key))
      }
    }
    var writer = CBORWriter()
    writer.array(matches.count)
    for tag in matches { writer.digest(tag) }
    say(.matches, writer.bytes)
  }

  private func open(_ lane: Lane) {
    lanes[lane.tag] = lane
    order.append(lane.tag)
    expectedProofs.insert(lane.tag)
  }

  private func hearMatches(_ payload: Span<UInt8>) throws(ExchangeError) {
    guard hasHeardOffers, !hasHeardMatches else { throw garbage("matches out of turn") }
    hasHeardMatches = true
    let tags: [Digest]
    do throws(Malformed) {
      tags = try payload.list(limit: limits.offersMax) { cursor, bytes throws(Malformed) in
        try cursor.digest(in: bytes)
      }
    } catch {
      throw garbage("matches that cannot be read (\(error))")
    }
    for tag in tags {
      guard let key = offeredKeys[tag], givesWay(tag) else { continue }
      open(Lane(tag: tag, group: key.purpose == .link ? key.group : nil, log: nil, key: key))
      prove(lanes[tag])
    }
  }

  /// Whether this end is the one that is invited by a key: where both have the key, and a group to
  /// which it is invited, one must be.
  private func givesWay(_ tag: Digest) -> Bool {
    guard let lane = lanes[tag] else { return true }
    guard lane.log != nil, !lane.hasProven, lane.peer == nil, let peerKey = channel.peerKey else {
      return false
    }
    guard channel.ownKey < peerKey else { return false }
    order.removeAll { $0 == tag }
    return true
  }

  // MARK: Hearing

  private func hear(_ message: [UInt8]) throws(ExchangeError) {
    guard let word = Word(rawValue: message[0]) else {
      throw garbage("a word \(message[0]) that is unknown")
    }
    let payload = message.span.extracting(1..<message.count)
    switch word {
    case .offers: try hearOffers(payload)
    case .matches: try hearMatches(payload)
    case .proof: try hearProof(payload)
    case .lane: try hearLane(Array(message.dropFirst()))
    case .end:
      guard hasHeardMatches else { throw garbage("its end before its offers") }
      hasHeardEnd = true
      for lane in lanes.values where !lane.hasHeardDone {
        if lane.hasProven, lane.peer != nil { throw garbage("its end within a group") }
        lane.close()
      }
    default: throw garbage("a word out of place")
    }
  }

  private func hearLane(_ payload: [UInt8]) throws(ExchangeError) {
    guard payload.count >= 32, let tag = Digest(payload[..<32]), let lane = lanes[tag] else {
      throw garbage("a message for no group")
    }
    if payload.count == 32 {
      // The other end has nothing to say to this one here.
      lane.close()
      expectedProofs.remove(tag)
      return
    }
    if lane.isClosed { return }
    guard let plain = lane.open(Array(payload[32...])) else {
      throw garbage("a message that does not open")
    }
    if plain.isEmpty { return }
    try hear(plain, in: lane)
  }

  // MARK: Producing

  /// Makes the next message, if there is one to be made without the other end saying more.
  private func produce() throws(ExchangeError) {
    for tag in order {
      guard let lane = lanes[tag] else { continue }
      if lane.messages.isEmpty { try produce(lane) }
      if !lane.messages.isEmpty {
        say(.lane, lane.tag.bytes + lane.seal(lane.messages.removeFirst()))
        return
      }
    }
    if !hasSaidEnd, expectedProofs.isEmpty, lanes.values.allSatisfy(\.isDone) {
      hasSaidEnd = true
      say(.end, [])
    }
  }
}
