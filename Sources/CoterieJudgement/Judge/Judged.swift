package import CoterieEvents
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
