package import CoterieEvents
internal import CoterieSealing
package import CoterieWire

/// Many envelopes, and which of them hold authentic events.
///
/// An event is authentic if its own signature verifies or that of a later event of its chain:
/// `previous` hashes all that came before it, so whoever signed the later one committed to them.
/// Only the newest event of each chain, and of each branch of one, has its signature verified;
/// where that is wrong the event before it is the newest, and so on.
package struct Authenticity: ~Copyable {
  /// The events, in the order of the envelopes; malformed ones, and those that are not authentic,
  /// say why.
  package private(set) var events: [Result<Event, Malformed>] = []
  private let envelopes: [[UInt8]]
  private var parts: [Envelope.Parts?] = []
  /// The item that holds the event before, by item; -1 if none does.
  private var earlier: [Int] = []
  /// How many items continue an item and may still turn out to be authentic.
  private var continuations: [Int] = []
  private var isAuthentic: [Bool] = []
  private var isSigned: [Bool] = []

  /// Reads the envelopes and verifies signatures.
  ///
  /// About 1 µs an envelope, and 40 µs and core for each end of a chain.
  ///
  /// - Parameter vouch: whether an authentic event from elsewhere continues the chain of one whose
  ///   own signature is wrong.
  package init(
    _ envelopes: [[UInt8]],
    vouchedFor vouch: (borrowing Event) -> Bool = { _ in false }
  ) {
    self.envelopes = envelopes
    decode()
    earlier = Array(repeating: -1, count: events.count)
    continuations = Array(repeating: 0, count: events.count)
    isAuthentic = Array(repeating: false, count: events.count)
    isSigned = isAuthentic
    link()
    judge(vouch)
  }

  /// Whether an event stays authentic where nothing of its chain is kept that comes after it: its
  /// own signature verifies.
  ///
  /// About 40 µs if that was not asked before.
  package func standsAlone(_ item: Int) -> Bool {
    isSigned[item] || areSigned([item]) == [true]
  }

  /// Where the signature of an item stands in its envelope.
  package func signaturePlace(_ item: Int) -> Int { parts[item]?.signature.lowerBound ?? 0 }

  /// The item that holds the event before one in its chain.
  package func itemBefore(_ item: Int) -> Int? { earlier[item] < 0 ? nil : earlier[item] }

  // MARK: Judging

  private mutating func judge(_ vouch: (borrowing Event) -> Bool) {
    var ends = events.indices.filter { event($0) != nil && continuations[$0] == 0 }
    while !ends.isEmpty {
      let signed = areSigned(ends)
      var shorter: [Int] = []
      for (end, isSigned) in zip(ends, signed) {
        self.isSigned[end] = isSigned
        if isSigned || event(end).map({ vouch($0) }) == true {
          prove(from: end)
        } else if let before = refuse(end) {
          shorter.append(before)
        }
      }
      ends = shorter
    }
  }

  /// The event of an item; nil if it is malformed, or not authentic.
  private func event(_ item: Int) -> Event? { try? events[item].get() }

  // MARK: Reading

  private mutating func decode() {
    var chunk = EnvelopeChunk()
    events.reserveCapacity(envelopes.count)
    parts.reserveCapacity(envelopes.count)
    for envelope in envelopes {
      if !chunk.hasRoom(for: envelope.count) { take(&chunk) }
      chunk.append(envelope.span, 0)
    }
    take(&chunk)
  }

  private mutating func take(_ chunk: inout EnvelopeChunk) {
    chunk.read()
    parts += chunk.items.map(\.parts)
    for item in chunk.items.indices { events.append(chunk.result(item)) }
    chunk.removeAll()
  }

  /// Finds for each event the one that it continues.
  private mutating func link() {
    var items: [Digest: Int] = [:]
    items.reserveCapacity(events.count)
    for item in events.indices {
      // Of several copies of an event the first is vouched for, the others for themselves.
      if let event = event(item), items[event.id] == nil { items[event.id] = item }
    }
    for item in events.indices {
      guard let event = event(item), let previous = event.previous, let before = items[previous],
        let one = self.event(before), event.continues(one)
      else { continue }
      earlier[item] = before
      continuations[before] += 1
    }
  }

  private func areSigned(_ items: [Int]) -> [Bool] {
    let checks = items.map { item in
      (envelope: envelopes[item], parts: parts[item], author: event(item)?.author)
    }
    return Cores.map(checks.count) { place in
      let check = checks[place]
      guard let parts = check.parts, let author = check.author else { return false }
      return Envelope.verifies(check.envelope.span, parts, by: author)
    }
  }

  /// An item is authentic, and so is every item before it on its chain.
  private mutating func prove(from end: Int) {
    var item = end
    while item >= 0, !isAuthentic[item] {
      isAuthentic[item] = true
      item = earlier[item]
    }
  }

  /// An item is not authentic; answers the one before it if nothing else can vouch for that.
  private mutating func refuse(_ item: Int) -> Int? {
    let signature = parts[item]?.signature.lowerBound ?? 0
    events[item] = .failure(Malformed(.wrongSignature, at: signature))
    let before = earlier[item]
    guard before >= 0 else { return nil }
    continuations[before] -= 1
    return continuations[before] == 0 && !isAuthentic[before] ? before : nil
  }
}

extension Event {
  /// Whether this event is the next one of its author after `other`, whose id it names.
  package func continues(_ other: borrowing Event) -> Bool {
    guard let previous, previous == other.id else { return false }
    return author == other.author && groupID == other.groupID
      && sequence == other.sequence &+ 1
  }
}
