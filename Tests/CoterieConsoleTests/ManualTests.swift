import CoterieConsole
import Testing

private let table = CommandTable(
  program: "tool",
  commands: [
    Command(
      "log show",
      "show it",
      about: "Shows it. See tool(1) for more, or \\x.",
      example: "log show .hidden",
      operands: [Operand("PATH", .any, help: "what is shown")],
      options: [
        Option("--limit", short: "-n", value: "N", help: "the newest N"),
        Option("--how", value: "WAY", allowed: ["up", "down"], help: "which way"),
      ],
      run: { _, _ in .done }
    ),
    Command("log new", "make it", about: "Makes it.", example: "log new", run: { _, _ in .done }),
  ],
  globals: [Option("--quiet", short: "-q", help: "say less")]
)

private let notes = CommandTable.ManualNotes(
  summary: "a tool",
  about: ["It does things."],
  environment: [("TOOL", "What it takes.")],
  files: [("~/.tool", "What it keeps.")],
  others: [("tool-formats", 5)],
  date: "March 1, 2026"
)

@Suite struct `A manual page` {
  @Test func `of a command is written from its row`() {
    let page = table.page(of: table.commands[0], notes)
    #expect(page.path == "man1/tool-log-show.1")
    #expect(
      page.text == """
        .Dd March 1, 2026
        .Dt TOOL-LOG-SHOW 1
        .Os
        .Sh NAME
        .Nm tool-log-show
        .Nd show it
        .Sh SYNOPSIS
        .Nm tool log show
        .Op Fl n Ar N
        .Op Fl -how Ar WAY
        .Op Ar PATH ...
        .Sh DESCRIPTION
        Shows it.
        See
        .Xr tool 1
        for more, or \\ex.
        .Pp
        The operands:
        .Bl -tag -width Ds
        .It Ar PATH
        What is shown.
        .El
        .Pp
        The options:
        .Bl -tag -width Ds
        .It Fl n , Fl -limit Ar N
        The newest N.
        .It Fl -how Ar WAY
        Which way.
        One of up or down.
        .El
        .Pp
        The options of every command are described in
        .Xr tool 1 .
        .Sh EXIT STATUS
        The codes are those of
        .Xr tool 1 ,
        whatever the format of the output.
        .Sh EXAMPLES
        .Bd -literal -offset indent
        $ tool log show .hidden
        .Ed
        .Sh SEE ALSO
        .Xr tool 1 ,
        .Xr tool-log-new 1 ,
        .Xr tool-formats 5

        """
    )
  }

  @Test func `shields what the language would read as its own`() {
    var page = ManualPage("x", section: 7, summary: "x", date: "March 1, 2026")
    page.section("TEXT")
    page.paragraph(".Sh is no section.")
    page.paragraph("'quoted' words")
    page.table([["Fl", "a \"b\"", "-"], ["", "c", "\\"]])
    page.literal(".Ed\n'\n\\")
    #expect(
      page.text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(7) == [
        "\\&.Sh is no section.", ".Pp", "\\&'quoted' words", ".Pp",
        ".Bl -column -compact Fl \"a \"\"b\"\"\" -", ".It \\&Fl Ta \"a \"\"b\"\"\" Ta \\&-",
        ".It \"\" Ta c Ta \\e", ".El",
        ".Bd -literal -offset indent", "\\&.Ed", "\\&'", "\\e", ".Ed", "",
      ]
    )
  }
}
