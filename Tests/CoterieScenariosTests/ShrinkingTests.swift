import CoterieJSON
import CoterieScenarios
import Foundation
import Testing

private func bytes(_ file: String) throws -> [UInt8] {
  Array(try Data(contentsOf: fixtures.appending(path: "scenarios").appending(path: file)))
}

@Suite struct `A failing scenario that is shrunk` {
  private let failing = """
    {"scenario": 1, "title": "t", "about": "long",
     "group": {"founder": "ann", "name": "Club", "preferences": {"voice": "off", "files": "off"},
               "members": {"bob": "admin", "cat": "member", "dan": "member"}},
     "steps": [
       {"id": "m", "as": "cat", "do": "message.post", "text": "hello"},
       {"sync": "all"},
       {"id": "r", "as": "ann", "do": "member.remove", "member": "bob"},
       {"id": "i", "as": "bob", "do": "invite.create", "invitee": "eve", "role": "member"},
       {"sync": ["ann", "bob"]},
       {"id": "e", "as": "dan", "do": "message.react", "message": "m"},
       {"sync": "all"}],
     "expect": {"members": {"ann": "owner", "cat": "member", "dan": "member"},
                "verdicts": {"m": "effective", "i": "effective", "r": "effective"}}}
    """

  @Test func `leaves what the failure needs, and nothing else`() throws {
    let file = Array(failing.utf8)
    let target = try #require(try FailureTarget(file, match: nil))
    #expect(target.failure.path == "verdicts.i")
    var shrinking = try Shrinking(file, fails: { target.isShown(by: $0) })
    let outcome = shrinking.run()
    #expect(
      outcome.text == """
        {
          "scenario": 1,
          "title": "t",
          "group": {"founder": "ann", "members": {"bob": "admin"}},
          "steps": [
            {"as": "ann", "do": "member.remove", "member": "bob"},
            {"id": "i", "as": "bob", "do": "invite.create", "invitee": "eve", "role": "member"}
          ],
          "expect": {"verdicts": {"i": "effective"}}
        }

        """
    )
    #expect(
      outcome.before == Shrinking.Size(steps: 7, members: 3, preferences: 2, expectations: 6)
    )
    #expect(outcome.after == Shrinking.Size(steps: 2, members: 1, preferences: 0, expectations: 1))
    var again = try Shrinking(file, fails: { target.isShown(by: $0) })
    let second = again.run()
    #expect(second.text == outcome.text)
    #expect(second.runCount == outcome.runCount)
  }

  @Test func `keeps the failure that is asked for`() throws {
    let other = failing.replacing("\"dan\": \"member\"},\n", with: "\"dan\": \"owner\"},\n")
    let file = Array(other.utf8)
    #expect(try FailureTarget(file, match: "members.dan")?.failure.path == "members.dan")
    #expect(try FailureTarget(file, match: "members.zoe") == nil)
    let sound = try bytes("links/join-and-close.json")
    #expect(try FailureTarget(sound, match: nil) == nil)
  }

  @Test func `stops when it is told to, with the best so far`() throws {
    let file = Array(failing.utf8)
    var shrinking = try Shrinking(file, fails: { $0.contains("\"r\"") }, progress: { $0 < 3 })
    let outcome = shrinking.run()
    #expect(outcome.isStopped)
    #expect(outcome.runCount == 3)
    #expect(outcome.text.contains("\"r\""))
  }

  @Test(arguments: scenarioFiles)
  func `offers only scenarios that run, and down to nothing`(_ file: String) throws {
    var shrinking = try Shrinking(
      try bytes(file),
      fails: { text in (try? Scenario(Array(text.utf8)).logs()) != nil }
    )
    let outcome = shrinking.run()
    #expect(outcome.after == Shrinking.Size(steps: 0, members: 0, preferences: 0, expectations: 0))
    #expect(outcome.runCount < 60)
  }

  @Test(arguments: [
    ("conflicts/removed-admin-forges-later.json", "f4", "lost-support"),
    ("forks/what-stands-on-a-disowned-event-falls.json", "x", "lost-support"),
    ("strata/6-an-exit-that-another-had-seen-is-final.json", "b", "owner-floor"),
  ])
  func `keeps a verdict while it takes out what it can`(
    _ file: String,
    _ step: String,
    _ code: String
  ) throws {
    func has(_ text: String) -> Bool {
      guard let scenario = try? Scenario(Array(text.utf8)),
        let outcome = try? ScenarioRunner(orders: 0).run(scenario)
      else { return false }
      return outcome.view.compact.contains("\"code\":\"\(code)\"")
    }
    let source = try bytes(file)
    #expect(has(String(decoding: source, as: UTF8.self)), "\(step)")
    var shrinking = try Shrinking(source, fails: has)
    let outcome = shrinking.run()
    #expect(has(outcome.text))
    #expect(outcome.after.steps < outcome.before.steps || outcome.after.members == 1)
    #expect(outcome.after.expectations == 0)
  }
}
