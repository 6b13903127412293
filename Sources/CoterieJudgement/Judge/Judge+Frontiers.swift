/// What names a view: the newest acts of a past, and which acts of forked authors are disowned.
struct ViewKey: Hashable {
  var frontier: Frontier
  var disowned: [Disowning]
}

extension Judge {
  /// The newest acts in the past of an event with these parents.
  func mergedFrontier(_ parents: [Int], _ previous: Int?) -> Frontier {
    guard let first = parents.first else { return .empty }
    var merged = after(first)
    for parent in parents.dropFirst() { merged = merge(merged, after(parent)) }
    if let previous, previous != first { merged = merge(merged, after(previous)) }
    return merged
  }

  /// The newest acts among an event and its past.
  func after(_ event: Int) -> Frontier { history.after(event) }

  func merge(_ one: Frontier, _ other: Frontier) -> Frontier {
    if one == other || other == .empty { return one }
    if one == .empty { return other }
    if let left = one.single, let right = other.single {
      if isBefore(left, right) { return other }
      if isBefore(right, left) { return one }
      return frontiers.frontier(of: [min(left, right), max(left, right)])
    }
    let all = Set(frontiers.acts(of: one)).union(frontiers.acts(of: other)).sorted()
    return frontiers.frontier(of: all.filter { act in !all.contains { isBefore(act, $0) } })
  }

  /// Whether an act is one of a frontier, or lies before one of it.
  func isWithin(_ act: Int, _ frontier: Frontier) -> Bool {
    if let single = frontier.single { return act == single || isBefore(act, single) }
    return frontiers.acts(of: frontier).contains { $0 == act || isBefore(act, $0) }
  }

  /// The newest version of the trunk of which a frontier has seen everything.
  func lastVersion(below frontier: Frontier) -> Int32 {
    if let act = frontier.single { return trunk.lastVersion(below: act) }
    return frontiers.acts(of: frontier).map { trunk.lastVersion(below: $0) }.max() ?? -1
  }

  /// The view of a past, computed once for each frontier.
  func view(_ key: ViewKey) -> View {
    if key.disowned.isEmpty, trunk.disowned.isEmpty, let act = key.frontier.single,
      trunk.isEnd(act)
    {
      return View(version: trunk.step(of: act), changes: nil)
    }
    if viewsEpoch != trunk.epoch || views.count > 256 {
      views.removeAll(keepingCapacity: true)
      viewsEpoch = trunk.epoch
    }
    if let known = views[key] { return known }
    let version = baseVersion(of: key)
    let acts = acts(above: version, within: key.frontier)
    let changes =
      acts.isEmpty
      ? nil
      : Strata.changes(judge: self, version: version, window: acts, disowned: key.disowned)
    let view = View(version: version, changes: changes)
    views[key] = view
    return view
  }

  /// The newest version below a frontier at which the trunk disowns what the key disowns.
  private func baseVersion(of key: ViewKey) -> Int32 {
    let version = lastVersion(below: key.frontier)
    if key.disowned == trunk.disowned { return version }
    let differing = Set(key.disowned).symmetricDifference(trunk.disowned)
    let steps = differing.map { trunk.step(of: $0.act) }.filter { $0 >= 0 && $0 <= version }
    return steps.min().map { $0 - 1 } ?? version
  }

  private func acts(above version: Int32, within frontier: Frontier) -> [Int] {
    var found: [Int] = []
    var step = Int(version) + 1
    let newest = frontiers.acts(of: frontier)
    var needsWindow = newest.contains { trunk.step(of: $0) < 0 }
    let lastStep =
      needsWindow ? trunk.steps.count - 1 : newest.map { Int(trunk.step(of: $0)) }.max() ?? -1
    while step <= lastStep {
      found += trunk.steps[step].acts.filter { isWithin($0, frontier) }
      step += 1
    }
    if newest.isEmpty { needsWindow = false }
    if needsWindow { found += window.filter { isWithin($0, frontier) } }
    return found
  }

  /// Puts a new act into the trunk if it has seen every other act, else into the window.
  func settle(_ act: Int, before: Frontier, key: ViewKey) {
    if before == front {
      fold(act, key: key)
      front = Frontier(act: act)
      return
    }
    let version = lastVersion(below: before)
    if version < trunk.tip { giveBack(after: version) }
    window.append(act)
    let newest = frontiers.acts(of: front).filter { !isBefore($0, act) } + [act]
    front = frontiers.frontier(of: newest.sorted())
  }

  /// Puts the acts of the trunk above a version back into the window.
  private func giveBack(after version: Int32) {
    window = trunk.truncate(after: version) + window
    forgetPlainPosts()
  }

  private func fold(_ act: Int, key: ViewKey) {
    let differing = Set(key.disowned).symmetricDifference(trunk.disowned)
    let steps = differing.map { trunk.step(of: $0.act) }.filter { $0 >= 0 }
    if let first = steps.min() { giveBack(after: first - 1) }
    let acts = window + [act]
    let changes = Strata.changes(
      judge: self,
      version: trunk.tip,
      window: acts,
      disowned: key.disowned
    )
    trunk.fold(changes, acts: acts, end: act, disowned: key.disowned)
    window.removeAll(keepingCapacity: true)
  }

  /// The view of everything held.
  package func currentView() -> CurrentView {
    CurrentView(view: view(currentKey()))
  }

  func currentKey() -> ViewKey {
    ViewKey(frontier: front, disowned: forks.conflicted.isEmpty ? [] : disownedInAll())
  }
}

/// The view of everything held at one moment; void once another event is inserted.
package struct CurrentView {
  let view: View
}
