public import CoterieJSON
package import CoterieJudgement
internal import CoterieLedger
internal import CoterieWire
internal import Glibc

/// A seeded world of members with real engines and real stores: a network that delays, loses,
/// repeats and parts, clocks that are wrong, programs that end, and members of bad will.
///
/// Whenever everyone has exchanged, G1 to G8 are checked, one digest for each connected set, that
/// nothing acknowledged is lost, and that nothing erased is left. A plan gives the same run every
/// time.
public struct Simulation: Sendable {
  /// What happens.
  public var plan: Plan
  /// A further check of what a store shows, for tests of the simulator.
  package var extraCheck: (@Sendable (Judge) -> String?)?

  /// Takes a plan.
  public init(_ plan: Plan) {
    self.plan = plan
  }

  /// What a run came to.
  public struct Outcome: Sendable {
    /// The promise that was broken; nil if all held.
    public var breach: Breach?
    /// What happened, counted.
    public var counts: RunCounts
    /// A digest of all ids, codes and states in their order: equal for equal plans.
    public var trace: String
    /// The lines of which that is the digest.
    public var lines: [String]
    /// The events as a scenario, if the breach is one of judging.
    public var scenario: JSONValue?
  }

  /// Runs the plan in a temporary folder, which is removed afterwards.
  public func run() async throws -> Outcome {
    let folder = try Self.temporaryFolder()
    defer { FileAccess.removeFolder(folder) }
    let world = try SimulatedWorld(plan, in: folder)
    world.extraCheck = extraCheck
    var breach: Breach?
    do {
      try await world.run()
    } catch let found as Breach {
      breach = found
    }
    return Outcome(
      breach: breach,
      counts: world.counts,
      trace: world.traceDigest.hex,
      lines: world.trace,
      scenario: breach?.isOfJudging == true ? world.scenario(breach) : nil
    )
  }

  /// A fresh folder, in memory where there is one: what is written need not outlive the run.
  private static func temporaryFolder() throws -> String {
    for parent in ["/dev/shm", "/tmp"] {
      var name = Array("\(parent)/coterie-simulation-XXXXXX".utf8CString)
      let isMade = unsafe name.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
      }
      let path = name.dropLast().map { UInt8(bitPattern: $0) }
      if isMade { return String(decoding: path, as: UTF8.self) }
    }
    throw Breach(promise: "error", step: -1, expected: "a temporary folder", found: "none")
  }
}
