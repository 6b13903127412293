import CoterieAudit
import CoterieConsole
import ScopeKit

/// `coterie-proofs drill`: many sound logs, of which nothing may be noticed, and tampered ones.
enum DrillCommand {
  static let row = Command(
    "drill",
    "read many sound logs, and tamper with some of them in every way",
    about: """
      Each log is that of a random group of 3 to 6 members and 20 to 60 events, signed, in a random
      order of arrival. Of a sound log nothing may be noticed; of a tampered one something must be.
      """,
    example: "drill --logs 1000 --tampered 200",
    options: [
      Option("--logs", value: "N", help: "sound logs (1000)"),
      Option("--tampered", value: "N", help: "of which so many are tampered with (200)"),
    ],
    run: { invocation, console in
      let count = try invocation.number("--logs", least: 1) ?? 1000
      let tampered = try invocation.number("--tampered") ?? 200
      var (alarms, drilled, attempts, kinds, missed) = (0, 0, 0, Set<String>(), 0)
      for seed in 1...UInt64(count) {
        let group = RandomGroup(
          seed: seed,
          members: 3 + Int(seed % 4),
          events: 20 + Int(seed % 5) * 10
        )
        let source = MemorySource(name: "seed \(seed)", envelopes: group.envelopes(seed: seed))
        let (logs, fault) = try LogReading(signatures: .every, isLenient: true).read(source)
        var found = logs.flatMap { ($0.bad + $0.unsigned).map { "\($0.fault)" } }
        if let fault { found.append("\(fault)") }
        if logs.count != 1 || logs[0].eventCount != group.graph.events.count {
          found.append("another number of events")
        }
        if let log = logs.first, drilled < tampered {
          let drill = try Drill(log, source)
          drilled += 1
          attempts += drill.attempts.count
          found += drill.untouched
          kinds.formUnion(drill.attempts.map(\.name))
          for attempt in drill.attempts where !attempt.isNoticed {
            missed += 1
            console.line("MISSED  seed \(seed), \(attempt.name)")
          }
        }
        if !found.isEmpty {
          alarms += 1
          console.line("ALARM  seed \(seed): \(found.joined(separator: "; "))")
        }
      }
      console.line("\(count) sound logs: \(alarms) false alarms")
      console.line(
        "\(drilled) logs tampered with in \(kinds.count) ways: \(attempts - missed) of \(attempts) "
          + "noticed"
      )
      return alarms == 0 && missed == 0 && attempts > 0 ? .done : .findings
    }
  )
}
