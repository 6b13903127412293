/// A JSON value as it was read: it knows the line and column where it stands, and its path.
public struct JSONNode: Sendable {
  /// What the value is.
  public indirect enum Content: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONNode])
    /// In the order written; keys are distinct.
    case object([(key: String, value: JSONNode)])
  }

  /// The value.
  public var content: Content
  /// The line, counted from 1.
  public var line: Int
  /// The column in bytes, counted from 1.
  public var column: Int
  /// Where it stands.
  let place: JSONPlace

  /// Where it stands in the document, such as `$.steps[3].do`.
  ///
  /// O(levels).
  public var path: String { place.path }

  /// What the value is, in a word.
  public var typeName: String {
    switch content {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "an integer"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// A fault of this value.
  public func fault(_ problem: String) -> JSONFault {
    JSONFault(problem: problem, line: line, column: column, path: path)
  }

  /// The value of a key; nil if this is no object or lacks it.
  public subscript(key: String) -> JSONNode? {
    guard case .object(let pairs) = content else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  /// The string; a fault for any other type.
  public func string() throws(JSONFault) -> String {
    guard case .string(let text) = content else {
      throw fault("expected a string, found \(typeName)")
    }
    return text
  }

  /// The integer; a fault for any other type.
  public func integer() throws(JSONFault) -> Int64 {
    guard case .integer(let value) = content else {
      throw fault("expected an integer, found \(typeName)")
    }
    return value
  }

  /// True or false; a fault for any other type.
  public func bool() throws(JSONFault) -> Bool {
    guard case .bool(let value) = content else {
      throw fault("expected true or false, found \(typeName)")
    }
    return value
  }

  /// The items; a fault for any other type.
  public func array() throws(JSONFault) -> [JSONNode] {
    guard case .array(let items) = content else {
      throw fault("expected an array, found \(typeName)")
    }
    return items
  }

  /// The pairs in the order written; a fault for any other type.
  public func object() throws(JSONFault) -> [(key: String, value: JSONNode)] {
    guard case .object(let pairs) = content else {
      throw fault("expected an object, found \(typeName)")
    }
    return pairs
  }
}

/// Where a value stands in what it stands in; spelled out only when it is asked for, since long
/// keys with many values below them would take the square of their bytes.
final class JSONPlace: Sendable {
  private enum Step {
    case root
    case index(Int)
    case key(String)
  }

  private let parent: JSONPlace?
  private let step: Step

  init() { (parent, step) = (nil, .root) }

  init(_ index: Int, of parent: JSONPlace) { (self.parent, step) = (parent, .index(index)) }

  init(_ key: String, of parent: JSONPlace) { (self.parent, step) = (parent, .key(key)) }

  var path: String {
    let before = parent?.path ?? ""
    return switch step {
    case .root: "$"
    case .index(let index): "\(before)[\(index)]"
    case .key(let key): "\(before).\(key)"
    }
  }
}

/// What is wrong with a JSON document, and where.
public struct JSONFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, and what was expected.
  public var problem: String
  /// The line, counted from 1.
  public var line: Int
  /// The column in bytes, counted from 1.
  public var column: Int
  /// Where in the document, such as `$.steps[3].do`.
  public var path: String

  /// Names a problem and its place.
  public init(problem: String, line: Int, column: Int, path: String) {
    self.problem = problem
    self.line = line
    self.column = column
    self.path = path
  }

  /// The place, then what is wrong.
  public var description: String {
    "line \(line), column \(column), \(path): \(problem)"
  }
}
