package import CoterieEvents
package import CoterieJSON
internal import CoterieSealing
package import CoterieWire

/// The body of an event as JSON; keys and event ids are shown as the caller wants them.
package struct ActionFields {
  private let key: (Digest) -> JSONValue
  private let event: (Digest) -> JSONValue

  package init(
    key: @escaping (Digest) -> JSONValue = { .string($0.hex) },
    event: @escaping (Digest) -> JSONValue = { .string($0.hex) }
  ) {
    self.key = key
    self.event = event
  }

  /// The fields of a body under the names that events use.
  package func json(of action: Action) -> JSONValue {
    switch action {
    case .groupFound(let founding): json(of: founding)
    case .groupProfile(let name, let description):
      .fields(["name": text(name), "description": description.map { text($0) }])
    case .groupPreference(let key, let value): .object(["key": text(key), "value": value.json])
    case .groupWelcome(let words): .object(["text": text(words)])
    case .groupDissolve, .memberLeave, .historyClear: .object([:])
    case .inviteCreate(let invitee, let role):
      .object(["invitee": key(invitee), "role": .string(role.name)])
    case .inviteWithdraw(let invite), .inviteDecline(let invite):
      .object(["invite": event(invite)])
    case .inviteAccept(let invite, let seal, let name):
      .fields([
        "invite": event(invite), "seal": .string(seal.hex), "name": name.map { json(of: $0) },
      ])
    case .linkCreate(let link, let role, let uses):
      .fields([
        "link": .string(link.hex), "role": .string(role.name),
        "uses": uses.map { .integer(Int64(clamping: $0)) },
      ])
    case .linkRole(let link, let role): .object(["link": event(link), "role": .string(role.name)])
    case .linkClose(let link): .object(["link": event(link)])
    case .linkJoin(let joining): json(of: joining)
    case .memberRole(let member, let role):
      .object(["member": key(member), "role": .string(role.name)])
    case .memberRemove(let member, let erase):
      .object(["member": key(member), "erase": .bool(erase)])
    case .memberResign(let role): .object(["role": .string(role.name)])
    case .memberProfile(let name): .object(["name": json(of: name)])
    case .memberSeal(let seal): .object(["seal": .string(seal.hex)])
    case .memberBlock(let member), .memberUnblock(let member): .object(["member": key(member)])
    case .messagePost(let post): json(of: post)
    case .messageEdit(let message, let content), .messageReport(let message, let content):
      .object(["message": event(message), "content": json(of: content)])
    case .messageDelete(let message): .object(["message": event(message)])
    case .messageReact(let message, let emoji, let on):
      .object(["message": event(message), "emoji": text(emoji), "on": .bool(on)])
    case .unknown(_, let body): .object(["cbor": .string(body.hex)])
    }
  }

  private func text(_ text: Text) -> JSONValue { .string(text.string) }

  private func json(of content: Commitment) -> JSONValue {
    .object([
      "commitment": .string(content.digest.hex), "size": .integer(Int64(clamping: content.size)),
    ])
  }

  private func json(of founding: Founding) -> JSONValue {
    let preferences = founding.preferences.map { ($0.key.string, $0.value.json) }
    return .fields([
      "template": .string(founding.template.name),
      "name": text(founding.name),
      "preferences": .object(Dictionary(preferences) { first, _ in first }),
      "rules": 1,
      "nonce": .string(founding.nonce.hex),
      "seal": .string(founding.seal.hex),
      "from": founding.from.map {
        .object(["group": .string($0.group.hex), "event": .string($0.event.hex)])
      },
    ])
  }

  private func json(of joining: Joining) -> JSONValue {
    .fields([
      "link": event(joining.link),
      "proof": .string(joining.proof.bytes.hex),
      "seal": .string(joining.seal.hex),
      "name": joining.name.map { json(of: $0) },
    ])
  }

  private func json(of post: Post) -> JSONValue {
    .fields([
      "type": .string(post.type.name),
      "content": json(of: post.content),
      "reply": post.reply.map { event($0) },
      "forwarded": post.forwarded.map { .bool($0) },
      "lifetime": post.lifetime.map { .integer(Int64(clamping: $0)) },
    ])
  }
}

extension PreferenceValue {
  /// The value as scenarios and reports write it.
  package var json: JSONValue {
    switch self {
    case .on: "on"
    case .off: "off"
    case .from(let role): .string(role.name)
    case .seconds(let seconds): .integer(Int64(clamping: seconds))
    case .other(let text): .string(text.string)
    }
  }
}
