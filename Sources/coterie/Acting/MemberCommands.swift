import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire

/// `coterie members` and `coterie member`.
enum MemberCommands {
  static let rows = [role, remove, leave, resign, rename, block, unblock, seal]

  private static let who = Operand("MEMBER", help: "a display name, or a prefix of a key")

  private static let role = Desk.command(
    "member role",
    "give a member another role",
    about: "Admins move members up to moderator; owners everyone below them.",
    example: "member role Bob moderator",
    operands: [who, Operand("ROLE", help: "observer, member, moderator, admin or owner")],
    act: { desk in
      try await desk.act(
        .memberRole(
          member: try desk.member(desk.invocation.operands[0]),
          role: try desk.role(desk.invocation.operands[1])
        )
      )
    }
  )

  private static let remove = Desk.command(
    "member remove",
    "remove a member",
    about: """
      Admins remove members, owners admins and owners whom they outrank. With --erase everything
      that the member has posted is erased for everyone.
      """,
    example: "member remove Bob",
    operands: [who],
    options: [Option("--erase", help: "erase what the member has posted, for everyone")],
    act: { desk in
      try await desk.act(
        .memberRemove(
          member: try desk.member(desk.invocation.operands[0]),
          erase: desk.invocation.has("--erase")
        )
      )
    }
  )

  private static let leave = Desk.command(
    "member leave",
    "leave the group",
    about: "The last owner cannot leave a group; leaving a secret chat ends it.",
    example: "member leave -g book-club --yes",
    options: [Desk.yes],
    act: { desk in
      try desk.confirm("you leave \(Escaping.visible(desk.governance?.name.string ?? "the group"))")
      return try await desk.act(.memberLeave)
    }
  )

  private static let resign = Desk.command(
    "member resign",
    "take a lower role",
    about: "The last owner cannot resign.",
    example: "member resign member",
    operands: [Operand("ROLE", help: "a role below your own")],
    act: { desk in
      try await desk.act(.memberResign(role: try desk.role(desk.invocation.operands[0])))
    }
  )

  private static let rename = Desk.command(
    "member rename",
    "take another display name",
    about: "Names are contents: they are sealed at rest and can be erased.",
    example: "member rename \"Alice L.\"",
    operands: [Operand("NAME", help: "what others see")],
    act: { desk in
      let name = Array(desk.invocation.operands[0].utf8)
      guard !name.isEmpty, name.count <= Limits.nameBytesMax else {
        throw Failure.usage("a name has 1 to \(Limits.nameBytesMax) bytes")
      }
      let words = GroupLog.Words(name, secret: Acting.secret())
      return try await desk.act(.memberProfile(name: words.commitment), with: words)
    }
  )

  private static let block = Desk.command(
    "member block",
    "hide what a member posts from now on",
    about: "Moderators may, for members whom they outrank. Nothing is voided.",
    example: "member block Bob",
    operands: [who],
    act: { desk in
      try await desk.act(.memberBlock(member: try desk.member(desk.invocation.operands[0])))
    }
  )

  private static let unblock = Desk.command(
    "member unblock",
    "show again what a blocked member posts from now on",
    about: "Moderators may, for members whom they outrank.",
    example: "member unblock Bob",
    operands: [who],
    act: { desk in
      try await desk.act(.memberUnblock(member: try desk.member(desk.invocation.operands[0])))
    }
  )

  private static let seal = Desk.command(
    "member seal",
    "publish a fresh key to which others seal what they send you",
    about: "What was sent sealed to the key before cannot be opened any more once all know of it.",
    example: "member seal -g book-club",
    act: { desk in
      try await desk.perform(
        .memberSeal,
        may: { () async throws(GroupError) in
          try await desk.group.mayI(.memberSeal(seal: desk.group.id))
        },
        { () async throws(GroupError) in try await desk.group.changeSeal() }
      )
    }
  )
}

/// What acting commands share.
enum Acting {
  /// A fresh secret for a content.
  static func secret() -> Digest {
    guard let secret = Digest(Stores.surroundings.random(Digest.byteCount)) else {
      preconditionFailure("a source of randomness gave another number of bytes")
    }
    return secret
  }
}
