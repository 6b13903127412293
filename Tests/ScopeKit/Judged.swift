package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// Everything that must be the same in every arrival order.
package struct Judged: Equatable {
  package var verdicts: [Digest: Verdict] = [:]
  package var state: Digest?
  package var owners = 0
  package var roles: [Digest: Standing] = [:]
  package var isDissolved = false

  /// What a judge that took events in says; from the definition if asked for.
  package init(_ judge: Judge, fromDefinition: Bool = false) {
    let current = fromDefinition ? judge.definitionView() : judge.currentView()
    let order = judge.canonicalOrder()
    for event in order { verdicts[judge.graph.id(event)] = judge.verdict(of: event, in: current) }
    let tally = judge.tally(in: current, order: order)
    let governance = judge.governance(in: current)
    state = governance?.digest(verdicts: tally.digest)
    for member in governance?.members ?? [] {
      roles[member.key] = member.standing
      if member.standing.role == .owner { owners += 1 }
    }
    isDissolved = governance?.dissolvedBy != nil
  }

  /// Judges events in the order given; parents must come first.
  package init(_ events: [Event], looking: Bool = false) {
    let judge = Judge(seed: 1)
    for event in events {
      _ = try? judge.insert(event)
      if looking { _ = judge.currentView() }
    }
    self.init(judge)
  }

  /// Where two judgements differ, in words; nil if nowhere.
  package func difference(from other: Judged) -> String? {
    for (id, verdict) in verdicts where other.verdicts[id] != verdict {
      let found = other.verdicts[id].map { "\($0)" } ?? "absent"
      return "\(id): \(verdict) against \(found)"
    }
    if roles != other.roles { return "roles \(roles) against \(other.roles)" }
    return state == other.state ? nil : "state digests differ"
  }
}

/// The promises G1 to G7 of the specification, checked on one set of events.
package enum Promises {
  /// The first promise that is broken, in words; nil if all hold.
  ///
  /// `orders` are further arrival orders, parents first.
  package static func broken(
    by graph: Graph,
    members: [Digest],
    orders: [[Event]],
    template: Template = .secretGroup
  ) -> String? {
    let judge = Judge(seed: 2)
    for event in graph.events { _ = try? judge.insert(event) }
    let reference = Judged(judge)
    if let difference = reference.difference(from: Judged(judge, fromDefinition: true)) {
      return "definition: \(difference)"
    }
    for (place, order) in orders.enumerated() {
      let other = Judged(order, looking: place.isMultiple(of: 2))
      if let difference = reference.difference(from: other) {
        return "G1, order \(place): \(difference)"
      }
    }
    if template == .secretGroup, !reference.isDissolved, reference.owners == 0 {
      return "G2: nobody is owner"
    }
    if let below = reference.verdicts.first(where: { _, verdict in
      verdict.status == .effective
        && (verdict.standing?.role).map { role in
          verdict.need.map { role < $0 } ?? false
        } ?? false
    }) {
      return "G3: \(below.key) is in effect below its need"
    }
    return seenEverything(graph, reference, members)
  }

  /// G5, G6 and G7: events that have seen everything.
  private static func seenEverything(
    _ graph: Graph,
    _ reference: Judged,
    _ members: [Digest]
  ) -> String? {
    for author in members {
      for action in acts(by: author, among: members) {
        let event = graph.draft(action, by: author, after: graph.heads)
        let after = Judged(graph.events + [event])
        guard let verdict = after.verdicts[event.id] else { return "an event was not judged" }
        for (id, before) in reference.verdicts {
          guard let now = after.verdicts[id] else { return "G7: \(id) is gone" }
          if now == before || before.status == .heldBack { continue }
          return "G5: \(action.kind.name) changed \(id): \(before) to \(now)"
        }
        if verdict.status == .rejected, after.roles != reference.roles {
          return "G5: a rejected event moved a role"
        }
        if let moved = moved(by: author, action, reference, after) { return moved }
      }
    }
    return nil
  }

  private static func acts(by author: Digest, among members: [Digest]) -> [Action] {
    members.filter { $0 != author }.flatMap { other -> [Action] in
      [.memberRemove(member: other, erase: false), .memberRole(member: other, role: .observer)]
    } + [.memberLeave, .groupPreference(key: "voice", value: .off)]
  }

  /// G6: a role that moved belongs to someone within the author's reach, or to the author.
  private static func moved(
    by author: Digest,
    _ action: Action,
    _ before: Judged,
    _ after: Judged
  ) -> String? {
    guard let standing = before.roles[author] else {
      return before.roles == after.roles ? nil : "G4: an event of a stranger moved a role"
    }
    for (person, held) in before.roles where person != author && after.roles[person] != held {
      let isHeldBack = before.verdicts.values.contains { $0.status == .heldBack }
      let isReached =
        standing.role > held.role
        || (standing.role == .owner && held.role == .owner && isSenior(standing.path, held.path))
      if !isReached, !isHeldBack {
        return "G6: \(action.kind.name) of \(author) moved \(person), who is out of reach"
      }
    }
    return nil
  }

  private static func isSenior(_ left: [UInt64], _ right: [UInt64]) -> Bool {
    left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
  }
}
