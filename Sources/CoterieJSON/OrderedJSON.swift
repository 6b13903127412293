/// A JSON value whose objects keep the order in which they were written: files that people read.
public indirect enum OrderedJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([OrderedJSON])
  case object([Pair])

  /// A key of an object, and its value.
  public struct Pair: Equatable, Sendable {
    /// The key.
    public var key: String
    /// The value.
    public var value: OrderedJSON

    /// Takes both.
    public init(_ key: String, _ value: OrderedJSON) {
      self.key = key
      self.value = value
    }
  }

  /// The value of a node, without its places.
  public init(_ node: JSONNode) {
    self =
      switch node.content {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .string(let text): .string(text)
      case .array(let items): .array(items.map { OrderedJSON($0) })
      case .object(let pairs): .object(pairs.map { Pair($0.key, OrderedJSON($0.value)) })
      }
  }

  /// A value without order; its keys are sorted by their bytes.
  public init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .string(let text): self = .string(text)
    case .array(let items): self = .array(items.map { OrderedJSON($0) })
    case .object(let fields):
      let keys = fields.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      self = .object(keys.map { Pair($0, OrderedJSON(fields[$0] ?? .null)) })
    }
  }

  /// An object of the fields that are there.
  public static func fields(_ pairs: KeyValuePairs<String, OrderedJSON?>) -> OrderedJSON {
    .object(pairs.compactMap { pair in pair.value.map { Pair(pair.key, $0) } })
  }

  /// An array of strings.
  public static func strings(_ texts: some Sequence<String>) -> OrderedJSON {
    .array(texts.map { .string($0) })
  }

  /// The value without order.
  public var plain: JSONValue {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .string(let text): .string(text)
    case .array(let items): .array(items.map(\.plain))
    case .object(let pairs):
      .object(Dictionary(pairs.map { ($0.key, $0.value.plain) }) { first, _ in first })
    }
  }

  /// The value of a key; setting nil takes the pair away, a new key goes to the end.
  public subscript(key: String) -> OrderedJSON? {
    get {
      guard case .object(let pairs) = self else { return nil }
      return pairs.first { $0.key == key }?.value
    }
    set {
      guard case .object(var pairs) = self else { return }
      if let place = pairs.firstIndex(where: { $0.key == key }) {
        if let newValue { pairs[place].value = newValue } else { pairs.remove(at: place) }
      } else if let newValue {
        pairs.append(Pair(key, newValue))
      }
      self = .object(pairs)
    }
  }

  /// The pairs of an object; none for any other value.
  public var pairs: [Pair] {
    if case .object(let pairs) = self { return pairs }
    return []
  }

  /// The items of an array; none for any other value.
  public var items: [OrderedJSON] {
    if case .array(let items) = self { return items }
    return []
  }

  /// The text of a string; nil for any other value.
  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// The texts of an array of strings.
  public var texts: [String] { items.compactMap(\.text) }
}

/// How ordered JSON is laid out in a file.
public enum JSONLayout: Sendable {
  /// A line for every item and every pair.
  case expanded
  /// On one line what fits into a hundred columns; lists of objects and lists have a line for each.
  case fitting

  private static let columnsMax = 100

  /// The layout in which a file is written: expanded if it is so throughout, else fitting.
  public init(of text: String, value: OrderedJSON) {
    let expanded = JSONLayout.expanded.text(of: value)
    self = text == expanded || text == expanded + "\n" ? .expanded : .fitting
  }

  /// The text of a value that starts behind `column` columns, on a line that is indented so far.
  public func text(of value: OrderedJSON, indent: Int = 0, column: Int = 0) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .string(let text): JSONValue.string(text).compact
    case .array(let items):
      list(("[", "]"), indent, column, flat(value), items.map { ("", $0) })
    case .object(let pairs):
      list(
        ("{", "}"),
        indent,
        column,
        flat(value),
        pairs.map { (JSONValue.string($0.key).compact + ": ", $0.value) }
      )
    }
  }

  /// One line, with a space behind each comma and colon.
  private func flat(_ value: OrderedJSON) -> String {
    switch value {
    case .array(let items): "[" + items.map { flat($0) }.joined(separator: ", ") + "]"
    case .object(let pairs):
      "{"
        + pairs.map { JSONValue.string($0.key).compact + ": " + flat($0.value) }
        .joined(separator: ", ") + "}"
    case .null, .bool, .integer, .string: text(of: value)
    }
  }

  private func list(
    _ brackets: (String, String),
    _ indent: Int,
    _ column: Int,
    _ flat: String,
    _ items: [(head: String, value: OrderedJSON)]
  ) -> String {
    if items.isEmpty { return brackets.0 + brackets.1 }
    let isList = brackets.0 == "[" && items.contains { !$0.value.isScalar }
    // A comma may follow.
    if self == .fitting, indent > 0, !isList, column + flat.count < Self.columnsMax {
      return flat
    }
    let inner = indent + 2
    if self == .fitting, items.allSatisfy({ $0.head.isEmpty && $0.value.isScalar }) {
      return brackets.0 + "\n" + filled(items.map { text(of: $0.value) }, inner) + "\n"
        + String(repeating: " ", count: indent) + brackets.1
    }
    let lines = items.map { item in
      String(repeating: " ", count: inner) + item.head
        + text(of: item.value, indent: inner, column: inner + item.head.count)
    }
    return brackets.0 + "\n" + lines.joined(separator: ",\n") + "\n"
      + String(repeating: " ", count: indent) + brackets.1
  }

  /// Words with commas, as many on a line as fit.
  private func filled(_ words: [String], _ indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for (place, word) in words.enumerated() {
      let item = place + 1 < words.count ? word + "," : word
      if line.count + item.count >= Self.columnsMax, line != margin {
        lines.append(line)
        line = margin
      }
      line += line == margin ? item : " " + item
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension OrderedJSON {
  /// Whether the value has no values in it.
  fileprivate var isScalar: Bool {
    switch self {
    case .array, .object: false
    case .null, .bool, .integer, .string: true
    }
  }
}
