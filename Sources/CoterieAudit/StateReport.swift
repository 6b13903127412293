internal import CoterieEngine
internal import CoterieEvents
public import CoterieJSON
public import CoterieJudgement
internal import CoterieWire

extension MemberLog {
  /// The governance state now; nil without a founding event.
  public func governance() -> Governance? {
    replica.judge.governance(in: replica.judge.currentView())
  }

  /// The state as `coterie state --json` shows it; nil without a founding event.
  ///
  /// O(events).
  ///
  /// - Parameter position: the word for the position of which this log is a part.
  public func stateJSON(at position: String = "@") -> JSONValue? {
    let judge = replica.judge
    let current = judge.currentView()
    guard let governance = judge.governance(in: current) else { return nil }
    let tally = judge.tally(in: current, order: judge.canonicalOrder())
    return .object([
      "group": .string(group.hex),
      "at": .string(position),
      "rules": 1,
      "digest": .string(governance.digest(verdicts: tally.digest).hex),
      "template": .string(governance.template.name),
      "members": members(governance),
      "invites": entries(governance.invites, keyName: "invitee"),
      "links": entries(governance.links, keyName: "key"),
      "preferences": .object(
        Dictionary(governance.preferences.map { ($0.key.string, $0.value.json) }) { first, _ in
          first
        }
      ),
      "profile": .fields([
        "name": .string(governance.name.string),
        "description": governance.description.map { .string($0.string) },
      ]),
      "welcome": .optional(governance.welcome?.string),
      "dissolved": .optional(governance.dissolvedBy?.hex),
      "cancelled": .bool(governance.isCancelled),
      "heads": .strings(judge.heads.map { judge.graph.id($0).hex }.sorted()),
      "messages": messages(current),
    ])
  }

  private func members(_ governance: Governance) -> JSONValue {
    let pairs = governance.members.map { member in
      (
        member.key.hex,
        JSONValue.object([
          "key": .string(member.key.hex),
          "role": .string(member.standing.role.name),
          "path": .array(member.standing.path.map { .integer(Int64(clamping: $0)) }),
          "since": .string(member.grant.hex),
          "by": .optional(author(of: member.grant)),
          "blocked": .bool(member.isBlocked),
        ])
      )
    }
    return .object(Dictionary(pairs) { first, _ in first })
  }

  private func author(of id: Digest) -> String? {
    replica.judge.number(of: id).map { replica.judge.graph.authorKey($0).hex }
  }

  private func entries(_ entries: [Governance.Entry], keyName: String) -> JSONValue {
    let pairs = entries.map { entry in
      (
        entry.id.hex,
        JSONValue.object([
          keyName: .string(entry.key.hex),
          "status": .string(entry.status.rawValue),
          "role": .string(entry.role.name),
          "used": .integer(Int64(entry.used)),
          "uses": entry.uses.map { .integer(Int64(clamping: $0)) } ?? .null,
        ])
      )
    }
    return .object(Dictionary(pairs) { first, _ in first })
  }

  private func messages(_ current: CurrentView) -> JSONValue {
    let judge = replica.judge
    var (posted, live, deleted): (Int64, Int64, Int64) = (0, 0, 0)
    for event in 0..<judge.count where judge.kind(of: event) == .messagePost {
      guard let state = judge.messageState(of: event, in: current) else { continue }
      posted += 1
      switch state {
      case .live, .edited, .hidden: live += 1
      case .deleted, .erased: deleted += 1
      }
    }
    return .object([
      "posted": .integer(posted), "live": .integer(live), "deleted": .integer(deleted),
    ])
  }
}
