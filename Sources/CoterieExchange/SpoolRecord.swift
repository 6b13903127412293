internal import CoterieWire

/// What this store knows of one other member's progress through one folder.
struct SpoolRecord {
  /// How far the other one was by its own last word.
  var told: [Digest] = []
  /// How far it is once it takes what someone else said to have left for it.
  var claimed: [Digest] = []
  var claimedAt: UInt64 = 0
  /// Packets of this store that lay there at the last look.
  var sent: [Sent] = []
  /// The joining of the other one after which it was left what it may have of earlier contents: who
  /// joins has most events already, so how far it is says nothing of them.
  var joining: Digest?
  /// Whether this is of a program that noted no joining, and left contents before it.
  private(set) var isOlder = false

  /// A packet that was left.
  struct Sent {
    var name: String
    /// The seal key to which it is sealed.
    var seal: Digest
    /// How far it brings the other one.
    var ends: [Digest]
    /// Whether earlier contents are in it, and the other one has said nothing since.
    var isEarlier: Bool
  }

  private static let claimMilliseconds: UInt64 = 86_400_000

  /// How far the other one is, or will be once it takes what lies there.
  func ends(now: UInt64) -> [Digest] {
    let isFresh = now >= claimedAt && now - claimedAt < Self.claimMilliseconds
    return told + (isFresh ? claimed : []) + sent.flatMap(\.ends)
  }

  /// Forgets packets that do not lie there any more, or are sealed to another key than the one now.
  ///
  /// - Parameter isHeard: whether the other one has said something since the last look. If it has
  ///   not, it has not taken what is gone.
  mutating func look(at lying: Set<String>, seal: Digest, isHeard: Bool) {
    for place in sent.indices where isHeard && sent[place].seal == seal {
      sent[place].isEarlier = false
    }
    let gone = sent.filter { !lying.contains($0.name) || $0.seal != seal }
    if gone.contains(where: \.isEarlier) { joining = nil }
    sent.removeAll { !lying.contains($0.name) || $0.seal != seal }
  }

  // MARK: At rest

  var bytes: [UInt8] {
    var writer = CBORWriter()
    writer.array(5)
    Self.write(told, to: &writer)
    Self.write(claimed, to: &writer)
    writer.unsigned(claimedAt)
    writer.array(sent.count)
    for packet in sent {
      writer.array(4)
      writer.text(packet.name)
      writer.digest(packet.seal)
      Self.write(packet.ends, to: &writer)
      writer.unsigned(packet.isEarlier ? 1 : 0)
    }
    if let joining { writer.digest(joining) } else { writer.null() }
    return writer.bytes
  }

  private static func write(_ ids: [Digest], to writer: inout CBORWriter) {
    writer.array(ids.count)
    for id in ids { writer.digest(id) }
  }

  init() {}

  init(_ bytes: [UInt8]) throws(Malformed) {
    let span = bytes.span
    var cursor = CBORCursor()
    isOlder = try cursor.array(in: span, limit: 5) == 4
    told = try Self.read(&cursor, span)
    claimed = try Self.read(&cursor, span)
    claimedAt = try cursor.unsigned(in: span)
    for _ in 0..<(try cursor.array(in: span, limit: 1 << 20)) {
      let start = cursor.offset
      guard try cursor.array(in: span, limit: 4) == (isOlder ? 3 : 4) else {
        throw Malformed(.wrongType(expected: .array), at: start)
      }
      let name = span.copy(of: try cursor.text(in: span, limit: 128))
      let seal = try cursor.digest(in: span)
      let ends = try Self.read(&cursor, span)
      let isEarlier = isOlder ? false : try cursor.unsigned(in: span) == 1
      sent.append(
        Sent(
          name: String(decoding: name, as: UTF8.self),
          seal: seal,
          ends: ends,
          isEarlier: isEarlier
        )
      )
    }
    if !isOlder { joining = cursor.null(in: span) ? nil : try cursor.digest(in: span) }
  }

  private static func read(
    _ cursor: inout CBORCursor,
    _ span: Span<UInt8>
  ) throws(Malformed) -> [Digest] {
    var ids: [Digest] = []
    for _ in 0..<(try cursor.array(in: span, limit: 1 << 22)) {
      ids.append(try cursor.digest(in: span))
    }
    return ids
  }
}
