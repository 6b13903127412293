import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire
import Foundation
import ScopeKit

/// `coterie-proofs deep`: a chain as deep as it is long, verified and judged on a small stack.
enum DeepCommand {
  static let row = Command(
    "deep",
    "verify and judge one long chain of signed events on a small stack",
    about: "Each event is the only parent of the next; every third changes a preference.",
    example: "deep --events 1000000 --stack 256",
    options: [
      Option("--events", value: "N", help: "events of the chain (1000000)"),
      Option("--stack", value: "N", help: "KiB of stack of the thread that reads (256)"),
    ],
    run: { invocation, console in
      let count = try invocation.number("--events", least: 2) ?? 1_000_000
      let stack = try invocation.number("--stack", least: 16) ?? 256
      let envelopes = chain(count)
      let (read, seconds) = await withCheckedContinuation { continuation in
        let thread = Thread {
          let clock = ContinuousClock()
          var read = 0
          let time = clock.measure {
            let source = MemorySource(name: "deep", envelopes: envelopes)
            let logs = (try? LogReading().read(source).logs) ?? []
            read = logs.first?.summary().counts[.effective] ?? 0
          }
          continuation.resume(returning: (read, time))
        }
        thread.stackSize = stack << 10
        thread.start()
      }
      console.line("a chain of \(count) events on a stack of \(stack) KiB: \(read) in effect")
      console.line("verified and judged in \(seconds)")
      return read == count ? .done : .findings
    }
  )

  private static func chain(_ count: Int) -> [[UInt8]] {
    let key = Cast.signingKey("ann")
    var previous = Cast.founding(by: key.publicKey)
    let founding = previous.id
    var envelopes = [Draft(previous).sealed(with: key)]
    envelopes.reserveCapacity(count)
    for sequence in 1..<UInt64(count) {
      let draft = Draft(
        group: founding,
        author: key.publicKey,
        sequence: sequence,
        previous: previous.id,
        parents: Parents([previous.id]),
        time: 0,
        action: sequence % 3 == 0
          ? .groupPreference(key: "voice", value: .off)
          : .messagePost(Post(type: .text, content: Cast.content))
      )
      envelopes.append(draft.sealed(with: key))
      previous = draft.event
    }
    return envelopes
  }
}
