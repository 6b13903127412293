import CoterieConsole
import CoterieJSON
import Glibc

/// `coterie manual`: the pages of the manual, written from the tables.
enum ManualCommand {
  static let row = Command(
    "manual",
    "print a manual page, or write all of them",
    about: """
      Without PAGE it prints coterie(1). PAGE is a name such as coterie-log, or the words of a
      command. Beside a page for each command there are coterie-formats(5) and coterie-rules(7).
      Pages are in mdoc, for man: coterie manual log | man -l - shows one. A folder for --all such
      as ~/.local/share/man makes them known to man.
      """,
    example: "manual --all ~/.local/share/man",
    operands: [Operand("PAGE", .any, values: .live(.pages), help: "a page, or a command's words")],
    options: [
      Option("--all", value: "DIR", help: "write all pages into man1, man5 and man7 below a folder")
    ],
    run: run
  )

  private static let date = "November 21, 2026"
  private static let others = [("coterie-formats", 5), ("coterie-rules", 7)]

  /// The names of all pages.
  static var names: [String] {
    ["coterie"] + Commands.table.commands.map { Commands.table.pageName(of: $0) }
      + others.map(\.0)
  }

  /// All pages, that of the program first.
  private static var pages: [ManualPage] {
    [Commands.table.programPage(notes)]
      + Commands.table.commands.map { Commands.table.page(of: $0, notes) }
      + [FormatsPage.page(date: date), RulesPage.page(date: date)]
  }

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let shown: [ManualPage]
    if let folder = invocation.value("--all") {
      guard invocation.operands.isEmpty else {
        throw Failure.usage("--all writes every page; leave PAGE out")
      }
      shown = pages
      try write(shown, below: folder)
      console.say("\(shown.count) pages in \(folder)")
    } else {
      shown = [try page(invocation.operands)]
      if !console.isJSON { console.write(Array(shown[0].text.utf8)) }
    }
    if console.isJSON {
      let rows = shown.map { page in
        JSONValue.object([
          "name": .string(page.name), "section": .integer(Int64(page.section)),
          "text": .string(page.text),
        ])
      }
      console.line(Output.document("manual", .object(["pages": .array(rows)]), exit: .done))
    }
    return .done
  }

  private static func page(_ words: [String]) throws(Failure) -> ManualPage {
    let name = words.isEmpty ? "coterie" : words.joined(separator: "-")
    if let page = pages.first(where: { $0.name == name || $0.name == "coterie-\(name)" }) {
      return page
    }
    let near = Suggestion.nearest(to: name, among: names + names.map { String($0.dropFirst(8)) })
    throw Failure(
      .notFound,
      "not-found",
      "there is no page \"\(words.joined(separator: " "))\"",
      help: near.map { "did you mean \($0)?" } ?? "coterie help lists all commands"
    )
  }

  private static func write(_ pages: [ManualPage], below folder: String) throws(Failure) {
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    let parents = parts.indices.map { parts[...$0].joined(separator: "/") }.filter { !$0.isEmpty }
    let folders = parents + Set(pages.map(\.section)).sorted().map { "\(folder)/man\($0)" }
    for path in folders where unsafe mkdir(path, 0o755) != 0 && errno != EEXIST {
      let reason = unsafe String(cString: strerror(errno))
      throw Failure(.store, "write-failed", "\(path) cannot be made: \(reason)")
    }
    for page in pages {
      let path = "\(folder)/\(page.path)"
      guard FileOutput.replace(path, with: Array(page.text.utf8), mode: 0o644) else {
        throw Failure(.store, "write-failed", "\(path) cannot be written")
      }
    }
  }

  private static var notes: CommandTable.ManualNotes {
    CommandTable.ManualNotes(
      summary: "small secret groups as signed events",
      about: [
        """
        A group is a set of signed events. Every member keeps the whole history, and what the group
        is follows from the events alone, without a server, a clock or a vote. The program reads
        the logs of one or many members, verifies every byte, judges every event by the rules of
        coterie-rules(7), and says whether the members agree, or where and why they do not.
        """,
        """
        A log is a store (a folder), a bundle (.cborseq) or a scenario (.json); see
        coterie-formats(5). Data goes to standard output, talk and progress to standard error.
        A flag beats the environment.
        """,
        """
        A position in a log is #N, counted from 1 in canonical order, or a unique prefix of an
        event's id. A unique prefix of a group's id or of a key is enough too.
        """,
      ],
      environment: [
        ("COTERIE_STORE", "The store that is meant where no path is given."),
        ("COTERIE_GROUP", "The group that is meant, by a unique prefix of its id."),
        ("COTERIE_KEYRING", "The keyring, if it is not in its usual place."),
        ("XDG_DATA_HOME", "Where data of the user lies; ~/.local/share if it is not set."),
        (
          "XDG_RUNTIME_DIR",
          "Where the keys of unlocked stores wait; shared memory if it is not set."
        ),
        ("NO_COLOR", "If it is not empty, nothing is coloured."),
        ("CLICOLOR_FORCE", "If it is not 0, colours are used beyond terminals too."),
        ("TERM", "Nothing is coloured on a terminal named dumb."),
      ],
      files: [
        (
          "~/.local/share/coterie/keyring",
          "The keyring: which stores are the user's own. Only these are written, and only these "
            + "are opened by LMDB."
        )
      ],
      others: others,
      date: date
    )
  }
}
