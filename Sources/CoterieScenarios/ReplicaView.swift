internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// What one copy of a group shows, with people and events called as the caller wants them.
struct ReplicaView {
  let replica: Replica
  let current: CurrentView?
  let governance: Governance?
  private let name: (Digest) -> String
  private let step: (Digest) -> String

  init(
    _ replica: Replica,
    name: @escaping (Digest) -> String,
    step: @escaping (Digest) -> String
  ) {
    self.replica = replica
    self.name = name
    self.step = step
    let current = replica.judge.count > 0 ? replica.judge.currentView() : nil
    self.current = current
    governance = current.flatMap { replica.judge.governance(in: $0) }
  }

  private func map(_ pairs: [(String, JSONValue)]) -> JSONValue {
    .object(Dictionary(pairs) { first, _ in first })
  }

  /// The state without messages.
  var state: [String: JSONValue] {
    [
      "members": members, "preferences": preferences, "profile": profile, "welcome": welcome,
      "links": links, "invites": invites, "blocked": blocked, "dissolved": dissolved,
      "cancelled": cancelled, "forks": forks, "pending": pending,
    ]
  }

  var members: JSONValue {
    map((governance?.members ?? []).map { (name($0.key), .string($0.standing.role.name)) })
  }

  func verdict(of id: Digest) -> JSONValue? {
    if let guest = replica.waiting.guests[id] {
      return .object([
        "status": "pending", "missing": .strings(guest.missing.map { step($0) }.sorted()),
      ])
    }
    guard let current, let number = replica.judge.number(of: id) else { return nil }
    let verdict = replica.judge.verdict(of: number, in: current)
    let standing = verdict.standing.map { standing in
      JSONValue.object([
        "role": .string(standing.role.name),
        "path": .array(standing.path.map { .integer(Int64($0)) }),
      ])
    }
    return .object([
      "status": .string(verdict.status.rawValue),
      "code": .optional(verdict.code?.rawValue),
      "by": .optional(verdict.by.map { step($0) }),
      "standing": standing ?? .null,
      "need": .optional(verdict.need?.name),
      "support": .optional(verdict.support.map { step($0) }),
      "root": .optional(verdict.root.map { step($0) }),
    ])
  }

  var preferences: JSONValue {
    map((governance?.preferences ?? []).map { ($0.key.string, $0.value.json) })
  }

  var profile: JSONValue {
    guard let governance else { return .null }
    return .fields([
      "name": .string(governance.name.string),
      "description": governance.description.map { .string($0.string) },
    ])
  }

  var welcome: JSONValue { .optional(governance?.welcome?.string) }

  var links: JSONValue {
    map(
      (governance?.links ?? []).map { link in
        (
          step(link.id),
          .object([
            "status": .string(link.status.rawValue), "role": .string(link.role.name),
            "used": .integer(Int64(link.used)),
            "uses": link.uses.map { .integer(Int64(clamping: $0)) } ?? .null,
          ])
        )
      }
    )
  }

  var invites: JSONValue {
    map(
      (governance?.invites ?? []).map { invite in
        (
          step(invite.id),
          .object([
            "status": .string(invite.status.rawValue), "role": .string(invite.role.name),
            "invitee": .string(name(invite.key)),
          ])
        )
      }
    )
  }

  /// The state of each message, as all see it.
  var messages: JSONValue {
    guard let current else { return .object([:]) }
    let judge = replica.judge
    var pairs: [(String, JSONValue)] = []
    for event in 0..<judge.count where judge.kind(of: event) == .messagePost {
      if let state = judge.messageState(of: event, in: current) {
        pairs.append((step(judge.graph.id(event)), .string(state.rawValue)))
      }
    }
    return map(pairs)
  }

  var blocked: JSONValue {
    .strings((governance?.members ?? []).filter(\.isBlocked).map { name($0.key) }.sorted())
  }

  var dissolved: JSONValue { .bool(governance?.dissolvedBy != nil) }
  var cancelled: JSONValue { .bool(governance?.isCancelled ?? false) }

  var forks: JSONValue {
    .strings(Set(replica.judge.allForks().map { name($0.author) }).sorted())
  }

  var pending: JSONValue {
    map(replica.pending.map { (step($0.id), .strings($0.missing.map { step($0) }.sorted())) })
  }
}
