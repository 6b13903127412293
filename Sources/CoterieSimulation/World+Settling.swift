internal import CoterieExchange
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieWire

/// Quiescence: everyone is there and exchanges until nothing moves, and everything is checked.
extension SimulatedWorld {
  /// Members of good will.
  var honest: [SimulatedMember] { members.filter { !$0.part.isHostile } }

  func settle() async throws {
    sides = []
    for member in members {
      member.awayUntil = 0
      try await member.look()
    }
    for member in honest { try checkKept(member) }
    try await drain()
    // The folder does not know that a store went back to an older copy.
    let isByFolder = weather.once(in: 4) && counts.restored == 0
    if isByFolder { try await spoolAll() }
    try await exchangeAll(isSettled: isByFolder)
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

  /// Everyone looks into the folder until nothing moves: this alone must bring all together.
  private func spoolAll() async throws {
    for round in 0... {
      var moved = 0
      for member in honest {
        let run = Spool(
          store: try member.opened(),
          folder: "\(folder)/spool",
          surroundings: member.surroundings
        )
        moved += try run.run().received
        try await member.look()
        keep(member)
      }
      note("folder round \(round): \(moved)")
      // What others only said they had left is left again after a day.
      clock.advance(to: clock.now + 2 * 86_400_000)
      if moved == 0, round > 3 { return }
      if round > 30 {
        throw breach("exchange", expected: "the folder comes to rest", found: "it does not")
      }
    }
  }

  private func exchangeAll(isSettled: Bool) async throws {
    let people = honest
    if isSettled {
      for set in connected() {
        for (place, one) in set.enumerated() {
          for other in set[(place + 1)...] {
            let moved = try await exchange(one, other).events
            if moved == 0 { continue }
            throw breach(
              "exchange",
              expected: "the folder has brought \(one.name) and \(other.name) together",
              found: "\(moved) events are left to a session"
            )
          }
        }
      }
    }
    for villain in members where villain.part.isHostile {
      for member in people { _ = try await exchange(villain, member) }
    }
    for round in 0... {
      var moved = 0
      for (place, one) in people.enumerated() {
        for other in people[(place + 1)...] {
          let outcome = try await exchange(one, other)
          moved += outcome.events + outcome.contents
        }
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
  private func exchange(
    _ one: SimulatedMember,
    _ other: SimulatedMember
  ) async throws -> (events: Int, contents: Int) {
    try await one.look()
    try await other.look()
    let first: ExchangeSession
    let second: ExchangeSession
    do throws(ExchangeError) {
      first = try session(one)
      second = try session(other)
      try Pump.run(first, second)
    } catch {
      if one.part.isHostile || other.part.isHostile { return (0, 0) }
      throw breach(
        "exchange",
        expected: "\(one.name) and \(other.name) exchange",
        found: "\(error)"
      )
    }
    try await one.look()
    try await other.look()
    let outcomes = [first.outcome, second.outcome]
    for (outcome, member) in zip(outcomes, [one, other]) where outcome.bytesReceived > 0 {
      note(
        "\(one.name) with \(other.name): \(member.name) received \(outcome.received),"
          + " sent \(outcome.sent), useless \(outcome.useless), waiting \(outcome.waiting)"
      )
    }
    let events = outcomes.map(\.received).reduce(0, +)
    let sent = outcomes.map(\.sent).reduce(0, +)
    if events == 0, sent > 0, knows(one, other), knows(other, one) {
      throw breach(
        "exchange",
        expected: "\(one.name) and \(other.name) send what the other lacks",
        found: "\(sent) events that nobody lacked"
      )
    }
    return (events, outcomes.map { $0.contents + $0.chunks }.reduce(0, +))
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
