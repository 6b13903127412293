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

@Suite struct `A scenario that asks for too much` {
  private func fault(_ steps: String) throws -> JSONFault {
    let text = """
      {"scenario": 1, "title": "t", "group": {"founder": "ann", "members": {"bob": "admin"}},
      "steps": [\(steps)]}
      """
    return try #require(throws: JSONFault.self) {
      _ = try ScenarioRunner(orders: 0).run(try Scenario(Array(text.utf8)))
    }
  }

  @Test func `time is refused where it is written, and does not overflow`() throws {
    let age = "{\"advance\": 9223372036854775807}"
    #expect(try fault("\(age), \(age), \(age)").path == "$.steps[0].advance")
  }

  @Test func `an event that no one could take in is refused at its step`() throws {
    let lifetime = "{\"as\": \"bob\", \"do\": \"message.post\", \"lifetime\": 31622401}"
    #expect(try fault(lifetime).problem.contains("malformed"))
    let text = String(repeating: "x", count: 70_000)
    #expect(
      try fault("{\"as\": \"ann\", \"do\": \"group.welcome\", \"text\": \"\(text)\"}").path
        == "$.steps[0]"
    )
  }

  @Test func `of a long key and many values takes memory for each once, not for their product`()
    throws
  {
    let key = String(repeating: "k", count: 1 << 20)
    let values = String(repeating: "1,", count: 1 << 18) + "x"
    let start = ContinuousClock.now
    let fault = try #require(throws: JSONFault.self) {
      try JSONReader.read(Array("{\"\(key)\": [\(values)]}".utf8))
    }
    #expect(fault.path.count == key.count + "$.[262144]".count)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func `people is read in the time of its steps`() throws {
    let steps = (0..<20_000).map { "{\"as\": \"p\($0)\", \"do\": \"member.leave\"}" }
    let text = "{\"scenario\": 1, \"title\": \"t\", \"steps\": [\(steps.joined(separator: ","))]}"
    let start = ContinuousClock.now
    #expect(try Scenario(Array(text.utf8)).people.count == 20_000)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
