import CoterieEvents
import CoterieJudgement
import CoterieWire
import Foundation
import ScopeKit
import Testing

/// Seeds of this run: those of `COTERIE_SEEDS` (FIRST-LAST), else forty fixed ones.
let seeds: [UInt64] = {
  let range = ProcessInfo.processInfo.environment["COTERIE_SEEDS"] ?? "1-40"
  let ends = range.split(separator: "-").compactMap { UInt64($0) }
  return Array((ends.first ?? 1)...(ends.last ?? 40))
}()

@Suite struct `The promises of judgement` {
  /// Repeat one with `COTERIE_SEEDS=N-N swift test --filter CoterieJudgementTests`.
  @Test(arguments: seeds)
  func `hold for random groups in random orders`(_ seed: UInt64) {
    let group = RandomGroup(seed: seed, members: 5, events: 30)
    let orders = (0..<4).map { group.arrivalOrder(seed: seed &* 31 &+ $0) }
    let broken = Promises.broken(
      by: group.graph,
      members: group.people,
      orders: orders
    )
    #expect(broken == nil, "seed \(seed)")
  }

  @Test func `hold for every graph of one event after the setup, in every order`() {
    let setup = Graph.group(founder: Cast.ann, members: [(Cast.bob, .owner), (Cast.cat, .admin)])
    let people = [Cast.ann, Cast.bob, Cast.cat, Cast.eve]
    var graphs = 0
    Scope(setup: setup, people: people, depth: 1).visit { graph in
      graphs += 1
      let orders = arrivalOrders(of: graph, after: setup.events.count)
      #expect(Promises.broken(by: graph, members: people, orders: orders) == nil)
      return true
    }
    #expect(graphs == 96)
  }

  @Test func `hold for every hundredth graph of two events, in every order`() {
    let setup = Graph.group(founder: Cast.ann, members: [(Cast.bob, .owner), (Cast.cat, .admin)])
    let people = [Cast.ann, Cast.bob, Cast.cat, Cast.eve]
    var graphs = 0
    Scope(setup: setup, people: people, depth: 2, share: (3, 100)).visit { graph in
      graphs += 1
      let orders = arrivalOrders(of: graph, after: setup.events.count)
      #expect(Promises.broken(by: graph, members: people, orders: orders) == nil)
      return true
    }
    #expect(graphs > 40)
  }

  @Test func `G4: events of removed members change nobody else's verdict and no role`() throws {
    var graph = Graph.group(
      founder: Cast.ann,
      members: [(Cast.bob, .admin), (Cast.cat, .member)]
    )
    let before = graph.heads
    graph.act(.memberRemove(member: Cast.bob, erase: false), by: Cast.ann)
    graph.act(.messagePost(Post(type: .text, content: Cast.content)), by: Cast.cat)
    let reference = Judged(graph.events)
    let forgeries: [Action] = [
      .memberRemove(member: Cast.cat, erase: true), .memberRole(member: Cast.cat, role: .observer),
      .inviteCreate(invitee: Cast.eve, role: .member), .memberLeave, .memberResign(role: .member),
      .linkCreate(link: Cast.linkKey, role: .member, uses: nil),
    ]
    for action in forgeries {
      let forged = graph.draft(action, by: Cast.bob, after: before)
      let after = Judged(graph.events + [forged])
      #expect(after.roles == reference.roles)
      for (id, verdict) in reference.verdicts { #expect(after.verdicts[id] == verdict) }
    }
  }
}

@Suite struct `The rule table of version 1` {
  @Test func `has a row for every kind, and a cell for every role`() {
    #expect(RuleTable.version1.rows.map(\.kind) == Kind.known)
    for row in RuleTable.version1.rows { #expect(row.cells.count == Role.allCases.count) }
    for kind in Kind.known {
      for role in Role.allCases { #expect(RuleTable.version1.cell(kind, role) != nil) }
    }
    #expect(RuleTable.version1.cell(.unknown, .owner) == nil)
  }

  @Test(arguments: Kind.known)
  func `never allows a lower role what it denies a higher one`(_ kind: Kind) {
    for isOwn in [false, true] {
      for target in [nil, Role.member, .admin, .owner] {
        let matter = RuleTable.Matter(isOwn: isOwn, role: target)
        let allowed = Role.allCases.map { RuleTable.version1.allows(kind, $0, matter) }
        #expect(allowed == allowed.sorted { !$0 && $1 })
      }
    }
  }
}

@Suite struct `What the judge keeps its graph in` {
  @Test func `says what plain sets and arrays say`() {
    #expect(Structures.broken() == [])
  }
}

@Suite struct `A judgement that breaks a promise` {
  @Test func `is seen by the check of that promise, and a whole one by none`() {
    #expect(BrokenPromises.unseen() == [])
  }
}
