/// A JSON value as the program writes it: integers only, keys of objects sorted when written.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// An object without the pairs whose value is nil.
  public static func fields(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    var object: [String: JSONValue] = [:]
    for (key, value) in pairs { object[key] = value }
    return .object(object)
  }

  /// A string, or null for nil.
  public static func optional(_ text: String?) -> JSONValue {
    text.map { .string($0) } ?? .null
  }

  /// An array of strings.
  public static func strings(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map { .string($0) })
  }

  /// One line.
  public var compact: String {
    var writer = JSONWriter(isPretty: false)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Two spaces for each level.
  public var pretty: String {
    var writer = JSONWriter(isPretty: true)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  /// An array.
  public init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }

  /// A string.
  public init(stringLiteral value: String) {
    self = .string(value)
  }

  /// An integer.
  public init(integerLiteral value: Int64) {
    self = .integer(value)
  }

  /// True or false.
  public init(booleanLiteral value: Bool) {
    self = .bool(value)
  }
}

/// Writes JSON (RFC 8259) in one way only: keys sorted by their bytes, control characters escaped.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  let isPretty: Bool

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .string(let text): write(text)
    case .array(let items):
      list("[", "]", count: items.count, depth: depth) { writer, place in
        writer.write(items[place], depth: depth + 1)
      }
    case .object(let pairs):
      let keys = pairs.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      list("{", "}", count: keys.count, depth: depth) { writer, place in
        writer.write(keys[place])
        writer.append(writer.isPretty ? ": " : ":")
        writer.write(pairs[keys[place]] ?? .null, depth: depth + 1)
      }
    }
  }

  private mutating func list(
    _ open: String,
    _ close: String,
    count: Int,
    depth: Int,
    item: (inout JSONWriter, Int) -> Void
  ) {
    append(open)
    for place in 0..<count {
      if place > 0 { append(",") }
      newLine(depth + 1)
      item(&self, place)
    }
    if count > 0 { newLine(depth) }
    append(close)
  }

  private mutating func newLine(_ depth: Int) {
    if isPretty { append("\n" + String(repeating: "  ", count: depth)) }
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case 0..<0x20, 0x7f:
        let digits = Array("0123456789abcdef".utf8)
        append("\\u00")
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
