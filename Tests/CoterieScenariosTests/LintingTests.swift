import CoterieEvents
import CoterieScenarios
import Foundation
import Testing

/// The findings in one file, as `rule path`.
private func findings(_ text: String, _ name: String = "some-file.json") -> [String] {
  var lint = ScenarioLint()
  return lint.findings(in: name, Array(text.utf8)).map { "\($0.rule.rawValue) \($0.path)" }
}

private let head = """
  {"scenario": 1, "title": "t", "group": {"founder": "ann", "members": {"bob": "admin"}},

  """

@Suite struct `Lint` {
  @Test(arguments: [
    (
      "\"steps\": [{\"id\": \"m\", \"as\": \"bob\", \"do\": \"message.post\"}], "
        + "\"expect\": {\"same\": true}}",
      ["unused-step-id $.steps[0].id"]
    ),
    (
      "\"steps\": [{\"id\": \"l\", \"as\": \"bob\", \"do\": \"link.create\", "
        + "\"role\": \"member\"}], \"expect\": {\"same\": false}}",
      []
    ),
    ("\"steps\": [{\"as\": \"bob\", \"do\": \"message.post\"}]}", ["no-expectation $"]),
    (
      "\"steps\": [{\"as\": \"bob\", \"do\": \"member.remove\", \"member\": \"ann\"}],"
        + "\"expect\": {\"dissolved\": false}}",
      ["unexpected-refusal $.steps[0]"]
    ),
    (
      "\"steps\": [{\"as\": \"bob\", \"do\": \"member.remove\", \"member\": \"ann\", "
        + "\"after\": [\"accept:bob\"]}], \"expect\": {\"dissolved\": false}}",
      ["unexpected-refusal $.steps[0]"]
    ),
    (
      "\"steps\": [{\"id\": \"r\", \"as\": \"bob\", \"do\": \"member.remove\", "
        + "\"member\": \"ann\"}], \"expect\": {\"refused\": {\"r\": \"role-too-low\"}}}",
      []
    ),
    (
      "\"steps\": [], \"expect\": {\"same\": true}}",
      ["idle-person $.group.members.bob"]
    ),
    (
      "\"steps\": [{\"id\": \"d\", \"as\": \"ann\", \"do\": \"group.dissolve\"}, "
        + "{\"as\": \"bob\", \"do\": \"message.post\"}, {\"as\": \"bob\", "
        + "\"do\": \"message.post\", \"after\": [\"d\"]}], \"expect\": {\"dissolved\": true}}",
      ["unexpected-refusal $.steps[2]", "after-dissolve $.steps[2]"]
    ),
    ("\"colour\": 1}", ["malformed $.colour"]),
  ])
  func `finds what is hardly meant, where it stands`(_ rest: String, _ found: [String]) {
    #expect(findings(head + rest) == found)
  }

  @Test func `finds names that are not kebab-case, and titles that stand twice`() {
    let text = StartingScenario(title: "t", founder: "ann", members: [("bob", .member)]).text
    #expect(findings(text, "folder/Some_File.json") == ["file-name $"])
    var lint = ScenarioLint()
    #expect(lint.findings(in: "a.json", Array(text.utf8)) == [])
    #expect(
      lint.findings(in: "b.json", Array(text.utf8)) == [
        ScenarioLint.Finding(
          rule: .duplicateTitle,
          file: "b.json",
          line: 3,
          column: 12,
          path: "$.title",
          message: "a.json has the same title"
        )
      ]
    )
  }

  @Test func `reads no two titles of one folder of fixtures`() throws {
    var lint = ScenarioLint()
    for file in scenarioFiles {
      let url = fixtures.appending(path: "scenarios").appending(path: file)
      let found = lint.findings(in: file, Array(try Data(contentsOf: url)))
      let bad = found.filter { [.malformed, .fileName, .noExpectation].contains($0.rule) }
      #expect(bad == [])
    }
  }
}

@Suite struct `A scenario to start from` {
  @Test(
    arguments: [
      [], [("bob", .observer)], [("bob", .admin), ("cat", .member), ("obi", .observer)],
      Role.allCases.map { ($0.name, $0) },
    ] as [[(String, Role)]]
  )
  func `passes, and nothing in it is suspicious`(_ members: [(String, Role)]) throws {
    let text = StartingScenario(
      title: "A \"quoted\" title",
      founder: "ann",
      members: members.map { (name: $0.0, role: $0.1) }
    ).text
    #expect(findings(text) == [])
    let outcome = try ScenarioRunner().run(try Scenario(Array(text.utf8)))
    #expect(outcome.failures.isEmpty)
    #expect(outcome.title == "A \"quoted\" title")
  }
}
