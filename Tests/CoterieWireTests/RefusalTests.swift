import CoterieWire
import Testing

@Suite struct `A refusal of bytes` {
  static let problems: [Malformed.Problem] = [
    .truncated, .trailingBytes, .notShortest, .indefiniteLength, .unsupportedItem,
    .wrongType(expected: .array), .overLimit(length: 2, limit: 1), .invalidText, .nestedTooDeep,
    .unsortedKeys, .unexpectedKey, .missingKey("time"), .invalidValue(field: "role"),
    .notAnEnvelope, .unsupportedFormat(2), .unsupportedRules(2), .invalidParents, .invalidKey,
    .wrongSignature, .wrongGroup, .brokenChain, .wrongContent, .wrongEnd,
  ]

  @Test func `says what is wrong in words of its own, and at which byte`() {
    let texts = Self.problems.map { "\(Malformed($0, at: 7).shifted(by: 3))" }
    #expect(texts.allSatisfy { $0.hasSuffix(" at byte 10") && $0.count > 20 })
    #expect(Set(texts).count == Self.problems.count)
  }

  @Test func `has a code that tells newer formats and rules from damage`() {
    let codes = Self.problems.map { Malformed($0, at: 0).code }
    #expect(codes.count { $0 == "malformed" } == Self.problems.count - 2)
    #expect(Malformed(.unsupportedFormat(2), at: 0).code == "unsupported-format")
    #expect(Malformed(.unsupportedRules(2), at: 0).code == "unsupported-rules")
  }
}

@Suite struct `A text in base 64` {
  @Test(arguments: [
    "Zg", "Z===", "====", "Zg=a", "Zg==Zg==", "Zh==", "Zm8", "Zm9=", "Z g=", "é===",
  ])
  func `is refused unless it is what would be written`(_ text: String) {
    #expect(Base64.bytes(of: text) == nil)
  }

  @Test func `comes back as the bytes that it was written from`() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(Base64.bytes(of: Base64.text(of: bytes)) == bytes)
    }
  }
}
