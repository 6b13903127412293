import CoterieJSON
import CoterieScenarios
import Foundation
import Testing

private func text(_ file: String) throws -> String {
  let url = fixtures.appending(path: "scenarios").appending(path: file)
  return try String(contentsOf: url, encoding: .utf8)
}

/// A scenario that expects other roles and statuses than it did.
private func broken(_ text: String) -> String {
  guard let place = text.range(of: "\"expect") else { return text }
  return String(text[..<place.lowerBound])
    + String(text[place.lowerBound...])
    .replacing("\"effective\"", with: "\"rejected\"").replacing("\"owner\"", with: "\"observer\"")
    .replacing("\"live\"", with: "\"deleted\"").replacing("true", with: "false")
}

@Suite struct `Accepting` {
  @Test(arguments: scenarioFiles)
  func `what comes mends whatever was broken, to the byte`(_ file: String) throws {
    let sound = try text(file)
    let accepted = try Acceptance(of: Array(broken(sound).utf8), isAll: false, orders: 2)
    #expect(accepted.text == sound)
    #expect(accepted.orderFailures.isEmpty)
    let again = try Acceptance(of: Array(sound.utf8), isAll: false, orders: 0)
    #expect(again.changes == [])
    #expect(again.text == sound)
  }

  @Test(arguments: scenarioFiles)
  func `all of it gives a scenario that passes and stays as it is`(_ file: String) throws {
    let all = try Acceptance(of: Array(try text(file).utf8), isAll: true, orders: 0).text
    #expect(try ScenarioRunner(orders: 0).run(try Scenario(Array(all.utf8))).failures.isEmpty)
    #expect(try Acceptance(of: Array(all.utf8), isAll: true, orders: 0).changes == [])
  }

  private let head = """
    {"scenario": 1, "title": "t", "group": {"founder": "ann", "members": {"bob": "admin"}},
     "steps": [
       {"id": "r", "as": "ann", "do": "member.remove", "member": "bob", "after": ["accept:bob"]},
       {"id": "p", "as": "bob", "do": "message.post", "after": ["accept:bob"]},
       {"id": "q", "as": "eve", "do": "message.post"}],

    """

  @Test func `says what changes, and leaves every other byte`() throws {
    let file =
      head + """
          "expect": {"members": {"bob": "admin", "ann": "owner"},
                     "verdicts": {"p": "effective"}, "refused": {"q": "role-too-low", "p": "x"}},
         "about": "as it is"}
        """
    let accepted = try Acceptance(of: Array(file.utf8), isAll: false)
    #expect(
      accepted.changes == [
        Acceptance.Change(path: "expect.members.bob", was: "\"admin\"", now: nil),
        Acceptance.Change(path: "expect.refused.p", was: "\"x\"", now: nil),
        Acceptance.Change(
          path: "expect.refused.q",
          was: "\"role-too-low\"",
          now: "\"author-not-member\""
        ),
        Acceptance.Change(
          path: "expect.verdicts.p",
          was: "\"effective\"",
          now: "{\"by\":\"r\",\"code\":\"revoked-concurrently\",\"status\":\"defeated\"}"
        ),
      ]
    )
    #expect(
      accepted.text == head + """
          "expect": {
            "members": {"ann": "owner"},
            "verdicts": {"p": {"status": "defeated", "code": "revoked-concurrently", "by": "r"}},
            "refused": {"q": "author-not-member"}
          },
         "about": "as it is"}
        """
    )
  }

  @Test func `of all adds what is worth saying where nothing was expected`() throws {
    let bare = String(head.dropLast(2)) + "}"
    let accepted = try Acceptance(of: Array(bare.utf8), isAll: true)
    let root = try JSONReader.read(Array(accepted.text.utf8))
    let expect = OrderedJSON(try #require(root["expect"]))
    #expect(
      JSONLayout.fitting.text(of: expect) == """
        {
          "members": {"ann": "owner"},
          "verdicts": {"p": {"status": "defeated", "code": "revoked-concurrently", "by": "r"}},
          "refused": {"q": "author-not-member"},
          "same": false
        }
        """
    )
  }
}

@Suite struct `Ordered JSON` {
  @Test(arguments: scenarioFiles)
  func `reads back what it wrote, in both layouts`(_ file: String) throws {
    let sound = try text(file)
    let value = OrderedJSON(try JSONReader.read(Array(sound.utf8)))
    for layout in [JSONLayout.expanded, .fitting] {
      let written = layout.text(of: value)
      #expect(OrderedJSON(try JSONReader.read(Array(written.utf8))) == value)
      #expect(written.split(separator: "\n").allSatisfy { layout == .expanded || $0.count <= 200 })
    }
  }

  @Test func `changes a pair in its place, and puts new ones at the end`() {
    var value = OrderedJSON.fields(["b": .integer(1), "a": nil, "c": .null])
    value["b"] = .bool(true)
    value["a"] = .strings(["x"])
    value["c"] = nil
    #expect(
      JSONLayout.expanded.text(of: value) == """
        {
          "b": true,
          "a": [
            "x"
          ]
        }
        """
    )
  }
}
