import CoterieEvents
import CoterieJudgement
import CoterieWire
import ScopeKit
import Testing

/// A group in which everything that a state can hold is set.
private func fullGroup() -> Graph {
  var graph = Graph.group(
    founder: Cast.ann,
    members: [(Cast.bob, .admin), (Cast.cat, .member)]
  )
  graph.act(.groupProfile(name: "Club", description: "On Mondays"), by: Cast.ann)
  graph.act(.groupWelcome(text: "Hello"), by: Cast.ann)
  graph.act(.groupPreference(key: "voice", value: .from(.admin)), by: Cast.ann)
  graph.act(.groupPreference(key: "disappearing", value: .seconds(60)), by: Cast.ann)
  graph.act(.inviteCreate(invitee: Cast.eve, role: .member), by: Cast.bob)
  let link = graph.act(.linkCreate(link: Cast.linkKey, role: .member, uses: 3), by: Cast.bob)
  graph.act(.linkCreate(link: Cast.linkKey, role: .observer, uses: nil), by: Cast.ann)
  graph.act(.linkClose(link: link), by: Cast.ann)
  graph.act(.memberBlock(member: Cast.cat), by: Cast.bob)
  graph.act(.memberRole(member: Cast.bob, role: .moderator), by: Cast.ann)
  graph.act(.inviteCreate(invitee: Cast.key("dan"), role: .admin), by: Cast.ann)
  return graph
}

private func judge(_ graph: Graph) throws -> Judge {
  let judge = Judge(seed: 5)
  for event in graph.events { _ = try judge.insert(event) }
  return judge
}

@Suite struct `The state of a group` {
  private func states() throws -> [Governance] {
    var dissolved = fullGroup()
    dissolved.act(.groupDissolve, by: Cast.ann)
    let random = (1...20).map { RandomGroup(seed: $0, members: 4, events: 25).graph }
    return try ([fullGroup(), dissolved] + random).map { graph in
      let judge = try judge(graph)
      return try #require(judge.governance(in: judge.currentView()))
    }
  }

  @Test func `comes back from its bytes as it was`() throws {
    for state in try states() { #expect(try Governance(encoded: state.encoded) == state) }
  }

  @Test func `is refused if its bytes are cut anywhere, or followed by anything`() throws {
    let bytes = try states()[0].encoded
    for count in bytes.indices {
      #expect(throws: Malformed.self) { try Governance(encoded: Array(bytes[..<count])) }
    }
    #expect(throws: Malformed(.trailingBytes, at: bytes.count)) {
      try Governance(encoded: bytes + [0])
    }
  }

  @Test func `is refused, or is another, if any of its bits is another`() throws {
    let state = try states()[0]
    for place in state.encoded.indices {
      for bit in 0..<8 {
        var bytes = state.encoded
        bytes[place] ^= 1 << bit
        #expect((try? Governance(encoded: bytes)) != state)
      }
    }
  }

  @Test func `names the event behind each of its values`() throws {
    let graph = fullGroup()
    let judge = try judge(graph)
    let current = judge.currentView()
    func newest(_ kind: Kind) -> Digest? { graph.events.last { $0.action.kind == kind }?.id }
    let links = graph.events.filter { $0.action.kind == .linkCreate }.map(\.id)
    #expect(judge.source(of: .profile, in: current) == newest(.groupProfile))
    #expect(judge.source(of: .welcome, in: current) == newest(.groupWelcome))
    #expect(judge.source(of: .preference("disappearing"), in: current) == newest(.groupPreference))
    #expect(judge.source(of: .preference("unheard-of"), in: current) == nil)
    #expect(judge.source(ofRoleOf: Cast.bob, in: current) == newest(.memberRole))
    #expect(judge.source(ofRoleOf: Cast.ann, in: current) == graph.group)
    #expect(judge.source(ofRoleOf: Cast.eve, in: current) == nil)
    #expect(judge.source(ofRoleOf: Cast.key("nobody"), in: current) == nil)
    #expect(judge.closing(ofEntry: links[0], in: current) == newest(.linkClose))
    #expect(judge.closing(ofEntry: links[1], in: current) == nil)
    #expect(judge.closing(ofEntry: Cast.someSeal, in: current) == nil)
    #expect(judge.openInvite(for: Cast.key("dan")) == newest(.inviteCreate))
    // Who issued it is moderator now, and may invite nobody.
    #expect(judge.openInvite(for: Cast.eve) == nil)
    #expect(judge.openInvite(for: Cast.bob) == nil)
    #expect(judge.openInvite(for: Cast.key("nobody")) == nil)
    #expect(judge.act(of: links[0]) != nil)
    #expect(judge.act(of: Cast.someSeal) == nil)
  }
}

@Suite struct `Every status and every code` {
  @Test func `is explained in words of its own`() {
    let texts = Status.allCases.map(\.explanation) + Code.allCases.map(\.explanation)
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { $0.hasSuffix(".") && $0.count > 15 })
  }
}
