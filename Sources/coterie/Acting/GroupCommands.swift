import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire
import Glibc

/// `coterie group`: found, look at, describe, end and forget groups.
enum GroupCommands {
  static let rows = [create, list, show, profile, welcome, dissolve, forget]

  private static let create = Command(
    "group create",
    "found a group",
    about: """
      A key is made for this group alone; you are its owner. With --chat the group is a secret chat
      for two: invite the other. With --with a member of a group (-g) is invited at once to a secret
      chat that refers to that group, if its preference direct-messages allows. Preferences are
      given as KEY=VALUE, several with commas.
      """,
    example: "group create \"Book club\" --me Alice",
    operands: [Operand("NAME", .optional, help: "the group's name")],
    options: [
      Option("--me", value: "NAME", help: "your display name in it"),
      Option("--chat", help: "a secret chat for two"),
      Option("--with", value: "MEMBER", help: "a direct message: a chat with a member of -g"),
      Option("--prefs", value: "LIST", help: "such as voice=off,disappearing=1w"),
    ],
    run: found
  )

  private static func found(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus
  {
    let store = try Stores.open(try Sources.path(nil, invocation))
    let preferences = try (invocation.value("--prefs") ?? "").split(separator: ",").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw Failure.usage("\"\(pair)\" is not KEY=VALUE") }
      return PreferenceSetting(
        key: Text(parts[0]),
        value: try PreferenceCommands.value(parts[1], for: parts[0])
      )
    }
    var origin: Founding.Origin?
    var other: Digest?
    if let word = invocation.value("--with") {
      let desk = try await Desk(invocation, console)
      let member = try desk.member(word)
      guard let grant = desk.governance?.members.first(where: { $0.key == member })?.grant else {
        throw Failure(.refused, Code.targetNotMember.rawValue, "\(word) is not a member")
      }
      origin = Founding.Origin(group: desk.group.id, event: grant)
      other = member
    }
    let isChat = invocation.has("--chat") || other != nil
    do throws(GroupError) {
      let group = try Group.found(
        invocation.operands.first ?? (isChat ? "chat" : "group"),
        template: isChat ? .secretChat : .secretGroup,
        preferences: preferences,
        from: origin,
        in: store,
        surroundings: Stores.surroundings
      )
      if let name = invocation.value("--me") { try await group.rename(to: name) }
      if let other { try await group.invite(other, as: .owner) }
      if console.isJSON {
        let result = JSONValue.object([
          "group": .string(group.id.hex), "key": .optional(await group.me?.hex),
        ])
        console.line(Output.document("group", result, exit: .done))
      } else {
        console.line(group.id.hex)
      }
    } catch {
      throw Stores.failure(error)
    }
    return .done
  }

  private static let list = Command(
    "group list",
    "list the groups of a store",
    about: "Each with its name, your role, how many members and messages it has, and open invites.",
    example: "group list -s alice.coterie",
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      var rows: [JSONValue] = []
      do throws(GroupError) {
        for id in try store.groups() {
          let group = try Group(id, in: store, surroundings: Stores.surroundings)
          rows.append(await row(group, console))
        }
      } catch {
        throw Stores.failure(error)
      }
      if console.isJSON {
        console.line(Output.document("groups", .object(["groups": .array(rows)]), exit: .done))
      }
      return .done
    }
  )

  private static func row(_ group: Group, _ console: Console) async -> JSONValue {
    let state = try? await group.state()
    let me = await group.me
    let role = state?.members.first { $0.key == me }?.standing.role.name
    let invites = (try? await group.myInvites()) ?? []
    let ending =
      state == nil
      ? "waiting"
      : state?.isCancelled == true
        ? "cancelled"
        : state?.dissolvedBy != nil
          ? "dissolved" : role ?? (invites.isEmpty ? "not a member" : "invited")
    if !console.isJSON {
      console.line(
        "\(group.id.hex.prefix(16))  \(pad(Escaping.visible(state?.name.string ?? "?"), to: 20)) "
          + "\(pad(state?.template.name ?? "", to: 13)) \(pad(ending, to: 13)) "
          + "\(state?.members.count ?? 0) members"
      )
    }
    return .object([
      "group": .string(group.id.hex), "name": .optional(state?.name.string),
      "template": .optional(state?.template.name), "role": .optional(role),
      "status": .string(ending), "members": .integer(Int64(state?.members.count ?? 0)),
      "events": .integer(Int64(await group.eventCount)), "invites": .strings(invites.map(\.hex)),
    ])
  }

  private static let show = Command(
    "group show",
    "show a group: profile, welcome, members, preferences",
    about: "The same as coterie state, for a store of your own.",
    example: "group show -g book-club",
    run: StateCommand.run
  )

  private static let profile = Desk.command(
    "group profile",
    "rename and describe the group",
    about: "Owners may.",
    example: "group profile \"Book club\" --description \"Every first Monday\"",
    operands: [Operand("NAME", help: "the new name")],
    options: [Option("--description", value: "TEXT", help: "what the group is about")],
    act: { desk in
      let name = Text(desk.invocation.operands[0])
      guard name.utf8.count <= Limits.nameBytesMax else {
        throw Failure.usage("a name has at most \(Limits.nameBytesMax) bytes")
      }
      let description = desk.invocation.value("--description").map { Text($0) }
      return try await desk.act(.groupProfile(name: name, description: description))
    }
  )

  private static let welcome = Desk.command(
    "group welcome",
    "set what is shown to whoever joins",
    about: "Owners may. It is shown to whoever joins afterwards.",
    example: "group welcome \"Please read the pinned message\"",
    operands: [Operand("TEXT", help: "the welcome message")],
    act: { desk in
      try await desk.act(.groupWelcome(text: Text(desk.invocation.operands[0])))
    }
  )

  private static let dissolve = Desk.command(
    "group dissolve",
    "end the group for everyone",
    about: "Owners may; either party of a secret chat may. Nothing can be done in it afterwards.",
    example: "group dissolve --yes",
    options: [Desk.yes],
    act: { desk in
      try desk.confirm("this ends the group for all its members")
      return try await desk.act(.groupDissolve)
    }
  )

  private static let forget = Command(
    "group forget",
    "erase a whole group from this store",
    about: """
      Contents, keys and events are erased here; other members keep theirs. It waits for five
      seconds first: an interrupt (Ctrl-C) in them cancels it. Nothing can be restored afterwards.
      """,
    example: "group forget -g book-club --yes",
    options: [Desk.yes, Option("--dry-run", help: "say what would be erased")],
    run: forgetGroup
  )

  private static func forgetGroup(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    let desk = try await Desk(invocation, console)
    let count = await desk.group.eventCount
    let name = Escaping.visible(desk.governance?.name.string ?? "?")
    let plan = "erases \(name) from \(desk.store.path): \(count) events, contents and keys"
    func report(isErased: Bool) {
      let result = JSONValue.object([
        "group": .string(desk.group.id.hex), "name": .optional(desk.governance?.name.string),
        "store": .string(desk.store.path), "events": .integer(Int64(count)),
        "erased": .bool(isErased),
      ])
      console.line(Output.document("forget", result, exit: .done))
    }
    if invocation.has("--dry-run") {
      if console.isJSON { report(isErased: false) } else { console.line("would erase: \(plan)") }
      return .done
    }
    try desk.confirm("this \(plan)")
    console.say("erasing in 5 seconds; Ctrl-C cancels")
    for _ in 0..<50 {
      usleep(100_000)
      if Interruption.isAsked {
        console.say("cancelled; nothing was erased")
        return .interrupted
      }
    }
    do throws(GroupError) {
      try desk.store.forget(desk.group.id)
    } catch {
      throw Stores.failure(error)
    }
    console.say("erased; coterie store purge also takes it out of free pages of the log")
    if console.isJSON { report(isErased: true) }
    return .done
  }
}
