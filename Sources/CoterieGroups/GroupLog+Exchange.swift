internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
package import CoterieLedger
internal import CoterieSealing
internal import CoterieVault
public import CoterieWire

/// How far one chain of an author reaches: what two members compare.
public struct ChainEnd: Hashable, Sendable {
  /// The author's public key.
  public var author: Digest
  /// The sequence number of the chain's newest event.
  public var sequence: UInt64
  /// Its id.
  public var id: Digest

  /// Takes all fields.
  public init(author: Digest, sequence: UInt64, id: Digest) {
    self.author = author
    self.sequence = sequence
    self.id = id
  }
}

/// A chain that someone lacks: where it ends, and events of the same author that are there, the
/// newest first and farther and farther apart, so that a fork's branch is not sent from its start.
package struct ChainNeed: Hashable, Sendable {
  package var end: Digest
  package var have: [Digest]

  package init(end: Digest, have: [Digest]) {
    self.end = end
    self.have = have
  }

  /// The most that `have` may hold.
  package static let haveMax = 64
}

extension GroupLog {
  // MARK: Comparing

  /// How far each chain reaches that is kept on disk, by author.
  ///
  /// O(authors).
  package func chainEnds() -> [ChainEnd] {
    chainEnds(
      replica.judge.graph.chains.compactMap { chain in
        chain.events.last { strangers[Int($0)] == nil }.map { Int($0) }
      }
    )
  }

  /// At most so many of them: of everyone one, before there is a second one of anyone, so that who
  /// forks without end does not crowd out the others.
  package func chainEnds(most limit: Int) -> [ChainEnd] {
    let ends = chainEnds()
    if ends.count <= limit { return ends }
    var counts: [Digest: Int] = [:]
    let ranked = ends.map { end in
      defer { counts[end.author, default: 0] += 1 }
      return (rank: counts[end.author, default: 0], end: end)
    }
    return ranked.sorted { ($0.rank, $0.end.author) < ($1.rank, $1.end.author) }.prefix(limit)
      .map(\.end)
  }

  /// How far each chain reaches as far as someone may know of it.
  package func chainEnds(for standpoint: Standpoint) -> [ChainEnd] {
    switch standpoint {
    case .member, .invited: chainEnds()
    case .removed(let end), .parted(let end):
      chainEnds(pastEnds(of: end).compactMap { number(of: $0) })
    case .stranger: []
    }
  }

  private func chainEnds(_ events: [Int]) -> [ChainEnd] {
    let graph = replica.judge.graph
    return events.map { event in
      ChainEnd(
        author: graph.authorKey(event),
        sequence: graph.sequence(event),
        id: graph.id(event)
      )
    }
    .sorted { ($0.author, $0.sequence, $0.id) < ($1.author, $1.sequence, $1.id) }
  }

  /// What is asked for a chain of someone else that reaches farther than what is held.
  ///
  /// An end that waits here is asked for too: what it waits for lies between.
  package func need(for end: ChainEnd, from standpoint: Standpoint) -> ChainNeed {
    ChainNeed(end: end.id, have: samples(of: end.author, for: standpoint))
  }

  /// Events of an author that are held: the ends of its chains, then farther and farther back.
  private func samples(of author: Digest, for standpoint: Standpoint) -> [Digest] {
    let graph = replica.judge.graph
    guard let person = graph.authors.number(of: author) else { return [] }
    var found: [Digest] = []
    for chain in graph.chainsOfAuthor[person] {
      let events = graph.chains[Int(chain)].events
      var step = 1
      var place = events.count - 1
      while place >= 0, found.count < ChainNeed.haveMax {
        let event = Int(events[place])
        if strangers[event] == nil, !self.events([event], for: standpoint).isEmpty {
          found.append(graph.id(event))
        }
        place -= step
        step *= 2
      }
    }
    return found
  }

  /// How far someone who has these chains reaches into each chain here; -1 for not at all.
  private func reach(of ends: some Sequence<Int>) -> [Int] {
    let graph = replica.judge.graph
    var reach = [Int](repeating: -1, count: graph.chains.count)
    for end in ends {
      var event: Int? = end
      while let place = event {
        let chain = graph.chain(place)
        if reach[chain] >= graph.position(place) { break }
        reach[chain] = graph.position(place)
        event = graph.previous(Int(graph.chains[chain].events[0]))
      }
    }
    return reach
  }

  /// The events of chains up to some, parents first; what is known, and lies before it, is left
  /// out.
  ///
  /// O(chains + events answered · log).
  package func events(upTo ends: Set<Int>, besides known: Set<Int>) -> [Int] {
    let graph = replica.judge.graph
    var reach = reach(of: known)
    var found: [Int] = []
    for end in ends {
      var event: Int? = end
      while let place = event {
        let chain = graph.chain(place)
        let position = graph.position(place)
        if reach[chain] >= position { break }
        let run = graph.chains[chain].events[(reach[chain] + 1)...position]
        found += run.map { Int($0) }
        let isWhole = reach[chain] < 0
        reach[chain] = position
        event = isWhole ? graph.previous(Int(graph.chains[chain].events[0])) : nil
      }
    }
    return inOrder(found)
  }

  /// Everything that someone lacks who has these chains, parents first.
  ///
  /// O(chains + events lacking · log).
  package func eventsLacking(to ends: some Sequence<Digest>) -> [Int] {
    let graph = replica.judge.graph
    let reach = reach(of: ends.compactMap { replica.judge.number(of: $0) })
    var found: [Int] = []
    for (chain, known) in zip(graph.chains.indices, reach) {
      let events = graph.chains[chain].events
      if known + 1 < events.count { found += events[(known + 1)...].map { Int($0) } }
    }
    return inOrder(found)
  }

  /// Events that are kept on disk, parents first.
  package func inOrder(_ events: some Sequence<Int>) -> [Int] {
    let graph = replica.judge.graph
    return events.filter { strangers[$0] == nil }
      .sorted { graph.isCanonicallyBefore($0, $1) }
  }

  /// The ends of the chains of an event's past, with itself.
  package func pastEnds(of event: Digest) -> [Digest] {
    guard let number = replica.judge.number(of: event) else { return [] }
    var graph = replica.judge.graph
    let clock = graph.clock(of: number)
    return clock.indices.compactMap { chain in
      clock[chain] < 0 ? nil : graph.id(Int(graph.chains[chain].events[Int(clock[chain])]))
    }
  }

  /// The ends of what someone had seen when it signed its newest event; empty for one who signed
  /// nothing.
  package func seen(by author: Digest) -> [Digest] {
    replica.newestEvent(of: author).map { pastEnds(of: replica.judge.graph.id($0)) } ?? []
  }

  /// Events in effect whose content is neither here nor erased, the newest first, at most so many
  /// besides some.
  ///
  /// O(events).
  package func missingContents(
    limit: Int,
    besides known: Set<Digest> = []
  ) throws(GroupError) -> [Digest] {
    guard let contents, !contents.vault.isLocked else { return [] }
    let judge = replica.judge
    let current = judge.currentView()
    var found: [Digest] = []
    do {
      let snapshot = try ledger.snapshot()
      for number in stride(from: judge.count - 1, through: 0, by: -1) {
        if found.count >= limit { break }
        guard judge.mayHaveContent(number), judge.wasAdmitted(number),
          !judge.isGone(number, in: current)
        else { continue }
        let id = judge.graph.id(number)
        if known.contains(id) { continue }
        if try contents.holds(id, in: snapshot) { continue }
        if try isErased(number, from: contents, in: snapshot) { continue }
        found.append(id)
      }
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
    return found
  }
}

extension GroupLog {
  /// The ids of events that are held.
  package func ids(of events: some Sequence<Int>) -> Set<Digest> {
    Set(events.map { replica.judge.graph.id($0) })
  }

  /// The number of an event that is held; nil if it is not.
  package func number(of id: Digest) -> Int? { replica.judge.number(of: id) }

  /// The store as it is now.
  package func snapshot() throws(GroupError) -> Snapshot {
    do {
      return try ledger.snapshot()
    } catch {
      throw .ledger(error)
    }
  }
}
