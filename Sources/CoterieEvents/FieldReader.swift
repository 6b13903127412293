internal import CoterieSealing
internal import CoterieWire

/// The names of the fields in bodies.
enum Field {
  static let commitment = ShortText("commitment")
  static let content = ShortText("content")
  static let description = ShortText("description")
  static let emoji = ShortText("emoji")
  static let erase = ShortText("erase")
  static let event = ShortText("event")
  static let forwarded = ShortText("forwarded")
  static let from = ShortText("from")
  static let group = ShortText("group")
  static let invite = ShortText("invite")
  static let invitee = ShortText("invitee")
  static let key = ShortText("key")
  static let lifetime = ShortText("lifetime")
  static let link = ShortText("link")
  static let member = ShortText("member")
  static let message = ShortText("message")
  static let name = ShortText("name")
  static let nonce = ShortText("nonce")
  static let on = ShortText("on")
  static let preferences = ShortText("preferences")
  static let proof = ShortText("proof")
  static let reply = ShortText("reply")
  static let role = ShortText("role")
  static let rules = ShortText("rules")
  static let seal = ShortText("seal")
  static let size = ShortText("size")
  static let template = ShortText("template")
  static let text = ShortText("text")
  static let type = ShortText("type")
  static let uses = ShortText("uses")
  static let value = ShortText("value")
}

/// Reads a map whose keys are known, in the only order in which they may stand.
///
/// The caller asks for the fields in ascending order of their encodings (shorter keys first), so
/// a key out of order, repeated or unknown is never the one that is asked for, and is refused.
struct FieldReader {
  var cursor: CBORCursor
  private var pairsLeft: Int

  /// Reads the head of the map.
  init(_ cursor: CBORCursor, in bytes: Span<UInt8>) throws(Malformed) {
    self.cursor = cursor
    pairsLeft = try self.cursor.map(in: bytes, limit: Limits.envelopeBytesMax)
  }

  /// Whether the next key is `field`; steps over the key if so.
  mutating func has(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) -> Bool {
    guard pairsLeft > 0 else { return false }
    if let end = field.end(at: cursor.offset, of: bytes) {
      cursor.offset = end
      pairsLeft -= 1
      return true
    }
    var ahead = cursor
    let key = try ahead.text(in: bytes, limit: Limits.nameBytesMax)
    guard field.matches(key, of: bytes) else { return false }
    cursor = ahead
    pairsLeft -= 1
    return true
  }

  /// Steps over the key `field`, which must stand here.
  mutating func require(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) {
    guard try has(field, in: bytes) else {
      throw Malformed(
        pairsLeft > 0 ? .unexpectedKey : .missingKey(field.name),
        at: cursor.offset
      )
    }
  }

  /// Checks that no key is left, and answers the place behind the map.
  func finish() throws(Malformed) -> CBORCursor {
    guard pairsLeft == 0 else { throw Malformed(.unexpectedKey, at: cursor.offset) }
    return cursor
  }

  mutating func digest(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) -> Digest {
    try require(field, in: bytes)
    return try cursor.digest(in: bytes)
  }

  /// A public key that enters the group here: it must be a point of the prime-order subgroup.
  mutating func publicKey(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) -> Digest {
    try require(field, in: bytes)
    let start = cursor.offset
    let key = try cursor.digest(in: bytes)
    guard VerifyingKey.isValid(key) else { throw Malformed(.invalidKey, at: start) }
    return key
  }

  mutating func bool(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) -> Bool {
    try require(field, in: bytes)
    return try cursor.bool(in: bytes)
  }

  mutating func text(
    _ field: ShortText,
    limit: Int,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Text {
    try require(field, in: bytes)
    let range = try cursor.text(in: bytes, limit: limit)
    return Text(validated: bytes.copy(of: range))
  }

  /// A text that must be one of `names`: answers which.
  mutating func choice(
    _ field: ShortText,
    of names: [ShortText],
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Int {
    try require(field, in: bytes)
    for (place, name) in names.enumerated() {
      guard let end = name.end(at: cursor.offset, of: bytes) else { continue }
      cursor.offset = end
      return place
    }
    let range = try cursor.text(in: bytes, limit: Limits.nameBytesMax)
    throw Malformed(.invalidValue(field: field.name), at: range.lowerBound)
  }

  mutating func role(in bytes: Span<UInt8>) throws(Malformed) -> Role {
    Role.allCases[try choice(Field.role, of: Role.names, in: bytes)]
  }

  /// The map `{size, commitment}`.
  mutating func content(_ field: ShortText, in bytes: Span<UInt8>) throws(Malformed) -> Commitment {
    try require(field, in: bytes)
    var inner = try FieldReader(cursor, in: bytes)
    try inner.require(Field.size, in: bytes)
    let start = inner.cursor.offset
    let size = try inner.cursor.unsigned(in: bytes)
    guard size <= UInt64(Limits.contentBytesMax) else {
      throw Malformed(.overLimit(length: size, limit: Limits.contentBytesMax), at: start)
    }
    let digest = try inner.digest(Field.commitment, in: bytes)
    cursor = try inner.finish()
    return Commitment(digest: digest, size: size)
  }
}
