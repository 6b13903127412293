package import CoterieEvents
package import CoterieWire

extension Judge {
  /// The number of an event; nil if it is not held or waits.
  package func number(of id: Digest) -> Int? {
    graph.table.number(of: id)
  }

  /// Whether one event lies in the past of another.
  package func precedes(_ first: Int, _ second: Int) -> Bool {
    graph.isBefore(first, second)
  }

  /// The kind of an event.
  package func kind(of event: Int) -> Kind { records[event].kind }

  /// Whether an event was admitted; final.
  package func wasAdmitted(_ event: Int) -> Bool { records[event].code == nil }

  /// The facts of an event's admission.
  package func facts(of event: Int) -> Facts {
    Facts(
      code: records[event].code,
      by: refusedBy[event] ?? -1,
      rank: records[event].rank,
      path: records[event].path,
      support: Int(records[event].support),
      need: records[event].need
    )
  }

  /// The whole verdict of an event in a view.
  package func verdict(of event: Int, in current: CurrentView) -> Verdict {
    let outcome = outcome(of: event, in: current.view)
    let root = root(of: outcome, in: current.view)
    let role = Role(rank: records[event].rank)
    return Verdict(
      status: outcome.status,
      code: outcome.code,
      by: outcome.by < 0 ? nil : graph.id(outcome.by),
      standing: role.map { Standing(role: $0, path: paths.sequences(records[event].path)) },
      need: Role(rank: records[event].need),
      support: records[event].support < 0 ? nil : graph.id(acts[Int(records[event].support)].event),
      root: root < 0 ? nil : graph.id(root)
    )
  }

  /// Follows lost support up to the event that took a right away, or never had it.
  private func root(of outcome: ActVerdict, in view: View) -> Int {
    var place = outcome
    switch outcome.status {
    case .defeated, .overridden: break
    case .malformed, .pending, .rejected, .effective, .heldBack: return -1
    }
    var last = place.by
    while place.code == .lostSupport, place.by >= 0 {
      last = place.by
      place = self.outcome(of: place.by, in: view)
    }
    return place.by >= 0 ? place.by : last
  }

  /// All events in canonical order: depth, then id.
  ///
  /// O(n) and a sort within each depth.
  package func canonicalOrder() -> [Int] {
    let graph = graph
    let ids = graph.table.digests
    var starts = [Int](repeating: 0, count: 2)
    for event in 0..<count {
      let depth = graph.depth(event)
      while starts.count <= depth + 1 { starts.append(0) }
      starts[depth + 1] += 1
    }
    for depth in starts.indices.dropFirst() { starts[depth] += starts[depth - 1] }
    var ordered = [Int](repeating: 0, count: count)
    var next = starts
    for event in 0..<count {
      ordered[next[graph.depth(event)]] = event
      next[graph.depth(event)] += 1
    }
    for depth in 0..<(starts.count - 1) where starts[depth + 1] - starts[depth] > 1 {
      ordered[starts[depth]..<starts[depth + 1]].sort { ids[$0] < ids[$1] }
    }
    return ordered
  }

  /// Whether an act would be admitted now, by someone who has seen everything held.
  ///
  /// - Returns: nil if so; else the code and the event that is its cause.
  package func refusal(of action: Action, by author: Digest) -> (code: Code, by: Digest?)? {
    let person = graph.person(author)
    let facts = admission(
      of: action,
      by: person,
      past: .everything,
      in: currentView().view
    ).facts
    return facts.code.map { ($0, facts.by < 0 ? nil : graph.id(facts.by)) }
  }
}

extension Judge {
  /// The view of everything held, computed from the definition: every act in one window, no trunk,
  /// nothing settled before.
  ///
  /// O(acts²); for checking that the short way gives the same.
  package func definitionView() -> CurrentView {
    let key = currentKey()
    let changes = Strata.changes(
      judge: self,
      version: -1,
      window: Array(acts.indices),
      disowned: key.disowned
    )
    return CurrentView(view: View(version: -1, changes: changes))
  }
}

extension Judge {
  /// Whether an event may change the verdict of another: an authority event, or one that dissolves.
  package func changesViews(_ event: Int) -> Bool {
    wasAdmitted(event) && (records[event].kind.isAuthority || dissolvers.contains(event))
  }
}

extension Judge {
  /// The event that gives someone the role it has: the grant, or the lowering that cut it last.
  package func source(ofRoleOf key: Digest, in current: CurrentView) -> Digest? {
    guard let person = graph.authors.number(of: key),
      let present = present(person, in: current.view)
    else { return nil }
    let isCut = present.cut >= 0 && present.rank < acts[present.grant].role
    return graph.id(acts[isCut ? present.cut : present.grant].event)
  }

  /// The event that ended someone's membership; nil for one who is a member or never was one.
  package func endOfMembership(of key: Digest, in current: CurrentView) -> Digest? {
    guard let person = graph.authors.number(of: key), present(person, in: current.view) == nil
    else { return nil }
    let end = endOfMembership(person, in: current.view)
    return end < 0 ? nil : graph.id(end)
  }

  /// The event that gives a setting its value now; nil where none does.
  package func source(of key: SettingKey, in current: CurrentView) -> Digest? {
    setting(key, in: current.view).map { graph.id(acts[$0.winner].event) }
  }

  /// The event that closed an invite or link; nil for one that is open.
  package func closing(ofEntry event: Digest, in current: CurrentView) -> Digest? {
    guard let number = number(of: event), records[number].act >= 0 else { return nil }
    let closing = state(ofEntry: Int(records[number].act), in: current.view).closing
    return closing < 0 ? nil : graph.id(acts[closing].event)
  }

  /// The act of an event: invites and links are named by their events and kept by their acts.
  package func act(of event: Digest) -> Int? {
    number(of: event).flatMap { records[$0].act < 0 ? nil : Int(records[$0].act) }
  }
}
