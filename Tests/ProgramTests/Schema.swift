import CoterieJSON

/// The words of JSON Schema that the program's schemas use.
struct Schema {
  let node: JSONNode

  /// Where a value does not fit, in words; nil if it fits.
  func misfit(_ value: JSONNode, at path: String = "$") throws -> String? {
    if let names = try names(of: "type"), !names.contains(Self.type(of: value)) {
      return "\(path) is of the type \(Self.type(of: value)), not \(names)"
    }
    // What must be one of some values is a text wherever it stands.
    if let choices = try names(of: "const") ?? names(of: "enum"),
      !choices.contains((try? value.string()) ?? "")
    {
      return "\(path) is none of \(choices)"
    }
    if let ways = try node["anyOf"]?.array() {
      let misfits = try ways.map { try Schema(node: $0).misfit(value, at: path) }
      if misfits.allSatisfy({ $0 != nil }) { return misfits[0] }
    }
    switch value.content {
    case .array(let items):
      guard let schema = node["items"].map(Schema.init) else { return nil }
      for (place, item) in items.enumerated() {
        if let found = try schema.misfit(item, at: "\(path)[\(place)]") { return found }
      }
    case .object(let pairs):
      for name in try node["required"]?.array() ?? [] where value[try name.string()] == nil {
        return "\(path) lacks \(try name.string())"
      }
      for (key, inner) in pairs {
        let schema = (node["properties"]?[key] ?? node["additionalProperties"]).map(Schema.init)
        if let found = try schema?.misfit(inner, at: "\(path).\(key)") { return found }
      }
    default: break
    }
    return nil
  }

  private func names(of field: String) throws -> [String]? {
    guard let found = node[field] else { return nil }
    if case .array(let items) = found.content { return try items.map { try $0.string() } }
    return [try found.string()]
  }

  private static func type(of value: JSONNode) -> String {
    switch value.content {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
