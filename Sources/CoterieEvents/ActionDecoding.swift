internal import CoterieSealing
internal import CoterieWire

extension Action {
  /// Reads a body.
  ///
  /// Fields are asked for in the order in which deterministic CBOR sorts them.
  static func decode(
    kind name: Range<Int>,
    _ cursor: inout CBORCursor,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    if let kind = Kind(name, of: bytes) {
      var fields = try FieldReader(cursor, in: bytes)
      let action = try known(kind, &fields, bytes)
      cursor = try fields.finish(in: bytes)
      return action
    }
    let start = cursor.offset
    guard cursor.nextMajor(in: bytes) == 5 else {
      throw Malformed(.wrongType(expected: .map), at: start)
    }
    try cursor.skipItem(in: bytes, depth: 1)
    return .unknown(
      kind: Text(validated: bytes.copy(of: name)),
      body: bytes.copy(of: start..<cursor.offset)
    )
  }

  private static func known(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .groupFound, .groupProfile, .groupPreference, .groupWelcome, .groupDissolve:
      try group(kind, &fields, bytes)
    case .inviteCreate, .inviteWithdraw, .inviteAccept, .inviteDecline:
      try invite(kind, &fields, bytes)
    case .linkCreate, .linkRole, .linkClose, .linkJoin:
      try link(kind, &fields, bytes)
    case .memberRole, .memberRemove, .memberLeave, .memberResign, .memberProfile, .memberSeal,
      .memberBlock, .memberUnblock:
      try member(kind, &fields, bytes)
    case .messagePost:
      .messagePost(try Post(&fields, bytes))
    case .messageEdit, .messageDelete, .messageReact, .messageReport, .historyClear, .unknown:
      try message(kind, &fields, bytes)
    }
  }

  private static func group(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .groupFound:
      return .groupFound(try Founding(&fields, bytes))
    case .groupProfile:
      let name = try fields.text(Field.name, limit: Limits.nameBytesMax, in: bytes)
      guard fields.has(Field.description, in: bytes) else {
        return .groupProfile(name: name, description: nil)
      }
      let range = try fields.cursor.text(in: bytes, limit: Limits.envelopeBytesMax)
      return .groupProfile(name: name, description: Text(validated: bytes.copy(of: range)))
    case .groupPreference:
      let key = try fields.text(Field.key, limit: Limits.nameBytesMax, in: bytes)
      try fields.require(Field.value, in: bytes)
      return .groupPreference(key: key, value: try PreferenceValue(of: key, &fields.cursor, bytes))
    case .groupWelcome:
      return .groupWelcome(
        text: try fields.text(Field.text, limit: Limits.envelopeBytesMax, in: bytes)
      )
    default:
      return .groupDissolve
    }
  }

  private static func invite(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .inviteCreate:
      let role = try fields.role(in: bytes)
      return .inviteCreate(invitee: try fields.publicKey(Field.invitee, in: bytes), role: role)
    case .inviteWithdraw:
      return .inviteWithdraw(invite: try fields.digest(Field.invite, in: bytes))
    case .inviteAccept:
      let hasName = try fields.hasContent(Field.name, in: bytes)
      let seal = try fields.digest(Field.seal, in: bytes)
      let invite = try fields.digest(Field.invite, in: bytes)
      return .inviteAccept(invite: invite, seal: seal, name: hasName)
    default:
      return .inviteDecline(invite: try fields.digest(Field.invite, in: bytes))
    }
  }

  private static func link(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .linkCreate:
      let link = try fields.publicKey(Field.link, in: bytes)
      let role = try fields.role(in: bytes)
      let hasUses = fields.has(Field.uses, in: bytes)
      let uses = hasUses ? try fields.cursor.unsigned(in: bytes) : nil
      return .linkCreate(link: link, role: role, uses: uses)
    case .linkRole:
      let link = try fields.digest(Field.link, in: bytes)
      return .linkRole(link: link, role: try fields.role(in: bytes))
    case .linkClose:
      return .linkClose(link: try fields.digest(Field.link, in: bytes))
    default:
      let link = try fields.digest(Field.link, in: bytes)
      let name = try fields.hasContent(Field.name, in: bytes)
      let seal = try fields.digest(Field.seal, in: bytes)
      try fields.require(Field.proof, in: bytes)
      let start = fields.cursor.offset
      let range = try fields.cursor.byteString(in: bytes, limit: Signature.byteCount)
      guard let proof = Signature(bytes.copy(of: range)) else {
        throw Malformed(.invalidValue(field: Field.proof.description), at: start)
      }
      return .linkJoin(Joining(link: link, proof: proof, seal: seal, name: name))
    }
  }

  private static func member(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .memberRole:
      let role = try fields.role(in: bytes)
      return .memberRole(member: try fields.digest(Field.member, in: bytes), role: role)
    case .memberRemove:
      let erase = try fields.bool(Field.erase, in: bytes)
      return .memberRemove(member: try fields.digest(Field.member, in: bytes), erase: erase)
    case .memberResign:
      return .memberResign(role: try fields.role(in: bytes))
    case .memberProfile:
      return .memberProfile(name: try fields.content(Field.name, in: bytes))
    case .memberSeal:
      return .memberSeal(seal: try fields.digest(Field.seal, in: bytes))
    case .memberBlock:
      return .memberBlock(member: try fields.digest(Field.member, in: bytes))
    case .memberUnblock:
      return .memberUnblock(member: try fields.digest(Field.member, in: bytes))
    default:
      return .memberLeave
    }
  }

  private static func message(
    _ kind: Kind,
    _ fields: inout FieldReader,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> Action {
    switch kind {
    case .messageEdit:
      let content = try fields.content(Field.content, in: bytes)
      return .messageEdit(message: try fields.digest(Field.message, in: bytes), content: content)
    case .messageDelete:
      return .messageDelete(message: try fields.digest(Field.message, in: bytes))
    case .messageReact:
      let on = try fields.bool(Field.on, in: bytes)
      let emoji = try fields.text(Field.emoji, limit: Limits.nameBytesMax, in: bytes)
      let message = try fields.digest(Field.message, in: bytes)
      return .messageReact(message: message, emoji: emoji, on: on)
    case .messageReport:
      let content = try fields.content(Field.content, in: bytes)
      return .messageReport(message: try fields.digest(Field.message, in: bytes), content: content)
    default:
      return .historyClear
    }
  }
}

extension FieldReader {
  /// A content that may be absent.
  mutating func hasContent(
    _ field: StaticString,
    in bytes: Span<UInt8>
  ) throws(Malformed) -> Commitment? {
    var ahead = self
    guard ahead.has(field, in: bytes) else { return nil }
    return try content(field, in: bytes)
  }
}

extension Founding {
  fileprivate init(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(Malformed) {
    var from: Origin?
    if fields.has(Field.from, in: bytes) {
      var inner = try FieldReader(fields.cursor, in: bytes)
      let event = try inner.digest(Field.event, in: bytes)
      from = Origin(group: try inner.digest(Field.group, in: bytes), event: event)
      fields.cursor = try inner.finish(in: bytes)
    }
    let name = try fields.text(Field.name, limit: Limits.nameBytesMax, in: bytes)
    let seal = try fields.digest(Field.seal, in: bytes)
    try fields.require(Field.nonce, in: bytes)
    let nonceOffset = fields.cursor.offset
    let nonce = try fields.cursor.byteString(in: bytes, limit: 16)
    guard nonce.count == 16 else {
      throw Malformed(.invalidValue(field: Field.nonce.description), at: nonceOffset)
    }
    try fields.require(Field.rules, in: bytes)
    let rulesOffset = fields.cursor.offset
    let rules = try fields.cursor.unsigned(in: bytes)
    guard rules == 1 else { throw Malformed(.unsupportedRules(rules), at: rulesOffset) }
    let template: Template = try fields.choice(Field.template, in: bytes)
    try fields.require(Field.preferences, in: bytes)
    let preferences = try Founding.preferences(&fields.cursor, bytes)
    self.init(
      template: template,
      name: name,
      preferences: preferences,
      nonce: bytes.copy(of: nonce),
      seal: seal,
      from: from
    )
  }

  private static func preferences(
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>
  ) throws(Malformed) -> [PreferenceSetting] {
    let count = try cursor.map(in: bytes, limit: Limits.envelopeBytesMax)
    var settings: [PreferenceSetting] = []
    for _ in 0..<count {
      let start = cursor.offset
      let range = try cursor.text(in: bytes, limit: Limits.nameBytesMax)
      let key = Text(validated: bytes.copy(of: range))
      if let last = settings.last?.key, !key.isEncoded(after: last) {
        throw Malformed(.unsortedKeys, at: start)
      }
      let value = try PreferenceValue(of: key, &cursor, bytes)
      settings.append(PreferenceSetting(key: key, value: value))
    }
    return settings
  }
}

extension Text {
  /// Whether deterministic CBOR sorts this key behind `other`: shorter first, then by bytes.
  func isEncoded(after other: Text) -> Bool {
    utf8.count == other.utf8.count ? other < self : other.utf8.count < utf8.count
  }
}

extension PreferenceValue {
  fileprivate init(
    of key: Text,
    _ cursor: inout CBORCursor,
    _ bytes: Span<UInt8>
  ) throws(Malformed) {
    let start = cursor.offset
    if cursor.nextMajor(in: bytes) == 0 {
      self = .seconds(try cursor.unsigned(in: bytes))
    } else {
      let range = try cursor.text(in: bytes, limit: Limits.nameBytesMax)
      self.init(text: Text(validated: bytes.copy(of: range)))
    }
    guard fits(key) else {
      throw Malformed(.invalidValue(field: Field.value.description), at: start)
    }
  }
}

extension Post {
  /// Reads the fields of a post: all but the end of the map.
  init(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(Malformed) {
    let type: ContentType = try fields.choice(Field.type, in: bytes)
    let hasReply = fields.has(Field.reply, in: bytes)
    let reply = hasReply ? try fields.cursor.digest(in: bytes) : nil
    let content = try fields.content(Field.content, in: bytes)
    let hasLifetime = fields.has(Field.lifetime, in: bytes)
    let lifetimeOffset = fields.cursor.offset
    let lifetime = hasLifetime ? try fields.cursor.unsigned(in: bytes) : nil
    if let lifetime, lifetime > Limits.lifetimeSecondsMax {
      throw Malformed(.invalidValue(field: Field.lifetime.description), at: lifetimeOffset)
    }
    let hasForwarded = fields.has(Field.forwarded, in: bytes)
    let forwarded = hasForwarded ? try fields.cursor.bool(in: bytes) : nil
    self.init(
      type: type,
      content: content,
      reply: reply,
      forwarded: forwarded,
      lifetime: lifetime
    )
  }
}
