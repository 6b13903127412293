internal import CoterieJSON

/// Compares what a scenario expects with what a store shows.
struct Expecting {
  let world: World
  let view: WorldView

  func failures(
    of expectation: Scenario.Expectation
  ) throws(JSONFault) -> [ScenarioRunner.Failure] {
    var failures: [ScenarioRunner.Failure] = []
    for pair in try expectation.fields.object() where pair.key != "of" {
      failures += compare(OrderedJSON(pair.value).plain, view.field(pair.key), path: pair.key)
    }
    return failures
  }

  private func compare(
    _ expected: JSONValue,
    _ found: JSONValue,
    path: String
  ) -> [ScenarioRunner.Failure] {
    switch (path, expected, found) {
    case ("members", .object(let expected), .object(let found)):
      let names = Set(expected.keys).union(found.keys).sorted()
      return names.flatMap { name in
        difference(expected[name], found[name], path: "members.\(name)")
      }
    case ("blocked", .array, .array), ("forks", .array, .array):
      return difference(sorted(expected), sorted(found), path: path)
    case (_, .object(let expected), .object(let found)):
      return expected.keys.sorted().flatMap { key in
        compareEntry(expected[key] ?? .null, found[key], path: "\(path).\(key)")
      }
    default:
      return difference(expected, found, path: path)
    }
  }

  /// An entry may be expected as a string, its status, or as an object whose fields must match.
  private func compareEntry(
    _ expected: JSONValue,
    _ found: JSONValue?,
    path: String
  ) -> [ScenarioRunner.Failure] {
    switch (expected, found) {
    case (.object(let fields), .object(let known)?):
      return fields.keys.sorted().flatMap { field in
        difference(fields[field], known[field] ?? .null, path: "\(path).\(field)")
      }
    case (.string, .object(let known)?):
      return difference(expected, known["status"], path: path)
    case (.array, .array?):
      return difference(sorted(expected), found.map { sorted($0) }, path: path)
    default:
      return difference(expected, found, path: path)
    }
  }

  private func sorted(_ value: JSONValue) -> JSONValue {
    guard case .array(let items) = value else { return value }
    return .array(items.sorted { $0.compact < $1.compact })
  }

  private func difference(
    _ expected: JSONValue?,
    _ found: JSONValue?,
    path: String
  ) -> [ScenarioRunner.Failure] {
    if expected == found { return [] }
    return [
      ScenarioRunner.Failure(
        path: path,
        expected: expected?.compact ?? "absent",
        found: found?.compact ?? "absent",
        seed: nil
      )
    ]
  }
}
