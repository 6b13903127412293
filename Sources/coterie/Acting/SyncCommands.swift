import CoterieConsole
import CoterieExchange
import CoterieGroups
import CoterieJSON
import CoterieLedger
import CoterieVault
import CoterieWire
import Glibc

/// `coterie sync` and `coterie serve`.
enum SyncCommands {
  static let rows = [sync, serve]

  private static let sync = Command(
    "sync",
    "exchange with other members",
    about: """
      WHERE is a folder that all can reach (a synchronised folder, a stick: packets are sealed for
      each member separately), or another store of yours. --with runs a command and speaks with it
      over pipes, so that ssh carries it; --stdio is the other end of that. Only what is missing is
      sent; what was interrupted goes on the next time. All groups are exchanged, or the one that
      --group names.
      """,
    example: "sync ~/Shared/spool -s alice.coterie",
    operands: [Operand("WHERE", .optional, help: "a folder, or another store")],
    options: [
      Option("--stdio", help: "speak over standard input and output"),
      Option(
        "--with",
        value: "COMMAND",
        help: "such as \"ssh host coterie sync --stdio -s bob.coterie\""
      ),
      Option("--timeout", value: "SECONDS", help: "give a silent end up after these; else 60"),
    ],
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      let outcome = try exchange(store, invocation)
      return report(outcome, store, invocation, console)
    }
  )

  private static func exchange(
    _ store: Store,
    _ invocation: Invocation
  ) throws(Failure) -> ExchangeOutcome {
    let idle = try invocation.number("--timeout", least: 1, most: 1_000_000) ?? 60
    if let place = invocation.operands.first, isSame(place, store.path) {
      throw Failure.usage(
        "\(place) is the store itself",
        help: "name another store of yours, or a folder that all can reach"
      )
    }
    let group = try chosenGroup(store, invocation)
    do throws(ExchangeError) {
      if invocation.has("--stdio") {
        return try speak(try session(store, group), STDIN_FILENO, STDOUT_FILENO, idle)
      }
      if let command = invocation.value("--with") {
        return try speak(try session(store, group), with: command, idle)
      }
      guard let place = invocation.operands.first else {
        throw ExchangeError.unreachable("")
      }
      if (try? Stores.isOwn(place)) == true {
        return try join(store, place, group)
      }
      guard Files.isFolder(place) else {
        throw ExchangeError.unreachable("there is no folder \(place)")
      }
      let spool = Spool(
        store: store,
        folder: place,
        groups: group.map { [$0] },
        surroundings: Stores.surroundings
      )
      return try spool.run { !Interruption.isAsked }
    } catch .unreachable("") {
      throw Failure.usage(
        "sync needs WHERE, --with or --stdio",
        help: "coterie help sync says more"
      )
    } catch {
      throw failure(error)
    }
  }

  /// Whether two paths lead to one folder.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    var places = (stat(), stat())
    guard unsafe stat(one, &places.0) == 0, unsafe stat(other, &places.1) == 0 else { return false }
    return places.0.st_dev == places.1.st_dev && places.0.st_ino == places.1.st_ino
  }

  /// The one group that `--group` names; nil for all, whatever `COTERIE_GROUP` says.
  private static func chosenGroup(
    _ store: Store,
    _ invocation: Invocation
  ) throws(Failure) -> Digest? {
    guard invocation.value("--group") != nil else { return nil }
    do {
      return try Desk.group(in: store, invocation)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.notFound, "not-found", "\(error)")
    }
  }

  private static func session(
    _ store: Store,
    _ group: Digest?
  ) throws(ExchangeError) -> ExchangeSession {
    var logs: [GroupLog]?
    if let group {
      do throws(GroupError) {
        logs = [try store.log(of: group)]
      } catch {
        throw .group(error)
      }
    }
    return try ExchangeSession(store: store, groups: logs, surroundings: Stores.surroundings)
  }

  private static func join(
    _ store: Store,
    _ place: String,
    _ group: Digest?
  ) throws(ExchangeError) -> ExchangeOutcome {
    let other: Store
    do throws(Failure) {
      other = try Stores.open(place)
    } catch {
      throw .unreachable(error.message)
    }
    let one = try session(store, group)
    try Pump.run(one, try session(other, nil))
    return one.outcome
  }

  private static func speak(
    _ session: ExchangeSession,
    _ input: Int32,
    _ output: Int32,
    _ idle: Int
  ) throws(ExchangeError) -> ExchangeOutcome {
    try Pump.run(session, reading: input, writing: output, idleSeconds: idle) {
      !Interruption.isAsked
    }
    return session.outcome
  }

  /// Runs a command and speaks with it over its standard input and output.
  private static func speak(
    _ session: ExchangeSession,
    with command: String,
    _ idle: Int
  ) throws(ExchangeError) -> ExchangeOutcome {
    var toChild: [Int32] = [0, 0]
    var fromChild: [Int32] = [0, 0]
    guard unsafe pipe(&toChild) == 0, unsafe pipe(&fromChild) == 0 else {
      throw .unreachable("no pipe could be made (error \(errno))")
    }
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
    var child: pid_t = 0
    let words = ["/bin/sh", "-c", command]
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer {
      for place in unsafe arguments.indices { unsafe free(arguments[place]) }
    }
    let status = unsafe posix_spawn(&child, "/bin/sh", &actions, nil, &arguments, environ)
    close(toChild[0])
    close(fromChild[1])
    defer {
      close(toChild[1])
      close(fromChild[0])
      if status == 0 { end(child) }
    }
    guard status == 0 else { throw .unreachable("\(command) cannot be run (error \(status))") }
    return try speak(session, fromChild[0], toChild[1], idle)
  }

  /// Waits for a command with which nobody speaks any more; one that goes on is stopped.
  private static func end(_ child: pid_t) {
    var ended: Int32 = 0
    for signal in [0, SIGTERM, SIGKILL] {
      kill(child, signal)
      for _ in 0..<200 {
        if unsafe waitpid(child, &ended, WNOHANG) != 0 { return }
        usleep(10_000)
      }
    }
  }

  private static func failure(_ error: ExchangeError) -> Failure {
    switch error {
    case .garbage: Failure(.malformed, "garbage", error.description)
    case .flood: Failure(.malformed, "flood", error.description)
    case .unreachable:
      Interruption.isAsked
        ? Failure(.interrupted, "interrupted", error.description)
        : Failure(.unreachable, "unreachable", error.description)
    case .nothingInCommon: Failure(.notFound, "nothing-in-common", error.description)
    case .group(let error): Stores.failure(error)
    }
  }

  private static func report(
    _ outcome: ExchangeOutcome,
    _ store: Store,
    _ invocation: Invocation,
    _ console: Console
  ) -> ExitStatus {
    let status: ExitStatus = outcome.complaints.isEmpty ? .done : .findings
    for complaint in outcome.complaints { console.say(complaint) }
    if console.isJSON {
      let result = JSONValue.object([
        "received": .integer(Int64(outcome.received)), "sent": .integer(Int64(outcome.sent)),
        "contents": .integer(Int64(outcome.contents)), "chunks": .integer(Int64(outcome.chunks)),
        "waiting": .integer(Int64(outcome.waiting)),
        "useless": .integer(Int64(outcome.useless)),
        "bytes_received": .integer(Int64(clamping: outcome.bytesReceived)),
        "bytes_sent": .integer(Int64(clamping: outcome.bytesSent)),
        "complaints": .strings(outcome.complaints),
      ])
      let document = Output.document("sync", result, exit: status)
      if invocation.has("--stdio") { console.say(document) } else { console.line(document) }
      return status
    }
    let words =
      "received \(outcome.received) events, \(outcome.contents) contents, "
      + "\(outcome.chunks) chunks; sent \(outcome.sent) events"
    if invocation.has("--stdio") { console.say(words) } else { console.line(words) }
    sayPending(store, console)
    return status
  }

  /// Groups that can be joined now by a ticket that was kept.
  private static func sayPending(_ store: Store, _ console: Console) {
    guard let keys = try? store.keys(), let groups = try? store.groups() else { return }
    for key in keys where key.purpose == .link {
      guard let group = key.group, groups.contains(group),
        !keys.contains(where: { $0.purpose == .member && $0.group == group })
      else { continue }
      console.say("\(group.hex.prefix(16)) is here now: coterie link join joins it")
    }
  }

  private static let serve = Command(
    "serve",
    "exchange through a folder again and again, and erase what disappears",
    about: """
      Looks into the folder every few seconds until it is interrupted, and erases messages when
      their time has come.
      """,
    example: "serve ~/Shared/spool -s alice.coterie --every 5",
    operands: [Operand("FOLDER", help: "the folder that all can reach")],
    options: [Option("--every", value: "SECONDS", help: "how often; 10 if it is left out")],
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      let pause = try invocation.number("--every", least: 1, most: 1_000_000) ?? 10
      while !Interruption.isAsked {
        let store = try Stores.open(path)
        let outcome = try exchange(store, invocation)
        if outcome.received + outcome.sent > 0 { _ = report(outcome, store, invocation, console) }
        for _ in 0..<(pause * 10) where !Interruption.isAsked {
          usleep(100_000)
          if let due = try? store.nextTimer(), due <= Stores.surroundings.now() {
            _ = try? store.sweep(now: Stores.surroundings.now())
          }
        }
      }
      return .done
    }
  )
}
