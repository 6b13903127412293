import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// `coterie verify` and `checkpoint`.
enum VerifyCommands {
  static let rows = [verify, make, check]

  // MARK: verify

  private static let verify = Command(
    "verify",
    "look at one log in depth",
    about: """
      Every byte, signature and link; every verdict; what the store noted of admissions and its
      checkpoint against a full replay; contents against what was signed. --since proves that the
      log has only grown since a checkpoint was made. --mend writes the store's checkpoint anew.
      """,
    example: "verify alice.coterie --since alice.checkpoint",
    operands: [Operand("PATH", .optional, help: "a store or a bundle")],
    options: [
      Option("--since", value: "FILE", help: "a checkpoint of coterie checkpoint make"),
      Option("--mend", help: "write the checkpoint of a store anew"),
    ],
    run: { invocation, console in
      let path = try Sources.path(invocation.operands.first, invocation)
      if invocation.has("--mend") { try mend(path, console) }
      let head = try invocation.value("--since").map { (file) throws(Failure) in
        try VerifyCommands.head(file)
      }
      var findings: [Finding] = []
      var rows: [JSONValue] = []
      var missing: Set<Digest> = []
      var (isCut, isHeld) = (false, false)
      for source in try Sources.open([path]) {
        let logs: [MemberLog]
        do throws(SourceFault) {
          // Nothing else is looked at in a damaged store: LMDB would end the program.
          try (source as? StoreSource)?.checkPages()
          let read = try LogReading(signatures: .every, isLenient: true).read(source)
          if let fault = read.fault { findings.append(Sources.finding(fault)) }
          isCut = isCut || read.fault != nil
          logs = read.logs
        } catch {
          throw Sources.failure(error)
        }
        let meant = try Sources.ofGroup(logs.map { ($0, source) }, invocation, path).map(\.log)
        for log in meant {
          do throws(SourceFault) {
            findings += try inDepth(log, source)
          } catch {
            throw Sources.failure(error)
          }
          if let head, head.group == log.group {
            isHeld = true
            findings += try since(head, log, source)
          }
          missing.formUnion(log.missing)
          rows.append(row(log, console))
        }
        if try Stores.isOwn(path) {
          let store = try Stores.open(path)
          for log in meant { findings += contents(log, store) }
        }
      }
      if let head, !isHeld { throw failure(.otherGroup(head.group.hex), "the checkpoint") }
      let status: ExitStatus =
        isCut
        ? .malformed : !findings.isEmpty ? .findings : missing.isEmpty ? .done : .undecided
      if console.isJSON {
        let result = JSONValue.object(["logs": .array(rows)])
        console.line(Output.document("verify", result, findings: findings, exit: status))
      } else {
        for finding in findings { console.line("\(finding.message)\n  \(finding.help)") }
        if !missing.isEmpty {
          let ids = missing.sorted().prefix(4).map { "\($0)" }.joined(separator: ", ")
          let more = missing.count > 4 ? " and \(missing.count - 4) more" : ""
          console.line("UNDECIDED  missing \(ids)\(more)")
        }
        if !findings.isEmpty { console.line("\(findings.count) findings") }
        if status == .done { console.line("sound") }
      }
      return status
    }
  )

  private static func mend(_ path: String, _ console: Console) throws(Failure) {
    let store = try Stores.open(path)
    do throws(GroupError) {
      for group in try store.groups() { try store.log(of: group).writeCheckpoint() }
    } catch {
      throw Stores.failure(error)
    }
    console.say("wrote the checkpoints anew")
  }

  private static func row(_ log: MemberLog, _ console: Console) -> JSONValue {
    let summary = log.summary()
    if !console.isJSON {
      console.line(
        "\(log.group.hex.prefix(16))  \(Output.grouped(summary.eventCount)) events  "
          + "\(log.signatureCount) signatures  \(log.chainCount) chains  state "
          + (summary.digest.map { String($0.hex.prefix(8)) } ?? "-")
      )
    }
    return .object([
      "group": .string(log.group.hex), "events": .integer(Int64(summary.eventCount)),
      "signatures": .integer(Int64(log.signatureCount)),
      "chains": .integer(Int64(log.chainCount)), "digest": .optional(summary.digest?.hex),
      "waiting": .integer(Int64(summary.pending.count)),
    ])
  }

  private static func inDepth(
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(SourceFault) -> [Finding] {
    var found = GroupComparison([log]).findings
    if let id = try source.differingAdmission(of: log) {
      found.append(
        finding("admission-differs", log, id, "the store says of \(id) what judging does not give")
      )
    }
    let noted = try source.notedDigest(of: log.group)
    let isOther = try source.checkpointDiffers(from: log)
    if isOther || noted.map({ $0 != log.summary().digest }) ?? false {
      found.append(
        finding(
          "stale-checkpoint",
          log,
          nil,
          "the store's checkpoint is not the state that a full replay gives",
          help: "coterie verify --mend writes it anew"
        )
      )
    }
    return found
  }

  private static func finding(
    _ code: String,
    _ log: MemberLog,
    _ event: Digest?,
    _ message: String,
    help: String = "keep the store as it is, and compare it with another member's: coterie diff"
  ) -> Finding {
    Finding(
      code: code,
      severity: .error,
      event: event,
      group: log.group,
      message: message,
      help: help,
      evidence: event.map { [$0] } ?? []
    )
  }

  private static func contents(_ log: MemberLog, _ store: Store) -> [Finding] {
    guard let wrong = try? store.wrongContents(of: log.group) else { return [] }
    return wrong.map { id in
      finding(
        "wrong-content",
        log,
        id,
        "the content of \(id) cannot be opened, or is not what was signed",
        help: "coterie sync brings it again from a member who has it"
      )
    }
  }

  private static func since(
    _ head: TreeHead,
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(Failure) -> [Finding] {
    do throws(Failure) {
      try hold(head, against: log, source)
      return []
    } catch {
      if error.status != .findings { throw error }
      return [finding(error.code, log, nil, error.message, help: error.help ?? "")]
    }
  }

  // MARK: checkpoint

  private static let make = Command(
    "checkpoint make",
    "sign how far a log has come",
    about: """
      A signed note (C2SP tlog checkpoint) of the Merkle tree (RFC 6962) over all envelopes in the
      order of their arrival. Keep it elsewhere: coterie verify --since shows later that the log has
      only grown. Signed by your key in the group.
      """,
    example: "checkpoint make -s alice.coterie -o alice.checkpoint",
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      let opened = try OpenedLog(invocation, path: nil)
      let store = try Stores.open(path)
      let group = opened.log.group
      let key: StoredKey?
      do throws(GroupError) {
        key = try store.keys().last { $0.purpose == .member && $0.group == group }
      } catch {
        throw Stores.failure(error)
      }
      guard let key else { throw Stores.failure(.noKey(group: group)) }
      let tree = ArrivalTree(opened.source, group: group)
      let head = TreeHead(
        group: group,
        size: tree.size,
        root: tree.root,
        signer: key.publicKey,
        sign: { key.signature(of: $0) }
      )
      console.write(Array(head.text.utf8))
      return .done
    }
  )

  private static let check = Command(
    "checkpoint check",
    "hold a log against a checkpoint that was made earlier",
    about: "Ends with 1 if the log is shorter, or its first events are others.",
    example: "checkpoint check alice.checkpoint alice.coterie",
    operands: [
      Operand("FILE", help: "the checkpoint"),
      Operand("PATH", .optional, help: "a store or a bundle"),
    ],
    run: { invocation, console in
      let head = try head(invocation.operands[0])
      let path = invocation.operands.count > 1 ? invocation.operands[1] : nil
      let opened = try OpenedLog(invocation, path: path)
      do throws(Failure) {
        try hold(head, against: opened.log, opened.source)
      } catch {
        if error.status != .findings { throw error }
        console.line(error.message)
        return .findings
      }
      console.line("the first \(head.size) events are those of the checkpoint")
      return .done
    }
  )

  private static func head(_ file: String) throws(Failure) -> TreeHead {
    let bytes = try Files.read(file, limit: 1 << 16)
    do throws(TreeHead.Problem) {
      return try TreeHead(text: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw failure(error, file)
    }
  }

  private static func hold(
    _ head: TreeHead,
    against log: MemberLog,
    _ source: any LogSource
  ) throws(Failure) {
    do throws(TreeHead.Problem) {
      try head.check(log, source)
    } catch {
      throw failure(error, "the checkpoint")
    }
  }

  private static func failure(_ problem: TreeHead.Problem, _ file: String) -> Failure {
    switch problem {
    case .malformed(let what): Failure(.malformed, "malformed", "\(file): \(what)")
    case .wrongSignature:
      Failure(.findings, "wrong-signature", "\(file) is not signed by the key that it names")
    case .otherGroup(let group):
      Failure(.notFound, "not-found", "\(file) is of the group \(group.prefix(16))")
    case .shorter(let has, let noted):
      Failure(
        .findings,
        "truncated",
        "the log has \(has) events, the checkpoint \(noted): some are gone",
        help: "ask another member for them: coterie sync"
      )
    case .otherHistory:
      Failure(
        .findings,
        "rewritten",
        "the first events of the log are not those of the checkpoint: it was rewritten",
        help: "compare it with another member's: coterie diff"
      )
    }
  }
}
