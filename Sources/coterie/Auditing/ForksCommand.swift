import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieJudgement
import CoterieWire

/// `coterie forks`: who signed two histories, and the proof of it.
enum ForksCommand {
  static let row = Command(
    "forks",
    "list forks, and write the proof of one",
    about: """
      Two events of one author with one sequence number prove that a key lives on two devices, or
      that its owner cheats. --proof writes the signed events as a CBOR sequence, which anyone can
      check without the rest of the log: Tools/reader/fork.py does.
      """,
    example: "forks alice.coterie --proof fork.cbor",
    operands: [WhyCommands.log],
    options: [Option("--proof", value: "FILE", help: "write the signed events of the first fork")],
    run: { invocation, console in
      let opened = try await OpenedCase(invocation, path: invocation.operands.first)
      let comparison = GroupComparison([opened.log])
      let forks = comparison.forks
      if let file = invocation.value("--proof") {
        guard let fork = forks.first else {
          throw Failure(.notFound, "not-found", "the log has no fork")
        }
        let bytes = try opened.read { () throws(SourceFault) in
          try opened.log.envelopes(of: fork.events, from: opened.source).flatMap { $0 }
        }
        guard FileOutput.replace(file, with: bytes) else { throw Files.missing(file) }
        console.say("\(fork.events.count) signed events, \(bytes.count) bytes: \(file)")
      }
      let status: ExitStatus = forks.isEmpty ? .done : .findings
      if console.isJSON {
        let result = JSONValue.object(["forks": .array(forks.map(\.json))])
        let findings = comparison.findings.filter { $0.code == "fork" }
        console.line(Output.document("forks", result, findings: findings, exit: status))
        return status
      }
      for fork in forks {
        let events = fork.events.map { opened.shown(event: $0.hex) }.joined(separator: ", ")
        console.line("\(opened.people.shown(fork.author))  sequence \(fork.sequence)  \(events)")
      }
      if forks.isEmpty { console.line("no forks") }
      return status
    }
  )
}
