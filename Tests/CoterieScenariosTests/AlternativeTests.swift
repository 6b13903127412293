import CoterieEvents
import CoterieJSON
import CoterieScenarios
import CoterieWire
import Foundation
import ScopeKit
import Testing

private let file = "conflicts/removed-admin-forges-later.json"

/// The log of a scenario, with its names, and the ids of its steps.
private struct Known {
  let log: RecordedLog
  let recording: Recording
  let ids: [String: Digest]

  init(_ file: String) throws {
    let source = try scenario(file)
    log = RecordedLog.union(of: try recordedLogs(of: source))
    let names = try source.names()
    var recording = Recording()
    recording.names = names.people
    recording.steps = names.steps
    self.recording = recording
    ids = Dictionary(names.steps.map { ($0.value, $0.key) }) { first, _ in first }
  }

  func id(_ step: String) throws -> Digest { try #require(ids[step]) }

  func resigned(_ change: Resigning) throws -> Alternative {
    try recording.resigned([log], change)
  }
}

extension Alternative {
  /// Verdicts that differ, in a few words.
  fileprivate var shown: [String] {
    verdicts.map { change in
      "\(change.event.label): \(text(change.before)) -> \(text(change.after))"
    }
  }

  fileprivate var shownState: [String] {
    state.map {
      "\($0.path): \($0.before?.compact ?? "absent") -> \($0.after?.compact ?? "absent")"
    }
  }

  private func text(_ verdict: JSONValue?) -> String {
    guard case .object(let fields)? = verdict else { return "absent" }
    return ["status", "code", "by"].compactMap { name in
      if case .string(let text)? = fields[name] { return text }
      return nil
    }.joined(separator: " ")
  }
}

@Suite struct `What if` {
  @Test func `an event had never been leaves out what builds on it, and judges the rest`() throws {
    let known = try Known(file)
    let alternative = Alternative(
      skipping: [try known.id("r")],
      of: known.log,
      names: known.recording.names,
      steps: known.recording.steps
    )
    #expect(alternative.isResigned == false)
    #expect(alternative.leftOut.map(\.label) == ["m1", "m2", "m3"])
    #expect(
      alternative.shown == [
        "f1: defeated revoked-concurrently r -> effective",
        "f2: defeated revoked-concurrently r -> effective",
        "f3: defeated lost-support f2 -> effective",
        "f4: defeated lost-support f3 -> effective",
      ]
    )
    #expect(
      alternative.shownState == [
        "invites.f2.status: \"void\" -> \"accepted\"",
        "members.bob: absent -> \"admin\"",
        "members.mia: \"member\" -> absent",
        "members.pat: absent -> \"member\"",
        "messages.f4: absent -> \"live\"",
      ]
    )
  }

  @Test(arguments: 1...30)
  func `a newest event had never been is the log before it came`(_ seed: Int) throws {
    let group = RandomGroup(seed: UInt64(seed), members: 4, events: 30)
    let events = group.arrivalOrder(seed: UInt64(seed))
    let last = try #require(events.last)
    let log = RecordedLog(name: "log", placed: events)
    let alternative = Alternative(skipping: [last.id], of: log)
    #expect(alternative.leftOut == [])
    #expect(alternative.comparedCount == events.count - 1)
    let nothing = Alternative(skipping: [], of: log)
    #expect(nothing.verdicts == [])
    #expect(nothing.state == [])
  }

  @Test func `others had other roles at the founding signs everything anew`() throws {
    let known = try Known("kinds/member-resign.json")
    let alternative = try known.resigned(.founding([("bob", .owner)]))
    #expect(alternative.isResigned)
    #expect(alternative.unfaithful == [])
    #expect(alternative.shown == [])
    #expect(alternative.shownState == ["invites.invite:bob.role: \"admin\" -> \"owner\""])
    let observer = try known.resigned(.founding([("bob", .observer)]))
    #expect(observer.shown == ["r: effective -> rejected not-a-lowering"])
    #expect(
      observer.shownState == [
        "invites.invite:bob.role: \"admin\" -> \"observer\"",
        "members.bob: \"member\" -> \"observer\"",
      ]
    )
    #expect(throws: ResigningFault.self) { try known.resigned(.founding([("eve", .owner)])) }
  }

  @Test func `something were added shows it, or who refuses it`() throws {
    let known = try Known(file)
    let steps = try JSONReader.read(
      Array(
        """
        [{"as": "ann", "do": "member.role", "member": "mia", "role": "admin"},
         {"id": "z", "as": "bob", "do": "message.post"},
         {"id": "y", "as": "mia", "do": "message.post", "after": ["m1"]}]
        """.utf8
      )
    ).array()
    let alternative = try known.resigned(.adding(steps.map { OrderedJSON($0) }))
    #expect(alternative.refused.map { "\($0.step) \($0.code)" } == ["z author-not-member"])
    #expect(alternative.shown == ["added1: absent -> effective", "y: absent -> effective"])
    #expect(
      alternative.shownState == [
        "forks: [] -> [\"mia\"]", "members.mia: \"member\" -> \"admin\"",
        "messages.y: absent -> \"live\"",
      ]
    )
  }

  @Test func `one had seen the other, or not`() throws {
    let known = try Known(file)
    let seen = try known.resigned(.ordering(first: known.id("r"), then: known.id("f1")))
    #expect(
      seen.shown.first == "f1: defeated revoked-concurrently r -> rejected author-not-member r"
    )
    let swapped = try Known("kinds/member-resign.json")
    #expect(throws: ResigningFault.inOrder(first: "m1", then: "m3")) {
      try known.resigned(.ordering(first: known.id("m1"), then: known.id("m3")))
    }
    #expect(throws: ResigningFault.notNeighbours(first: "m3", then: "m1")) {
      try known.resigned(.ordering(first: known.id("m3"), then: known.id("m1")))
    }
    #expect(throws: ResigningFault.notNeighbours(first: "f3", then: "f2")) {
      try known.resigned(.ordering(first: known.id("f3"), then: known.id("f2")))
    }
    let accept = try swapped.id("accept:obi")
    let earlier = try swapped.resigned(.ordering(first: swapped.id("r"), then: accept))
    #expect(earlier.shown == [])
    let neighbours = try known.resigned(.ordering(first: known.id("m1"), then: known.id("r")))
    #expect(neighbours.shown == [])
    #expect(neighbours.state == [])
  }
}
