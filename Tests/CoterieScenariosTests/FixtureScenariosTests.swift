import CoterieScenarios
import Foundation
import Testing

/// The folder `Fixtures`, beside `Tests`.
let fixtures = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Fixtures")

/// Paths of all scenario files below `Fixtures/scenarios`, without that prefix.
let scenarioFiles: [String] = {
  let root = fixtures.appending(path: "scenarios")
  let files = FileManager.default.enumerator(atPath: root.path)
  return (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".json") }.sorted()
}()

@Suite struct `Every scenario of the fixtures` {
  @Test func `is found`() {
    #expect(scenarioFiles.count >= 24)
  }

  @Test(arguments: scenarioFiles)
  func `gives what it expects, in every order`(_ file: String) throws {
    let url = fixtures.appending(path: "scenarios").appending(path: file)
    let scenario = try Scenario(Array(Data(contentsOf: url)))
    let outcome = try ScenarioRunner().run(scenario)
    let failures = outcome.failures.map {
      "\($0.path): expected \($0.expected), found \($0.found), "
        + "seed \($0.seed.map(String.init) ?? "-")"
    }
    #expect(failures == [])
    #expect(outcome.orderCount == 22)
  }
}
