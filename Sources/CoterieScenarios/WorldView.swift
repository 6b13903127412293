internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// What one store of a scenario shows, or the union of all, with names in place of keys and ids.
struct WorldView {
  private let world: World
  private let person: Person?
  private let replica: Replica
  private let current: CurrentView?
  private let governance: Governance?

  init(_ world: World, of person: Person?) {
    self.world = world
    self.person = person
    replica = person?.replica ?? world.union
    let current = replica.judge.count > 0 ? replica.judge.currentView() : nil
    self.current = current
    governance = current.flatMap { [replica] in replica.judge.governance(in: $0) }
  }

  private var judge: Judge { replica.judge }

  var json: JSONValue {
    .object([
      "members": members, "verdicts": verdicts, "digest": digest, "refused": refused,
      "preferences": preferences, "profile": profile, "welcome": welcome, "links": links,
      "invites": invites, "messages": messages, "blocked": blocked, "dissolved": dissolved,
      "cancelled": cancelled, "forks": forks, "pending": pending, "same": same,
    ])
  }

  /// The field of an expectation.
  func field(_ name: String) -> JSONValue {
    guard case .object(let fields) = json else { return .null }
    return fields[name] ?? .null
  }

  private func name(of key: Digest) -> String { world.name(of: key) ?? key.hex }
  private func step(of id: Digest) -> String { world.stepName(of: id) ?? id.hex }

  private func map(_ pairs: [(String, JSONValue)]) -> JSONValue {
    .object(Dictionary(pairs) { first, _ in first })
  }

  private var members: JSONValue {
    map((governance?.members ?? []).map { (name(of: $0.key), .string($0.standing.role.name)) })
  }

  private var verdicts: JSONValue {
    var pairs: [(String, JSONValue)] = []
    for known in world.events {
      if let json = verdict(of: known.event.id) { pairs.append((step(of: known.event.id), json)) }
    }
    return map(pairs)
  }

  private func verdict(of id: Digest) -> JSONValue? {
    if let guest = replica.waiting.guests[id] {
      return .object([
        "status": "pending", "missing": .strings(guest.missing.map { step(of: $0) }.sorted()),
      ])
    }
    guard let current, let number = judge.number(of: id) else { return nil }
    let verdict = judge.verdict(of: number, in: current)
    let standing = verdict.standing.map { standing in
      JSONValue.object([
        "role": .string(standing.role.name),
        "path": .array(standing.path.map { .integer(Int64($0)) }),
      ])
    }
    return .object([
      "status": .string(verdict.status.rawValue),
      "code": .optional(verdict.code?.rawValue),
      "by": .optional(verdict.by.map { step(of: $0) }),
      "standing": standing ?? .null,
      "need": .optional(verdict.need?.name),
      "support": .optional(verdict.support.map { step(of: $0) }),
      "root": .optional(verdict.root.map { step(of: $0) }),
    ])
  }

  private var digest: JSONValue {
    .optional(stateDigest(of: replica)?.hex)
  }

  private func stateDigest(of replica: Replica) -> Digest? {
    let judge = replica.judge
    guard judge.count > 0 else { return nil }
    let current = judge.currentView()
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    return judge.governance(in: current)?.digest(verdicts: tally.digest)
  }

  private var refused: JSONValue {
    map(world.refused.map { ($0.key, .string($0.value)) })
  }

  private var preferences: JSONValue {
    map((governance?.preferences ?? []).map { ($0.key.string, $0.value.json) })
  }

  private var profile: JSONValue {
    guard let governance else { return .null }
    return .fields([
      "name": .string(governance.name.string),
      "description": governance.description.map { .string($0.string) },
    ])
  }

  private var welcome: JSONValue { .optional(governance?.welcome?.string) }

  private var links: JSONValue {
    map(
      (governance?.links ?? []).map { link in
        (
          step(of: link.id),
          .object([
            "status": .string(link.status.rawValue), "role": .string(link.role.name),
            "used": .integer(Int64(link.used)),
            "uses": link.uses.map { .integer(Int64(clamping: $0)) } ?? .null,
          ])
        )
      }
    )
  }

  private var invites: JSONValue {
    map(
      (governance?.invites ?? []).map { invite in
        (
          step(of: invite.id),
          .object([
            "status": .string(invite.status.rawValue), "role": .string(invite.role.name),
            "invitee": .string(name(of: invite.key)),
          ])
        )
      }
    )
  }

  private var messages: JSONValue {
    var pairs: [(String, JSONValue)] = []
    for known in world.events where known.event.action.kind == .messagePost {
      guard let current, let number = judge.number(of: known.event.id),
        let state = judge.messageState(of: number, in: current)
      else { continue }
      let shown = isErasedLocally(known.event.id) ? .erased : state
      pairs.append((step(of: known.event.id), .string(shown.rawValue)))
    }
    return map(pairs)
  }

  /// Erased from this store; for the union, from every store that holds the event.
  private func isErasedLocally(_ id: Digest) -> Bool {
    if let person { return person.erased.contains(id) }
    let holders = world.people.filter { $0.replica.judge.number(of: id) != nil }
    return !holders.isEmpty && holders.allSatisfy { $0.erased.contains(id) }
  }

  private var blocked: JSONValue {
    .strings((governance?.members ?? []).filter(\.isBlocked).map { name(of: $0.key) }.sorted())
  }

  private var dissolved: JSONValue { .bool(governance?.dissolvedBy != nil) }
  private var cancelled: JSONValue { .bool(governance?.isCancelled ?? false) }

  private var forks: JSONValue {
    .strings(Set(judge.allForks().map { name(of: $0.author) }).sorted())
  }

  private var pending: JSONValue {
    map(
      replica.pending.map { (step(of: $0.id), .strings($0.missing.map { step(of: $0) }.sorted())) }
    )
  }

  private var same: JSONValue {
    let digests = world.people.compactMap { stateDigest(of: $0.replica) }
    return .bool(Set(digests).count <= 1)
  }
}
