extension CommandTable {
  /// What pages of the manual say beside what the table says.
  public struct ManualNotes: Sendable {
    /// What the program is, in a few words without a full stop.
    public var summary: String
    /// What the program does.
    public var about: [String]
    /// Variables of the environment, and what they decide.
    public var environment: [(name: String, text: String)]
    /// Files that the program reads or writes by itself.
    public var files: [(name: String, text: String)]
    /// Pages that are not of a command.
    public var others: [(name: String, section: Int)]
    /// The date of all pages: the month's name, the day, a comma, the year.
    public var date: String

    /// Takes all fields.
    public init(
      summary: String,
      about: [String],
      environment: [(name: String, text: String)],
      files: [(name: String, text: String)],
      others: [(name: String, section: Int)],
      date: String
    ) {
      self.summary = summary
      self.about = about
      self.environment = environment
      self.files = files
      self.others = others
      self.date = date
    }
  }

  /// The name of a command's page, such as `coterie-fixture-run`.
  public func pageName(of command: Command) -> String {
    ([program] + command.words).joined(separator: "-")
  }

  /// The page of the program itself.
  public func programPage(_ notes: ManualNotes) -> ManualPage {
    var page = self.page(program, notes.summary, notes)
    page.section("SYNOPSIS")
    page.macro(".Nm \(program)")
    page.macro(".Ar command")
    page.macro(".Op Ar option ...")
    page.macro(".Op Ar operand ...")
    page.section("DESCRIPTION")
    for text in notes.about { page.paragraph(text) }
    page.part("Commands")
    let rows = commands.map { command in
      (head: "Xr \(pageName(of: command)) 1", text: sentence(command.summary))
    }
    page.terms(rows, width: "Ds")
    page.part("Options of every command")
    options(globals + [Self.helpOption], &page)
    page.section("ENVIRONMENT")
    page.terms(
      notes.environment.map { ("Ev \($0.name)", $0.text) },
      width: notes.environment.map(\.name).max { $0.count < $1.count } ?? ""
    )
    page.section("FILES")
    page.terms(notes.files.map { ("Pa \(ManualPage.argument($0.name))", $0.text) }, width: "Ds")
    page.section("EXIT STATUS")
    let codes = ExitStatus.allCases.map { (head: "\($0.rawValue)", text: sentence($0.meaning)) }
    page.terms(codes, width: "000")
    page.section("EXAMPLES")
    for command in commands.prefix(4) {
      page.paragraph(sentence(command.summary))
      page.literal("$ \(program) \(command.example)")
    }
    page.seeAlso(commands.map { (pageName(of: $0), 1) } + notes.others)
    return page
  }

  /// The page of one command.
  public func page(of command: Command, _ notes: ManualNotes) -> ManualPage {
    var page = self.page(pageName(of: command), command.summary, notes)
    page.section("SYNOPSIS")
    page.macro(".Nm \(program) \(command.name)")
    for option in command.options { page.macro(".Op \(head(option, isShort: true))") }
    for operand in command.operands { page.macro(synopsis(operand)) }
    page.section("DESCRIPTION")
    page.paragraph(command.about)
    if !command.operands.isEmpty {
      page.paragraph("The operands:")
      let rows = command.operands.map { operand in
        (head: "Ar \(ManualPage.argument(operand.name))", text: sentence(operand.help))
      }
      page.terms(rows, width: "Ds")
    }
    if !command.options.isEmpty {
      page.paragraph("The options:")
      options(command.options, &page)
    }
    page.paragraph("The options of every command are described in \(program)(1).")
    page.section("EXIT STATUS")
    page.paragraph("The codes are those of \(program)(1), whatever the format of the output.")
    page.section("EXAMPLES")
    page.literal("$ \(program) \(command.example)")
    let family = commands.filter { $0.words.first == command.words.first && $0.words.count > 1 }
      .filter { $0.words != command.words }
    page.seeAlso([(program, 1)] + family.map { (pageName(of: $0), 1) } + notes.others)
    return page
  }

  private func page(_ name: String, _ summary: String, _ notes: ManualNotes) -> ManualPage {
    ManualPage(name, section: 1, summary: summary, date: notes.date)
  }

  /// An option in mdoc; the dash before a long name is part of the name.
  private func head(_ option: Option, isShort: Bool) -> String {
    let value = option.value.map { " Ar \(ManualPage.argument($0))" } ?? ""
    let names = [option.short, option.name].compactMap { $0 }.map { name in
      "Fl \(ManualPage.argument(String(name.dropFirst())))"
    }
    return (isShort ? names[0] : names.joined(separator: " , ")) + value
  }

  private func options(_ options: [Option], _ page: inout ManualPage) {
    let rows = options.map { option in
      let allowed = option.allowed.isEmpty ? "" : " One of \(list(option.allowed))."
      return (head: head(option, isShort: false), text: sentence(option.help) + allowed)
    }
    page.terms(rows, width: "Ds")
  }

  private func synopsis(_ operand: Operand) -> String {
    let name = "Ar \(ManualPage.argument(operand.name))"
    return switch operand.count {
    case .one: ".\(name)"
    case .optional: ".Op \(name)"
    case .oneOrMore: ".\(name) ..."
    case .any: ".Op \(name) ..."
    }
  }

  private func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// A line of help as a sentence.
  private func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
  }
}
