public import CoterieJSON

/// Makes a failing scenario as small as it can be while it still fails in the same way.
///
/// Delta debugging: takes steps out in halves, quarters and so on down to single ones, then people,
/// preferences, expectations and fields, over and over until nothing more can go. What is tried and
/// in which order depends on the scenario alone.
public struct Shrinking {
  /// What there is of each thing in a scenario.
  public struct Size: Equatable, Sendable {
    /// Steps, the setup's not counted.
    public var steps: Int
    /// People of the setup, the founder not counted.
    public var members: Int
    /// Preferences of the setup.
    public var preferences: Int
    /// Values that are expected.
    public var expectations: Int

    /// Takes all fields.
    public init(steps: Int, members: Int, preferences: Int, expectations: Int) {
      self.steps = steps
      self.members = members
      self.preferences = preferences
      self.expectations = expectations
    }
  }

  /// The smallest scenario that was found.
  public struct Outcome: Sendable {
    /// The file.
    public var text: String
    /// What there was.
    public var before: Size
    /// What is left.
    public var after: Size
    /// How many candidates were run.
    public var runCount: Int
    /// Whether the work was stopped before its end.
    public var isStopped: Bool
  }

  private let fails: (String) -> Bool
  private let progress: (Int) -> Bool
  private var document: OrderedJSON
  private let layout: JSONLayout
  private var tried: Set<String> = []
  private var runCount = 0
  private var isStopped = false

  /// Takes a scenario that fails, and who says whether another one, as a file, fails so too.
  ///
  /// `progress` is told how many were run, and answers false to stop with the best so far.
  /// - Throws: `JSONFault` for a file that is no scenario.
  public init(
    _ bytes: [UInt8],
    fails: @escaping (String) -> Bool,
    progress: @escaping (Int) -> Bool = { _ in true }
  ) throws(JSONFault) {
    _ = try Scenario(bytes)
    document = OrderedJSON(try JSONReader.read(bytes))
    layout = JSONLayout(of: String(decoding: bytes, as: UTF8.self), value: document)
    self.fails = fails
    self.progress = progress
  }

  /// Shrinks.
  ///
  /// About O(steps · log steps) runs, O(steps²) at worst.
  public mutating func run() -> Outcome {
    let before = size
    var last = ""
    while last != text, !isStopped {
      last = text
      shrinkSteps()
      shrinkPeople()
      shrinkSetup()
      shrinkExpectations()
      shrinkFields()
    }
    var pruned = document
    StepReferences.prune(&pruned)
    _ = keep(pruned)
    return Outcome(
      text: text,
      before: before,
      after: size,
      runCount: runCount,
      isStopped: isStopped
    )
  }

  private var text: String { layout.text(of: document) + "\n" }

  private var size: Size {
    Size(
      steps: document["steps"]?.items.count ?? 0,
      members: document["group"]?["members"]?.pairs.count ?? 0,
      preferences: document["group"]?["preferences"]?.pairs.count ?? 0,
      expectations: StepReferences.expectations(of: document).reduce(0) { sum, expectation in
        sum
          + expectation.pairs.filter { $0.key != "of" }.reduce(0) { count, pair in
            if case .object(let entries) = pair.value { return count + entries.count }
            return count + 1
          }
      }
    )
  }

  /// Takes a candidate if it fails as well; one that was tried before is not tried again.
  private mutating func keep(_ candidate: OrderedJSON) -> Bool {
    guard !isStopped, candidate != document else { return false }
    let written = layout.text(of: candidate) + "\n"
    guard tried.insert(written).inserted, (try? Scenario(Array(written.utf8)).logs()) != nil else {
      return false
    }
    runCount += 1
    if !progress(runCount) { isStopped = true }
    guard fails(written) else { return false }
    document = candidate
    return true
  }

  // MARK: What may go

  private mutating func shrinkSteps() {
    var chunk = max(1, (document["steps"]?.items.count ?? 0) / 2)
    while !isStopped {
      var start = 0
      var isSmaller = false
      while start < document["steps"]?.items.count ?? 0, !isStopped {
        let end = min(start + chunk, document["steps"]?.items.count ?? 0)
        if keep(ScenarioCut(document).without(steps: Set(start..<end))) {
          isSmaller = true
        } else {
          start += chunk
        }
      }
      if chunk == 1, !isSmaller { return }
      chunk = max(1, chunk / 2)
    }
  }

  private mutating func shrinkPeople() {
    for member in (document["group"]?["members"]?.pairs ?? []).reversed() {
      if keep(ScenarioCut(document).without(member: member.key)) { continue }
      _ = keep(ScenarioCut(document).withoutSetup(of: member.key))
    }
  }

  private mutating func shrinkSetup() {
    for pair in document["group"]?["preferences"]?.pairs ?? [] {
      var candidate = document
      candidate["group"]?["preferences"]?[pair.key] = nil
      if candidate["group"]?["preferences"]?.pairs.isEmpty == true {
        candidate["group"]?["preferences"] = nil
      }
      _ = keep(candidate)
    }
    for field in ["name", "template"] {
      var candidate = document
      candidate["group"]?[field] = nil
      _ = keep(candidate)
    }
    var candidate = document
    candidate["about"] = nil
    _ = keep(candidate)
  }

  private mutating func shrinkExpectations() {
    for field in ["expect", "expectations"] {
      var candidate = document
      candidate[field] = nil
      _ = keep(candidate)
    }
    var place = 0
    while place < document["expectations"]?.items.count ?? 0 {
      var others = document["expectations"]?.items ?? []
      others.remove(at: place)
      var candidate = document
      candidate["expectations"] = .array(others)
      if !keep(candidate) {
        shrinkOne(place)
        place += 1
      }
    }
    shrinkOne(nil)
  }

  /// Shrinks the expectation at a place, or that of all stores.
  private mutating func shrinkOne(_ place: Int?) {
    func expectation(_ document: OrderedJSON) -> OrderedJSON {
      guard let place else { return document["expect"] ?? .null }
      let all = document["expectations"]?.items ?? []
      return all.indices.contains(place) ? all[place] : .null
    }
    func changed(_ document: OrderedJSON, _ body: (inout OrderedJSON) -> Void) -> OrderedJSON {
      var value = expectation(document)
      body(&value)
      var document = document
      if let place {
        var all = document["expectations"]?.items ?? []
        if all.indices.contains(place) { all[place] = value }
        document["expectations"] = .array(all)
      } else if document["expect"] != nil {
        document["expect"] = value
      }
      return document
    }
    for pair in expectation(document).pairs where pair.key != "of" {
      if keep(changed(document, { $0[pair.key] = nil })) { continue }
      for entry in pair.value.pairs {
        if keep(changed(document, { $0[pair.key]?[entry.key] = nil })) { continue }
        for field in entry.value.pairs {
          _ = keep(changed(document) { $0[pair.key]?[entry.key]?[field.key] = nil })
        }
      }
    }
  }

  /// Fields without which a step can be said.
  private static let optional = [
    "forced", "previous", "after", "text", "name", "reply", "lifetime", "type", "forwarded",
    "emoji", "on", "uses", "proof", "erase", "description", "preferences", "template",
  ]

  private mutating func shrinkFields() {
    var place = 0
    while let step = self.step(place), !isStopped {
      for field in Self.optional where step[field] != nil && !Self.isSaid(field, step) {
        _ = keep(changed(place) { $0[field] = nil })
      }
      for field in ["after", "deliver", "sync"] {
        for name in (self.step(place)?[field]?.texts ?? []).reversed() {
          _ = keep(
            changed(place) { step in
              step[field] = .strings((step[field]?.texts ?? []).filter { $0 != name })
            }
          )
        }
      }
      place += 1
    }
  }

  /// Fields that say who erases, and not whether.
  private static func isSaid(_ field: String, _ step: OrderedJSON) -> Bool {
    field == "erase" && step["do"] == nil
  }

  private func step(_ place: Int) -> OrderedJSON? {
    let steps = document["steps"]?.items ?? []
    return steps.indices.contains(place) ? steps[place] : nil
  }

  private func changed(_ place: Int, _ body: (inout OrderedJSON) -> Void) -> OrderedJSON {
    var steps = document["steps"]?.items ?? []
    body(&steps[place])
    var candidate = document
    candidate["steps"] = .array(steps)
    return candidate
  }
}

/// The failure that a shrunk scenario must still show.
public struct FailureTarget: Sendable {
  private let match: String?
  private let runner: ScenarioRunner

  /// The failure that is kept: the first, or the first that `match` stands in.
  public let failure: ScenarioRunner.Failure

  /// Finds the failure of a scenario; nil if it has none, or none like `match`.
  ///
  /// - Throws: `JSONFault` for a scenario that cannot be run.
  public init?(
    _ bytes: [UInt8],
    match: String?,
    orders: Int = 20,
    seed: UInt64 = 1
  ) throws(JSONFault) {
    let failures = try ScenarioRunner(orders: orders, seed: seed).run(try Scenario(bytes)).failures
    let first = failures.first { failure in
      match.map { Self.line(failure).contains($0) } ?? true
    }
    guard let first else { return nil }
    failure = first
    self.match = match
    // What fails in the order written needs no other order.
    runner = ScenarioRunner(orders: first.seed == nil ? 0 : orders, seed: seed)
  }

  private static func line(_ failure: ScenarioRunner.Failure) -> String {
    "\(failure.path)  expected \(failure.expected)  got \(failure.found)"
  }

  /// Whether a scenario fails in the same way: the same path, and the same values expected and
  /// found, or as the match says; ids change, so of a failure that hangs on the order of arrival,
  /// that is enough.
  public func isShown(by text: String) -> Bool {
    guard let scenario = try? Scenario(Array(text.utf8)),
      let outcome = try? runner.run(scenario)
    else { return false }
    return outcome.failures.contains { other in
      if let match { return Self.line(other).contains(match) }
      if failure.seed != nil { return other.seed != nil }
      return other.seed == nil && other.path == failure.path && other.found == failure.found
        && other.expected == failure.expected
    }
  }
}
