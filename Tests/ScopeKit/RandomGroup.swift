package import CoterieEvents
internal import CoterieSealing
package import CoterieWire

/// Random groups: members who act on part of what there is, fork, come late, and go on after they
/// were removed.
///
/// A seed gives the same group every time.
package struct RandomGroup {
  package private(set) var graph: Graph
  package let people: [Digest]
  package let template: Template
  private var random: SplitMix64
  private var invites: [(id: Digest, invitee: Digest)] = []
  private var links: [Digest] = []
  private var messages: [Digest] = []

  /// Makes a group of `members` and `events` further events.
  package init(seed: UInt64, members: Int, events: Int) {
    var random = SplitMix64(seed: seed)
    template = random.below(8) == 0 ? .secretChat : .secretGroup
    let names = (0..<(members + 2)).map { Cast.key("p\($0)") }
    people = names
    if template == .secretChat {
      graph = Graph.group(
        founder: names[0],
        members: [(names[1], .owner)],
        template: .secretChat
      )
    } else {
      var roles: [Role] = []
      for _ in 1..<members { roles.append(Role.allCases[random.below(5)]) }
      graph = Graph.group(
        founder: names[0],
        members: zip(names[1..<members], roles).map { ($0, $1) }
      )
    }
    self.random = random
    for _ in 0..<events { step() }
  }

  private mutating func step() {
    let author = people[random.below(people.count)]
    let action = action(by: author)
    let event = graph.draft(action, by: author, after: parents())
    if graph.events.contains(where: { $0.id == event.id }) { return }
    graph.add(event)
    switch action {
    case .inviteCreate(let invitee, _): invites.append((event.id, invitee))
    case .linkCreate: links.append(event.id)
    case .messagePost: messages.append(event.id)
    default: break
    }
  }

  /// All heads, some of them, or a few events from anywhere.
  private mutating func parents() -> [Digest] {
    let heads = graph.heads
    switch random.below(10) {
    case 0..<4: return heads
    case 4..<8:
      let some = heads.filter { _ in random.below(2) == 0 }
      return some.isEmpty ? [heads[random.below(heads.count)]] : some
    default:
      let count = graph.events.count
      let chosen = (0...random.below(2)).map { _ in
        graph.events[max(0, count - 1 - random.below(min(count, 12)))].id
      }
      return chosen.filter { one in !chosen.contains { graph.past(of: $0).contains(one) } }
    }
  }

  private mutating func action(by author: Digest) -> Action {
    let other = people[random.below(people.count)]
    let role = Role.allCases[random.below(5)]
    switch random.below(26) {
    case 0..<4: return .memberRole(member: other, role: role)
    case 4..<6: return .memberRemove(member: other, erase: random.below(2) == 0)
    case 6: return .memberLeave
    case 7: return .memberResign(role: role)
    case 8..<10: return .inviteCreate(invitee: other, role: role)
    case 10..<13: return entry(by: author)
    case 13:
      return .linkCreate(
        link: Cast.linkKey,
        role: [.observer, .member, .moderator][random.below(3)],
        uses: random.below(2) == 0 ? nil : UInt64(random.below(3))
      )
    case 14: return link(role)
    case 15: return .groupPreference(key: "voice", value: random.below(2) == 0 ? .on : .from(role))
    case 16: return .groupProfile(name: Text("Name \(random.below(4))"), description: nil)
    case 17: return .memberBlock(member: other)
    case 18: return .memberUnblock(member: other)
    case 19: return random.below(6) == 0 ? .groupDissolve : .historyClear
    case 20: return .groupWelcome(text: Text("Hello \(random.below(4))"))
    default: return message()
    }
  }

  private mutating func entry(by author: Digest) -> Action {
    let mine = invites.filter { $0.invitee == author }
    if let invite = mine.last, random.below(4) > 0 {
      return random.below(6) == 0
        ? .inviteDecline(invite: invite.id)
        : .inviteAccept(invite: invite.id, seal: Cast.someSeal, name: nil)
    }
    if let link = links.last, let group = graph.group {
      var statement = Joining.statement(group: group, author: author)
      if random.below(8) == 0 { statement.append(0) }
      let proof = SigningKey(seed: Cast.linkSeed).signature(of: statement)
      return .linkJoin(Joining(link: link, proof: proof, seal: Cast.someSeal))
    }
    return message()
  }

  private mutating func link(_ role: Role) -> Action {
    guard let link = links.last else { return message() }
    return switch random.below(3) {
    case 0: .linkClose(link: link)
    case 1: .linkRole(link: link, role: role)
    default:
      invites.last.map { .inviteWithdraw(invite: $0.id) } ?? .linkClose(link: link)
    }
  }

  private mutating func message() -> Action {
    let known = messages.isEmpty ? nil : messages[random.below(messages.count)]
    switch (random.below(8), known) {
    case (0, let known?): return .messageDelete(message: known)
    case (1, let known?): return .messageEdit(message: known, content: Cast.content)
    case (2, let known?): return .messageReact(message: known, emoji: "+", on: true)
    case (3, let known?): return .messageReport(message: known, content: Cast.content)
    default:
      let type = Post.ContentType.allCases[random.below(6)]
      return .messagePost(
        Post(type: type, content: Cast.content, reply: random.below(4) == 0 ? known : nil)
      )
    }
  }

  /// A random order in which parents come first.
  package func arrivalOrder(seed: UInt64) -> [Event] {
    var random = SplitMix64(seed: seed)
    var left = graph.events
    var placed: Set<Digest> = []
    var order: [Event] = []
    while !left.isEmpty {
      let ready = left.indices.filter { place in
        left[place].parents.ids.allSatisfy { placed.contains($0) }
          && left[place].previous.map { placed.contains($0) } ?? true
      }
      let place = ready[random.below(ready.count)]
      placed.insert(left[place].id)
      order.append(left.remove(at: place))
    }
    return order
  }

  /// The events in a random order in which parents come first, as signed bytes.
  package func envelopes(seed: UInt64) -> [[UInt8]] {
    let names = Dictionary(uniqueKeysWithValues: people.indices.map { (people[$0], "p\($0)") })
    return arrivalOrder(seed: seed).compactMap { event in
      names[event.author].map { Draft(event).sealed(with: Cast.signingKey($0)) }
    }
  }
}
