internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// Turns the fields of a step into the action that will be signed.
struct ActionReading {
  let world: World
  let act: Scenario.Act

  func action() throws(JSONFault) -> Action {
    switch act.kind {
    case .groupFound, .groupProfile, .groupPreference, .groupWelcome, .groupDissolve:
      try group()
    case .inviteCreate, .inviteWithdraw, .inviteAccept, .inviteDecline, .linkCreate, .linkRole,
      .linkClose, .linkJoin:
      try entry()
    case .memberRole, .memberRemove, .memberLeave, .memberResign, .memberProfile, .memberSeal,
      .memberBlock, .memberUnblock:
      try member()
    case .messagePost, .messageEdit, .messageDelete, .messageReact, .messageReport, .historyClear,
      .unknown:
      try message()
    }
  }

  private func group() throws(JSONFault) -> Action {
    switch act.kind {
    case .groupFound:
      let name = try act.fields["name"]?.string() ?? "Group"
      let template = try act.fields["template"]?.string() ?? Template.secretGroup.name
      guard let known = Template(name: template) else {
        throw act.fields.fault("expected secret-group or secret-chat")
      }
      var preferences: [PreferenceSetting] = []
      for pair in try act.fields["preferences"]?.object() ?? [] {
        preferences.append(
          PreferenceSetting(key: Text(pair.key), value: try pair.value.preference(pair.key))
        )
      }
      return world.founding(known, name, preferences, by: act.author)
    case .groupProfile:
      return .groupProfile(
        name: Text(try act.fields.required("name").string()),
        description: try text("description")
      )
    case .groupPreference:
      let key = try act.fields.required("key").string()
      return .groupPreference(
        key: Text(key),
        value: try act.fields.required("value").preference(key)
      )
    case .groupWelcome:
      return .groupWelcome(text: Text(try act.fields.required("text").string()))
    default:
      return .groupDissolve
    }
  }

  private func entry() throws(JSONFault) -> Action {
    switch act.kind {
    case .inviteCreate:
      return .inviteCreate(invitee: try person("invitee"), role: try role())
    case .inviteWithdraw:
      return .inviteWithdraw(invite: try event("invite"))
    case .inviteAccept:
      return .inviteAccept(
        invite: try event("invite"),
        seal: world.seal(of: act.author),
        name: try displayName()
      )
    case .inviteDecline:
      return .inviteDecline(invite: try event("invite"))
    case .linkCreate:
      return .linkCreate(
        link: world.linkKey(of: act.id ?? "").publicKey,
        role: try role(),
        uses: try act.fields["uses"]?.unsigned()
      )
    case .linkRole:
      return .linkRole(link: try event("link"), role: try role())
    case .linkClose:
      return .linkClose(link: try event("link"))
    default:
      return try joining()
    }
  }

  private func joining() throws(JSONFault) -> Action {
    let link = try event("link")
    let step = try act.fields.required("link").string()
    guard let author = world.person(act.author) else {
      throw act.fields.fault("unknown person")
    }
    var statement = Joining.statement(
      group: world.union.judge.group ?? link,
      author: author.key.publicKey
    )
    if let proof = act.fields["proof"] {
      guard try proof.string() == "bad" else { throw proof.fault("expected \"bad\", or no proof") }
      statement.append(0)
    }
    return .linkJoin(
      Joining(
        link: link,
        proof: world.linkKey(of: step).signature(of: statement),
        seal: world.seal(of: act.author),
        name: try displayName()
      )
    )
  }

  private func member() throws(JSONFault) -> Action {
    switch act.kind {
    case .memberRole: return .memberRole(member: try person("member"), role: try role())
    case .memberRemove:
      return .memberRemove(
        member: try person("member"),
        erase: try act.fields["erase"]?.bool() ?? false
      )
    case .memberLeave: return .memberLeave
    case .memberResign: return .memberResign(role: try role())
    case .memberProfile:
      return .memberProfile(name: try required("name", "text"))
    case .memberSeal:
      return .memberSeal(seal: world.seal(of: "\(act.author):\(act.id ?? "")"))
    case .memberBlock: return .memberBlock(member: try person("member"))
    default: return .memberUnblock(member: try person("member"))
    }
  }

  private func message() throws(JSONFault) -> Action {
    switch act.kind {
    case .messagePost:
      var type = Post.ContentType.text
      if let field = act.fields["type"] {
        guard let known = Post.ContentType(name: try field.string()) else {
          throw field.fault("expected text, image, video, voice, file or link")
        }
        type = known
      }
      return .messagePost(
        Post(
          type: type,
          content: try required("text"),
          reply: act.fields["reply"] == nil ? nil : try event("reply"),
          forwarded: try act.fields["forwarded"]?.bool(),
          lifetime: try act.fields["lifetime"]?.unsigned()
        )
      )
    case .messageEdit:
      return .messageEdit(
        message: try event("message"),
        content: try required("text")
      )
    case .messageReport:
      return .messageReport(
        message: try event("message"),
        content: try required("text")
      )
    case .messageDelete: return .messageDelete(message: try event("message"))
    case .messageReact:
      return .messageReact(
        message: try event("message"),
        emoji: Text(try act.fields["emoji"]?.string() ?? "👍"),
        on: try act.fields["on"]?.bool() ?? true
      )
    default: return .historyClear
    }
  }

  private func role() throws(JSONFault) -> Role {
    try act.fields.required("role").role()
  }

  private func person(_ field: String) throws(JSONFault) -> Digest {
    let node = try act.fields.required(field)
    guard let person = world.person(try node.string()) else { throw node.fault("unknown person") }
    return person.key.publicKey
  }

  private func event(_ field: String) throws(JSONFault) -> Digest {
    let node = try act.fields.required(field)
    guard let event = world.event(ofStep: try node.string()) else {
      throw node.fault("the step was refused, so it has no event that could be named")
    }
    return event.event.id
  }

  private func content(_ field: String) throws(JSONFault) -> Commitment? {
    guard let text = try act.fields[field]?.string() else { return nil }
    return commitment(text, field)
  }

  /// A name that may be absent, written as `name` or as `text`.
  private func displayName() throws(JSONFault) -> Commitment? {
    if let name = try content("name") { return name }
    return try content("text")
  }

  /// The content of the first of these fields that is there, or empty content.
  private func required(_ names: String...) throws(JSONFault) -> Commitment {
    for name in names {
      if let found = try content(name) { return found }
    }
    return commitment("", names[0])
  }

  private func text(_ field: String) throws(JSONFault) -> Text? {
    guard let node = act.fields[field] else { return nil }
    return Text(try node.string())
  }

  /// Secrets derive from the step's place in the file.
  private func commitment(_ text: String, _ field: String) -> Commitment {
    let commitment = Commitment(
      to: Array(text.utf8),
      secret: FixtureKeys.seed("secret:\(act.fields.path).\(field)")
    )
    world.contents[commitment.digest] = Array(text.utf8)
    return commitment
  }
}

extension Code {
  /// Whether a kind is an entry into a group, so that a stranger may sign it.
  static func isEntry(_ kind: Kind) -> Bool {
    switch kind {
    case .inviteAccept, .inviteDecline, .linkJoin: true
    default: false
    }
  }
}
