internal import CoterieEvents
internal import CoterieSealing
public import CoterieWire

extension Governance {
  /// BLAKE2b-256, personalised `coterie.state`, over this state and a verdict digest.
  public func digest(verdicts: Digest) -> Digest {
    var writer = CBORWriter(capacity: 4096)
    writer.array(2)
    writer.raw(encoded)
    writer.digest(verdicts)
    return Hashing.digest(of: writer.bytes, domain: .state)
  }

  /// The state in deterministic CBOR.
  public var encoded: [UInt8] {
    var writer = CBORWriter(capacity: 4096)
    writer.array(11)
    writer.digest(group)
    writer.text(template.name)
    writer.array(members.count)
    for member in members { member.write(to: &writer) }
    for entries in [invites, links] {
      writer.array(entries.count)
      for entry in entries { entry.write(to: &writer) }
    }
    writer.array(preferences.count)
    for setting in preferences {
      writer.array(2)
      writer.text(setting.key)
      setting.value.write(to: &writer)
    }
    writer.text(name)
    for text in [description, welcome] {
      if let text { writer.text(text) } else { writer.null() }
    }
    if let dissolvedBy { writer.digest(dissolvedBy) } else { writer.null() }
    writer.bool(isCancelled)
    return writer.bytes
  }

  /// Reads what `encoded` wrote: the state of a checkpoint.
  public init(encoded bytes: [UInt8]) throws(Malformed) {
    var cursor = CBORCursor()
    let span = bytes.span
    try cursor.expectArray(of: 11, in: span)
    group = try cursor.digest(in: span)
    template = try cursor.named(in: span) { Template(name: $0) }
    members = []
    for _ in 0..<(try cursor.list(in: span)) { members.append(try Member(&cursor, span)) }
    invites = []
    for _ in 0..<(try cursor.list(in: span)) { invites.append(try Entry(&cursor, span)) }
    links = []
    for _ in 0..<(try cursor.list(in: span)) { links.append(try Entry(&cursor, span)) }
    preferences = []
    for _ in 0..<(try cursor.list(in: span)) {
      try cursor.expectArray(of: 2, in: span)
      let key = try cursor.words(in: span)
      let value: PreferenceValue =
        cursor.nextMajor(in: span) == 0
        ? .seconds(try cursor.unsigned(in: span))
        : PreferenceValue(text: try cursor.words(in: span))
      preferences.append(PreferenceSetting(key: key, value: value))
    }
    name = try cursor.words(in: span)
    description = cursor.null(in: span) ? nil : try cursor.words(in: span)
    welcome = cursor.null(in: span) ? nil : try cursor.words(in: span)
    dissolvedBy = cursor.null(in: span) ? nil : try cursor.digest(in: span)
    isCancelled = try cursor.bool(in: span)
    guard cursor.offset == bytes.count else { throw Malformed(.trailingBytes, at: cursor.offset) }
  }
}

extension Governance.Member {
  fileprivate func write(to writer: inout CBORWriter) {
    writer.array(5)
    writer.digest(key)
    writer.text(standing.role.name)
    writer.array(standing.path.count)
    for sequence in standing.path { writer.unsigned(sequence) }
    writer.digest(grant)
    writer.bool(isBlocked)
  }

  fileprivate init(_ cursor: inout CBORCursor, _ bytes: Span<UInt8>) throws(Malformed) {
    try cursor.expectArray(of: 5, in: bytes)
    key = try cursor.digest(in: bytes)
    let role = try cursor.named(in: bytes) { Role(name: $0) }
    var path: [UInt64] = []
    for _ in 0..<(try cursor.list(in: bytes)) { path.append(try cursor.unsigned(in: bytes)) }
    standing = Standing(role: role, path: path)
    grant = try cursor.digest(in: bytes)
    isBlocked = try cursor.bool(in: bytes)
  }
}

extension Governance.Entry {
  fileprivate func write(to writer: inout CBORWriter) {
    writer.array(6)
    writer.digest(id)
    writer.digest(key)
    writer.text(status.rawValue)
    writer.text(role.name)
    writer.unsigned(UInt64(used))
    if let uses { writer.unsigned(uses) } else { writer.null() }
  }

  fileprivate init(_ cursor: inout CBORCursor, _ bytes: Span<UInt8>) throws(Malformed) {
    try cursor.expectArray(of: 6, in: bytes)
    id = try cursor.digest(in: bytes)
    key = try cursor.digest(in: bytes)
    status = try cursor.named(in: bytes) { Governance.EntryStatus(rawValue: $0) }
    role = try cursor.named(in: bytes) { Role(name: $0) }
    used = Int(clamping: try cursor.unsigned(in: bytes))
    uses = cursor.null(in: bytes) ? nil : try cursor.unsigned(in: bytes)
  }
}

extension CBORCursor {
  fileprivate mutating func list(in bytes: Span<UInt8>) throws(Malformed) -> Int {
    try array(in: bytes, limit: bytes.count)
  }

  fileprivate mutating func expectArray(of count: Int, in bytes: Span<UInt8>) throws(Malformed) {
    let start = offset
    guard try list(in: bytes) == count else { throw Malformed(.unexpectedKey, at: start) }
  }

  fileprivate mutating func words(in bytes: Span<UInt8>) throws(Malformed) -> Text {
    let range = try text(in: bytes, limit: bytes.count)
    return Text(validated: bytes.copy(of: range))
  }

  fileprivate mutating func named<Value>(
    in bytes: Span<UInt8>,
    _ value: (String) -> Value?
  ) throws(Malformed) -> Value {
    let start = offset
    guard let found = value(try words(in: bytes).string) else {
      throw Malformed(.invalidValue(field: "name"), at: start)
    }
    return found
  }
}
