internal import CoterieJSON

/// One place at which two documents differ.
struct JSONDifference: Equatable {
  /// Where, such as `members.eve`.
  var path: String
  /// What stood there; nil for nothing.
  var before: JSONValue?
  /// What stands there now; nil for nothing.
  var after: JSONValue?

  /// Every difference, by path.
  static func between(_ one: JSONValue, _ other: JSONValue) -> [JSONDifference] {
    differences(one, other, path: "")
  }

  private static func differences(
    _ one: JSONValue?,
    _ other: JSONValue?,
    path: String
  ) -> [JSONDifference] {
    if one == other { return [] }
    let head = path.isEmpty ? "" : path + "."
    switch (one, other) {
    case (.object(let left)?, .object(let right)?):
      let keys = Set(left.keys).union(right.keys)
      let sorted = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      return sorted.flatMap { differences(left[$0], right[$0], path: head + $0) }
    case (.array(let left)?, .array(let right)?) where left.count == right.count:
      return left.indices.flatMap { place in
        differences(left[place], right[place], path: "\(path)[\(place)]")
      }
    default: return [JSONDifference(path: path, before: one, after: other)]
    }
  }
}
