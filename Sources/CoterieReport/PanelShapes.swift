internal import CoterieJSON
internal import CoterieWire

/// A value of a panel: an id or key, which may stand in a table of the page, or anything else.
enum PanelLeaf {
  case digest(Digest)
  case json(String)
}

/// One panel: its shape's number, and its values in the order of the shape.
struct PanelRow {
  var shape: Int
  var leaves: [PanelLeaf]
}

/// Splits the JSON of panels into few shapes and many values.
///
/// A shape is the JSON with each value replaced by "d" (an id or key) or "j" (any other).
struct PanelShapes {
  private(set) var shapes = Interner<String>()

  /// Takes a panel apart.
  mutating func row(of value: JSONValue) -> PanelRow {
    var leaves: [PanelLeaf] = []
    let shape = Self.shape(of: value, &leaves)
    return PanelRow(shape: shapes.number(of: shape.compact), leaves: leaves)
  }

  private static func shape(of value: JSONValue, _ leaves: inout [PanelLeaf]) -> JSONValue {
    switch value {
    case .object(let fields):
      var shape: [String: JSONValue] = [:]
      let keys = fields.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for key in keys { shape[key] = Self.shape(of: fields[key] ?? .null, &leaves) }
      return .object(shape)
    case .string(let text):
      if let digest = digest(text) {
        leaves.append(.digest(digest))
        return "d"
      }
      leaves.append(.json(value.compact))
      return "j"
    case .null, .bool, .integer, .array:
      leaves.append(.json(value.compact))
      return "j"
    }
  }

  private static func digest(_ text: String) -> Digest? {
    guard text.utf8.count == 64 else { return nil }
    let isUpper = text.utf8.contains { $0 < UInt8(ascii: "a") && $0 > UInt8(ascii: "9") }
    return isUpper ? nil : Digest(hex: text)
  }
}
