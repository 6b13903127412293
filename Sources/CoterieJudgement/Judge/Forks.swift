internal import CoterieEvents
public import CoterieWire

/// A fork that anyone can check: two signed events of one author with one sequence number.
public struct Fork: Equatable, Sendable {
  /// Who signed them.
  public var author: Digest
  /// Their sequence number.
  public var sequence: UInt64
  /// Their ids, ascending.
  public var events: [Digest]

  /// Takes all fields.
  public init(author: Digest, sequence: UInt64, events: [Digest]) {
    self.author = author
    self.sequence = sequence
    self.events = events
  }
}

/// What is known of authors who signed conflicting histories.
struct ForkRecord {
  /// Authors with two concurrent authority events: only they cost anything.
  private(set) var conflicted: [Int] = []
  private(set) var actsOfAuthor: [Int: [Int]] = [:]
  private(set) var grantsOfPerson: [Int: [Int]] = [:]
  /// The first two concurrent admitted events of two chains of one author, once there are any.
  var firstPair: [ChainPair: (Int, Int)] = [:]
  /// Where an author's chain first has an act in its past.
  var firstSight: [Sight: Int] = [:]

  struct ChainPair: Hashable {
    var one: Int
    var other: Int
  }

  struct Sight: Hashable {
    var act: Int
    var chain: Int
  }

  /// Takes note of a new act.
  ///
  /// O(1) for authors who have one chain.
  mutating func note(_ act: Int, in judge: Judge) {
    let fact = judge.acts[act]
    if fact.isGrant { grantsOfPerson[fact.person, default: []].append(act) }
    let earlier = actsOfAuthor[fact.author] ?? []
    if judge.graph.chainsOfAuthor[fact.author].count > 1,
      !conflicted.contains(fact.author),
      earlier.contains(where: { !judge.isBefore($0, act) })
    {
      conflicted.append(fact.author)
    }
    actsOfAuthor[fact.author, default: []].append(act)
  }
}

extension Judge {
  /// The view in which an event was admitted.
  func pastView(of event: Int) -> View { view(viewKey(of: event, before: records[event].before)) }

  /// The view that holds in the past of an event.
  func viewKey(of event: Int, before: Frontier) -> ViewKey {
    guard !forks.conflicted.isEmpty else { return ViewKey(frontier: before, disowned: []) }
    var reach = graph.clock(of: event)
    let chain = graph.chain(event)
    reach[chain] = Int32(graph.position(event) - 1)
    return ViewKey(frontier: before, disowned: disowned(within: reach))
  }

  func disownedInAll() -> [Disowning] {
    disowned(within: graph.chains.map { Int32($0.events.count - 1) })
  }

  /// Specification §4.5, for the events that a clock reaches.
  private func disowned(within reach: [Int32]) -> [Disowning] {
    var result: [Disowning] = []
    for author in forks.conflicted {
      let held = (forks.actsOfAuthor[author] ?? []).filter { isReached(acts[$0].event, reach) }
      guard hasConflict(held) else { continue }
      let witnesses = witnesses(of: author, within: reach)
      let ordered = held.map { act in
        (act: act, vector: witnesses.map { sight(of: act, by: $0, within: reach) })
      }
      let walk = ordered.sorted { left, right in
        for (one, other) in zip(left.vector, right.vector) where one != other { return one < other }
        let (first, second) = (acts[left.act].event, acts[right.act].event)
        let (low, high) = (graph.sequence(first), graph.sequence(second))
        return low != high ? low < high : graph.id(first) < graph.id(second)
      }
      var kept: [Int] = []
      for (act, _) in walk {
        if let rival = kept.first(where: { !isBefore($0, act) && !isBefore(act, $0) }) {
          result.append(Disowning(act: act, kept: rival))
        } else {
          kept.append(act)
        }
      }
    }
    return result.sorted()
  }

  private func isReached(_ event: Int, _ reach: [Int32]) -> Bool {
    let chain = graph.chain(event)
    return chain < reach.count && graph.position(event) <= Int(reach[chain])
  }

  private func hasConflict(_ held: [Int]) -> Bool {
    for (place, act) in held.enumerated() {
      for other in held[(place + 1)...] where !isBefore(act, other) && !isBefore(other, act) {
        return true
      }
    }
    return false
  }

  /// Other admitted authors without a fork of their own, the most senior first.
  private func witnesses(of author: Int, within reach: [Int32]) -> [Int] {
    var found: [(person: Int, path: Int32)] = []
    for (person, grants) in forks.grantsOfPerson where person != author {
      let held = grants.filter { isReached(acts[$0].event, reach) }
      let senior = held.map { acts[$0].conferredPath }.min { paths.isSenior($0, $1) }
      guard let senior, !isForked(person, within: reach) else { continue }
      found.append((person, senior))
    }
    found.sort { left, right in
      left.path == right.path
        ? graph.authors.digests[left.person] < graph.authors.digests[right.person]
        : paths.isSenior(left.path, right.path)
    }
    return found.map(\.person)
  }

  /// The sequence number of an author's first admitted event that has the act in its past.
  private func sight(of act: Int, by witness: Int, within reach: [Int32]) -> UInt64 {
    var first = UInt64.max
    for chain in graph.chainsOfAuthor[witness] {
      let chain = Int(chain)
      guard let place = firstSight(of: act, on: chain), chain < reach.count,
        place <= Int(reach[chain])
      else { continue }
      first = min(first, graph.chains[chain].firstSequence + UInt64(place))
    }
    return first
  }

  private func firstSight(of act: Int, on chain: Int) -> Int? {
    let sight = ForkRecord.Sight(act: act, chain: chain)
    if let known = forks.firstSight[sight] { return known }
    let events = graph.chains[chain].events
    var (low, high) = (0, events.count)
    while low < high {
      let middle = (low + high) / 2
      if graph.isBefore(acts[act].event, Int(events[middle])) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    while low < events.count, !isAdmitted(Int(events[low])) { low += 1 }
    guard low < events.count else { return nil }
    forks.firstSight[sight] = low
    return low
  }

  private func isAdmitted(_ event: Int) -> Bool {
    event < records.count && records[event].code == nil
  }

  /// Whether two concurrent admitted events of a person lie within reach.
  ///
  /// Of two chains the first concurrent pair is the least on both, so any pair within reach has it
  /// within reach too; each two chains have a first pair of their own.
  private func isForked(_ person: Int, within reach: [Int32]) -> Bool {
    let chains = graph.chainsOfAuthor[person].map { Int($0) }
    for (place, chain) in chains.enumerated() {
      for other in chains[(place + 1)...] {
        guard let (left, right) = firstPair(chain, other) else { continue }
        if isReached(left, reach), isReached(right, reach) { return true }
      }
    }
    return false
  }

  private func firstPair(_ chain: Int, _ other: Int) -> (Int, Int)? {
    let pair = ForkRecord.ChainPair(one: chain, other: other)
    if let known = forks.firstPair[pair] { return known }
    let found = concurrentPair(chain, other)
    forks.firstPair[pair] = found
    return found
  }

  private func concurrentPair(_ chain: Int, _ other: Int) -> (Int, Int)? {
    let left = graph.chains[chain].events.map { Int($0) }.filter { isAdmitted($0) }
    let right = graph.chains[other].events.map { Int($0) }.filter { isAdmitted($0) }
    var (one, two) = (0, 0)
    while one < left.count, two < right.count {
      if graph.isBefore(left[one], right[two]) {
        one += 1
      } else if graph.isBefore(right[two], left[one]) {
        two += 1
      } else {
        return (left[one], right[two])
      }
    }
    return nil
  }

  /// Every fork held, admitted or not, by author and sequence.
  package func allForks() -> [Fork] {
    var found: [Fork] = []
    for (author, chains) in graph.chainsOfAuthor.enumerated() where chains.count > 1 {
      var bySequence: [UInt64: [Digest]] = [:]
      for branch in chains.dropFirst() {
        let sequence = graph.chains[Int(branch)].firstSequence
        if bySequence[sequence] != nil { continue }
        bySequence[sequence] = chains.compactMap { event(at: sequence, on: Int($0)) }.sorted()
      }
      for (sequence, events) in bySequence where events.count > 1 {
        found.append(
          Fork(author: graph.authors.digests[author], sequence: sequence, events: events)
        )
      }
    }
    return found.sorted { ($0.author, $0.sequence) < ($1.author, $1.sequence) }
  }

  private func event(at sequence: UInt64, on chain: Int) -> Digest? {
    let first = graph.chains[chain].firstSequence
    guard sequence >= first, sequence - first < UInt64(graph.chains[chain].events.count) else {
      return nil
    }
    return graph.id(Int(graph.chains[chain].events[Int(sequence - first)]))
  }
}
