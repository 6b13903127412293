import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire
import Glibc

/// `coterie message` and `coterie history`.
enum MessageCommands {
  static let rows = [post, edit, delete, react, report, list, read, clear]

  private static let post = Desk.command(
    "message post",
    "post a message",
    about: """
      TEXT, or - for standard input. In its place --file sends a file of any size, in sealed chunks,
      and --forward posts a message of another group (or of this one) again as it is; out of a
      secret chat nothing is forwarded. --lifetime sets when it disappears after it was read.
      """,
    example: "message post \"See you on Monday\" --lifetime 1w",
    operands: [Operand("TEXT", .optional, help: "what it says, or -")],
    options: [
      Option(
        "--type",
        value: "TYPE",
        allowed: Post.ContentType.allCases.map(\.name),
        help: "what it carries: text, or file with --file, if it is left out"
      ),
      Option("--file", value: "PATH", help: "a file to send"),
      Option("--media-type", value: "TYPE", help: "of the file, such as image/png"),
      Option("--reply", value: "MESSAGE", help: "the message to which it replies"),
      Option("--lifetime", value: "TIME", help: "such as 30s, 1h, 1w"),
      Option("--forward", value: "MESSAGE", help: "post this message again"),
      Option("--from", value: "GROUP", help: "the group of the message to be forwarded"),
    ],
    act: { desk in
      try requireOneSource(desk)
      if let word = desk.invocation.value("--forward") { return try await forward(word, desk) }
      let file = desk.invocation.value("--file")
      let type = desk.invocation.value("--type").flatMap { Post.ContentType(name: $0) }
      let lifetime = try desk.invocation.value("--lifetime").map { try Desk.seconds($0) }
      if let lifetime, lifetime < 1 || lifetime > Limits.lifetimeSecondsMax {
        throw Failure.usage("a lifetime is from 1 second to 366 days")
      }
      var reply: Digest?
      if let word = desk.invocation.value("--reply") { reply = try await desk.event(word) }
      let posting = Group.Posting(
        type ?? (file == nil ? .text : .file),
        reply: reply,
        lifetimeSeconds: lifetime
      )
      if let file { return try await send(file, posting, desk) }
      return try await say(posting, desk)
    }
  )

  /// A message is a text, a file, or another one as it is: whatever else was given would be lost.
  private static func requireOneSource(_ desk: Desk) throws(Failure) {
    let given =
      (desk.operand(0) == nil ? [] : ["TEXT"])
      + ["--file", "--forward"].filter { desk.invocation.has($0) }
    guard given.count <= 1 else {
      throw Failure.usage(
        "\(given.joined(separator: " and ")): one message is one of them",
        help: "post them one after the other; --reply ties them together"
      )
    }
    let needs = [("--media-type", "--file"), ("--from", "--forward")]
    for (option, other) in needs where desk.invocation.has(option) && !desk.invocation.has(other) {
      throw Failure.usage("\(option) goes with \(other)")
    }
    let changes = ["--type", "--reply", "--lifetime"].filter { desk.invocation.has($0) }
    if desk.invocation.has("--forward"), let option = changes.first {
      throw Failure.usage("\(option): a message is forwarded as it is")
    }
  }

  private static func say(_ posting: Group.Posting, _ desk: Desk) async throws -> ExitStatus {
    let content = try text(desk.operand(0))
    guard content.count <= Limits.contentBytesMax else {
      throw Stores.failure(.contentTooLarge(bytes: content.count))
    }
    let words = GroupLog.Words(content, secret: Acting.secret())
    return try await desk.act(.messagePost(posting.post(words)), with: words)
  }

  /// The bytes of a text operand; - is standard input.
  private static func text(_ operand: String?) throws(Failure) -> [UInt8] {
    guard let operand else {
      throw Failure.usage("TEXT is missing", help: "- reads standard input")
    }
    if operand != "-" { return Array(operand.utf8) }
    return try Files.read("/dev/stdin", limit: Limits.contentBytesMax)
  }

  private static func send(
    _ path: String,
    _ posting: Group.Posting,
    _ desk: Desk
  ) async throws -> ExitStatus {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Files.missing(path) }
    defer { close(descriptor) }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let clipped = String(decoding: name.utf8.suffix(Limits.nameBytesMax), as: UTF8.self)
    let short = clipped.utf8.count <= Limits.nameBytesMax ? clipped : "file"
    let mediaType = desk.invocation.value("--media-type")
    let probe = GroupLog.Words([], secret: Acting.secret())
    return try await desk.perform(
      .messagePost,
      may: { () async throws(GroupError) in
        try await desk.group.mayI(.messagePost(posting.post(probe)))
      },
      { () async throws(GroupError) in
        try await desk.group.post(fileNamed: short, mediaType: mediaType, posting) { count in
          Files.next(descriptor, count)
        }
      }
    )
  }

  private static func forward(_ word: String, _ desk: Desk) async throws -> ExitStatus {
    var source = desk
    if let other = desk.invocation.value("--from") {
      var words = desk.invocation
      words.choose("--group", other)
      source = try await Desk(words, desk.console)
    }
    let message = try await source.event(word)
    let (from, to) = (source.group, desk.group)
    return try await desk.perform(
      .messagePost,
      may: { () async throws(GroupError) in try await from.mayForward(message) },
      { () async throws(GroupError) in try await from.forward(message, to: to) }
    )
  }

  private static let message = Operand("MESSAGE", help: "the message's id")

  private static let edit = Desk.command(
    "message edit",
    "change what a message of your own says",
    about: "TEXT, or - for standard input.",
    example: "message edit 7be3600c \"See you on Tuesday\"",
    operands: [message, Operand("TEXT", help: "what it says now, or -")],
    act: { desk in
      let words = GroupLog.Words(try text(desk.operand(1)), secret: Acting.secret())
      let message = try await desk.event(desk.invocation.operands[0])
      return try await desk.act(
        .messageEdit(message: message, content: words.commitment),
        with: words
      )
    }
  )

  private static let delete = Desk.command(
    "message delete",
    "delete a message for everyone, or here",
    about: """
      Your own, or as a moderator those of members whom you outrank. Where the preference
      full-delete is on, its content is erased from every store that learns of it; else it is marked
      deleted. --here erases it from this store only, and says nothing to anyone.
      """,
    example: "message delete 7be3600c",
    operands: [message],
    options: [Option("--here", help: "erase it from this store only"), Desk.yes],
    act: { desk in
      let message = try await desk.event(desk.invocation.operands[0])
      guard desk.invocation.has("--here") else {
        return try await desk.act(.messageDelete(message: message))
      }
      try desk.confirm("this erases the message from this store for ever")
      return try await eraseHere([message], desk)
    }
  )

  private static func eraseHere(_ messages: [Digest]?, _ desk: Desk) async throws -> ExitStatus {
    if desk.invocation.has("--dry-run") {
      desk.console.line("would be erased here")
      return .done
    }
    do throws(GroupError) {
      let count = try await desk.group.eraseHere(messages)
      if desk.console.isJSON {
        let result = JSONValue.object(["erased": .integer(Int64(count))])
        desk.console.line(Output.document("erase", result, exit: .done))
      } else {
        desk.console.line("\(count) contents erased here")
      }
    } catch {
      throw Stores.failure(error)
    }
    return .done
  }

  private static let react = Desk.command(
    "message react",
    "react to a message, or take a reaction back",
    about: "EMOJI is any short text.",
    example: "message react 7be3600c 👍",
    operands: [message, Operand("EMOJI", help: "such as 👍")],
    options: [Option("--off", help: "take the reaction back")],
    act: { desk in
      let emoji = Text(desk.invocation.operands[1])
      guard !emoji.utf8.isEmpty, emoji.utf8.count <= Limits.nameBytesMax else {
        throw Failure.usage("a reaction has 1 to \(Limits.nameBytesMax) bytes")
      }
      return try await desk.act(
        .messageReact(
          message: try await desk.event(desk.invocation.operands[0]),
          emoji: emoji,
          on: !desk.invocation.has("--off")
        )
      )
    }
  )

  private static let report = Desk.command(
    "message report",
    "report a message to the group",
    about: "TEXT says why, or - for standard input.",
    example: "message report 7be3600c \"spam\"",
    operands: [message, Operand("TEXT", help: "why")],
    act: { desk in
      let words = GroupLog.Words(try text(desk.operand(1)), secret: Acting.secret())
      let message = try await desk.event(desk.invocation.operands[0])
      return try await desk.act(
        .messageReport(message: message, content: words.commitment),
        with: words
      )
    }
  )

  private static let clear = Desk.command(
    "history clear",
    "delete all messages for everyone, or here",
    about: """
      Owners may, and either party of a secret chat: the contents of all messages that you have seen
      are erased from every store that learns of it. --here erases them from this store only.
      """,
    example: "history clear --yes",
    options: [Option("--here", help: "from this store only"), Desk.yes],
    act: { desk in
      if desk.invocation.has("--here") {
        try desk.confirm("this erases all messages of the group from this store for ever")
        return try await eraseHere(nil, desk)
      }
      try desk.confirm("this erases all messages that you have seen, for everyone, for ever")
      return try await desk.act(.historyClear)
    }
  )

  private static let list = Command(
    "message list",
    "show the newest messages",
    about: """
      What is shown was read: messages that disappear start to. A file is read when message read has
      saved it. --peek shows which there are and reads none.
      """,
    example: "message list -n 20",
    options: [
      Option("--limit", short: "-n", value: "N", help: "the newest N; 50 if it is left out"),
      Option("--peek", help: "show no content, and start no timer"),
    ],
    run: { invocation, console in
      let desk = try await Desk(invocation, console)
      let limit = try invocation.number("--limit", least: 1) ?? 50
      do throws(GroupError) {
        var messages = try await desk.group.messages(limit: limit)
        if invocation.has("--peek") {
          for place in messages.indices { messages[place].content = nil }
        } else {
          let shown = messages.filter { message in
            message.content.map { AttachmentManifest($0) == nil } ?? false
          }
          try await desk.group.markRead(shown.map(\.id))
        }
        if console.isJSON {
          let rows = messages.map { MessageReport(message: $0, desk: desk).json }
          console.line(
            Output.document("messages", .object(["messages": .array(rows)]), exit: .done)
          )
        } else {
          for message in messages {
            for line in MessageReport(message: message, desk: desk).lines { console.line(line) }
          }
        }
      } catch {
        throw Stores.failure(error)
      }
      return .done
    }
  )

  private static let read = Command(
    "message read",
    "read one message whole, or save its file",
    about: """
      Prints the content as it is; with -o into a file. A file that was sent is written chunk by
      chunk. Messages that disappear start to.
      """,
    example: "message read 7be3600c -o photo.jpg",
    operands: [message],
    run: { invocation, console in
      let desk = try await Desk(invocation, console)
      let id = try await desk.event(invocation.operands[0])
      do throws(GroupError) {
        let message = try await desk.group.message(id)
        guard let content = message.content else { throw .noContent(id) }
        guard let manifest = AttachmentManifest(content) else {
          try await desk.group.markRead([id])
          if console.isJSON {
            let report = MessageReport(message: message, desk: desk).json
            console.line(Output.document("message", report, exit: .done))
          } else {
            console.write(content + (invocation.value("--output") == nil ? [10] : []))
          }
          return .done
        }
        let reading = try await desk.group.attachment(of: id)
        guard reading.chunkCount == manifest.chunks.count else {
          console.say("\(reading.chunkCount) of \(manifest.chunks.count) chunks are here")
          return .undecided
        }
        for place in manifest.chunks.indices {
          guard let chunk = try reading.chunk(place) else { throw .noContent(id) }
          console.write(chunk)
        }
        try await desk.group.markRead([id])
      } catch {
        throw Stores.failure(error)
      }
      return .done
    }
  )
}
