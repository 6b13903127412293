/// Reads one JSON document (RFC 8259) strictly: no duplicate keys, no numbers with fractions, no
/// bytes behind the end, nesting of at most 64.
///
/// O(bytes); recursion is bounded by the nesting.
public struct JSONReader {
  /// Levels of arrays and objects.
  public static let nestingMax = 64
  /// Bytes of one document.
  public static let bytesMax = 4 * 1024 * 1024

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  private var lineStart = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads a whole document.
  public static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONNode {
    var reader = JSONReader(bytes)
    let root = JSONPlace()
    guard bytes.count <= bytesMax else {
      throw reader.fault("the document is larger than \(bytesMax) bytes", root)
    }
    reader.skipSpace()
    let node = try reader.value(root, depth: 0)
    reader.skipSpace()
    guard reader.place == bytes.count else {
      throw reader.fault("expected the end of the document", root)
    }
    return node
  }

  private func fault(_ problem: String, _ path: JSONPlace) -> JSONFault {
    JSONFault(problem: problem, line: line, column: place - lineStart + 1, path: path.path)
  }

  private mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        place += 1
      case UInt8(ascii: "\n"):
        place += 1
        line += 1
        lineStart = place
      default:
        return
      }
    }
  }

  private mutating func value(_ path: JSONPlace, depth: Int) throws(JSONFault) -> JSONNode {
    guard place < bytes.count else { throw fault("expected a value, found the end", path) }
    var node = JSONNode(
      content: .null,
      line: line,
      column: place - lineStart + 1,
      place: path
    )
    switch bytes[place] {
    case UInt8(ascii: "{"): node.content = try object(path, depth: depth)
    case UInt8(ascii: "["): node.content = try array(path, depth: depth)
    case UInt8(ascii: "\""): node.content = .string(try string(path))
    case UInt8(ascii: "t"): node.content = try word("true", .bool(true), path)
    case UInt8(ascii: "f"): node.content = try word("false", .bool(false), path)
    case UInt8(ascii: "n"): node.content = try word("null", .null, path)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      node.content = .integer(try integer(path))
    default: throw fault("expected a value", path)
    }
    return node
  }

  private mutating func word(
    _ word: String,
    _ content: JSONNode.Content,
    _ path: JSONPlace
  ) throws(JSONFault) -> JSONNode.Content {
    guard bytes[place...].starts(with: word.utf8) else { throw fault("expected \(word)", path) }
    place += word.utf8.count
    return content
  }

  private mutating func integer(_ path: JSONPlace) throws(JSONFault) -> Int64 {
    let start = place
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
      place += 1
    }
    let digits = bytes[start..<place]
    if place < bytes.count,
      [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[place])
    {
      throw fault("expected an integer, found a number with a fraction or exponent", path)
    }
    let text = String(decoding: digits, as: UTF8.self)
    guard let value = Int64(text), text == String(value) else {
      place = start
      throw fault("expected an integer of at most 63 bits without leading zeros", path)
    }
    return value
  }

  private mutating func array(_ path: JSONPlace, depth: Int) throws(JSONFault) -> JSONNode.Content {
    guard depth < Self.nestingMax else { throw fault("nested too deep", path) }
    place += 1
    var items: [JSONNode] = []
    skipSpace()
    if isAt("]") { return .array(items) }
    while true {
      skipSpace()
      items.append(try value(JSONPlace(items.count, of: path), depth: depth + 1))
      skipSpace()
      if isAt("]") { return .array(items) }
      guard isAt(",") else { throw fault("expected , or ] in an array", path) }
    }
  }

  private mutating func object(_ path: JSONPlace, depth: Int) throws(JSONFault) -> JSONNode.Content
  {
    guard depth < Self.nestingMax else { throw fault("nested too deep", path) }
    place += 1
    var pairs: [(key: String, value: JSONNode)] = []
    var seen: Set<[UInt8]> = []
    skipSpace()
    if isAt("}") { return .object(pairs) }
    while true {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
        throw fault("expected a key in quotes", path)
      }
      let before = self
      let key = try string(path)
      guard seen.insert(Array(key.utf8)).inserted else {
        throw before.fault("the key \"\(key)\" stands twice", JSONPlace(key, of: path))
      }
      let below = JSONPlace(key, of: path)
      skipSpace()
      guard isAt(":") else { throw fault("expected : behind a key", below) }
      skipSpace()
      pairs.append((key, try value(below, depth: depth + 1)))
      skipSpace()
      if isAt("}") { return .object(pairs) }
      guard isAt(",") else { throw fault("expected , or } in an object", path) }
    }
  }

  private mutating func isAt(_ character: Character) -> Bool {
    guard place < bytes.count, bytes[place] == character.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func string(_ path: JSONPlace) throws(JSONFault) -> String {
    let opening = self
    place += 1
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw opening.fault("the text is not UTF-8", path)
        }
        return string
      case UInt8(ascii: "\\"):
        try escape(&text, path)
      case 0..<0x20:
        throw fault("a control character inside a string", path)
      default:
        text.append(byte)
        place += 1
      }
    }
    throw opening.fault("the string does not end", path)
  }

  private mutating func escape(_ text: inout [UInt8], _ path: JSONPlace) throws(JSONFault) {
    guard place + 1 < bytes.count else { throw fault("the string does not end", path) }
    let simple: [Character: UInt8] = [
      "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]
    let character = Character(UnicodeScalar(bytes[place + 1]))
    if let byte = simple[character] {
      text.append(byte)
      place += 2
      return
    }
    guard character == "u" else { throw fault("an unknown escape", path) }
    var scalar = try hexadecimal(path)
    if (0xd800..<0xdc00).contains(scalar), place + 1 < bytes.count,
      bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
    {
      let low = try hexadecimal(path)
      guard (0xdc00..<0xe000).contains(low) else { throw fault("half of a surrogate pair", path) }
      scalar = 0x1_0000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let unicode = UnicodeScalar(scalar) else { throw fault("half of a surrogate pair", path) }
    text.append(contentsOf: Array(String(Character(unicode)).utf8))
  }

  private mutating func hexadecimal(_ path: JSONPlace) throws(JSONFault) -> UInt32 {
    guard place + 6 <= bytes.count else { throw fault("an escape that does not end", path) }
    var value: UInt32 = 0
    for byte in bytes[(place + 2)..<(place + 6)] {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw fault("an escape without four hexadecimal digits", path)
      }
      value = value << 4 | UInt32(digit)
    }
    place += 6
    return value
  }
}
