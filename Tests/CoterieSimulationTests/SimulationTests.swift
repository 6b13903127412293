import CoterieSimulation
import Testing

@Suite struct `A simulated world` {
  @Test func `keeps all promises`() async throws {
    for seed in 1...3 {
      let plan = Plan(seed: UInt64(seed), members: 3, events: 20, faults: [])
      let outcome = try await Simulation(plan).run()
      #expect(outcome.breach == nil)
    }
  }
}
