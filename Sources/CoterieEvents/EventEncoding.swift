internal import CoterieSealing
public import CoterieWire

extension Draft {
  /// The payload that its author signs, in deterministic CBOR.
  public var payload: [UInt8] {
    var writer = CBORWriter(capacity: 320)
    writer.map(7 + (group == nil ? 0 : 1) + (previous == nil ? 0 : 1))
    writer.unsigned(0)
    writer.unsigned(1)
    if let group {
      writer.unsigned(1)
      writer.digest(group)
    }
    writer.unsigned(2)
    writer.digest(author)
    writer.unsigned(3)
    writer.unsigned(sequence)
    if let previous {
      writer.unsigned(4)
      writer.digest(previous)
    }
    writer.unsigned(5)
    writer.array(parents.count)
    for parent in parents.ids { writer.digest(parent) }
    writer.unsigned(6)
    writer.unsigned(time)
    writer.unsigned(7)
    writer.text(action.kindName)
    writer.unsigned(8)
    action.writeBody(to: &writer)
    return writer.bytes
  }

  /// The id that the event will have.
  public var id: Digest {
    Hashing.digest(of: payload, domain: .event)
  }

  /// The event as it will be once it is signed.
  public var event: Event {
    Event(
      id: id,
      group: group,
      author: author,
      sequence: sequence,
      previous: previous,
      parents: parents,
      time: time,
      action: action
    )
  }
}

/// The pairs of a body, put into the order of deterministic CBOR when they are written.
private struct Fields {
  private var writer = CBORWriter(capacity: 160)
  /// Where each pair stands: the key, and behind it the value.
  private var pairs: [(key: Range<Int>, end: Int)] = []

  mutating func add(_ field: StaticString, _ write: (inout CBORWriter) -> Void) {
    let start = writer.bytes.count
    writer.text(field)
    add(keyFrom: start, write)
  }

  mutating func add(_ key: Text, _ write: (inout CBORWriter) -> Void) {
    let start = writer.bytes.count
    writer.text(key)
    add(keyFrom: start, write)
  }

  private mutating func add(keyFrom start: Int, _ write: (inout CBORWriter) -> Void) {
    let key = start..<writer.bytes.count
    write(&writer)
    pairs.append((key, writer.bytes.count))
  }

  mutating func add(_ field: StaticString, _ digest: Digest) {
    add(field) { $0.digest(digest) }
  }

  mutating func add(_ field: StaticString, _ text: Text) {
    add(field) { $0.text(text) }
  }

  mutating func add(_ field: StaticString, _ role: Role) {
    add(field) { $0.text(role.spelling) }
  }

  mutating func add(_ field: StaticString, _ content: Commitment) {
    var inner = Fields()
    inner.add(Field.commitment, content.digest)
    inner.add(Field.size) { $0.unsigned(content.size) }
    add(field) { inner.write(to: &$0) }
  }

  /// Writes the map: keys in the order of their encodings (RFC 8949 §4.2.1).
  func write(to other: inout CBORWriter) {
    let bytes = writer.bytes
    other.map(pairs.count)
    for pair in pairs.sorted(by: { bytes[$0.key].lexicographicallyPrecedes(bytes[$1.key]) }) {
      other.raw(bytes.span.extracting(pair.key.lowerBound..<pair.end))
    }
  }
}

extension Action {
  /// Writes the body map.
  package func writeBody(to writer: inout CBORWriter) {
    if case .unknown(_, let body) = self {
      writer.raw(body)
      return
    }
    var fields = Fields()
    addGroupFields(to: &fields)
    addEntryFields(to: &fields)
    addMemberFields(to: &fields)
    addMessageFields(to: &fields)
    fields.write(to: &writer)
  }

  private func addGroupFields(to fields: inout Fields) {
    switch self {
    case .groupFound(let founding):
      founding.addFields(to: &fields)
    case .groupProfile(let name, let description):
      fields.add(Field.name, name)
      if let description { fields.add(Field.description, description) }
    case .groupPreference(let key, let value):
      fields.add(Field.key, key)
      fields.add(Field.value) { value.write(to: &$0) }
    case .groupWelcome(let text):
      fields.add(Field.text, text)
    default:
      break
    }
  }

  private func addEntryFields(to fields: inout Fields) {
    switch self {
    case .inviteCreate(let invitee, let role):
      fields.add(Field.invitee, invitee)
      fields.add(Field.role, role)
    case .inviteWithdraw(let invite), .inviteDecline(let invite):
      fields.add(Field.invite, invite)
    case .inviteAccept(let invite, let seal, let name):
      fields.add(Field.invite, invite)
      fields.add(Field.seal, seal)
      if let name { fields.add(Field.name, name) }
    case .linkCreate(let link, let role, let uses):
      fields.add(Field.link, link)
      fields.add(Field.role, role)
      if let uses { fields.add(Field.uses) { $0.unsigned(uses) } }
    case .linkRole(let link, let role):
      fields.add(Field.link, link)
      fields.add(Field.role, role)
    case .linkClose(let link):
      fields.add(Field.link, link)
    case .linkJoin(let joining):
      fields.add(Field.link, joining.link)
      fields.add(Field.proof) { $0.byteString(joining.proof.bytes) }
      fields.add(Field.seal, joining.seal)
      if let name = joining.name { fields.add(Field.name, name) }
    default:
      break
    }
  }

  private func addMemberFields(to fields: inout Fields) {
    switch self {
    case .memberRole(let member, let role):
      fields.add(Field.member, member)
      fields.add(Field.role, role)
    case .memberRemove(let member, let erase):
      fields.add(Field.member, member)
      fields.add(Field.erase) { $0.bool(erase) }
    case .memberResign(let role):
      fields.add(Field.role, role)
    case .memberProfile(let name):
      fields.add(Field.name, name)
    case .memberSeal(let seal):
      fields.add(Field.seal, seal)
    case .memberBlock(let member), .memberUnblock(let member):
      fields.add(Field.member, member)
    default:
      break
    }
  }

  private func addMessageFields(to fields: inout Fields) {
    switch self {
    case .messagePost(let post):
      fields.add(Field.type) { $0.text(post.type.spelling) }
      fields.add(Field.content, post.content)
      if let reply = post.reply { fields.add(Field.reply, reply) }
      if let forwarded = post.forwarded { fields.add(Field.forwarded) { $0.bool(forwarded) } }
      if let lifetime = post.lifetime { fields.add(Field.lifetime) { $0.unsigned(lifetime) } }
    case .messageEdit(let message, let content), .messageReport(let message, let content):
      fields.add(Field.message, message)
      fields.add(Field.content, content)
    case .messageDelete(let message):
      fields.add(Field.message, message)
    case .messageReact(let message, let emoji, let on):
      fields.add(Field.message, message)
      fields.add(Field.emoji, emoji)
      fields.add(Field.on) { $0.bool(on) }
    default:
      break
    }
  }
}

extension Founding {
  fileprivate func addFields(to fields: inout Fields) {
    fields.add(Field.template) { $0.text(template.spelling) }
    fields.add(Field.name, name)
    fields.add(Field.rules) { $0.unsigned(1) }
    fields.add(Field.nonce) { $0.byteString(nonce) }
    fields.add(Field.seal, seal)
    var inner = Fields()
    for setting in preferences { inner.add(setting.key) { setting.value.write(to: &$0) } }
    fields.add(Field.preferences) { inner.write(to: &$0) }
    if let from {
      var origin = Fields()
      origin.add(Field.group, from.group)
      origin.add(Field.event, from.event)
      fields.add(Field.from) { origin.write(to: &$0) }
    }
  }
}

extension PreferenceValue {
  package func write(to writer: inout CBORWriter) {
    switch self {
    case .on: writer.text("on")
    case .off: writer.text("off")
    case .from(let role): writer.text(role.spelling)
    case .seconds(let seconds): writer.unsigned(seconds)
    case .other(let text): writer.text(text)
    }
  }
}
