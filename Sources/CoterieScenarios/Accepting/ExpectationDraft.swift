internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieWire

/// Writes what a store shows as an expectation: all that is worth saying, in the usual order.
struct ExpectationDraft {
  let world: World
  let view: JSONValue

  init(_ world: World, of person: Person?) {
    self.world = world
    view = WorldView(world, of: person).json
  }

  /// Everything that differs from what a reader would suppose anyway.
  var all: OrderedJSON {
    .fields([
      "members": members,
      "verdicts": some(verdicts),
      "refused": some(map("refused", order: world.refusals.compactMap(\.act.id))),
      "preferences": some(preferences),
      "profile": profile,
      "welcome": field("welcome") == .null ? nil : OrderedJSON(field("welcome")),
      "links": some(links),
      "invites": some(invites),
      "messages": some(messages),
      "blocked": field("blocked") == [] ? nil : OrderedJSON(field("blocked")),
      "dissolved": field("dissolved") == true ? .bool(true) : nil,
      "cancelled": field("cancelled") == true ? .bool(true) : nil,
      "forks": field("forks") == [] ? nil : OrderedJSON(field("forks")),
      "pending": some(map("pending", order: steps)),
    ])
  }

  /// Whether all stores are equal; nil where there is but one.
  var same: OrderedJSON? {
    let stores = world.people.count { $0.replica.judge.count > 0 }
    return stores > 1 ? OrderedJSON(field("same")) : nil
  }

  func field(_ name: String) -> JSONValue {
    guard case .object(let fields) = view else { return .null }
    return fields[name] ?? .null
  }

  private var steps: [String] { world.events.compactMap(\.step) }

  private func some(_ value: OrderedJSON) -> OrderedJSON? {
    value.pairs.isEmpty ? nil : value
  }

  private func entries(_ name: String) -> [String: JSONValue] {
    if case .object(let entries) = field(name) { return entries }
    return [:]
  }

  /// The entries of a field for these names, in their order.
  private func map(_ name: String, order: [String]) -> OrderedJSON {
    let entries = entries(name)
    return .object(order.compactMap { key in entries[key].map { .init(key, OrderedJSON($0)) } })
  }

  var members: OrderedJSON { map("members", order: world.scenario.people) }

  private var verdicts: OrderedJSON {
    let entries = entries("verdicts")
    let pairs = steps.compactMap { step -> OrderedJSON.Pair? in
      guard let found = entries[step], let short = Self.short(found), short.text != "effective",
        short.text != "pending"
      else { return nil }
      return .init(step, short)
    }
    return .object(pairs)
  }

  /// A status, or an object of status, code and cause.
  static func short(_ verdict: JSONValue) -> OrderedJSON? {
    guard case .object(let fields) = verdict, let status = fields["status"] else { return nil }
    guard case .string(let code)? = fields["code"] else { return OrderedJSON(status) }
    var pairs: [OrderedJSON.Pair] = [
      .init("status", OrderedJSON(status)), .init("code", .string(code)),
    ]
    if case .string(let by)? = fields["by"] { pairs.append(.init("by", .string(by))) }
    return .object(pairs)
  }

  private var preferences: OrderedJSON {
    let found = entries("preferences")
    let template = world.events.first.flatMap { known -> Template? in
      if case .groupFound(let founding) = known.event.action { return founding.template }
      return nil
    }
    let keys = found.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let pairs = keys.compactMap { key -> OrderedJSON.Pair? in
      let standard = Preference(key: Text(key))?.standard(in: template ?? .secretGroup).json
      guard let value = found[key], value != standard else { return nil }
      return .init(key, OrderedJSON(value))
    }
    return .object(pairs)
  }

  private var profile: OrderedJSON? {
    guard world.events.contains(where: { $0.event.action.kind == .groupProfile }),
      case .object(let fields) = field("profile")
    else { return nil }
    return .fields([
      "name": fields["name"].map { OrderedJSON($0) },
      "description": fields["description"].map { OrderedJSON($0) },
    ])
  }

  /// The status of each invite but those of the setup that were accepted.
  private var invites: OrderedJSON {
    let entries = entries("invites")
    let setup = world.scenario.setup?.members.map { "invite:\($0.name)" } ?? []
    let pairs = steps.compactMap { step -> OrderedJSON.Pair? in
      guard case .object(let fields)? = entries[step], let status = fields["status"],
        !(setup.contains(step) && status == "accepted")
      else { return nil }
      return .init(step, OrderedJSON(status))
    }
    return .object(pairs)
  }

  private var links: OrderedJSON {
    .object(
      map("links", order: steps).pairs.map { pair in
        .init(
          pair.key,
          .fields([
            "status": pair.value["status"], "role": pair.value["role"], "used": pair.value["used"],
          ])
        )
      }
    )
  }

  private var messages: OrderedJSON {
    .object(map("messages", order: steps).pairs.filter { $0.value != .string("live") })
  }
}
