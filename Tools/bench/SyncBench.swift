import CoterieBundles
import CoterieConsole
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire

/// `coterie-bench sync`: two stores of a large group that differ in a few events, exchanged.
enum SyncBench {
  static let row = Command(
    "sync",
    "measure the exchange of two stores that differ in 100 000, 1 000 and 1 events",
    about: """
      A group of ten is written into two stores; the second lacks the last events. Printed: time and
      bytes of the session, beside the bytes of the events that had to be moved. Opening the stores
      is not counted.
      """,
    example: "sync 1000000 /tmp/bench",
    operands: [
      Operand("EVENTS", help: "how many the larger store holds"),
      Operand("FOLDER", help: "for the stores"),
    ],
    run: run
  )

  private static let surroundings = Surroundings(now: { 1_767_225_600_000 })

  private static func run(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    guard let total = Int(invocation.operands[0]), total > 200_000 || total > 2000 else {
      throw Failure.usage("EVENTS is a number above 2 000")
    }
    let folder = invocation.operands[1]
    let keyring = Keyring(path: "\(folder)/keyring")
    let one = try Store.create(at: "\(folder)/one.coterie", keyring: keyring)
    let other = try Store.create(at: "\(folder)/other.coterie", keyring: keyring)
    var world = SignedLog()
    let steps = [100_000, 1000, 1].filter { $0 * 2 < total }
    let common = world.next(total - steps.reduce(0, +))
    for (place, store) in [one, other].enumerated() {
      try store.changeKeys { $0.append(world.storedKey(place)) }
      let log = try store.adopt(world.group)
      for start in stride(from: 0, to: common.count, by: 20_000) {
        _ = try log.ingest(Array(common[start..<min(common.count, start + 20_000)]))
      }
    }
    for count in steps {
      let fresh = world.next(count)
      _ = try one.log(of: world.group).ingest(fresh)
      let bytes = fresh.map(\.count).reduce(0, +)
      let first = try ExchangeSession(store: one, surroundings: surroundings)
      let second = try ExchangeSession(store: other, surroundings: surroundings)
      let time = try Clock.wall.time { try Pump.run(first, second) }
      let moved = first.outcome.bytesSent + first.outcome.bytesReceived
      console.line(
        "\(world.count) events, \(count) missing: \(time / 1_000_000) ms, \(moved) bytes on the "
          + "wire; the events themselves \(bytes) bytes; \(second.outcome.received) received"
      )
      let again = try (
        ExchangeSession(store: one, surroundings: surroundings),
        ExchangeSession(store: other, surroundings: surroundings)
      )
      try Pump.run(again.0, again.1)
      let idle = again.0.outcome.bytesSent + again.0.outcome.bytesReceived
      console.line("nothing missing: \(idle) bytes on the wire")
    }
    return .done
  }
}
