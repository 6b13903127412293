import CoterieJSON
import CoterieScenarios
import Testing

@Suite struct `A scenario that is wrong` {
  private let head = """
    {"scenario": 1, "title": "t", "group": {"founder": "ann", "members": {"bob": "admin"}},

    """

  @Test(arguments: [
    ("\"steps\": [{\"as\": \"bob\", \"do\": \"message.pots\"}]}", 2, "$.steps[0].do"),
    ("\"steps\": [{\"as\": \"bob\", \"do\": \"member.leave\", \"x\": 1}]}", 2, "$.steps[0].x"),
    ("\"steps\": [{\"sync\": [\"zoe\"]}]}", 2, "$.steps[0].sync[0]"),
    (
      "\"steps\": [\n{\"id\": \"a\", \"as\": \"bob\", \"do\": \"member.leave\", "
        + "\"after\": [\"zz\"]}]}",
      3, "$.steps[0].after[0]"
    ),
    (
      "\"steps\": [{\"as\": \"ann\", \"do\": \"member.role\", \"member\": \"bob\", "
        + "\"role\": \"boss\"}]}",
      2, "$.steps[0].role"
    ),
    ("\"expect\": {\"verdicts\": {\"q\": \"effective\"}}}", 2, "$.expect.verdicts.q"),
    ("\"expect\": {\"membres\": {}}}", 2, "$.expect.membres"),
    ("\"steps\": [], \"steps\": []}", 2, "$.steps"),
    ("\"steps\": [1.5]}", 2, "$.steps[0]"),
    ("\"steps\": []} x", 2, "$"),
    ("\"steps\": [{\"id\":\"found\",\"as\":\"ann\",\"do\":\"member.leave\"}]}", 2, "$.steps[0].id"),
  ])
  func `is refused with the line and the path of the fault`(
    _ rest: String,
    _ line: Int,
    _ path: String
  ) throws {
    let fault = try #require(throws: JSONFault.self) {
      let scenario = try Scenario(Array((head + rest).utf8))
      _ = try ScenarioRunner(orders: 0).run(scenario)
    }
    #expect(fault.line == line)
    #expect(fault.path == path)
  }

  @Test func `is refused if it is no JSON, not UTF-8, or nested without end`() {
    for bytes in [
      [], [0xff], Array("{".utf8), Array("\"\u{1}\"".utf8), [0x22, 0xff, 0x22],
      [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
    ] as [[UInt8]] {
      #expect(throws: JSONFault.self) { try Scenario(bytes) }
    }
  }
}

@Suite struct `JSON` {
  @Test func `is written with sorted keys and escaped controls`() {
    let value: JSONValue = .object(["b": 1, "a": ["x\n\u{1}\"", .null, true]])
    #expect(value.compact == "{\"a\":[\"x\\n\\u0001\\\"\",null,true],\"b\":1}")
  }

  @Test func `escapes are read, and halves of surrogate pairs refused`() throws {
    let node = try JSONReader.read(Array("\"\\u00e9\\ud83d\\ude00\\n\"".utf8))
    #expect(try node.string() == "é😀\n")
    #expect(throws: JSONFault.self) { try JSONReader.read(Array("\"\\ud83d\"".utf8)) }
  }
}
