import CoterieConsole
import CoterieEvents
import CoterieJudgement

/// `coterie-rules(7)`, written from the rule table and the words of its codes.
enum RulesPage {
  static func page(date: String) -> ManualPage {
    var page = ManualPage(
      "coterie-rules",
      section: 7,
      summary: "who may do what in a group, and which events count",
      date: date
    )
    page.section("DESCRIPTION")
    page.paragraph("Every verdict follows from three rules.")
    page.macro(".Bl -enum")
    for rule in rules {
      page.macro(".It")
      page.lines(rule)
    }
    page.macro(".El")
    page.paragraph(
      """
      What lies behind an event, through its parents and its author's event before it, is its past:
      what its author had seen. Two events neither of which lies behind the other are concurrent.
      Times are the authors' claims; they are shown and never judged.
      """
    )
    standing(&page)
    table(&page)
    statuses(&page)
    codes(&page)
    preferences(&page)
    page.seeAlso([("coterie", 1), ("coterie-explain", 1), ("coterie-formats", 5)])
    return page
  }

  /// The three rules, without their numbers.
  private static var rules: [String] {
    ExplainCommand.rules.split(separator: "\n").reduce(into: []) { rules, line in
      if line.first?.isNumber == true {
        rules.append(String(line.drop { $0 != " " }))
      } else if !rules.isEmpty {
        rules[rules.count - 1] += " " + line
      }
    }
  }

  private static func standing(_ page: inout ManualPage) {
    page.section("STANDING")
    page.paragraph(
      """
      The roles are, from low to high: \(Role.allCases.map(\.name).joined(separator: ", ")).
      A member's standing is its role and its path: the sequence numbers of the events by which it
      was appointed, from the founder down. The founder's path is empty; whoever was appointed has
      the path of its appointer and one number more. The shorter path is the more senior; of two
      of the same length, the one whose numbers come first.
      """
    )
    page.paragraph(
      """
      A member may act on another if it is a moderator or more and has the higher role, or if both
      are owners and its path is the more senior. So no two members can ever act on each other, and
      whoever appoints stands above whom it appointed. Standing is read in the event's past and
      never changes afterwards.
      """
    )
  }

  private static func table(_ page: inout ManualPage) {
    let table = RuleTable.version1
    page.section("WHO MAY DO WHAT")
    page.paragraph(
      """
      This is the table of rules version \(table.version). A version that was published never
      changes; the founding event names the version of its group.
      """
    )
    page.table(
      [["kind"] + Role.allCases.map(\.name)]
        + table.rows.map { [$0.kind.name] + $0.cells.map { mark($0) } }
    )
    page.paragraph("The marks mean:")
    let cells: [RuleTable.Cell] = [.no, .yes, .own, .low, .ownLow, .free]
    page.terms(
      cells.map { cell in
        let text = ExplainCommand.meaning(of: cell)
        let sentence = text.prefix(1).uppercased() + text.dropFirst() + "."
        return (ManualPage.argument(mark(cell)), sentence)
      },
      width: "own low"
    )
  }

  private static func mark(_ cell: RuleTable.Cell) -> String {
    switch cell {
    case .no: "-"
    case .yes: "yes"
    case .own: "own"
    case .low: "low"
    case .ownLow: "own low"
    case .free: "anyone"
    }
  }

  private static func statuses(_ page: inout ManualPage) {
    page.section("STATUSES")
    page.paragraph(
      """
      Each event is judged twice. Admission looks at its past alone and never changes. Its effect
      follows from all events that are held, and can change when events arrive that were missing.
      """
    )
    page.terms(
      Status.allCases.map { (ManualPage.argument($0.rawValue), $0.explanation) },
      width: "overridden"
    )
  }

  private static func codes(_ page: inout ManualPage) {
    page.section("CODES")
    page.paragraph(
      """
      A code says why an event does not count, or not fully. Codes are stable. Those down to
      \(Code.unsupportedKind.rawValue) stand in the order in which admission checks them; the first
      that applies is given.
      """
    )
    page.terms(
      Code.allCases.map { (ManualPage.argument($0.rawValue), $0.explanation) },
      width: "Ds"
    )
  }

  private static func preferences(_ page: inout ManualPage) {
    page.section("PREFERENCES")
    page.paragraph(
      """
      A preference is on, off, or a role: then it is on from that role up. The preference
      \(Preference.disappearing.key) is a number of seconds, 0 for off. A preference binds who has
      seen it: what is concurrent with the change stands. In new groups they are:
      """
    )
    page.table(
      [["preference"] + Template.allCases.map(\.name)]
        + Preference.allCases.map { preference in
          [preference.key]
            + Template.allCases.map { ExplainCommand.standard(of: preference, in: $0) }
        }
    )
  }
}
