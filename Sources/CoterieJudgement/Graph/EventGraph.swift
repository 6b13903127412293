package import CoterieWire

/// The graph of events: who comes before whom.
///
/// Each author's events form chains by their `previous` links: one chain for an honest author, a
/// further one for each branch of a fork. A **clock** of an event says, for each chain, how far the
/// event's past reaches into it. Every authority event has one, and so has every event that is far
/// from the next clock below it; between clocks a short search decides. So `isBefore` costs a few
/// steps however long the history is, and clocks cost a few bytes for each event.
package struct EventGraph {
  /// One run of events of one author, each the `previous` of the next.
  package struct Chain {
    package var author: Int
    /// The sequence number of the chain's first event.
    package var firstSequence: UInt64
    package var events: [Int32] = []
  }

  package private(set) var table: DigestTable
  package private(set) var authors: DigestTable
  package private(set) var chains: [Chain] = []
  /// The chains of each author, the oldest first.
  package private(set) var chainsOfAuthor: [[Int32]] = []

  /// What is kept of one event: 32 bytes, so that a step of a search touches one cache line.
  private struct Node {
    var chain: Int32
    var position: Int32
    var depth: Int32
    var previous: Int32
    /// Where its parents start in the pool; they end where those of the next event start.
    var firstParent: Int32
    /// Steps down to the nearest clock.
    var lag: Int32
    /// The number of its clock; -1 if it has none.
    var clock: Int32
    /// The search that saw it last.
    var stamp: UInt32 = 0
  }

  private var nodes: [Node] = []
  private var parentPool: [Int32] = []
  private var clocks: [[Int32]] = []
  private var lastClocked = 0
  private var stamp: UInt32 = 0
  /// What a search has yet to visit; empty between searches.
  private var stack: [Int32] = []

  package init(seed: UInt64) {
    table = DigestTable(seed: seed)
    authors = DigestTable(seed: seed &+ 1)
  }

  package var count: Int { nodes.count }

  package func id(_ event: Int) -> Digest { table.digests[event] }
  package func author(_ event: Int) -> Int { chains[Int(nodes[event].chain)].author }
  package func authorKey(_ event: Int) -> Digest { authors.digests[author(event)] }
  package func chain(_ event: Int) -> Int { Int(nodes[event].chain) }
  package func position(_ event: Int) -> Int { Int(nodes[event].position) }
  package func depth(_ event: Int) -> Int { Int(nodes[event].depth) }
  package func previous(_ event: Int) -> Int? {
    nodes[event].previous < 0 ? nil : Int(nodes[event].previous)
  }
  package func sequence(_ event: Int) -> UInt64 {
    let node = nodes[event]
    return chains[Int(node.chain)].firstSequence + UInt64(node.position)
  }
  package func parents(_ event: Int) -> ArraySlice<Int32> {
    parentPool[parentRange(event)]
  }
  private func parentRange(_ event: Int) -> Range<Int> {
    let end = event + 1 < nodes.count ? Int(nodes[event + 1].firstParent) : parentPool.count
    return Int(nodes[event].firstParent)..<end
  }

  /// Numbers a person who may have no event yet.
  package mutating func person(_ key: Digest) -> Int {
    let (number, isNew) = authors.insert(key)
    if isNew { chainsOfAuthor.append([]) }
    return number
  }

  package mutating func reserve(_ count: Int) {
    table.reserve(count)
    nodes.reserveCapacity(count)
    parentPool.reserveCapacity(count + count / 4)
  }

  /// Adds an event whose parents and previous event are there already.
  ///
  /// - Returns: the event's number.
  package mutating func insert(
    id: Digest,
    author: Digest,
    sequence: UInt64,
    previous: Int?,
    parents: [Int],
    needsClock: Bool
  ) -> Int {
    let event = table.insert(id).number
    precondition(event == nodes.count, "an event is inserted once")
    let person = person(author)
    var depth: Int32 = 0
    var farthest: Int32 = 0
    let firstParent = Int32(parentPool.count)
    for parent in parents {
      depth = max(depth, nodes[parent].depth)
      farthest = max(farthest, nodes[parent].lag)
      parentPool.append(Int32(parent))
    }
    if let previous {
      depth = max(depth, nodes[previous].depth)
      farthest = max(farthest, nodes[previous].lag)
    }
    let (chain, position) = extendChain(by: event, person, sequence, previous)
    nodes.append(
      Node(
        chain: chain,
        position: position,
        depth: depth + 1,
        previous: Int32(previous ?? -1),
        firstParent: firstParent,
        lag: farthest + 1,
        clock: -1
      )
    )
    if needsClock || isFarFromClocks(farthest) {
      let clock = clock(below: event)
      lastClocked = event
      nodes[event].clock = Int32(clocks.count)
      nodes[event].lag = 0
      clocks.append(clock)
    }
    return event
  }

  /// Whether an event with parents this far above their clocks gets one of its own.
  ///
  /// Of events that are concurrent one is enough: those that come soon after it wait until they are
  /// twice as far.
  private func isFarFromClocks(_ lag: Int32) -> Bool {
    let far = max(256, chains.count / 4)
    return Int(lag) >= far && (nodes.count - lastClocked > far / 2 || Int(lag) >= 2 * far)
  }

  private mutating func extendChain(
    by event: Int,
    _ person: Int,
    _ sequence: UInt64,
    _ previous: Int?
  ) -> (chain: Int32, position: Int32) {
    if let previous {
      let chain = nodes[previous].chain
      let position = nodes[previous].position + 1
      if chains[Int(chain)].events.count == Int(position) {
        chains[Int(chain)].events.append(Int32(event))
        return (chain, position)
      }
    }
    chainsOfAuthor[person].append(Int32(chains.count))
    chains.append(Chain(author: person, firstSequence: sequence, events: [Int32(event)]))
    return (Int32(chains.count - 1), 0)
  }

  /// How far the past of `event`, with itself, reaches into each chain; -1 for not at all.
  package mutating func clock(of event: Int) -> [Int32] {
    let known = nodes[event].clock
    return known >= 0 ? clocks[Int(known)] : clock(below: event)
  }

  /// How far a clock reaches into one chain.
  private func reach(of clock: Int32, into chain: Int32) -> Int32 {
    let clock = Int(clock)
    return Int(chain) < clocks[clock].count ? clocks[clock][Int(chain)] : -1
  }

  private mutating func clock(below event: Int) -> [Int32] {
    var result = [Int32](repeating: -1, count: chains.count)
    // How far the clocks that were met reach: what lies below them is in the result.
    var covered = result
    startSearch(at: event)
    while let next = stack.popLast() {
      let place = Int(next)
      let node = nodes[place]
      if node.stamp == stamp || node.position <= covered[Int(node.chain)] { continue }
      nodes[place].stamp = stamp
      if node.clock >= 0 {
        let known = clocks[Int(node.clock)]
        for chain in known.indices where known[chain] > covered[chain] {
          covered[chain] = known[chain]
          result[chain] = max(result[chain], known[chain])
        }
        continue
      }
      if node.position > result[Int(node.chain)] { result[Int(node.chain)] = node.position }
      pushPast(of: place, node)
    }
    return result
  }

  private mutating func startSearch(at event: Int) {
    if stamp == .max {
      for place in nodes.indices { nodes[place].stamp = 0 }
      stamp = 0
    }
    stamp += 1
    stack.removeAll(keepingCapacity: true)
    stack.append(Int32(event))
  }

  /// Puts the parents and the previous event on the stack, once where they are the same.
  private mutating func pushPast(of event: Int, _ node: Node) {
    var isPreviousParent = node.previous < 0
    for place in parentRange(event) {
      let parent = parentPool[place]
      if parent == node.previous { isPreviousParent = true }
      stack.append(parent)
    }
    if !isPreviousParent { stack.append(node.previous) }
  }

  /// Whether `first` lies in the past of `second`; an event is not before itself.
  ///
  /// A look into one clock if `second` has one or both are of one chain; else a search that stops
  /// at clocks and at the depth of `first`.
  package mutating func isBefore(_ first: Int, _ second: Int) -> Bool {
    let (sought, from) = (nodes[first], nodes[second])
    if sought.depth >= from.depth { return false }
    if sought.chain == from.chain { return sought.position < from.position }
    if from.clock >= 0 { return reach(of: from.clock, into: sought.chain) >= sought.position }
    startSearch(at: second)
    while let next = stack.popLast() {
      let place = Int(next)
      let node = nodes[place]
      if node.depth < sought.depth || node.stamp == stamp { continue }
      nodes[place].stamp = stamp
      if node.chain == sought.chain {
        if node.position >= sought.position { return true }
      } else if node.clock >= 0 {
        if reach(of: node.clock, into: sought.chain) >= sought.position { return true }
        continue
      }
      pushPast(of: place, node)
    }
    return false
  }

  /// Whether `first` lies before `second`, which has a clock: no search.
  package func isBefore(_ first: Int, clocked second: Int) -> Bool {
    let (sought, from) = (nodes[first], nodes[second])
    if sought.depth >= from.depth { return false }
    return reach(of: from.clock, into: sought.chain) >= sought.position
  }

  /// Whether `first` stands before `second` in canonical order: depth, then id.
  package func isCanonicallyBefore(_ first: Int, _ second: Int) -> Bool {
    let (one, other) = (nodes[first].depth, nodes[second].depth)
    if one != other { return one < other }
    return id(first) < id(second)
  }
}
