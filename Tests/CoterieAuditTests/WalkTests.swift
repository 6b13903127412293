import CoterieAudit
import CoterieEvents
import CoterieJudgement
import CoterieScenarios
import CoterieWire
import Foundation
import ScopeKit
import Testing

private let scenarios: [String] = {
  let root = Fixtures.folder.appending(path: "scenarios")
  let files = FileManager.default.enumerator(atPath: root.path)
  return (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".json") }.sorted()
}()

private func read(_ source: MemorySource) throws -> MemberLog {
  try #require(try LogReading().read(source).logs.first)
}

@Suite struct `A walk through a log` {
  /// The events of a scenario's fullest log, in canonical order.
  private func fullest(_ file: String) throws -> [[UInt8]]? {
    let url = Fixtures.folder.appending(path: "scenarios").appending(path: file)
    let logs = try Scenario(Array(Data(contentsOf: url))).logs()
    guard let fullest = logs.max(by: { $0.envelopes.count < $1.envelopes.count }) else {
      return nil
    }
    let source = MemorySource(name: fullest.name, envelopes: fullest.envelopes)
    let log = try read(source)
    var places: [Digest: Int] = [:]
    for (place, envelope) in fullest.envelopes.enumerated() {
      let one = try read(MemorySource(name: "one", envelopes: [envelope]))
      for id in one.ids + one.waiting.map(\.event.id) { places[id] = place }
    }
    var ordered: [[UInt8]] = []
    try log.walk(from: source, isTracing: false) { step in
      if let place = places[step.report.event.id] { ordered.append(fullest.envelopes[place]) }
    }
    return ordered
  }

  @Test(arguments: scenarios)
  func `has after each position the members of a log that ends there`(_ file: String) throws {
    guard let ordered = try fullest(file) else { return }
    let whole = MemorySource(name: "whole", envelopes: ordered)
    var members: [Digest: Governance.Member] = [:]
    var states: [[Governance.Member]] = []
    try read(whole).walk(from: whole, isTracing: true) { step in
      for change in step.changes { members[change.key] = change.member }
      states.append(members.values.sorted { $0.key < $1.key })
    }
    #expect(states.count == ordered.count)
    for count in states.indices {
      let part = MemorySource(name: "part", envelopes: Array(ordered[...count]))
      #expect(try read(part).governance()?.members == states[count], "\(file) #\(count + 1)")
    }
  }
}
