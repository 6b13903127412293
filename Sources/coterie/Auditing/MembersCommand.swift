import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieLedger
import CoterieVault
import CoterieWire

/// `coterie members`: who is in, and who was.
enum MembersCommand {
  static let row = Command(
    "members",
    "list the members with their roles",
    about: """
      The seniors first. Names are what members call themselves, where they are known here.
      --history says who was in, in which role, from when to when, by whom. --from-checkpoint takes
      no longer however long the log is, and judges nothing.
      """,
    example: "members alice.coterie --history",
    operands: [WhyCommands.log],
    options: [
      Option("--history", help: "everyone who ever was in"),
      Option("--at", value: "POS", help: "as of this position"),
      StateCommand.fromCheckpoint,
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    if invocation.has("--from-checkpoint") {
      let path = try Sources.path(invocation.operands.first, invocation)
      let checkpoint = try StateCommand.checkpoint(in: path, invocation)
      let names = (try? Stores.own(path)?.names(by: checkpoint)) ?? [:]
      show(checkpoint.governance, in: path, console) { names[$0] }
      return .done
    }
    let opened = try await OpenedCase(invocation, path: invocation.operands.first)
    if invocation.has("--history") { return try history(opened, console) }
    guard let governance = opened.log.governance() else {
      throw Stores.failure(.notFounded(opened.log.group))
    }
    show(governance, in: opened.path, console) { opened.people.name($0) }
    return .done
  }

  private static func show(
    _ governance: Governance,
    in path: String,
    _ console: Console,
    name: (Digest) -> String?
  ) {
    let mine = own(path)
    let seniors = governance.members.sorted {
      ($1.standing.role, $0.standing.path.count, $0.key)
        < ($0.standing.role, $1.standing.path.count, $1.key)
    }
    if console.isJSON {
      let members = seniors.map { member in
        JSONValue.object([
          "key": .string(member.key.hex), "name": .optional(name(member.key)),
          "role": .string(member.standing.role.name),
          "path": .array(member.standing.path.map { .integer(Int64(clamping: $0)) }),
          "since": .string(member.grant.hex), "blocked": .bool(member.isBlocked),
          "me": .bool(mine.contains(member.key)),
        ])
      }
      console.line(Output.document("members", .object(["members": .array(members)]), exit: .done))
      return
    }
    for member in seniors {
      let name = Escaping.visible(name(member.key) ?? "")
      console.line(
        "\(member.key.hex.prefix(16))  \(pad(member.standing.role.name, to: 10))"
          + "\(pad(name, to: 20))\(member.isBlocked ? "  blocked" : "")"
          + (mine.contains(member.key) ? "  you" : "")
      )
    }
  }

  /// The keys of a store of one's own that belong to the group.
  private static func own(_ path: String) -> Set<Digest> {
    guard let keys = try? Stores.own(path)?.keys() else { return [] }
    return Set(keys.filter { $0.purpose == .member }.map(\.publicKey))
  }

  private static func history(_ opened: OpenedCase, _ console: Console) throws -> ExitStatus {
    let spans = try opened.read { () throws(SourceFault) in
      try opened.log.roleHistory(from: opened.source)
    }
    if console.isJSON {
      let result = JSONValue.object(["spans": try JSONValue(encoding: spans)])
      console.line(Output.document("roles", result, exit: .done))
      return .done
    }
    func name(_ hex: String) -> String { Digest(hex: hex).map { opened.people.shown($0) } ?? hex }
    for span in spans {
      let end =
        span.untilPosition.map { position in
          "#\(position) by \(span.endedBy.map { name($0) } ?? "-")"
        } ?? "now"
      console.line(
        "\(pad(name(span.member), to: 16)) \(pad(span.role, to: 10)) "
          + "from #\(span.fromPosition) by \(name(span.by)) until \(end)"
      )
    }
    return .done
  }
}
