import CoterieConsole
import CoterieGroups
import CoterieLedger
import CoterieWire
import Glibc

/// `coterie-generate logs`: a whole group's history, of any size, from a seed.
enum LogsCommand {
  static let row = Command(
    "logs",
    "write the logs of a group's members, from a seed",
    about: """
      Members act with what they have seen so far; events travel with delays, members go offline and
      come back, roles change, people are removed and invited again. The same seed and numbers give
      the same events. Writes FOLDER/NAME.cborseq for each member asked for, and with --stores
      FOLDER/NAME.coterie too.
      """,
    example: "logs /tmp/logs --members 10 --events 100000 --seed 7",
    operands: [Operand("FOLDER", help: "where the logs are written; made if it is not there")],
    options: [
      Option("--members", value: "N", help: "how many people (10)"),
      Option("--events", value: "N", help: "how many events after the setup (1000)"),
      Option("--seed", value: "N", help: "the seed (1)"),
      Option("--delay", value: "N", help: "longest delay of an event, in events (8); 0 for none"),
      Option("--authority", value: "N", help: "authority acts in 1000 (20)"),
      Option("--forks", value: "N", help: "conflicting events in a million (0)"),
      Option("--logs", value: "N", help: "write the logs of the first N members (1)"),
      Option("--stores", help: "write stores too"),
      Option("--diverge", help: "the second member lacks the last events of the first"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let folder = invocation.operands[0]
    unsafe mkdir(folder, 0o700)
    var plan = WorldPlan()
    plan.members = try invocation.number("--members", least: 1) ?? 10
    plan.events = try invocation.number("--events") ?? 1000
    plan.seed = UInt64(try invocation.number("--seed") ?? 1)
    plan.delay = try invocation.number("--delay") ?? 8
    plan.authority = try invocation.number("--authority") ?? 20
    plan.forks = try invocation.number("--forks") ?? 0
    let world = GeneratedWorld(plan)
    let progress = Progress(console, phase: "generate", unit: "events", total: plan.events)
    world.run { progress.update($0) }
    progress.finish()
    if !invocation.has("--diverge") { world.deliverEverything() }
    let count = min(plan.members, try invocation.number("--logs", least: 1) ?? 1)
    for member in 0..<count {
      let name = world.name(member)
      let bundle = "\(folder)/\(name).cborseq"
      guard FileOutput.replace(bundle, with: world.bundle(of: member)) else {
        throw Failure(.store, "write-failed", "\(bundle) cannot be written")
      }
      console.say("\(bundle)  \(world.eventCount(of: member)) events")
      if invocation.has("--stores") { try writeStore("\(folder)/\(name).coterie", bundle) }
    }
    return .done
  }

  private static func writeStore(_ path: String, _ bundle: String) throws {
    let store = try Store.create(at: path, keyring: Keyring(path: Cast.keyringPath()))
    let descriptor = unsafe open(bundle, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(.notFound, "not-found", "\(bundle) is gone") }
    defer { close(descriptor) }
    _ = try BundleImport(store: store).run(descriptor: descriptor) { _ in true }
  }
}
