internal import CoterieJSON

/// Takes steps and people out of a scenario, and mends what named them.
struct ScenarioCut {
  private var document: OrderedJSON
  /// Ids of steps that are gone, and what stood before each: its own parents.
  private var gone: [String: [String]] = [:]

  init(_ document: OrderedJSON) {
    self.document = document
  }

  /// The scenario without these steps, by their places; whatever names them goes too.
  func without(steps places: Set<Int>) -> OrderedJSON {
    var cut = self
    let steps = document["steps"]?.items ?? []
    cut.keep(steps.indices.filter { !places.contains($0) }.map { steps[$0] }, of: steps)
    return cut.mended()
  }

  /// The scenario without a member of the setup, and without all that they do or suffer.
  func without(member name: String) -> OrderedJSON {
    var cut = self
    cut.removeFromSetup(name)
    let steps = document["steps"]?.items ?? []
    let kept = steps.filter { step in
      !["as", "member", "invitee", "to", "erase", "read"].contains { step[$0]?.text == name }
    }
    cut.keep(kept, of: steps)
    return cut.mended()
  }

  /// The scenario without a member of the setup, who may still come later.
  func withoutSetup(of name: String) -> OrderedJSON {
    var cut = self
    cut.removeFromSetup(name)
    cut.keep(document["steps"]?.items ?? [], of: [])
    return cut.mended()
  }

  private mutating func removeFromSetup(_ name: String) {
    let members = document["group"]?["members"]?.pairs ?? []
    let before = members.prefix { $0.key != name }.last.map { "accept:\($0.key)" } ?? "found"
    gone["invite:\(name)"] = [before]
    gone["accept:\(name)"] = [before]
    document["group"]?["members"]?[name] = nil
    if document["group"]?["members"]?.pairs.isEmpty == true {
      document["group"]?["members"] = nil
    }
  }

  private mutating func keep(_ kept: [OrderedJSON], of steps: [OrderedJSON]) {
    let ids = Set(kept.compactMap { $0["id"]?.text })
    for step in steps {
      if let id = step["id"]?.text, !ids.contains(id) { gone[id] = step["after"]?.texts ?? [] }
    }
    document["steps"] = .array(kept)
  }

  // MARK: Mending

  private func mended() -> OrderedJSON {
    var cut = self
    cut.dropOrphans()
    let steps = (cut.document["steps"]?.items ?? []).compactMap { cut.mended(step: $0) }
    cut.document["steps"] = .array(steps)
    cut.mendPeople()
    cut.mendExpectations()
    return cut.document
  }

  /// Steps that cannot be said without one that is gone go as well, until none is left.
  private mutating func dropOrphans() {
    while true {
      let steps = document["steps"]?.items ?? []
      let kept = steps.filter { step in
        !Scenario.Act.references.contains { step[$0]?.text.map { gone[$0] != nil } ?? false }
      }
      if kept.count == steps.count { return }
      keep(kept, of: steps)
    }
  }

  private func mended(step: OrderedJSON) -> OrderedJSON? {
    var step = step
    if let after = step["after"]?.texts {
      let mended = self.mended(parents: after)
      step["after"] = mended.isEmpty ? nil : .strings(mended)
      if mended.isEmpty { step["previous"] = nil }
    }
    if let previous = step["previous"]?.text, gone[previous] != nil { step["previous"] = nil }
    if let handed = step["deliver"]?.texts {
      let kept = handed.filter { gone[$0] == nil }
      if kept.isEmpty { return nil }
      step["deliver"] = .strings(kept)
    }
    return step
  }

  /// Parents that are gone stand for their own parents.
  private func mended(parents: [String]) -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    var stack = Array(parents.reversed())
    while let id = stack.popLast() {
      guard seen.insert(id).inserted else { continue }
      if let before = gone[id] { stack += before.reversed() } else { found.append(id) }
    }
    return found
  }

  /// Everyone whom the scenario still knows.
  private var people: Set<String> {
    var names: Set<String> = []
    if let founder = document["group"]?["founder"]?.text { names.insert(founder) }
    names.formUnion(document["group"]?["members"]?.pairs.map(\.key) ?? [])
    for step in document["steps"]?.items ?? [] {
      for field in ["as", "member", "invitee", "to"] {
        if let name = step[field]?.text { names.insert(name) }
      }
    }
    return names
  }

  private mutating func mendPeople() {
    let people = people
    let steps = (document["steps"]?.items ?? []).compactMap { step -> OrderedJSON? in
      var step = step
      if let person = (step["erase"] ?? step["read"])?.text, !people.contains(person) {
        return nil
      }
      if case .array(let names)? = step["sync"] {
        let kept = names.compactMap(\.text).filter { people.contains($0) }
        if kept.count < 2 { return nil }
        step["sync"] = .strings(kept)
      }
      return step
    }
    document["steps"] = .array(steps)
  }

  private mutating func mendExpectations() {
    let people = people
    if let expect = document["expect"] { document["expect"] = mended(expect, people) }
    if let others = document["expectations"]?.items {
      let kept = others.filter { $0["of"]?.text.map { people.contains($0) } ?? true }
        .map { mended($0, people) }
      document["expectations"] = kept.isEmpty ? nil : .array(kept)
    }
  }

  private func mended(_ expectation: OrderedJSON, _ people: Set<String>) -> OrderedJSON {
    var expectation = expectation
    for field in StepReferences.keyed {
      guard case .object(let pairs)? = expectation[field] else { continue }
      let kept = pairs.filter { gone[$0.key] == nil }
      if kept.count < pairs.count { expectation[field] = kept.isEmpty ? nil : .object(kept) }
    }
    if case .object(let pairs)? = expectation["members"] {
      expectation["members"] = .object(pairs.filter { people.contains($0.key) })
    }
    for field in ["blocked", "forks"] {
      if let names = expectation[field]?.texts {
        expectation[field] = .strings(names.filter { people.contains($0) })
      }
    }
    return expectation
  }
}
