internal import CoterieJSON

/// Changes which of two recorded steps was signed in knowledge of the other.
struct StepOrder {
  private var document: OrderedJSON
  private var steps: [OrderedJSON]
  private let places: [String: Int]

  init(_ document: OrderedJSON) {
    self.document = document
    steps = document["steps"]?.items ?? []
    let ids = steps.enumerated().compactMap { place, step in
      step["id"]?.text.map { ($0, place) }
    }
    places = Dictionary(ids) { first, _ in first }
  }

  /// The scenario in which `then` has seen `first`.
  ///
  /// Of two concurrent steps, the one gets the other as a further parent. Where `first` has `then`
  /// as a direct parent the two change places, and what built on `first` builds on `then`.
  func ordered(first: String, then: String) throws(ResigningFault) -> OrderedJSON {
    var order = self
    guard let one = places[first], let two = places[then] else {
      throw .notNeighbours(first: first, then: then)
    }
    if first == then || past(of: two).contains(one) { throw .inOrder(first: first, then: then) }
    if past(of: one).contains(two) {
      try order.swap(one, two, first, then)
    } else {
      order.steps[two]["after"] = .strings((steps[two]["after"]?.texts ?? []) + [first])
    }
    order.steps[two]["previous"] = nil
    order.document["steps"] = .array(order.sorted())
    return order.document
  }

  private mutating func swap(
    _ one: Int,
    _ two: Int,
    _ first: String,
    _ then: String
  ) throws(ResigningFault) {
    let parents = steps[one]["after"]?.texts ?? []
    let others = parents.filter { $0 != then }
    let isIndirect = others.contains { name in
      places[name].map { past(of: $0).contains(two) } ?? false
    }
    let names = Scenario.Act.references.contains { steps[one][$0]?.text == then }
    guard parents.contains(then), !isIndirect, !names, steps[two]["after"] != nil else {
      throw .notNeighbours(first: first, then: then)
    }
    let inherited = (steps[two]["after"]?.texts ?? []).filter { !others.contains($0) }
    steps[one]["after"] = .strings(others + inherited)
    steps[one]["previous"] = nil
    for place in steps.indices where place != two {
      guard let after = steps[place]["after"]?.texts, after.contains(first) else { continue }
      steps[place]["after"] = .strings(after.map { $0 == first ? then : $0 })
    }
    steps[two]["after"] = .strings([first])
  }

  /// The places of what a step builds on.
  private func before(_ place: Int) -> [Int] {
    let step = steps[place]
    let names =
      (step["after"]?.texts ?? []) + StepReferences.fields.compactMap { step[$0]?.text }
    return names.compactMap { places[$0] }
  }

  private func past(of place: Int) -> Set<Int> {
    var found: Set<Int> = []
    var stack = before(place)
    while let next = stack.popLast() {
      if found.insert(next).inserted { stack += before(next) }
    }
    return found
  }

  /// The steps in their old order, each behind all that it names.
  private func sorted() -> [OrderedJSON] {
    var done: Set<Int> = []
    var ordered: [OrderedJSON] = []
    for start in steps.indices {
      var stack = [start]
      while let place = stack.last {
        let open = before(place).filter { !done.contains($0) }
        if open.isEmpty || done.contains(place) {
          if done.insert(place).inserted { ordered.append(steps[place]) }
          stack.removeLast()
        } else {
          stack += open.reversed()
        }
      }
    }
    return ordered
  }
}
