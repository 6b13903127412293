internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// One value of a group's state, by its path, with the event that gives it.
public struct StateValue: Codable, Equatable, Sendable {
  /// Such as `members.KEY.role` or `preferences.voice`.
  public var path: String
  /// The value as text.
  public var value: String
  /// The event that gives it; nil for what holds by default.
  public var from: String?
}

/// A value at one position of canonical order.
public struct StateTurn: Codable, Equatable, Sendable {
  /// The position from which it holds.
  public var position: Int
  /// The event at it.
  public var event: String
  /// What that event does.
  public var kind: String
  /// Its author.
  public var author: String
  /// The value from then on; nil for none.
  public var value: String?

  enum CodingKeys: String, CodingKey {
    case position = "n"
    case event, kind, author, value
  }
}

/// Where a value of the state comes from: what gives it now, and how it came to be.
public struct BlameReport: Codable, Equatable, Sendable {
  /// The path.
  public var path: String
  /// The value now; nil for none.
  public var value: String?
  /// The event that gives it.
  public var from: String?
  /// Each change, along canonical order.
  public var turns: [StateTurn]
}

/// Someone in a role for a while.
public struct RoleSpan: Codable, Equatable, Sendable {
  /// The key.
  public var member: String
  /// The role.
  public var role: String
  /// The position from which it held, the event at it, and the event's author.
  public var fromPosition: Int
  /// The event that gave it.
  public var from: String
  /// Its author.
  public var by: String
  /// The position at which it ended; nil if it holds.
  public var untilPosition: Int?
  /// The event that ended it.
  public var until: String?
  /// Its author.
  public var endedBy: String?

  enum CodingKeys: String, CodingKey {
    case member, role
    case fromPosition = "from_n"
    case from, by
    case untilPosition = "until_n"
    case until
    case endedBy = "ended_by"
  }
}

extension Judge {
  /// Every value of the state in a view, by path.
  ///
  /// O(members + invites + links).
  func stateValues(in current: CurrentView) -> [StateValue] {
    guard let governance = governance(in: current) else { return [] }
    var values: [StateValue] = []
    func add(_ path: String, _ value: String, _ from: Digest?) {
      values.append(StateValue(path: path, value: value, from: from?.hex))
    }
    for member in governance.members {
      let path = member.standing.path.map(String.init).joined(separator: ".")
      let giver = source(ofRoleOf: member.key, in: current)
      add("members.\(member.key.hex).role", member.standing.role.name, giver)
      add("members.\(member.key.hex).path", path.isEmpty ? "founder" : path, member.grant)
      if member.isBlocked { add("members.\(member.key.hex).blocked", "yes", nil) }
    }
    for (name, entries) in [("invites", governance.invites), ("links", governance.links)] {
      for entry in entries {
        let closing = closing(ofEntry: entry.id, in: current)
        add("\(name).\(entry.id.hex).status", entry.status.rawValue, closing ?? entry.id)
        let setter = act(of: entry.id).flatMap { source(of: .linkRole($0), in: current) }
        add("\(name).\(entry.id.hex).role", entry.role.name, setter ?? entry.id)
        add("\(name).\(entry.id.hex).used", "\(entry.used)", entry.id)
      }
    }
    for setting in governance.preferences {
      let from = source(of: .preference(setting.key), in: current)
      add("preferences.\(setting.key.string)", setting.value.text, from)
    }
    let profile = source(of: .profile, in: current)
    add("profile.name", governance.name.string, profile)
    if let text = governance.description { add("profile.description", text.string, profile) }
    if let text = governance.welcome {
      add("welcome", text.string, source(of: .welcome, in: current))
    }
    if let by = governance.dissolvedBy { add("dissolved", "yes", by) }
    if governance.isCancelled { add("cancelled", "yes", nil) }
    return values
  }
}

extension PreferenceValue {
  /// The value as events and command lines write it.
  var text: String {
    switch self {
    case .on: "on"
    case .off: "off"
    case .from(let role): role.name
    case .seconds(let seconds): "\(seconds)"
    case .other(let text): text.string
    }
  }
}

extension MemberLog {
  /// Every value of the state now, by path.
  public func stateValues() -> [StateValue] {
    replica.judge.stateValues(in: replica.judge.currentView())
  }

  /// Replays the log in canonical order and stops at each event that may change the state.
  ///
  /// Every prefix of that order is closed under past, so it is a history that someone may have
  /// held. O(events), and a view for each stop.
  func walk(
    _ source: some LogSource,
    _ body: (_ position: Int, _ event: Event, _ judge: Judge) -> Void
  ) throws(SourceFault) {
    let judge = Judge(seed: 1)
    var position = 0
    try read(replica.judge.canonicalOrder(), from: source) { chunk, item, _ in
      position += 1
      guard case .inserted(let inserted)? = try? judge.insert(chunk, item) else { return true }
      if judge.changesViews(inserted) || judge.kind(of: inserted) == .memberBlock
        || judge.kind(of: inserted) == .memberUnblock
      {
        body(position, chunk.events[item], judge)
      }
      return true
    }
  }

  /// Which events gave a value of the state, along canonical order.
  ///
  /// - Returns: nil if the path never had a value.
  public func blame(_ path: String, from source: some LogSource) throws(SourceFault) -> BlameReport?
  {
    let now = stateValues().first { $0.path == path }
    var turns: [StateTurn] = []
    var last: String?
    try walk(source) { position, event, judge in
      let value = judge.stateValues(in: judge.currentView()).first { $0.path == path }?.value
      guard value != last else { return }
      last = value
      turns.append(
        StateTurn(
          position: position,
          event: event.id.hex,
          kind: event.action.kindName.string,
          author: event.author.hex,
          value: value
        )
      )
    }
    if now == nil, turns.isEmpty { return nil }
    return BlameReport(path: path, value: now?.value, from: now?.from, turns: turns)
  }

  /// Who was in, in which role, from when to when, by whom: along canonical order.
  public func roleHistory(from source: some LogSource) throws(SourceFault) -> [RoleSpan] {
    var spans: [RoleSpan] = []
    var open: [Digest: Int] = [:]
    try walk(source) { position, event, judge in
      let members = judge.governance(in: judge.currentView())?.members ?? []
      var present: Set<Digest> = []
      func close(_ key: Digest) {
        guard let place = open.removeValue(forKey: key) else { return }
        spans[place].untilPosition = position
        spans[place].until = event.id.hex
        spans[place].endedBy = event.author.hex
      }
      for member in members {
        present.insert(member.key)
        let role = member.standing.role.name
        if let place = open[member.key], spans[place].role == role { continue }
        close(member.key)
        open[member.key] = spans.count
        spans.append(
          RoleSpan(
            member: member.key.hex,
            role: role,
            fromPosition: position,
            from: event.id.hex,
            by: event.author.hex,
            untilPosition: nil,
            until: nil,
            endedBy: nil
          )
        )
      }
      for key in open.keys where !present.contains(key) { close(key) }
    }
    return spans
  }

  /// The judge of a part of the log that is closed under past: what someone knew who held that.
  func judge(of events: Set<Int>, from source: some LogSource) throws(SourceFault) -> Judge {
    try judged(events.sorted(), from: source).judge
  }
}
