import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire
import Glibc

/// `coterie link`.
enum LinkCommands {
  static let rows = [create, role, close, join, show]

  private static let codeOption = Option("--qr", help: "also as a QR code")

  private static let create = Desk.command(
    "link create",
    "make a link by which anyone who holds it may join",
    about: """
      Prints the link's ticket: a secret, to be handed over as such. Admins may, for roles up to
      moderator. --uses limits how many may join by it.
      """,
    example: "link create member --uses 10 --qr",
    operands: [Operand("ROLE", .optional, help: "member if it is left out")],
    options: [Option("--uses", value: "N", help: "how many may join"), codeOption],
    act: { desk in
      let role = try desk.operand(0).map { try desk.role($0) } ?? .member
      let uses = try desk.invocation.number("--uses", least: 1).map { UInt64($0) }
      if desk.invocation.has("--dry-run") {
        return try await desk.act(.linkCreate(link: desk.group.id, role: role, uses: uses))
      }
      do throws(GroupError) {
        try print(try await desk.group.createLink(as: role, uses: uses), desk)
      } catch {
        throw Stores.failure(error)
      }
      return .done
    }
  )

  private static func print(_ ticket: LinkTicket, _ desk: Desk) throws(GroupError) {
    let console = desk.console
    if console.isJSON {
      let result = JSONValue.object([
        "link": .string(ticket.link.hex), "ticket": .string(ticket.text),
        "group": .string(ticket.group.hex),
      ])
      console.line(Output.document("link", result, exit: .done))
      return
    }
    console.line(ticket.text)
    guard desk.invocation.has("--qr") else { return }
    let isASCII = desk.invocation.has("--ascii")
    for line in QRCode.lines(of: ticket.text, isASCII: isASCII) ?? [] { console.line(line) }
  }

  private static let link = Operand("LINK", help: "the id of the link's event")

  private static let role = Desk.command(
    "link role",
    "change the role of those who join by a link in knowledge of it",
    about: "Its issuer may, and whoever outranks the issuer; up to moderator.",
    example: "link role 7be3600c observer",
    operands: [link, Operand("ROLE", help: "observer, member or moderator")],
    act: { desk in
      try await desk.act(
        .linkRole(
          link: try await desk.event(desk.invocation.operands[0]),
          role: try desk.role(desk.invocation.operands[1])
        )
      )
    }
  )

  private static let close = Desk.command(
    "link close",
    "close a link",
    about: "Its issuer may, and whoever outranks the issuer. Who joined before it stays.",
    example: "link close 7be3600c",
    operands: [link],
    act: { desk in
      try await desk.act(.linkClose(link: try await desk.event(desk.invocation.operands[0])))
    }
  )

  private static let join = Command(
    "link join",
    "join a group by a link",
    about: """
      The ticket is read from a file, or from standard input with -: it is a secret, and does not
      belong on a command line. If the group's history is not here yet, the ticket is kept, and the
      next coterie sync fetches the history and joins.
      """,
    example: "link join ticket.txt --me Carol",
    operands: [Operand("FILE", .optional, help: "a file with the ticket, or -; else the one kept")],
    options: [Option("--me", value: "NAME", help: "your display name in the group")]
      + Desk.options,
    run: joinGroup
  )

  private static func joinGroup(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    let store = try Stores.openOrCreate(try Sources.path(nil, invocation))
    let ticket = try ticket(invocation, store)
    do throws(GroupError) {
      guard try store.groups().contains(ticket.group) else {
        try store.keep(ticket, now: Stores.surroundings.now())
        throw .notFounded(ticket.group)
      }
    } catch GroupError.notFounded {
      throw Failure(
        .undecided,
        "undecided",
        "the group's history is not here yet; the ticket is kept",
        help: "coterie sync fetches the history; then run link join again"
      )
    } catch {
      throw Stores.failure(error)
    }
    var words = invocation
    words.choose("--group", ticket.group.hex)
    let desk = try await Desk(words, console)
    let name = invocation.value("--me")
    let status = try await desk.perform(
      .linkJoin,
      may: { () async throws(GroupError) in try await desk.group.mayJoin(by: ticket) },
      { () async throws(GroupError) in try await desk.group.join(by: ticket, name: name) }
    )
    InviteCommands.showWelcome(desk)
    return status
  }

  /// The ticket from a file or standard input, else the one that was kept.
  private static func ticket(
    _ invocation: Invocation,
    _ store: Store
  ) throws(Failure) -> LinkTicket {
    guard let place = invocation.operands.first else {
      do throws(GroupError) {
        if let kept = try store.keptTickets().last { return kept }
      } catch {
        throw Stores.failure(error)
      }
      throw Failure.usage("FILE is missing", help: "a file with the ticket of a link, or -")
    }
    let bytes =
      place == "-" ? Terminal.line(from: STDIN_FILENO) ?? [] : try Files.read(place, limit: 65_536)
    if let ticket = LinkTicket(text: String(decoding: bytes, as: UTF8.self)) { return ticket }
    throw Failure(
      .malformed,
      "malformed",
      "that is no ticket of a link: coterie:join: and 192 hexadecimal digits are needed",
      help: "coterie link show prints it where the link was made"
    )
  }

  private static let show = Command(
    "link show",
    "list links, or show the ticket of one",
    about: "The ticket can be shown where the link was made. --qr draws it for a phone's camera.",
    example: "link show 7be3600c --qr",
    operands: [Operand("LINK", .optional, help: "the id of the link's event")],
    options: [codeOption],
    run: { invocation, console in
      let desk = try await Desk(invocation, console)
      if let word = invocation.operands.first {
        let id = try await desk.event(word)
        do throws(GroupError) {
          guard let ticket = try await desk.group.ticket(of: id) else {
            throw .noKey(group: desk.group.id)
          }
          try print(ticket, desk)
        } catch {
          throw Stores.failure(error)
        }
        return .done
      }
      list(desk)
      return .done
    }
  )

  private static func list(_ desk: Desk) {
    let links = desk.governance?.links ?? []
    if desk.console.isJSON {
      let rows = links.map { link in
        JSONValue.object([
          "id": .string(link.id.hex), "key": .string(link.key.hex),
          "role": .string(link.role.name), "status": .string(link.status.rawValue),
          "used": .integer(Int64(link.used)),
          "uses": link.uses.map { .integer(Int64(clamping: $0)) } ?? .null,
        ])
      }
      desk.console.line(Output.document("links", .object(["links": .array(rows)]), exit: .done))
      return
    }
    for link in links {
      let uses = link.uses.map { " of \($0)" } ?? ""
      desk.console.line(
        "\(link.id.hex.prefix(16))  \(pad(link.role.name, to: 10))"
          + "\(pad(link.status.rawValue, to: 8))used \(link.used)\(uses)"
      )
    }
  }
}
