internal import CoterieSealing
internal import CoterieWire

/// The names of the fields in bodies.
enum Field {
  static let commitment: StaticString = "commitment"
  static let content: StaticString = "content"
  static let description: StaticString = "description"
  static let emoji: StaticString = "emoji"
  static let erase: StaticString = "erase"
  static let event: StaticString = "event"
  static let forwarded: StaticString = "forwarded"
  static let from: StaticString = "from"
  static let group: StaticString = "group"
  static let invite: StaticString = "invite"
  static let invitee: StaticString = "invitee"
  static let key: StaticString = "key"
  static let lifetime: StaticString = "lifetime"
  static let link: StaticString = "link"
  static let member: StaticString = "member"
  static let message: StaticString = "message"
  static let name: StaticString = "name"
  static let nonce: StaticString = "nonce"
  static let on: StaticString = "on"
  static let preferences: StaticString = "preferences"
  static let proof: StaticString = "proof"
  static let reply: StaticString = "reply"
  static let role: StaticString = "role"
  static let rules: StaticString = "rules"
  static let seal: StaticString = "seal"
  static let size: StaticString = "size"
  static let template: StaticString = "template"
  static let text: StaticString = "text"
  static let type: StaticString = "type"
  static let uses: StaticString = "uses"
  static let value: StaticString = "value"
}

/// Reads a map whose keys are known, in the only order in which they may stand.
///
/// The caller asks for the fields in ascending order of their encodings (shorter keys first), so
/// a key out of order, repeated or unknown is never the one that is asked for, and is refused.
struct FieldReader {
  var cursor: CBORCursor
  private var pairsLeft: Int
  /// Whether the key that stands here was looked at, and is another one than asked for.
  private var isOther = false

  /// Reads the head of the map.
  @inline(always)
  init(_ cursor: CBORCursor, in bytes: Span<UInt8>) throws(Malformed) {
    self.cursor = cursor
    pairsLeft = try self.cursor.map(in: bytes, limit: Limits.envelopeBytesMax)
  }

  /// Whether the next key is `field`; steps over the key if so.
  @inline(always)
  mutating func has(_ field: StaticString, in bytes: Span<UInt8>) -> Bool {
    guard pairsLeft > 0 else { return false }
    isOther = !cursor.has(field, in: bytes)
    if isOther { return false }
    pairsLeft &-= 1
    return true
  }

  /// Steps over the key `field`, which must stand here.
  @inline(always)
  mutating func require(_ field: StaticString, in bytes: Span<UInt8>) throws(Malformed) {
    guard has(field, in: bytes) else {
      if pairsLeft == 0 { throw Malformed(.missingKey(field.description), at: cursor.offset) }
      throw wrongKey(in: bytes)
    }
  }

  /// Checks that no key is left, and answers the place behind the map.
  @inline(always)
  func finish(in bytes: Span<UInt8>) throws(Malformed) -> CBORCursor {
    guard pairsLeft == 0 else {
      throw isOther ? wrongKey(in: bytes) : Malformed(.unexpectedKey, at: cursor.offset)
    }
    return cursor
  }

  /// What is wrong with the key that stands here: it is no text, or another one than asked for.
  @inline(never)
  private func wrongKey(in bytes: Span<UInt8>) -> Malformed {
    var ahead = cursor
    do throws(Malformed) {
      _ = try ahead.text(in: bytes, limit: Limits.nameBytesMax)
      return Malformed(.unexpectedKey, at: cursor.offset)
    } catch {
      return error
    }
  }

  @inline(always)
  mutating func digest(_ field: StaticString, in bytes: Span<UInt8>) throws(Malformed) -> Digest {
    try require(field, in: bytes)
    return try cursor.digest(in: bytes)
  }

  /// A public key that enters the group here: it must be a point of the prime-order subgroup.
  mutating func publicKey(_ field: StaticString, in bytes: Span<UInt8>) throws(Malformed) -> Digest
  {
    try require(field, in: bytes)
    let start = cursor.offset
    let key = try cursor.digest(in: bytes)
    guard VerifyingKey.isValid(key) else { throw Malformed(.invalidKey, at: start) }
    return key
  }

  mutating func bool(_ field: StaticString, in bytes: Span<UInt8>) throws(Malformed) -> Bool {
    try require(field, in: bytes)
    return try cursor.bool(in: bytes)
  }

  mutating func text(
    _ field: StaticString,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Text {
    try require(field, in: bytes)
    let range = try cursor.text(in: bytes, limit: limit)
    return Text(validated: bytes.copy(of: range))
  }

  /// A text that must be one of the names of `Choice`.
  mutating func choice<Choice: Spelled>(
    _ field: StaticString,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Choice {
    try require(field, in: bytes)
    for choice in Choice.allCases where cursor.has(choice.spelling, in: bytes) { return choice }
    let range = try cursor.text(in: bytes, limit: Limits.nameBytesMax)
    throw Malformed(.invalidValue(field: field.description), at: range.lowerBound)
  }

  mutating func role(in bytes: Span<UInt8>) throws(Malformed) -> Role {
    try choice(Field.role, in: bytes)
  }

  /// The map `{size, commitment}`.
  @inline(always)
  mutating func content(
    _ field: StaticString,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Commitment {
    try require(field, in: bytes)
    var inner = try FieldReader(cursor, in: bytes)
    try inner.require(Field.size, in: bytes)
    let start = inner.cursor.offset
    let size = try inner.cursor.unsigned(in: bytes)
    guard size <= UInt64(Limits.contentBytesMax) else {
      throw Malformed(.overLimit(length: size, limit: Limits.contentBytesMax), at: start)
    }
    let digest = try inner.digest(Field.commitment, in: bytes)
    cursor = try inner.finish(in: bytes)
    return Commitment(digest: digest, size: size)
  }
}

/// What has names in the format.
protocol Spelled: CaseIterable {
  var spelling: StaticString { get }
}

extension Role: Spelled {}
extension Template: Spelled {}
extension Post.ContentType: Spelled {}
