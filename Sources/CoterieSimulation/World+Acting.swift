internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieWire

/// Acts of members through the front door: whatever the engine allows, by chance.
extension SimulatedWorld {
  /// Runs one step; answers what came of it, for the trace.
  func run(_ step: Plan.Step) async throws -> String {
    let member = members[step.who]
    switch step.deed {
    case .settle:
      try await settle()
      return counts.settlements.description
    case .part, .heal: return turn(step.deed)
    default: break
    }
    if isAway(member) { return "away" }
    switch step.deed {
    case .meet: return try await meet(member, members[step.other])
    case .hand: return try await hand(from: member, to: members[step.other])
    case .spool: return try await spool(member)
    case .crash, .backUp, .restore, .sleep, .skew, .lose: return try await suffer(step.deed, member)
    case .fork, .backdate, .flood, .forge, .garble, .equivocate, .persist:
      try await member.look()
      return try await harm(step.deed, member, members[step.other])
    default: break
    }
    // What the rules refuse is followed by something else, so that worlds do not stand still.
    var lines: [String] = []
    var deed = step.deed
    for _ in 0..<6 {
      let (event, line) = try await act(deed, member, members[step.other])
      lines.append("\(deed.rawValue) \(line)")
      if event { break }
      deed = member.role == nil ? .enter : Deed.someAct(member.chance)
      if deed == step.deed, deed == .enter { break }
    }
    return lines.joined(separator: ", ")
  }

  /// Does something as a member, and checks what an act that has seen everything must keep.
  private func act(
    _ deed: Deed,
    _ member: SimulatedMember,
    _ other: SimulatedMember
  ) async throws -> (isDone: Bool, line: String) {
    try await member.look()
    guard let group = member.group, let log = member.eye, log.governance() != nil else {
      return (true, "no group")
    }
    let before = member.judged()
    do {
      guard let event = try await perform(deed, member, other, group) else {
        return (false, "nothing")
      }
      try await member.look()
      try await acknowledge(event, member, before)
      counts.events += 1
      return (true, event.hex)
    } catch GroupError.refused(let code, _) {
      counts.refused += 1
      return (false, "refused \(code.rawValue)")
    } catch GroupError.noKey {
      return (false, "no key")
    } catch GroupError.noContent {
      return (false, "erased here")
    }
  }

  private func acknowledge(
    _ event: Digest,
    _ member: SimulatedMember,
    _ before: Judged?
  ) async throws {
    guard let judge = member.judge, let number = judge.number(of: event) else {
      throw breach(
        "kept",
        expected: "\(member.name) holds \(event.hex), which was acknowledged",
        found: "it does not"
      )
    }
    keep(member)
    if let content = try member.opened().content(of: event, in: groupID) {
      contents[event] = (content.secret, content.content)
    }
    guard let before, let after = member.judged(), let key = member.key else { return }
    let broken = Promises.broken(
      by: event,
      of: key,
      judge.kind(of: number),
      before: before,
      after: after
    )
    if let broken { throw judgingBreach(broken, at: member) }
    if after.verdicts[event]?.status == .rejected {
      throw breach("G7", expected: "an act of the front door is admitted", found: "rejected")
    }
  }

  // MARK: Choosing

  private func perform(
    _ deed: Deed,
    _ member: SimulatedMember,
    _ other: SimulatedMember,
    _ group: Group
  ) async throws -> Digest? {
    switch deed {
    case .post, .attach, .edit, .delete, .react, .report, .clear, .read, .eraseHere:
      return try await write(deed, member, group)
    case .invite, .withdraw, .enter, .decline, .link, .linkRole, .linkClose:
      return try await open(deed, member, other, group)
    default:
      return try await govern(deed, member, other, group)
    }
  }

  private func message(_ member: SimulatedMember, own: Bool = false) -> Digest? {
    guard let judge = member.judge else { return nil }
    var found: [Digest] = []
    for number in (0..<judge.count).reversed() where judge.kind(of: number) == .messagePost {
      if !judge.wasAdmitted(number) { continue }
      let author = judge.graph.authors.digests[judge.graph.author(number)]
      if !own || author == member.key { found.append(judge.graph.id(number)) }
      if found.count == 12 { break }
    }
    return member.chance.one(of: found)
  }

  private func write(
    _ deed: Deed,
    _ member: SimulatedMember,
    _ group: Group
  ) async throws -> Digest? {
    let chance = member.chance
    switch deed {
    case .post: return try await post(member, group)
    case .attach:
      var rest = Array(text(chance).utf8)
      return try await group.post(fileNamed: "f", Group.Posting(.file)) { count in
        defer { rest.removeFirst(min(count, rest.count)) }
        return Array(rest.prefix(count))
      }
    case .clear: return chance.once(in: 3) ? try await group.clearHistory() : nil
    case .edit:
      guard let message = message(member, own: !chance.once(in: 8)) else { return nil }
      return try await group.edit(message, to: text(chance))
    default: break
    }
    guard let message = message(member, own: deed == .delete && chance.once(in: 2)) else {
      return nil
    }
    switch deed {
    case .delete: return try await group.delete(message)
    case .react: return try await group.react(to: message, with: "+", on: !chance.once(in: 3))
    case .report: return try await group.report(message, because: text(chance))
    case .read: try await group.markRead([message])
    case .eraseHere: try await eraseHere(message, member, group)
    default: break
    }
    return nil
  }

  private func post(_ member: SimulatedMember, _ group: Group) async throws -> Digest {
    let chance = member.chance
    let lifetime: UInt64? = chance.once(in: 8) ? UInt64(60 + chance.below(100_000)) : nil
    let types = Post.ContentType.allCases
    let posting = Group.Posting(
      types[chance.below(3) == 0 ? chance.below(types.count) : 0],
      reply: chance.once(in: 4) ? message(member) : nil,
      lifetimeSeconds: lifetime
    )
    let event = try await group.post(text(chance), posting)
    if lifetime != nil { vanishing.insert(event) }
    return event
  }

  /// Erases a message from one store; no verdict and no digest may change by it.
  private func eraseHere(
    _ message: Digest,
    _ member: SimulatedMember,
    _ group: Group
  ) async throws {
    let before = member.judged()
    try await group.eraseHere([message])
    member.erasedHere.insert(message)
    if let judge = member.judge, let number = judge.number(of: message) {
      for edit in judge.edits(of: number) { member.erasedHere.insert(judge.graph.id(edit)) }
    }
    try await member.look()
    guard let before, let after = member.judged() else { return }
    if let difference = before.difference(from: after) {
      throw breach("G8", expected: "erasing changes no verdict", found: difference)
    }
  }

  private func open(
    _ deed: Deed,
    _ member: SimulatedMember,
    _ other: SimulatedMember,
    _ group: Group
  ) async throws -> Digest? {
    let chance = member.chance
    guard let governance = member.eye?.governance() else { return nil }
    let invites = governance.invites.filter { $0.status == .open }.map(\.id)
    let link = chance.one(of: governance.links.map(\.id))
    let roles = Role.allCases
    switch deed {
    case .invite:
      let outside = members.filter { one in
        !governance.members.contains { $0.key == one.key }
      }
      let guest = other.part.isLate ? other : chance.one(of: outside) ?? other
      guard let key = guest.key else { return nil }
      return try await group.invite(key, as: roles[chance.below(member.role == .owner ? 5 : 3)])
    case .withdraw:
      guard let invite = chance.one(of: invites) else { return nil }
      return try await group.withdraw(invite: invite)
    case .enter:
      let ticket = chance.one(of: member.tickets)
      if let ticket, try await group.myInvites().isEmpty || chance.once(in: 4) {
        return try await group.join(by: ticket, name: text(chance))
      }
      return try await group.accept(name: chance.once(in: 2) ? text(chance) : nil)
    case .decline: return try await group.decline()
    case .link:
      let uses: UInt64? = chance.once(in: 2) ? nil : UInt64(1 + chance.below(2))
      let ticket = try await group.createLink(as: roles[chance.below(3)], uses: uses)
      try give(ticket, to: other)
      for lucky in members where lucky.place != other.place && chance.once(in: 3) {
        try give(ticket, to: lucky)
      }
      return ticket.link
    case .linkRole:
      guard let link else { return nil }
      return try await group.setRole(ofLink: link, to: roles[chance.below(3)])
    default:
      guard let link else { return nil }
      return try await group.close(link: link)
    }
  }

  private func give(_ ticket: LinkTicket, to member: SimulatedMember) throws {
    member.tickets.append(ticket)
    try member.opened().keep(ticket, now: member.clock.now)
  }

  private func govern(
    _ deed: Deed,
    _ member: SimulatedMember,
    _ other: SimulatedMember,
    _ group: Group
  ) async throws -> Digest? {
    let chance = member.chance
    let role = Role.allCases[chance.below(5)]
    switch deed {
    case .leave: return try await group.leave()
    case .resign: return try await group.resign(to: role)
    case .preference: return try await prefer(member, group)
    case .profile: return try await group.setProfile(name: "Name \(chance.below(4))")
    case .welcome: return try await group.setWelcome("Welcome \(chance.below(4))")
    case .rename: return try await group.rename(to: text(chance))
    case .seal: return try await group.changeSeal()
    case .dissolve: return try await group.dissolve()
    default: break
    }
    guard let key = other.key else { return nil }
    switch deed {
    case .role: return try await group.setRole(of: key, to: role)
    case .remove: return try await group.remove(key, erase: chance.once(in: 3))
    case .block: return try await group.block(key)
    case .unblock: return try await group.unblock(key)
    default: return nil
    }
  }

  private func prefer(_ member: SimulatedMember, _ group: Group) async throws -> Digest {
    let chance = member.chance
    let preference = Preference.allCases[chance.below(Preference.allCases.count)]
    let value: PreferenceValue
    if preference == .disappearing {
      value = .seconds(UInt64(chance.below(3) * 4000))
    } else {
      value = [.on, .off, .from(Role.allCases[chance.below(5)])][chance.below(3)]
    }
    let event = try await group.setPreference(preference.key, to: value)
    if preference == .history || preference == .disappearing { sharesAll = false }
    return event
  }

  /// A breach found by one of the shared checks, whose words start with the promise.
  func judgingBreach(_ words: String, at member: SimulatedMember) -> Breach {
    let promise = words.split(whereSeparator: { $0 == ":" || $0 == "," || $0 == " " }).first
    return breach(
      promise.map(String.init) ?? "judging",
      expected: "the promise holds in the store of \(member.name)",
      found: words
    )
  }
}
