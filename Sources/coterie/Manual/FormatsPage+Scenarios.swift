import CoterieConsole

extension FormatsPage {
  /// What the page says about scenarios.
  enum ScenarioPart {
    static func write(to page: inout ManualPage) {
      page.section("SCENARIOS")
      page.paragraph(
        """
        A scenario is a file named .json: what people do, and what must come of it. The same file
        always gives the same bytes, since keys, secrets and times follow from names and places in
        it. It can stand wherever a log can: it is the stores of all its people.
        """
      )
      page.literal(example)
      page.paragraph("The fields:")
      page.terms(fields, width: "expectations")
      page.paragraph("A step is one of these:")
      page.terms(steps, width: "Ds")
      page.paragraph(
        """
        What is expected may name members (all of them, with their roles), verdicts (a status, or
        status, code and by), refused, preferences, profile, welcome, links, invites, messages,
        blocked, dissolved, cancelled, forks, pending and same. What is not named is not compared.
        """
      )
      page.paragraph(
        """
        coterie-fixture-run(1) runs each scenario as written, latest first, and in random orders of
        arrival with random batches; all must give the same verdicts and the same digest.
        """
      )
    }

    private static let example = """
      {
        "scenario": 1,
        "title": "A removed admin adds no one in the same breath",
        "group": {"founder": "ann", "members": {"bob": "admin"}},
        "steps": [
          {"id": "r", "as": "ann", "do": "member.remove", "member": "bob"},
          {"id": "i", "as": "bob", "do": "invite.create",
           "invitee": "eve", "role": "member"},
          {"sync": "all"}
        ],
        "expect": {
          "members": {"ann": "owner"},
          "verdicts": {"r": "effective", "i": {"status": "defeated", "by": "r"}}
        }
      }
      """

    private static let fields: [(head: String, text: String)] = [
      ("scenario", "The number 1."),
      ("title", "One sentence that says what is shown."),
      ("about", "Why the case exists; it may be left out."),
      (
        "group",
        """
        The setup: founder, and if wanted template, name, preferences, and members with their
        roles, whom the founder invites one after the other. Its steps are found, invite:NAME and
        accept:NAME. Without it, a step founds the group.
        """
      ),
      ("steps", "What happens, in order."),
      ("expect", "What the events of all stores together must show."),
      ("expectations", "A list of the same for single stores, each with of, the person."),
    ]

    private static let steps: [(head: String, text: String)] = [
      (
        "as, do",
        """
        A person does something: do is a kind, and the fields of its body follow, people by their
        names, events by the ids of their steps, contents as text. With after, a list of step ids,
        the event has exactly these parents; previous, beside it, names the author's event before
        this one where that is not the newest in the past of the parents, or null for none. With
        forced it is signed even though the engine refuses it. The id names the step.
        """
      ),
      ("sync", "All, or a list of people, exchange everything."),
      ("deliver, to", "Single events are handed to a person."),
      ("erase, message", "A person erases the content of a message."),
      ("read, message", "A person reads a message."),
      ("advance", "So many seconds go by."),
    ]
  }
}
