public import CoterieSealing
public import CoterieWire

/// The parents of an event: ascending, distinct, at most 64; none only in the founding event.
///
/// The first four stand in place, so most events take no memory of their own.
public struct Parents: Equatable, Sendable {
  /// How many stand in place.
  @usableFromInline static let inPlace = 4

  /// The number of parents.
  public internal(set) var count = 0
  @usableFromInline var first = InlineArray<4, Digest>(repeating: Digest.zero)
  @usableFromInline var rest: [Digest] = []

  /// Sorts and removes repetitions.
  public init(_ ids: [Digest]) {
    for id in ids.sorted() where count == 0 || self[count - 1] != id {
      if count < Self.inPlace { first[count] = id } else { rest.append(id) }
      count += 1
    }
  }

  /// All of them, ascending.
  public var ids: [Digest] {
    (0..<count).map { self[$0] }
  }

  /// The parent at a place from 0 to `count` - 1.
  @inlinable
  public subscript(place: Int) -> Digest {
    place < Self.inPlace ? first[place] : rest[place - Self.inPlace]
  }

  /// Whether they are the same.
  public static func == (left: Parents, right: Parents) -> Bool {
    left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }

  @inline(always)
  mutating func removeAll() {
    if count > Self.inPlace { rest = [] }
    count = 0
  }
}

/// An event whose bytes are well formed: the fields that its author signed.
public struct Event: Equatable, Sendable {
  /// BLAKE2b-256 of the payload.
  public var id: Digest
  /// The id of the founding event; nil in it.
  public var group: Digest?
  /// The author's public key.
  public var author: Digest
  /// 0, 1, 2… for each author in this group.
  public var sequence: UInt64
  /// The author's event before this one; nil at sequence 0.
  public var previous: Digest?
  /// The newest events that its author had seen.
  public var parents: Parents
  /// Milliseconds since 1970 as the author claims: shown, never judged.
  public var time: UInt64
  /// What it does.
  public var action: Action

  /// The id of the group to which the event belongs.
  @inlinable
  public var groupID: Digest {
    group ?? id
  }
}

/// An event that is yet to be signed.
public struct Draft: Equatable, Sendable {
  /// The id of the founding event; nil to found a group.
  public var group: Digest?
  /// The author's public key.
  public var author: Digest
  /// The author's next sequence number.
  public var sequence: UInt64
  /// The author's newest event.
  public var previous: Digest?
  /// The newest events that the author has seen.
  public var parents: Parents
  /// Milliseconds since 1970.
  public var time: UInt64
  /// What it does.
  public var action: Action

  /// Takes all fields.
  public init(
    group: Digest?,
    author: Digest,
    sequence: UInt64,
    previous: Digest?,
    parents: Parents,
    time: UInt64,
    action: Action
  ) {
    self.group = group
    self.author = author
    self.sequence = sequence
    self.previous = previous
    self.parents = parents
    self.time = time
    self.action = action
  }

  /// The fields of an event, to be signed anew.
  package init(_ event: Event) {
    self.init(
      group: event.group,
      author: event.author,
      sequence: event.sequence,
      previous: event.previous,
      parents: event.parents,
      time: event.time,
      action: event.action
    )
  }

  /// The envelope of this event, signed.
  ///
  /// About 13 µs.
  public func sealed(with key: borrowing SigningKey) -> [UInt8] {
    precondition(key.publicKey == author, "an event is signed by its author")
    return Envelope.sealing(payload, with: key)
  }
}
