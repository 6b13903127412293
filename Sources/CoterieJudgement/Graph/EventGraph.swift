package import CoterieWire

/// The graph of events: who comes before whom.
///
/// Each author's events form chains by their `previous` links: one chain for an honest author, a
/// further one for each branch of a fork. A **clock** of an event says, for each chain, how far the
/// event's past reaches into it. Every authority event has one; between clocks a search decides,
/// and where that would be long the event from which it starts gets a clock too. So `isBefore`
/// takes a few steps on the average however long the history is, and clocks cost a few bytes an
/// event.
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

  /// Numbers below an event that are swept for its clock rather than searched.
  private static let sweepMax = 4096
  /// Events that a search may visit before it is worth a clock.
  private static let visitsMax = 256

  /// What is kept of one event: 28 bytes, so that a step of a search touches one cache line.
  private struct Node {
    var chain: Int32
    var position: Int32
    var depth: Int32
    var previous: Int32
    /// Where its parents start in the pool; they end where those of the next event start.
    var firstParent: Int32
    /// The number of its clock; -1 if it has none.
    var clock: Int32
    /// The search that saw it last.
    var stamp: UInt32 = 0
  }

  private var nodes: [Node] = []
  private var parentPool: [Int32] = []
  private var clocks: [[Int32]] = []
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

  /// Adds an event whose parents and previous event, of the same author, are there already.
  ///
  /// - Parameter place: that of its id in `table`, if it was looked up already.
  /// - Returns: the event's number.
  package mutating func insert(
    id: Digest,
    at place: DigestTable.Place? = nil,
    author: Digest,
    sequence: UInt64,
    previous: Int?,
    parents: [Int],
    needsClock: Bool
  ) -> Int {
    let event = table.insert(id, at: place ?? table.place(of: id))
    precondition(event == nodes.count, "an event is inserted once")
    let person = previous.map { self.author($0) } ?? person(author)
    var depth: Int32 = 0
    let firstParent = Int32(parentPool.count)
    for parent in parents {
      depth = max(depth, nodes[parent].depth)
      parentPool.append(Int32(parent))
    }
    if let previous {
      depth = max(depth, nodes[previous].depth)
    }
    let (chain, position) = extendChain(by: event, person, sequence, previous)
    nodes.append(
      Node(
        chain: chain,
        position: position,
        depth: depth + 1,
        previous: Int32(previous ?? -1),
        firstParent: firstParent,
        clock: -1
      )
    )
    if needsClock { giveClock(to: event) }
    return event
  }

  private mutating func giveClock(to event: Int) {
    let clock = clock(below: event)
    nodes[event].clock = Int32(clocks.count)
    clocks.append(clock)
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

  /// What a search for a clock has found so far.
  private struct Found {
    /// How far the past reaches into each chain.
    var reach: [Int32]
    /// How far the clocks that were met reach: what lies below them is in `reach` already.
    var covered: [Int32]
  }

  /// The near past mostly lies in one stretch of numbers, which is swept backwards; what lies
  /// farther away is searched.
  private mutating func clock(below event: Int) -> [Int32] {
    let none = [Int32](repeating: -1, count: chains.count)
    var found = Found(reach: none, covered: none)
    let floor = max(0, event - Self.sweepMax)
    startSearch(at: event)
    var (place, marked) = (event, 0)
    mark(above: floor, &marked)
    while marked > 0 {
      let node = nodes[place]
      if node.stamp == stamp {
        marked -= 1
        visit(place, node, &found)
        mark(above: floor, &marked)
      }
      place -= 1
    }
    while let next = stack.popLast() {
      let node = nodes[Int(next)]
      if node.stamp == stamp { continue }
      nodes[Int(next)].stamp = stamp
      visit(Int(next), node, &found)
    }
    return found.reach
  }

  /// Marks what was just put on the stack, as far as it will be swept, and takes it from there.
  private mutating func mark(above floor: Int, _ marked: inout Int) {
    while let next = stack.last, Int(next) >= floor {
      stack.removeLast()
      if nodes[Int(next)].stamp == stamp { continue }
      nodes[Int(next)].stamp = stamp
      marked += 1
    }
  }

  /// Takes an event in; puts its parents on the stack unless a clock has told of them.
  private mutating func visit(_ event: Int, _ node: Node, _ found: inout Found) {
    let chain = Int(node.chain)
    if node.position <= found.covered[chain] { return }
    guard node.clock < 0 else {
      let known = clocks[Int(node.clock)]
      for chain in known.indices where known[chain] > found.covered[chain] {
        found.covered[chain] = known[chain]
        found.reach[chain] = max(found.reach[chain], known[chain])
      }
      return
    }
    found.reach[chain] = max(found.reach[chain], node.position)
    pushPast(of: event, node)
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
  /// at clocks and at the depth of `first`, and that leaves a clock behind if it is long.
  package mutating func isBefore(_ first: Int, _ second: Int) -> Bool {
    let (sought, from) = (nodes[first], nodes[second])
    if sought.depth >= from.depth { return false }
    if sought.chain == from.chain { return sought.position < from.position }
    if from.clock >= 0 { return reach(of: from.clock, into: sought.chain) >= sought.position }
    startSearch(at: second)
    var visits = 0
    while let next = stack.popLast() {
      let place = Int(next)
      let node = nodes[place]
      if node.depth < sought.depth || node.stamp == stamp { continue }
      nodes[place].stamp = stamp
      visits += 1
      if visits > Self.visitsMax {
        giveClock(to: second)
        return isBefore(first, clocked: second)
      }
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
