import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire

/// `coterie invite`.
enum InviteCommands {
  static let rows = [create, accept, decline, withdraw, list]

  private static let create = Desk.command(
    "invite create",
    "invite the holder of a key",
    about: """
      The person to be invited runs coterie key new and hands over the key that it prints. Admins
      invite up to moderator, owners for any role. What the invitee needs is sealed for that key by
      the next coterie sync.
      """,
    example: "invite create KEY member",
    operands: [
      Operand("KEY", values: .anything, help: "64 hexadecimal digits"),
      Operand("ROLE", .optional, help: "member if it is left out"),
    ],
    act: { desk in
      try await desk.act(
        .inviteCreate(
          invitee: try desk.key(desk.invocation.operands[0]),
          role: try desk.operand(1).map { try desk.role($0) } ?? .member
        )
      )
    }
  )

  private static let invite = Operand("INVITE", .optional, help: "the invite's id, if several")

  private static let accept = Desk.command(
    "invite accept",
    "accept an invite",
    about: "Without INVITE the newest open one to a key of this store. Shows the welcome message.",
    example: "invite accept --me Bob",
    operands: [invite],
    options: [Option("--me", value: "NAME", help: "your display name in the group")],
    act: { desk in
      let wanted = try await chosen(desk)
      let name = desk.invocation.value("--me")
      let status = try await desk.perform(
        .inviteAccept,
        may: { () async throws(GroupError) in try await desk.group.mayAccept(invite: wanted) },
        { () async throws(GroupError) in
          try await desk.group.accept(invite: wanted, name: name)
        }
      )
      showWelcome(desk)
      return status
    }
  )

  /// What is shown to whoever joins.
  static func showWelcome(_ desk: Desk) {
    if desk.invocation.has("--dry-run") { return }
    if let welcome = desk.governance?.welcome {
      desk.console.say(Escaping.visible(welcome.string))
    }
  }

  private static func chosen(_ desk: Desk) async throws -> Digest {
    if let word = desk.operand(0) { return try await desk.event(word) }
    let open = try await desk.group.myInvites()
    guard let first = open.first else {
      throw Failure(
        .notFound,
        "not-found",
        "no open invite is for a key of this store",
        help: "coterie invite list shows all; coterie sync may bring more"
      )
    }
    guard open.count == 1 else {
      throw Failure(
        .notFound,
        "ambiguous",
        "\(open.count) open invites are for keys of this store",
        help: open.map { String($0.hex.prefix(16)) }.joined(separator: ", ")
      )
    }
    return first
  }

  private static let decline = Desk.command(
    "invite decline",
    "decline an invite",
    about: "Declining the invitation to a secret chat cancels the chat.",
    example: "invite decline",
    operands: [invite],
    act: { desk in
      let wanted = try await chosen(desk)
      return try await desk.perform(
        .inviteDecline,
        may: { () async throws(GroupError) in try await desk.group.mayDecline(invite: wanted) },
        { () async throws(GroupError) in try await desk.group.decline(invite: wanted) }
      )
    }
  )

  private static let withdraw = Desk.command(
    "invite withdraw",
    "take an invite back",
    about: "Its issuer may, and whoever outranks the issuer. Uses that it has seen stand.",
    example: "invite withdraw 7be3600c",
    operands: [Operand("INVITE", help: "the invite's id")],
    act: { desk in
      try await desk.act(
        .inviteWithdraw(invite: try await desk.event(desk.invocation.operands[0]))
      )
    }
  )

  private static let list = Command(
    "invite list",
    "list invites and how they stand",
    about: "Those that are for a key of this store are marked.",
    example: "invite list -g book-club",
    run: { invocation, console in
      let desk = try await Desk(invocation, console)
      let mine = Set((try? await desk.group.myInvites()) ?? [])
      let invites = desk.governance?.invites ?? []
      if console.isJSON {
        let rows = invites.map { invite in
          JSONValue.object([
            "id": .string(invite.id.hex), "key": .string(invite.key.hex),
            "role": .string(invite.role.name), "status": .string(invite.status.rawValue),
            "mine": .bool(mine.contains(invite.id)),
          ])
        }
        console.line(Output.document("invites", .object(["invites": .array(rows)]), exit: .done))
        return .done
      }
      for invite in invites {
        console.line(
          "\(invite.id.hex.prefix(16))  \(pad(invite.role.name, to: 10))"
            + "\(pad(invite.status.rawValue, to: 10))for \(desk.shown(invite.key))"
            + (mine.contains(invite.id) ? "  you" : "")
        )
      }
      return .done
    }
  )
}
