import CoterieEvents
import CoterieJSON
import CoterieScenarios
import CoterieWire
import Foundation
import ScopeKit
import Testing

/// The logs that a scenario's people hold, as recordings take them.
func recordedLogs(of scenario: Scenario) throws -> [RecordedLog] {
  try scenario.logs().map { name, envelopes in
    RecordedLog(name: name, placed: try envelopes.map { try Event.decode($0.span).event })
  }
}

func scenario(_ file: String) throws -> Scenario {
  let url = fixtures.appending(path: "scenarios").appending(path: file)
  return try Scenario(Array(Data(contentsOf: url)))
}

/// What a recorded file comes to when it is run as any scenario is.
private func failures(_ text: String) throws -> [String] {
  try ScenarioRunner(orders: 2).run(try Scenario(Array(text.utf8))).failures.map(\.path)
}

@Suite struct `A recording` {
  @Test(arguments: scenarioFiles)
  func `gives the graph and every verdict of the log`(_ file: String) throws {
    let recorded = try Recording().run(recordedLogs(of: scenario(file)))
    #expect(recorded.differences == [])
    #expect(recorded.leftOut.isEmpty)
    #expect(try failures(recorded.text) == [])
  }

  @Test(arguments: 1...60)
  func `of a random group with forks gives it too`(_ seed: Int) throws {
    let group = RandomGroup(seed: UInt64(seed), members: 5, events: 40)
    let log = RecordedLog(name: "log", placed: group.arrivalOrder(seed: UInt64(seed)))
    let recorded = try Recording().run([log])
    #expect(recorded.differences == [])
    #expect(recorded.events.count == group.graph.events.count)
    #expect(try failures(recorded.text) == [])
  }

  @Test func `is a file that people read`() throws {
    var graph = Graph.group(founder: Cast.ann, members: [(Cast.bob, .admin)])
    let head = graph.heads
    let removal = graph.act(.memberRemove(member: Cast.bob, erase: false), by: Cast.ann)
    graph.add(
      graph.draft(.inviteCreate(invitee: Cast.eve, role: .member), by: Cast.bob, after: head)
    )
    graph.add(
      graph.draft(
        .messagePost(Post(type: .text, content: Cast.content)),
        by: Cast.ann,
        after: [removal]
      )
    )
    var recording = Recording()
    recording.title = "Removed in the same breath"
    recording.renames = [("bob", "bert")]
    recording.contents = [graph.events[5].id: [0x68, 0x69, 0x21]]
    let recorded = try recording.run([RecordedLog(name: "log", placed: graph.events)])
    #expect(
      recorded.text == """
        {
          "scenario": 1,
          "title": "Removed in the same breath",
          "group": {"founder": "alice", "name": "Scope", "members": {"bert": "admin"}},
          "steps": [
            {
              "id": "invite1",
              "as": "bert",
              "do": "invite.create",
              "invitee": "carol",
              "role": "member",
              "after": ["accept:bert"]
            },
            {
              "id": "remove1",
              "as": "alice",
              "do": "member.remove",
              "member": "bert",
              "after": ["accept:bert"]
            },
            {"as": "alice", "do": "message.post", "text": "hi!", "after": ["remove1"]},
            {"sync": "all"}
          ],
          "expect": {
            "members": {"alice": "owner"},
            "verdicts": {
              "invite1": {"status": "defeated", "code": "revoked-concurrently", "by": "remove1"}
            },
            "invites": {"invite1": "void"},
            "same": true
          }
        }

        """
    )
    #expect(recorded.people.map(\.name) == ["alice", "bert", "carol"])
  }

  @Test func `leaves no word of what people wrote when it is redacted`() throws {
    let source = try scenario("groups/profile-and-welcome-are-an-owners.json")
    let logs = try recordedLogs(of: source)
    var recording = Recording()
    recording.contents = try source.names().contents
    let open = try recording.run(logs)
    recording.isRedacted = true
    let redacted = try recording.run(logs)
    let words =
      try JSONReader.read(Array(open.text.utf8))["steps"]?.array()
      .compactMap { step in try (step["text"] ?? step["description"])?.string() } ?? []
    #expect(!words.isEmpty)
    for word in words { #expect(!redacted.text.contains("\"\(word)\"")) }
    #expect(redacted.differences == [])
    #expect(try failures(redacted.text) == [])
  }

  @Test func `names an author's event before where the parents do not say it`() throws {
    let file = "forks/a-post-behind-a-rejected-one.json"
    let text = try Recording().run(recordedLogs(of: scenario(file))).text
    let root = try JSONReader.read(Array(text.utf8))
    let steps = try #require(try root["steps"]?.array())
    #expect(try steps[1]["previous"]?.string() == "remove1")
    let again = try Recording().run(
      recordedLogs(of: scenario("forks/a-chain-that-starts-again.json"))
    ).text
    #expect(again.contains("\"previous\": null"))
  }

  @Test func `says which events became no step, and lets others build on their parents`() throws {
    var graph = Graph.group(founder: Cast.ann, members: [(Cast.bob, .member)])
    let head = graph.heads[0]
    let odd = graph.act(.unknown(kind: "message.sing", body: [0xa0]), by: Cast.ann)
    graph.act(.messagePost(Post(type: .text, content: Cast.content)), by: Cast.bob)
    let lost = graph.act(.messageDelete(message: Cast.eve), by: Cast.ann)
    let recorded = try Recording().run([RecordedLog(name: "log", placed: graph.events)])
    #expect(recorded.leftOut.map(\.event) == [odd, lost])
    #expect(
      recorded.leftOut.map(\.reason) == [
        "no scenario knows the kind message.sing",
        "it names \(Cast.eve), which is in none of the logs or was left out",
      ]
    )
    #expect(recorded.events.count == 4)
    #expect(recorded.differences.map(\.path) == ["parents"])
    #expect(recorded.text.contains("\"do\": \"message.post\", \"after\": [\"accept:bob\"]"))
    #expect(head == recorded.events[2].log)
  }

  @Test func `puts the clock forward until a tie by id falls as in the log`() throws {
    let source = try scenario("strata/4-two-use-the-last-place.json")
    var recording = Recording()
    recording.names = try source.names().people
    let recorded = try recording.run(recordedLogs(of: source))
    #expect(recorded.differences == [])
    #expect(recorded.clock > 0)
    #expect(!recorded.ties.isEmpty)
  }

  @Test func `of two logs that differ gives each a store that holds just that`() throws {
    let group = RandomGroup(seed: 4, members: 4, events: 40)
    let events = group.arrivalOrder(seed: 2)
    var half = RecordedLog(name: "half", placed: Array(events.prefix(30)))
    half.waiting = Array(events.suffix(3))
    var recording = Recording()
    recording.keepsSides = true
    let recorded = try recording.run([RecordedLog(name: "whole", placed: events), half])
    #expect(recorded.differences == [])
    #expect(recorded.sides.map(\.person) == ["whole", "half"])
    #expect(try failures(recorded.text) == [])
    let logs = try Scenario(Array(recorded.text.utf8)).logs()
    let sizes = try ["whole", "half"].map { name in
      try #require(logs.first { $0.name == name }).envelopes.count
    }
    #expect(sizes == [events.count, 33])
  }

  @Test func `uses the store of the person after whom a log is called, if that can be`() throws {
    let source = try scenario("conflicts/removed-admin-forges-later.json")
    var recording = Recording()
    recording.names = try source.names().people
    recording.keepsSides = true
    let logs = try recordedLogs(of: source)
    #expect(
      try recording.run(logs).sides.map(\.person) == ["ann", "bob", "mia", "pat"]
    )
    let cut = RecordedLog(name: "mia", placed: Array(logs[0].placed.prefix(5)))
    #expect(try recording.run([logs[0], cut]).sides.map(\.person) == ["ann", "mia-log"])
    #expect(try recording.run([logs[0], cut]).differences == [])
  }

  @Test func `is refused without a founding event, and where names do not fit`() throws {
    let logs = try recordedLogs(of: scenario("links/join-and-close.json"))
    #expect(throws: RecordingFault.notFounded) {
      try Recording().run([RecordedLog(name: "log", placed: [], waiting: logs[0].placed.suffix(2))])
    }
    var recording = Recording()
    recording.renames = [("nobody", "x")]
    #expect(throws: RecordingFault.self) { try recording.run(logs) }
    recording.renames = [("alice", "bob")]
    #expect(throws: RecordingFault.nameTwice("bob")) { try recording.run(logs) }
  }
}
