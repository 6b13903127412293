extension JSONValue {
  /// The value of anything that is `Encodable`: what reports are printed as.
  ///
  /// Names of fields are taken as they are; a field that is nil stands as null, so every field of a
  /// report is always there. Numbers with a fraction are not used by any report and refused.
  public init(encoding report: some Encodable) throws(JSONEncodingFault) {
    let box = ValueBox()
    do {
      try report.encode(to: ValueEncoder(box: box, codingPath: []))
    } catch let fault as JSONEncodingFault {
      throw fault
    } catch {
      throw JSONEncodingFault(problem: "\(error)")
    }
    self = box.value
  }
}

/// Why a report could not be written as JSON: a defect of the report.
public struct JSONEncodingFault: Error, Equatable, Sendable {
  /// What was wrong.
  public var problem: String
}

/// A place in a value that is being made.
private final class ValueBox {
  enum Content {
    case leaf(JSONValue)
    case object([String: ValueBox])
    case array([ValueBox])
  }

  var content = Content.leaf(.object([:]))

  var value: JSONValue {
    switch content {
    case .leaf(let value): value
    case .object(let fields): .object(fields.mapValues(\.value))
    case .array(let items): .array(items.map(\.value))
    }
  }

  func field(_ name: String) -> ValueBox {
    let box = ValueBox()
    var fields: [String: ValueBox] = [:]
    if case .object(let known) = content { fields = known }
    fields[name] = box
    content = .object(fields)
    return box
  }

  func item() -> ValueBox {
    let box = ValueBox()
    var items: [ValueBox] = []
    if case .array(let known) = content { items = known }
    items.append(box)
    content = .array(items)
    return box
  }

  var count: Int {
    if case .array(let items) = content { items.count } else { 0 }
  }
}

private struct ValueEncoder: Encoder {
  let box: ValueBox
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    box.content = .object([:])
    return KeyedEncodingContainer(KeyedValues(box: box, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    box.content = .array([])
    return ListedValues(box: box, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValue(box: box, codingPath: codingPath)
  }
}

/// Writes one value; all other containers write through it.
private struct SingleValue: SingleValueEncodingContainer {
  let box: ValueBox
  let codingPath: [any CodingKey]

  mutating func encodeNil() { box.content = .leaf(.null) }
  mutating func encode(_ value: Bool) { box.content = .leaf(.bool(value)) }
  mutating func encode(_ value: String) { box.content = .leaf(.string(value)) }
  mutating func encode(_ value: Double) throws { throw fraction }
  mutating func encode(_ value: Float) throws { throw fraction }
  mutating func encode(_ value: Int) { number(value) }
  mutating func encode(_ value: Int8) { number(value) }
  mutating func encode(_ value: Int16) { number(value) }
  mutating func encode(_ value: Int32) { number(value) }
  mutating func encode(_ value: Int64) { number(value) }
  mutating func encode(_ value: UInt) { number(value) }
  mutating func encode(_ value: UInt8) { number(value) }
  mutating func encode(_ value: UInt16) { number(value) }
  mutating func encode(_ value: UInt32) { number(value) }
  mutating func encode(_ value: UInt64) { number(value) }

  mutating func encode<Value: Encodable>(_ value: Value) throws {
    try value.encode(to: ValueEncoder(box: box, codingPath: codingPath))
  }

  private func number(_ value: some BinaryInteger) {
    box.content = .leaf(.integer(Int64(clamping: value)))
  }

  private var fraction: JSONEncodingFault {
    JSONEncodingFault(problem: "a number with a fraction at \(codingPath)")
  }
}

private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let box: ValueBox
  let codingPath: [any CodingKey]

  private func place(_ key: some CodingKey) -> SingleValue {
    SingleValue(box: box.field(key.stringValue), codingPath: codingPath + [key])
  }

  mutating func encodeNil(forKey key: Key) {
    var place = place(key)
    place.encodeNil()
  }

  mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    var place = place(key)
    try place.encode(value)
  }

  mutating func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
    var place = place(key)
    if let value { try place.encode(value) } else { place.encodeNil() }
  }

  mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws {
    var place = place(key)
    if let value { place.encode(value) } else { place.encodeNil() }
  }

  mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
    var place = place(key)
    if let value { place.encode(value) } else { place.encodeNil() }
  }

  mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
    var place = place(key)
    if let value { place.encode(value) } else { place.encodeNil() }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    ValueEncoder(box: box.field(key.stringValue), codingPath: codingPath + [key])
      .container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    ValueEncoder(box: box.field(key.stringValue), codingPath: codingPath + [key])
      .unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    ValueEncoder(box: box.field("super"), codingPath: codingPath)
  }

  mutating func superEncoder(forKey key: Key) -> any Encoder {
    ValueEncoder(box: box.field(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct ListedValues: UnkeyedEncodingContainer {
  let box: ValueBox
  let codingPath: [any CodingKey]
  var count: Int { box.count }

  mutating func encodeNil() {
    var place = SingleValue(box: box.item(), codingPath: codingPath)
    place.encodeNil()
  }

  mutating func encode<Value: Encodable>(_ value: Value) throws {
    var place = SingleValue(box: box.item(), codingPath: codingPath)
    try place.encode(value)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    ValueEncoder(box: box.item(), codingPath: codingPath).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    ValueEncoder(box: box.item(), codingPath: codingPath).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    ValueEncoder(box: box.item(), codingPath: codingPath)
  }
}
