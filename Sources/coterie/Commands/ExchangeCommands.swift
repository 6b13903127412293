import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieVault
import CoterieWire
import Glibc

/// `coterie export`: a log as a bundle.
enum ExportCommand {
  static let row = Command(
    "export",
    "write a log as a bundle",
    about: """
      Parents come first. From a store of your own that is unlocked, contents and their secrets come
      with it, in clear; --redact leaves them out. --missing-from writes only what is lacking there.
      --zstd compresses; whatever reads bundles reads it so too, and so does zstd.
      """,
    example: "export alice.coterie -o alice.cborseq",
    operands: [Operand("PATH", .optional, help: "a store, a bundle or a scenario file")],
    options: [
      Option("--redact", help: "leave secrets and contents out"),
      Option("--zstd", help: "compress the bundle with Zstandard"),
      Option(
        "--missing-from",
        value: "WHAT",
        values: .files,
        help: "a store, a bundle, or heads as a comma list of positions"
      ),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let place = try Sources.path(invocation.operands.first, invocation)
    let logs = try Sources.ofGroup(try Sources.logs(place), invocation, place)
    var known: Set<Digest> = []
    if let receiver = invocation.value("--missing-from") {
      known = try self.known(to: receiver, logs)
    }
    let contents = try contents(place, invocation)
    var pending = 0
    for (log, _) in logs { pending += log.eventCount - log.ids.count }
    do throws(SourceFault) {
      var export = BundleExport(known: known, content: contents)
      export.isCompressed = invocation.has("--zstd")
      let count = try export.run(logs) { console.write($0) }
      console.say("\(count) events" + (pending > 0 ? "; \(pending) that wait were left out" : ""))
    } catch {
      throw Sources.failure(error)
    }
    return .done
  }

  /// Where the contents of a store of this user come from; nowhere for others and with --redact.
  private static func contents(
    _ path: String,
    _ invocation: Invocation
  ) throws(Failure) -> BundleExport.Keeper {
    guard !invocation.has("--redact"), try Stores.isOwn(path) else {
      return { (_, _) throws(SourceFault) in nil }
    }
    let store = try Stores.open(path)
    if store.vault?.isLocked != false { return { (_, _) throws(SourceFault) in nil } }
    return { (group, event) throws(SourceFault) in
      do throws(GroupError) {
        guard let held = try store.content(of: event, in: group) else { return nil }
        let chunk: (Int) throws(SourceFault) -> [UInt8]? = { (place) throws(SourceFault) in
          do throws(GroupError) {
            return try held.chunk(place)
          } catch {
            throw SourceFault(.store, "\(error)")
          }
        }
        return BundleContent(secret: held.secret, bytes: held.content, chunk: chunk)
      } catch {
        throw SourceFault(.store, "\(error)")
      }
    }
  }

  private static func known(
    to receiver: String,
    _ logs: [Sources.Opened]
  ) throws(Failure) -> Set<Digest> {
    var status = stat()
    if unsafe stat(receiver, &status) == 0 {
      return Set(try Sources.logs(receiver).flatMap { $0.log.ids })
    }
    var heads: [Digest] = []
    for word in receiver.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      // Heads that are not held here are the receiver's own: nothing in their past is known either.
      if let id = Digest(hex: word) { heads.append(id) } else { heads += try held(word, logs) }
    }
    return logs.reduce(into: []) { $0.formUnion($1.log.past(of: heads)) }
  }

  /// The events that a position names in the one group that has it.
  private static func held(
    _ word: String,
    _ logs: [Sources.Opened]
  ) throws(Failure) -> [Digest] {
    var found: [[Digest]] = []
    var failure = Failure.usage(
      "\"\(word)\" is no file, no store and no event",
      help: "--missing-from takes a path, or heads as a comma list of positions"
    )
    for (log, source) in logs {
      do throws(Failure) {
        let position = try OpenedCase.position(word, log, source)
        if position.isBefore { continue }
        found.append(position.heads(in: log))
      } catch {
        if error.code == "ambiguous" { throw error }
        let couldBeHeld = word.hasPrefix("#") || word.allSatisfy(\.isHexDigit)
        if error.code == "not-found", couldBeHeld { failure = error }
      }
    }
    guard let heads = found.first else { throw failure }
    guard found.count == 1 else {
      throw Failure(
        .notFound,
        "ambiguous",
        "\(found.count) groups have \(word)",
        help: "name one with --group, or events by their ids"
      )
    }
    return heads
  }
}

/// `coterie import`: bundles into a store.
enum ImportCommand {
  static let row = Command(
    "import",
    "take the events of bundles into a store",
    about: """
      Events are taken in if their signature, or that of a later one of their author's chain, is
      right; each is judged. Those whose parents are missing wait in the store and are listed. A
      damaged bundle is taken in as far as it is good. The store is made if it is not there. - is
      standard input.
      """,
    example: "import alice.cborseq --store bob.coterie",
    operands: [Operand("BUNDLE", .oneOrMore, help: "bundle files, or -")],
    options: [Option("--lenient", help: "damage in a bundle is no failure")],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    for path in invocation.operands where path != "-" { try requireReadable(path) }
    let store = try Stores.openOrCreate(try Sources.path(nil, invocation))
    var total = BundleImport.Outcome()
    for path in invocation.operands {
      let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Files.missing(path) }
      defer { if path != "-" { close(descriptor) } }
      let progress = Progress(console, phase: "import \(path)", unit: "events", total: 0)
      do throws(GroupError) {
        let outcome = try BundleImport(store: store).run(descriptor: descriptor) { done in
          progress.update(done)
          return !Interruption.isAsked
        }
        progress.finish()
        total.add(outcome)
      } catch {
        progress.finish()
        throw Stores.failure(error)
      }
    }
    return finish(total, invocation, console)
  }

  /// Refuses what cannot be read before a store is made for it.
  private static func requireReadable(_ path: String) throws(Failure) {
    guard unsafe access(path, R_OK) == 0 else { throw Files.missing(path) }
    if Files.isFolder(path) {
      errno = EISDIR
      throw Files.missing(path)
    }
  }

  private static func finish(
    _ outcome: BundleImport.Outcome,
    _ invocation: Invocation,
    _ console: Console
  ) -> ExitStatus {
    var findings: [Finding] = outcome.bad.map { bad in
      Finding(
        code: bad.fault.code,
        severity: .error,
        event: nil,
        group: nil,
        message: "item \(bad.item): \(bad.fault)",
        help: "it was left out",
        evidence: []
      )
    }
    if let fault = outcome.fault {
      findings.append(
        Finding(
          code: "malformed",
          severity: .error,
          event: nil,
          group: nil,
          message: "\(fault)",
          help: "what was whole is in the store; ask the sender for the rest",
          evidence: []
        )
      )
    }
    let isCut = outcome.fault != nil && !invocation.has("--lenient")
    let status: ExitStatus =
      Interruption.isAsked
      ? .interrupted
      : isCut
        ? .malformed
        : !outcome.bad.isEmpty ? .findings : outcome.missing.isEmpty ? .done : .undecided
    let result = JSONValue.object([
      "placed": .integer(Int64(outcome.placed)), "rejected": .integer(Int64(outcome.rejected)),
      "known": .integer(Int64(outcome.known)), "waiting": .integer(Int64(outcome.waiting)),
      "turned_away": .integer(Int64(outcome.turnedAway)),
      "contents": .integer(Int64(outcome.contents)),
      "unkept": .integer(Int64(outcome.unkept)),
      "strangers": .integer(Int64(outcome.strangers)),
      "missing": .strings(outcome.missing.map(\.hex)),
    ])
    if console.isJSON {
      console.line(Output.document("import", result, findings: findings, exit: status))
      return status
    }
    console.line(
      "\(outcome.placed) new (\(outcome.rejected) rejected), \(outcome.known) known, "
        + "\(outcome.waiting) waiting, \(outcome.bad.count) malformed"
    )
    if outcome.unkept > 0 {
      console.line("\(outcome.unkept) contents not kept: erased here, or not to be had")
    }
    if outcome.strangers > 0 {
      console.line("\(outcome.strangers) of people who were never members: rejected, not kept")
    }
    if outcome.contents > 0 {
      console.line(
        "\(outcome.contents) contents kept"
      )
    }
    if outcome.turnedAway > 0 {
      console.line("\(outcome.turnedAway) turned away: too many wait; import what is missing first")
    }
    for id in outcome.missing.prefix(16) { console.line("missing \(id.hex)") }
    for finding in findings { console.line("\(finding.message)\n  \(finding.help)") }
    return status
  }
}
