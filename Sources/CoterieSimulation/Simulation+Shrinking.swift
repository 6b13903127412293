extension Simulation {
  /// A plan that breaks the same promise with less, and how many runs it took to find it.
  ///
  /// Leaves out steps (Zeller's delta debugging), people, and faults, as long as the promise stays
  /// broken.
  ///
  /// - Parameter goesOn: asked before each run with the number of runs and of steps left.
  public func shrunk(
    _ breach: Breach,
    runsMax: Int = 400,
    goesOn: (_ runs: Int, _ steps: Int) -> Bool = { _, _ in true }
  ) async throws -> (plan: Plan, outcome: Outcome, runs: Int) {
    var best = self
    var outcome = try await run()
    var runs = 1

    func tries(_ plan: Plan) async throws -> Bool {
      guard runs < runsMax, goesOn(runs, best.plan.steps.count) else { return false }
      runs += 1
      var smaller = best
      smaller.plan = plan
      let found = try await smaller.run()
      guard found.breach?.promise == breach.promise else { return false }
      best = smaller
      outcome = found
      return true
    }

    if let end = plan.steps.firstIndex(where: { $0.number == breach.step }) {
      var plan = plan
      plan.steps.removeSubrange((end + 1)...)
      _ = try await tries(plan)
    }
    var size = max(1, best.plan.steps.count / 2)
    while true {
      var place = 0
      var isSmaller = false
      while place < best.plan.steps.count {
        var plan = best.plan
        plan.steps.removeSubrange(place..<min(plan.steps.count, place + size))
        if try await tries(plan) { isSmaller = true } else { place += size }
      }
      if size == 1, !isSmaller { break }
      if runs >= runsMax { break }
      size = isSmaller && size == 1 ? 1 : max(1, size / 2)
    }
    for person in best.plan.cast.indices.reversed() where person > 0 && best.plan.cast.count > 2 {
      _ = try await tries(best.plan.without(person))
    }
    for fault in best.plan.faults.sorted() {
      var plan = best.plan
      plan.faults.remove(fault)
      _ = try await tries(plan)
    }
    return (best.plan, outcome, runs)
  }
}

extension Plan {
  /// The same without one person and what it does, or is done with it.
  func without(_ person: Int) -> Plan {
    var plan = self
    plan.cast.remove(at: person)
    plan.steps.removeAll { $0.who == person || $0.other == person }
    for place in plan.steps.indices {
      if plan.steps[place].who > person { plan.steps[place].who -= 1 }
      if plan.steps[place].other > person { plan.steps[place].other -= 1 }
    }
    return plan
  }
}
