internal import CoterieExchange
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieWire

/// Quiescence: everyone is there, everyone exchanges until nothing moves, and everything is checked.
extension SimulatedWorld {
  /// Members of good will.
  var honest: [SimulatedMember] { members.filter { !$0.part.isHostile } }

  func settle() async throws {
    sides = []
    try await drain()
    for member in members {
      member.awayUntil = 0
      try await member.look()
    }
    for member in honest { try checkKept(member) }
    try await exchangeAll()
    for member in honest {
      try member.opened().sweep(now: member.clock.now)
      try await member.look()
      keep(member)
    }
    try await check()
    counts.settlements += 1
    for member in honest {
      let state = member.judged()?.state?.hex ?? "nothing"
      note("\(member.name) \(member.judge?.count ?? 0) events \(state)")
    }
  }

  private func exchangeAll() async throws {
    for villain in members where villain.part.isHostile {
      for member in honest { _ = try await exchange(villain, member) }
    }
    let people = honest
    for round in 0... {
      var moved = 0
      for (place, one) in people.enumerated() {
        for other in people[(place + 1)...] { moved += try await exchange(one, other) }
      }
      if moved == 0 { return }
      if round > 2 * people.count + 4 {
        throw breach(
          "exchange",
          expected: "exchanges come to an end",
          found: "\(moved) events and contents move in round \(round)"
        )
      }
    }
  }

  /// A whole session between two; answers how much was moved.
  private func exchange(_ one: SimulatedMember, _ other: SimulatedMember) async throws -> Int {
    try await one.look()
    try await other.look()
    let first: ExchangeSession
    let second: ExchangeSession
    do throws(ExchangeError) {
      first = try session(one)
      second = try session(other)
      try Pump.run(first, second)
    } catch {
      if one.part.isHostile || other.part.isHostile { return 0 }
      throw breach(
        "exchange",
        expected: "\(one.name) and \(other.name) exchange",
        found: "\(error)"
      )
    }
    try await one.look()
    try await other.look()
    let outcomes = [first.outcome, second.outcome]
    return outcomes.reduce(0) { $0 + $1.received + $1.contents + $1.chunks }
  }

  private func session(_ member: SimulatedMember) throws(ExchangeError) -> ExchangeSession {
    do throws(GroupError) {
      guard let store = member.store else { throw .noSuchGroup(groupID) }
      return try makeSession(store, member)
    } catch {
      throw .group(error)
    }
  }

  private func makeSession(
    _ store: Store,
    _ member: SimulatedMember
  ) throws(GroupError) -> ExchangeSession {
    do throws(ExchangeError) {
      return try ExchangeSession(
        store: store,
        groups: member.eye.map { [$0] },
        surroundings: member.surroundings
      )
    } catch {
      if case .group(let error) = error { throw error }
      throw .noSuchGroup(groupID)
    }
  }
}
