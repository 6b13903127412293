import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieWire
import Glibc

/// `coterie watch`: events as they come.
enum WatchCommand {
  static let row = Command(
    "watch",
    "show events as they come into a store",
    about: """
      Waits until it is interrupted, or --count events have come; takes in what other programs write
      to the store, and erases messages when their time has come. --ndjson prints a line of JSON for
      each event, a summary last.
      """,
    example: "watch -s alice.coterie --ndjson",
    options: [
      Option("--count", value: "N", help: "end after so many events"),
      Option("--every", value: "MS", help: "look every so many milliseconds; 200 if left out"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let desk = try await Desk(invocation, console)
    let wanted = try invocation.number("--count", least: 1) ?? .max
    let pause = try invocation.number("--every", least: 10, most: 86_400_000) ?? 200
    let changes = await desk.group.changes()
    var heard = changes.makeAsyncIterator()
    var shown = 0
    while shown < wanted, !Interruption.isAsked {
      do throws(GroupError) {
        _ = try await desk.group.sweep()
        let events = try await desk.group.refresh()
        if events.isEmpty {
          usleep(UInt32(clamping: pause * 1000))
          continue
        }
      } catch {
        throw Stores.failure(error)
      }
      guard let change = await heard.next() else { break }
      let positions = (try? await desk.group.positions(of: change.events)) ?? [:]
      for id in change.events where shown < wanted {
        shown += 1
        await show(id, positions[id], desk)
      }
      console.flushNow()
    }
    if console.format == .lines {
      console.line(Document.summary(["total": .integer(Int64(shown))], .done).compact)
    }
    return .done
  }

  private static func show(_ id: Digest, _ position: Int?, _ desk: Desk) async {
    guard let (event, byteCount) = try? await desk.group.stored(id),
      let verdict = try? await desk.group.verdict(of: id)
    else { return }
    let report = EventReport(
      event: event,
      position: position,
      byteCount: byteCount,
      verdict: verdict,
      missing: []
    )
    if desk.console.isJSON {
      desk.console.line(report.json.compact)
    } else {
      let code = verdict.code.map { " \($0.rawValue)" } ?? ""
      desk.console.line(
        "\(id)  \(Timestamp.text(event.time).prefix(19))Z  \(desk.shown(event.author))  "
          + "\(pad(Escaping.visible(event.action.kindName.string), to: 17)) "
          + "\(verdict.status.rawValue)\(code)"
      )
    }
  }
}
