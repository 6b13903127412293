public import CoterieJSON

/// What a scenario would expect if everything that comes now were right.
public struct Acceptance: Sendable {
  /// One value that is another now.
  public struct Change: Equatable, Sendable {
    /// Where in the file, such as `expect.members.eve`.
    public var path: String
    /// What stands there; nil for nothing.
    public var was: String?
    /// What comes now; nil for nothing.
    public var now: String?

    /// Takes all fields.
    public init(path: String, was: String?, now: String?) {
      self.path = path
      self.was = was
      self.now = now
    }
  }

  /// The whole file with the new expectations; all else stands as it stood.
  public private(set) var text: String
  /// What is another; empty if the file is as it was.
  public private(set) var changes: [Change] = []
  /// Verdicts that hang on the order of arrival: no expectation can be right.
  public private(set) var orderFailures: [ScenarioRunner.Failure]

  /// Runs a scenario and takes what comes for right: the fields that stand there, or all.
  ///
  /// - Throws: `JSONFault` for a file that is no scenario, or cannot be run.
  public init(of bytes: [UInt8], isAll: Bool, orders: Int = 20) throws(JSONFault) {
    let root = try JSONReader.read(bytes)
    let scenario = try Scenario(bytes)
    orderFailures = try ScenarioRunner(orders: orders).run(scenario).failures
      .filter { $0.seed != nil }
    text = String(decoding: bytes, as: UTF8.self)
    let world = try World(scenario)
    let document = OrderedJSON(root)
    var accepted = document
    if let expect = document["expect"] ?? (isAll ? .object([]) : nil) {
      let draft = ExpectationDraft(world, of: nil)
      var updated = ExpectationUpdate(draft: draft, isAll: isAll).updated(expect)
      if isAll { updated["same"] = draft.same ?? updated["same"] }
      accepted["expect"] = updated
    }
    if let expectations = document["expectations"] {
      accepted["expectations"] = .array(
        expectations.items.map { expectation in
          let person = expectation["of"]?.text.flatMap { world.person($0) }
          let draft = ExpectationDraft(world, of: person)
          return ExpectationUpdate(draft: draft, isAll: isAll).updated(expectation)
        }
      )
    }
    changes = JSONDifference.between(document.plain, accepted.plain).map {
      Change(path: $0.path, was: $0.before?.compact, now: $0.after?.compact)
    }
    if !changes.isEmpty { text = Self.rewritten(text, root, document, accepted) }
  }

  /// Puts the new expectations in their places; the rest keeps its bytes.
  private static func rewritten(
    _ text: String,
    _ root: JSONNode,
    _ document: OrderedJSON,
    _ accepted: OrderedJSON
  ) -> String {
    let layout = JSONLayout(of: text, value: document)
    var bytes = Array(text.utf8)
    // From the end, so that earlier places hold.
    let places = ["expect", "expectations"].compactMap { key in
      root[key].map { (key, FilePlace(of: $0, in: bytes)) }
    }
    guard document.pairs.map(\.key) == accepted.pairs.map(\.key) else {
      return layout.text(of: accepted) + "\n"
    }
    for (key, place) in places.sorted(by: { $0.1.range.lowerBound > $1.1.range.lowerBound }) {
      guard let value = accepted[key], value != document[key] else { continue }
      let written = layout.text(of: value, indent: place.indent, column: place.column)
      bytes.replaceSubrange(place.range, with: Array(written.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Where a value stands in its file.
private struct FilePlace {
  /// Its bytes.
  let range: Range<Int>
  /// Columns before it.
  let column: Int
  /// Spaces at the start of its line.
  let indent: Int

  init(of node: JSONNode, in bytes: [UInt8]) {
    var start = 0
    for _ in 1..<node.line {
      while bytes[start] != UInt8(ascii: "\n") { start += 1 }
      start += 1
    }
    column = node.column - 1
    indent = bytes[start...].prefix { $0 == UInt8(ascii: " ") }.count
    let first = start + column
    range = first..<Self.end(of: first, bytes)
  }

  /// The end of an object or array that starts here; strings are stepped over.
  private static func end(of start: Int, _ bytes: [UInt8]) -> Int {
    var depth = 0
    var isInside = false
    var place = start
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if isInside {
        if byte == UInt8(ascii: "\\") { place += 1 }
        if byte == UInt8(ascii: "\"") { isInside = false }
      } else if byte == UInt8(ascii: "\"") {
        isInside = true
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
        if depth == 0 { return place }
      }
    }
    return place
  }
}

/// Brings one expectation up to what a store shows.
struct ExpectationUpdate {
  let draft: ExpectationDraft
  let isAll: Bool

  func updated(_ expectation: OrderedJSON) -> OrderedJSON {
    var updated = OrderedJSON.object([])
    for pair in expectation.pairs { updated[pair.key] = field(pair.key, pair.value) }
    guard isAll else { return updated }
    for pair in draft.all.pairs {
      guard let known = updated[pair.key] else {
        updated[pair.key] = pair.value
        continue
      }
      guard case .object = known else { continue }
      for entry in pair.value.pairs where known[entry.key] == nil {
        updated[pair.key]?[entry.key] = entry.value
      }
    }
    return updated
  }

  private func field(_ name: String, _ old: OrderedJSON) -> OrderedJSON {
    let found = draft.field(name)
    switch (name, found) {
    case ("of", _): return old
    case ("members", _): return members(old)
    case (_, .object(let entries)):
      guard case .object(let pairs) = old else { return OrderedJSON(found) }
      return .object(
        pairs.compactMap { pair in
          entry(name, pair.value, entries[pair.key]).map { .init(pair.key, $0) }
        }
      )
    default: return unlessSame(old, found)
    }
  }

  /// All present members: those that stand there in their order, then the others.
  private func members(_ old: OrderedJSON) -> OrderedJSON {
    let found = draft.members
    var updated = OrderedJSON.object([])
    for pair in old.pairs { updated[pair.key] = found[pair.key] }
    for pair in found.pairs { updated[pair.key] = pair.value }
    return updated
  }

  private func entry(
    _ name: String,
    _ old: OrderedJSON,
    _ found: JSONValue?
  ) -> OrderedJSON? {
    guard let found else { return nil }
    guard case .object(let known) = found else { return unlessSame(old, found) }
    guard case .object(let pairs) = old else {
      if old == .string("absent") { return nil }
      let status = known["status"].map { OrderedJSON($0) }
      return status == old ? old : name == "verdicts" ? ExpectationDraft.short(found) : status
    }
    let updated = pairs.map { pair in
      OrderedJSON.Pair(pair.key, unlessSame(pair.value, known[pair.key] ?? .null))
    }
    let isBare = updated.allSatisfy { $0.key == "status" || $0.value == .null }
    let wasBare = pairs.allSatisfy { $0.key == "status" || $0.value == .null }
    return isBare && !wasBare ? known["status"].map { OrderedJSON($0) } : .object(updated)
  }

  /// The old value as it is written, if it says the same; lists are sets.
  private func unlessSame(_ old: OrderedJSON, _ found: JSONValue) -> OrderedJSON {
    if old.plain == found { return old }
    if case .array(let items) = old, case .array(let others) = found,
      items.map(\.plain.compact).sorted() == others.map(\.compact).sorted()
    {
      return old
    }
    return OrderedJSON(found).inOrder(of: old)
  }
}

extension OrderedJSON {
  /// The value with the keys of its objects in the order of another, further ones behind.
  fileprivate func inOrder(of other: OrderedJSON) -> OrderedJSON {
    guard case .object(let pairs) = self else { return self }
    let known = other.pairs.compactMap { pair in
      self[pair.key].map { Pair(pair.key, $0.inOrder(of: pair.value)) }
    }
    return .object(known + pairs.filter { other[$0.key] == nil })
  }
}
