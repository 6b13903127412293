internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieSealing
internal import CoterieWire

/// Writes events as steps.
struct RecordedSteps {
  let graph: RecordedGraph
  var names: RecordedNames
  var texts: RecordedTexts

  /// The step of an event: who, what, the fields of its body, and its exact parents.
  mutating func step(_ event: Event) -> OrderedJSON {
    var pairs: [OrderedJSON.Pair] = []
    if let id = names.steps[event.id] { pairs.append(.init("id", .string(id))) }
    pairs.append(.init("as", .string(names.name(of: event.author))))
    pairs.append(.init("do", .string(event.action.kind.name)))
    pairs += fields(of: event).pairs
    guard event.group != nil else { return .object(pairs) }
    let parents = graph.parents(of: event)
    pairs.append(.init("after", .strings(parents.map { step(of: $0) })))
    let previous = graph.previous(of: event)
    if previous != graph.usualPrevious(of: event) {
      pairs.append(.init("previous", previous.map { .string(step(of: $0)) } ?? .null))
    }
    return .object(pairs)
  }

  func step(of id: Digest) -> String { names.steps[id] ?? id.hex }

  private func reference(_ id: Digest) -> OrderedJSON { .string(step(of: id)) }
  private func person(_ key: Digest) -> OrderedJSON { .string(names.name(of: key)) }
  private func role(_ role: Role) -> OrderedJSON { .string(role.name) }

  private func content(_ event: Event) -> OrderedJSON? {
    event.action.content.flatMap { texts.content(of: event.id, $0) }
  }

  private mutating func fields(of event: Event) -> OrderedJSON {
    switch event.action {
    case .groupFound(let founding): return .object(fields(of: founding))
    case .groupProfile(let name, let description):
      return .fields([
        "name": .string(texts.text(name, "Group")),
        "description": description.map { .string(texts.text($0, "Description")) },
      ])
    case .groupPreference(let key, let value):
      return .fields(["key": .string(self.key(key)), "value": self.value(value)])
    case .groupWelcome(let text): return .fields(["text": .string(texts.text(text, "Welcome"))])
    case .inviteCreate(let invitee, let role):
      return .fields(["invitee": person(invitee), "role": self.role(role)])
    case .inviteWithdraw(let invite), .inviteDecline(let invite):
      return .fields(["invite": reference(invite)])
    case .inviteAccept(let invite, _, _):
      return .fields(["invite": reference(invite), "name": content(event)])
    case .linkCreate(_, let role, let uses):
      return .fields([
        "role": self.role(role), "uses": uses.map { .integer(Int64(clamping: $0)) },
      ])
    case .linkRole(let link, let role):
      return .fields(["link": reference(link), "role": self.role(role)])
    case .linkClose(let link): return .fields(["link": reference(link)])
    case .linkJoin(let joining):
      return .fields([
        "link": reference(joining.link), "name": content(event),
        "proof": isProven(joining, by: event) ? nil : .string("bad"),
      ])
    case .groupDissolve, .memberRole, .memberRemove, .memberLeave, .memberResign, .memberProfile,
      .memberSeal, .memberBlock, .memberUnblock, .messagePost, .messageEdit, .messageDelete,
      .messageReact, .messageReport, .historyClear, .unknown:
      return memberFields(of: event)
    }
  }

  private mutating func memberFields(of event: Event) -> OrderedJSON {
    switch event.action {
    case .memberRole(let member, let role):
      .fields(["member": person(member), "role": self.role(role)])
    case .memberRemove(let member, let erase):
      .fields(["member": person(member), "erase": erase ? .bool(true) : nil])
    case .memberResign(let role): .fields(["role": self.role(role)])
    case .memberProfile: .fields(["name": content(event)])
    case .memberBlock(let member), .memberUnblock(let member): .fields(["member": person(member)])
    case .messagePost(let post):
      .fields([
        "type": post.type == .text ? nil : .string(post.type.name),
        "text": content(event),
        "reply": post.reply.map { reference($0) },
        "forwarded": post.forwarded.map { .bool($0) },
        "lifetime": post.lifetime.map { .integer(Int64(clamping: $0)) },
      ])
    case .messageEdit(let message, _), .messageReport(let message, _):
      .fields(["message": reference(message), "text": content(event)])
    case .messageDelete(let message): .fields(["message": reference(message)])
    case .messageReact(let message, let emoji, let on):
      .fields([
        "message": reference(message),
        "emoji": .string(texts.isRedacted ? "👍" : emoji.string),
        "on": on ? nil : .bool(false),
      ])
    default: .object([])
    }
  }

  // MARK: Founding

  /// Template, name and the preferences that differ from the template's.
  mutating func fields(of founding: Founding) -> [OrderedJSON.Pair] {
    var pairs: [OrderedJSON.Pair] = []
    if founding.template != .secretGroup {
      pairs.append(.init("template", .string(founding.template.name)))
    }
    pairs.append(.init("name", .string(texts.text(founding.name, "Group"))))
    var preferences: [OrderedJSON.Pair] = []
    for setting in founding.preferences {
      let standard = Preference(key: setting.key)?.standard(in: founding.template)
      if setting.value != standard {
        preferences.append(.init(key(setting.key), value(setting.value)))
      }
    }
    if !preferences.isEmpty { pairs.append(.init("preferences", .object(preferences))) }
    return pairs
  }

  private mutating func key(_ key: Text) -> String {
    Preference(key: key) == nil ? texts.text(key, "preference") : key.string
  }

  private mutating func value(_ value: PreferenceValue) -> OrderedJSON {
    if case .other(let text) = value { return .string(texts.text(text, "value")) }
    return OrderedJSON(value.json)
  }

  /// Whether the holder of the link's secret signed a joining.
  private func isProven(_ joining: Joining, by event: Event) -> Bool {
    guard case .linkCreate(let key, _, _)? = graph.events[joining.link]?.action else {
      return true
    }
    let statement = Joining.statement(group: event.groupID, author: event.author)
    return VerifyingKey.verifies(joining.proof, of: statement, by: key)
  }
}
