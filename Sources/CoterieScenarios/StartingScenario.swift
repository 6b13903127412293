public import CoterieEvents
internal import CoterieJSON

/// A scenario to start from: a group, one message that all see, and what must come of it.
public struct StartingScenario: Sendable {
  /// What it shows.
  public var title: String
  /// Who founds the group.
  public var founder: String
  /// The others, in the order in which they are invited.
  public var members: [(name: String, role: Role)]

  /// Takes all fields.
  public init(title: String, founder: String, members: [(name: String, role: Role)]) {
    self.title = title
    self.founder = founder
    self.members = members
  }

  /// The file: it passes, and nothing in it is suspicious.
  public var text: String {
    let present = members.map { OrderedJSON.Pair($0.name, .string($0.role.name)) }
    let document = OrderedJSON.fields([
      "scenario": .integer(1),
      "title": .string(title),
      "group": .fields([
        "founder": .string(founder), "members": present.isEmpty ? nil : .object(present),
      ]),
      "steps": .array(steps),
      "expect": .fields([
        "members": .object([.init(founder, .string(Role.owner.name))] + present),
        "verdicts": .object(authors.map { .init("hello-\($0)", .string("effective")) }),
        "same": members.isEmpty ? nil : .bool(true),
      ]),
    ])
    return JSONLayout.fitting.text(of: document) + "\n"
  }

  /// All who may post; the founder only where nobody else may.
  private var authors: [String] {
    let able = members.filter { $0.role >= .member }.map(\.name)
    return able.isEmpty ? [founder] : able
  }

  /// Everyone says hello, all exchange, and whoever only observes reads.
  private var steps: [OrderedJSON] {
    let posts = authors.map { name in
      OrderedJSON.fields([
        "id": .string("hello-\(name)"), "as": .string(name), "do": .string("message.post"),
        "text": .string("hello"),
      ])
    }
    let readers = members.filter { $0.role < .member }.map { member in
      OrderedJSON.fields([
        "read": .string(member.name), "message": .string("hello-\(authors[0])"),
      ])
    }
    return posts + [.fields(["sync": .string("all")])] + readers
  }
}
