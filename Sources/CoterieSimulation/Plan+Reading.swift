public import CoterieJSON

extension Plan {
  /// The plan as `coterie simulate --replay` reads it.
  public var json: JSONValue {
    .object([
      "simulation": 1,
      "seed": .string(String(seed)),
      "faults": .strings(faults.sorted().map(\.rawValue)),
      "chat": .bool(isChat),
      "cast": .array(
        cast.map { part in
          .object([
            "name": .string(part.name), "role": .integer(Int64(part.role)),
            "late": .bool(part.isLate), "hostile": .bool(part.isHostile),
          ])
        }
      ),
      "steps": .array(
        steps.map { step in
          .object([
            "n": .integer(Int64(step.number)), "at": .integer(Int64(clamping: step.at)),
            "who": .string(name(step.who)), "do": .string(step.deed.rawValue),
            "with": .string(name(step.other)),
          ])
        }
      ),
    ])
  }

  private func name(_ place: Int) -> String { cast.indices.contains(place) ? cast[place].name : "" }

  /// Reads a plan that was written; anything unknown is a fault with its place.
  public init(_ bytes: [UInt8]) throws(JSONFault) {
    let root = try JSONReader.read(bytes)
    let version = try Plan.field("simulation", of: root)
    guard try version.integer() == 1 else { throw version.fault("expected simulation version 1") }
    let seed = try Plan.field("seed", of: root)
    guard let number = UInt64(try seed.string()) else { throw seed.fault("expected a number") }
    self.seed = number
    faults = []
    for node in try Plan.field("faults", of: root).array() {
      guard let fault = Fault(rawValue: try node.string()) else {
        throw node.fault("no such fault")
      }
      faults.insert(fault)
    }
    isChat = try Plan.field("chat", of: root).bool()
    cast = []
    for node in try Plan.field("cast", of: root).array() {
      let role = try Plan.field("role", of: node)
      guard 1...5 ~= (try role.integer()) else { throw role.fault("expected 1 to 5") }
      cast.append(
        Part(
          name: try Plan.field("name", of: node).string(),
          role: Int(try role.integer()),
          isLate: try Plan.field("late", of: node).bool(),
          isHostile: try Plan.field("hostile", of: node).bool()
        )
      )
    }
    guard cast.count > 1, cast[0].role == 5, !cast[0].isLate else {
      throw root.fault("expected a founder, and someone else")
    }
    steps = []
    for node in try Plan.field("steps", of: root).array() {
      steps.append(try Plan.step(node, cast))
    }
  }

  private static func field(_ name: String, of node: JSONNode) throws(JSONFault) -> JSONNode {
    guard let field = node[name] else { throw node.fault("the field \"\(name)\" is missing") }
    return field
  }

  private static func step(_ node: JSONNode, _ cast: [Part]) throws(JSONFault) -> Step {
    let deed = try field("do", of: node)
    guard let known = Deed(rawValue: try deed.string()) else { throw deed.fault("no such deed") }
    var people: [Int] = []
    for name in ["who", "with"] {
      let person = try field(name, of: node)
      let text = try person.string()
      guard let place = cast.firstIndex(where: { $0.name == text }) else {
        throw person.fault("nobody of this name is in the cast")
      }
      people.append(place)
    }
    return Step(
      number: Int(clamping: try field("n", of: node).integer()),
      at: UInt64(clamping: try field("at", of: node).integer()),
      who: people[0],
      deed: known,
      other: people[1]
    )
  }
}
