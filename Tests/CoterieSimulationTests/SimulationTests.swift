import CoterieEvents
import CoterieJSON
import CoterieJudgement
import CoterieScenarios
import CoterieSimulation
import CoterieWire
import Foundation
import Testing

/// Seeds of this run: those of `COTERIE_WORLDS` (FIRST-LAST), else twenty fixed ones.
private let seeds: [UInt64] = {
  let range = ProcessInfo.processInfo.environment["COTERIE_WORLDS"] ?? "1-20"
  let ends = range.split(separator: "-").compactMap { UInt64($0) }
  return Array((ends.first ?? 1)...(ends.last ?? 20))
}()

private let all = Set(Fault.allCases)

@Suite struct `A simulated world` {
  /// Repeat one with `COTERIE_WORLDS=N-N swift test --filter CoterieSimulationTests`.
  @Test(arguments: seeds)
  func `keeps all promises, whatever goes wrong`(_ seed: UInt64) async throws {
    let plan = Plan(seed: seed, members: 3 + Int(seed % 2), events: 12, faults: all)
    let outcome = try await Simulation(plan).run()
    #expect(outcome.breach == nil, "seed \(seed)")
    #expect(outcome.counts.settlements > 0)
  }

  @Test func `is the same for the same plan, and another for another seed`() async throws {
    let plan = Plan(seed: 4, members: 4, events: 20, faults: all)
    let first = try await Simulation(plan).run()
    let again = try await Simulation(Plan(Array(plan.json.pretty.utf8))).run()
    #expect(first.lines == again.lines)
    #expect(first.trace == again.trace)
    let other = try await Simulation(Plan(seed: 5, members: 4, events: 20, faults: all)).run()
    #expect(other.trace != first.trace)
  }

  /// Two who remove a third without having seen each other's removal.
  @Test func `brings someone removed the removal that counts, by a folder too`() async throws {
    let faults = Fault.allCases.filter { !$0.isHostility }
    let plan = Plan(seed: 8625, members: 5, events: 60, faults: Set(faults))
    let outcome = try await Simulation(plan).run()
    #expect(outcome.breach == nil)
  }

  @Test func `meets every kind of trouble`() async throws {
    var counts = RunCounts()
    for seed in 40..<UInt64(44) {
      let plan = Plan(seed: seed, members: 4, events: 30, faults: all)
      counts.add(try await Simulation(plan).run().counts)
    }
    let rare: Set = ["stranded", "overridden", "held back"]
    let nothing = counts.fields.filter { $0.count == 0 && !rare.contains($0.name) }
    #expect(nothing.map(\.name) == [])
  }

  @Test func `reads its plans strictly`() {
    let plan = Plan(seed: 1, members: 3, events: 4, faults: [.loss])
    let text = plan.json.pretty
    let changes = [("\"late\"", "\"later\""), ("\"loss\"", "\"bad\""), ("\"settle\"", "\"x\"")]
    for (word, other) in changes {
      let broken = text.replacingOccurrences(of: word, with: other)
      #expect(throws: JSONFault.self) { try Plan(Array(broken.utf8)) }
    }
    #expect(Fault.list("loss,delay") == [.loss, .delay])
    #expect(Fault.list("all") == all)
    #expect(Fault.list("none") == [])
    #expect(Fault.list("gremlins") == nil)
  }
}

@Suite struct `A failure that was put in on purpose` {
  @Test func `is found when a store loses what it acknowledged, and made small`() async throws {
    var plan = Plan(seed: 9, members: 3, events: 16, faults: [.delay, .crash])
    let place = plan.steps.count - 1
    plan.steps.insert(Plan.Step(number: 999, at: plan.steps[place].at, deed: .lose), at: place)
    let outcome = try await Simulation(plan).run()
    let breach = try #require(outcome.breach)
    #expect(breach.promise == "kept")
    let small = try await Simulation(plan).shrunk(breach)
    #expect(small.plan.steps.count == 1)
    #expect(small.plan.cast.count == 2)
    #expect(small.plan.faults == [])
    let again = try await Simulation(Plan(Array(small.plan.json.compact.utf8))).run()
    #expect(again.breach == small.outcome.breach)
  }

  @Test func `is made small as a scenario when the events alone show it`() async throws {
    var simulation = Simulation(Plan(seed: 3, members: 4, events: 30, faults: [.reorder, .delay]))
    simulation.extraCheck = { judge in
      let current = judge.currentView()
      let isChanged = (0..<judge.count).contains { event in
        judge.kind(of: event) == .memberRole
          && judge.verdict(of: event, in: current).status == .effective
      }
      return isChanged ? "G0: a change of role is in effect" : nil
    }
    let breach = try #require(try await simulation.run().breach)
    #expect(breach.promise == "G0")
    let small = try await simulation.shrunk(breach)
    #expect(small.plan.steps.count <= 3)
    let scenario = try Scenario(Array(try #require(small.outcome.scenario).pretty.utf8))
    let failures = try ScenarioRunner().run(scenario).failures
    #expect(failures.map(\.path) == [])
    #expect(scenario.steps.count <= 8)
  }
}
