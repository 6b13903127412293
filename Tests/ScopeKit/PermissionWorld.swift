package import CoterieEvents
internal import CoterieSealing
package import CoterieWire

/// The group in which one cell of the permission table is tried, and the act to be tried.
package struct PermissionWorld {
  package private(set) var graph: Graph
  package let action: Action
  package let actor: Digest
  /// What takes a role from who acts, without having seen the act; nil where nothing does.
  package private(set) var lowering: Event?

  private static let founder = Cast.ann
  private static let guest = Cast.eve
  private static let helper = Cast.key("dan")

  /// What can be acted on; ids that lie in nobody's past until they are made.
  private struct Things {
    var message = Cast.someSeal
    var invite = Cast.someSeal
    var link = Cast.someSeal
  }

  /// Builds the group up to the act, which is not in it.
  package init(_ cell: Permissions.Cell) {
    var making = Making(cell)
    switch cell.subject {
    case .person, .thing, .entry: making.pair()
    case .alone, .unknown: making.enrol(Making.actor, cell.actor)
    case .preference:
      making.enrol(Making.actor, cell.actor)
      making.prefer()
    case .deleted: making.enrolMaker(Making.actor, cell.actor)
    case .dissolved: making.dissolved()
    case .chat: making.chat()
    case .lowered: lowering = making.lowered()
    }
    graph = making.graph
    actor = making.who
    action = making.action()
  }

  /// A group in the making.
  private struct Making {
    static let actor = Cast.bob
    static let target = Cast.cat

    let cell: Permissions.Cell
    var graph = Graph()
    var who = Making.actor
    var whom = Making.target
    var things = Things()

    init(_ cell: Permissions.Cell) {
      self.cell = cell
      let template: Template = cell.subject == .chat ? .secretChat : .secretGroup
      graph.add(Cast.founding(by: founder, template: template))
      if cell.actor == "sole" { who = founder }
    }

    // MARK: People

    private mutating func join(_ person: Digest, as role: Role) {
      let invite = graph.act(.inviteCreate(invitee: person, role: role), by: founder)
      graph.act(.inviteAccept(invite: invite, seal: Cast.someSeal, name: nil), by: person)
    }

    mutating func enrol(_ person: Digest, _ state: String) {
      if let role = Role(name: state) {
        join(person, as: role)
      } else if state == "removed" || state == "left" {
        join(person, as: .member)
        end(person, state)
      }
    }

    private mutating func end(_ person: Digest, _ state: String) {
      switch state {
      case "removed": graph.act(.memberRemove(member: person, erase: false), by: founder)
      case "left": graph.act(.memberLeave, by: person)
      default:
        guard let role = Role(name: state), role != .owner else { return }
        graph.act(.memberRole(member: person, role: role), by: founder)
      }
    }

    /// Someone who makes what is acted on as an owner, and becomes what they are now afterwards.
    mutating func enrolMaker(_ person: Digest, _ state: String) {
      join(person, as: .owner)
      make(by: person)
      end(person, state)
    }

    mutating func pair() {
      let (one, other) = (cell.actor, cell.target)
      let isPerson = cell.subject == .person
      if other == "self" {
        whom = who
        if isPerson { enrol(who, one) } else { enrolMaker(who, one) }
      } else if cell.isSenior, cell.subject != .entry {
        enrol(who, one)
        if isPerson { enrol(whom, other) } else { enrolMaker(whom, other) }
      } else {
        if isPerson { enrol(whom, other) } else { enrolMaker(whom, other) }
        enrol(who, one)
      }
    }

    // MARK: Things

    private func has(_ word: String) -> Bool { cell.act.contains(word) }

    private mutating func make(by maker: Digest) {
      things.message = graph.act(
        .messagePost(Post(type: .text, content: Cast.content)),
        by: maker
      )
      if cell.subject == .deleted {
        graph.act(.messageDelete(message: things.message), by: maker)
      }
      let isForActor =
        cell.subject == .entry && cell.act[0] != "link.join" && !has("of-another")
      things.invite = graph.act(
        .inviteCreate(invitee: isForActor ? who : guest, role: .member),
        by: maker
      )
      let uses: UInt64? = has("used-up") ? 1 : nil
      things.link = graph.act(
        .linkCreate(link: Cast.linkKey, role: .member, uses: uses),
        by: maker
      )
      if has("used-up") { graph.act(joining(by: helper), by: helper) }
      if has("withdrawn") { graph.act(.inviteWithdraw(invite: things.invite), by: maker) }
      if has("closed") { graph.act(.linkClose(link: things.link), by: maker) }
    }

    private func joining(by person: Digest) -> Action {
      var statement = graph.group.map { Joining.statement(group: $0, author: person) } ?? []
      if has("bad-proof") { statement.append(0) }
      let proof = SigningKey(seed: Cast.linkSeed).signature(of: statement)
      return .linkJoin(Joining(link: things.link, proof: proof, seal: Cast.someSeal))
    }

    // MARK: Groups of their own kind

    mutating func prefer() {
      let key: Text =
        switch cell.act[0] {
        case "message.react": "reactions"
        case "message.report": "reports"
        default:
          switch cell.act[1] {
          case "image", "video": "media"
          default: Text(cell.act[1] == "voice" ? "voice" : cell.act[1] + "s")
          }
        }
      graph.act(
        .groupPreference(key: key, value: PreferenceValue(text: Text(cell.target))),
        by: founder
      )
      things.message = graph.act(
        .messagePost(Post(type: .text, content: Cast.content)),
        by: founder
      )
    }

    mutating func dissolved() {
      whom = founder
      make(by: founder)
      enrol(who, cell.actor)
      graph.act(.groupDissolve, by: founder)
    }

    mutating func chat() {
      let other = Making.actor
      who = cell.actor == "second" ? other : founder
      whom = cell.actor == "second" ? founder : other
      if cell.actor == "alone" { return }
      let invite = graph.act(.inviteCreate(invitee: other, role: .owner), by: founder)
      if cell.actor == "open" { return }
      graph.act(.inviteAccept(invite: invite, seal: Cast.someSeal, name: nil), by: other)
    }

    /// Everyone in place, and the lowering that is yet to be added.
    mutating func lowered() -> Event {
      let person = who
      let isEntry = ["invite.accept", "invite.decline", "link.join"].contains(cell.act[0])
      if has("of-another") {
        enrol(person, cell.actor)
        enrolMaker(whom, "observer")
      } else {
        enrolMaker(person, cell.actor)
        enrol(whom, "observer")
      }
      if isEntry { who = guest }
      let action: Action =
        Role(name: cell.target).map { .memberRole(member: person, role: $0) }
        ?? .memberRemove(member: person, erase: false)
      return graph.draft(action, by: founder, after: graph.heads)
    }

    // MARK: The act

    func action() -> Action {
      let detail = cell.act.count > 1 ? cell.act[1] : ""
      let role = Role(name: detail) ?? .member
      return switch Kind(name: cell.act[0]) {
      case .groupProfile: .groupProfile(name: "New", description: nil)
      case .groupPreference:
        .groupPreference(
          key: Text(detail),
          value: detail == "disappearing" ? .seconds(60) : .on
        )
      case .groupWelcome: .groupWelcome(text: "Hello")
      case .groupDissolve: .groupDissolve
      case .inviteCreate:
        .inviteCreate(invitee: cell.subject == .person ? whom : guest, role: role)
      case .inviteWithdraw: .inviteWithdraw(invite: things.invite)
      case .inviteAccept:
        .inviteAccept(invite: things.invite, seal: Cast.someSeal, name: nil)
      case .inviteDecline: .inviteDecline(invite: things.invite)
      case .linkCreate: .linkCreate(link: Cast.linkKey, role: role, uses: nil)
      case .linkRole: .linkRole(link: things.link, role: role)
      case .linkClose: .linkClose(link: things.link)
      case .linkJoin: joining(by: who)
      case .memberRole: .memberRole(member: whom, role: role)
      case .memberRemove: .memberRemove(member: whom, erase: false)
      case .memberLeave: .memberLeave
      case .memberResign: .memberResign(role: role)
      case .memberProfile: .memberProfile(name: Cast.content)
      case .memberSeal: .memberSeal(seal: Cast.someSeal)
      case .memberBlock: .memberBlock(member: whom)
      case .memberUnblock: .memberUnblock(member: whom)
      case .messageEdit: .messageEdit(message: things.message, content: Cast.content)
      case .messageDelete: .messageDelete(message: things.message)
      case .messageReact: .messageReact(message: things.message, emoji: "+", on: true)
      case .messageReport: .messageReport(message: things.message, content: Cast.content)
      case .historyClear: .historyClear
      default:
        .messagePost(
          Post(
            type: Post.ContentType(name: detail) ?? .text,
            content: Cast.content,
            reply: detail == "reply" ? things.message : nil
          )
        )
      }
    }
  }
}
