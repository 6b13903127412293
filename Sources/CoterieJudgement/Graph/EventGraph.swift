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

  private var chainOf: [Int32] = []
  private var positionOf: [Int32] = []
  private var depthOf: [Int32] = []
  private var previousOf: [Int32] = []
  private var firstParent: [Int32] = [0]
  private var parentPool: [Int32] = []
  private var lag: [Int32] = []
  private var clockOf: [Int32] = []
  private var clocks: [[Int32]] = []
  private var stamps: [UInt32] = []
  private var stamp: UInt32 = 0

  package init(seed: UInt64) {
    table = DigestTable(seed: seed)
    authors = DigestTable(seed: seed &+ 1)
  }

  package var count: Int { chainOf.count }

  package func id(_ event: Int) -> Digest { table.digests[event] }
  package func author(_ event: Int) -> Int { chains[Int(chainOf[event])].author }
  package func authorKey(_ event: Int) -> Digest { authors.digests[author(event)] }
  package func chain(_ event: Int) -> Int { Int(chainOf[event]) }
  package func position(_ event: Int) -> Int { Int(positionOf[event]) }
  package func depth(_ event: Int) -> Int { Int(depthOf[event]) }
  package func previous(_ event: Int) -> Int? {
    previousOf[event] < 0 ? nil : Int(previousOf[event])
  }
  package func sequence(_ event: Int) -> UInt64 {
    chains[chain(event)].firstSequence + UInt64(positionOf[event])
  }
  package func parents(_ event: Int) -> ArraySlice<Int32> {
    parentPool[Int(firstParent[event])..<Int(firstParent[event + 1])]
  }

  /// Numbers a person who may have no event yet.
  package mutating func person(_ key: Digest) -> Int {
    let (number, isNew) = authors.insert(key)
    if isNew { chainsOfAuthor.append([]) }
    return number
  }

  package mutating func reserve(_ count: Int) {
    table.reserve(count)
    chainOf.reserveCapacity(count)
    positionOf.reserveCapacity(count)
    depthOf.reserveCapacity(count)
    previousOf.reserveCapacity(count)
    firstParent.reserveCapacity(count + 1)
    parentPool.reserveCapacity(count + count / 4)
    lag.reserveCapacity(count)
    clockOf.reserveCapacity(count)
    stamps.reserveCapacity(count)
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
    precondition(event == chainOf.count, "an event is inserted once")
    let person = person(author)
    var depth = 0
    var farthest: Int32 = 0
    for parent in parents {
      depth = max(depth, self.depth(parent))
      farthest = max(farthest, lag[parent])
      parentPool.append(Int32(parent))
    }
    firstParent.append(Int32(parentPool.count))
    if let previous {
      depth = max(depth, self.depth(previous))
      farthest = max(farthest, lag[previous])
    }
    depthOf.append(Int32(depth + 1))
    previousOf.append(Int32(previous ?? -1))
    appendToChain(event, person: person, sequence: sequence, previous: previous)
    stamps.append(0)
    clockOf.append(-1)
    lag.append(farthest + 1)
    if needsClock || Int(farthest) >= max(64, chains.count / 4) {
      let clock = clock(below: event)
      clockOf[event] = Int32(clocks.count)
      clocks.append(clock)
      lag[event] = 0
    }
    return event
  }

  private mutating func appendToChain(
    _ event: Int,
    person: Int,
    sequence: UInt64,
    previous: Int?
  ) {
    if let previous {
      let chain = Int(chainOf[previous])
      if chains[chain].events.last == Int32(previous) {
        chainOf.append(Int32(chain))
        positionOf.append(Int32(chains[chain].events.count))
        chains[chain].events.append(Int32(event))
        return
      }
    }
    chainOf.append(Int32(chains.count))
    positionOf.append(0)
    chainsOfAuthor[person].append(Int32(chains.count))
    chains.append(Chain(author: person, firstSequence: sequence, events: [Int32(event)]))
  }

  /// How far the past of `event`, with itself, reaches into each chain; -1 for not at all.
  package mutating func clock(of event: Int) -> [Int32] {
    clockOf[event] >= 0 ? clocks[Int(clockOf[event])] : clock(below: event)
  }

  /// How far an event reaches into one chain, if it has a clock.
  private func reach(_ event: Int, into chain: Int) -> Int32 {
    let clock = Int(clockOf[event])
    return chain < clocks[clock].count ? clocks[clock][chain] : -1
  }

  private mutating func clock(below event: Int) -> [Int32] {
    var result = [Int32](repeating: -1, count: chains.count)
    var stack: [Int32] = [Int32(event)]
    startSearch()
    while let next = stack.popLast() {
      let place = Int(next)
      if stamps[place] == stamp { continue }
      stamps[place] = stamp
      if clockOf[place] >= 0 {
        let known = clocks[Int(clockOf[place])]
        for chain in known.indices where known[chain] > result[chain] {
          result[chain] = known[chain]
        }
        continue
      }
      let chain = Int(chainOf[place])
      if positionOf[place] > result[chain] { result[chain] = positionOf[place] }
      stack.append(contentsOf: parents(place))
      if previousOf[place] >= 0 { stack.append(previousOf[place]) }
    }
    return result
  }

  private mutating func startSearch() {
    if stamp == .max {
      for place in stamps.indices { stamps[place] = 0 }
      stamp = 0
    }
    stamp += 1
  }

  /// Whether `first` lies in the past of `second`; an event is not before itself.
  ///
  /// A look into one clock if `second` has one or both are of one chain; else a search that stops
  /// at clocks and at the depth of `first`.
  package mutating func isBefore(_ first: Int, _ second: Int) -> Bool {
    if depthOf[first] >= depthOf[second] { return false }
    let chain = Int(chainOf[first])
    if chain == Int(chainOf[second]) { return positionOf[first] < positionOf[second] }
    if clockOf[second] >= 0 { return reach(second, into: chain) >= positionOf[first] }
    var stack: [Int32] = [Int32(second)]
    startSearch()
    while let next = stack.popLast() {
      let place = Int(next)
      if depthOf[place] < depthOf[first] || stamps[place] == stamp { continue }
      stamps[place] = stamp
      if Int(chainOf[place]) == chain {
        if positionOf[place] >= positionOf[first] { return true }
      } else if clockOf[place] >= 0 {
        if reach(place, into: chain) >= positionOf[first] { return true }
        continue
      }
      stack.append(contentsOf: parents(place))
      if previousOf[place] >= 0 { stack.append(previousOf[place]) }
    }
    return false
  }

  /// Whether `first` lies before `second`, which has a clock: no search.
  package func isBefore(_ first: Int, clocked second: Int) -> Bool {
    if depthOf[first] >= depthOf[second] { return false }
    return reach(second, into: Int(chainOf[first])) >= positionOf[first]
  }

  /// Whether `first` stands before `second` in canonical order: depth, then id.
  package func isCanonicallyBefore(_ first: Int, _ second: Int) -> Bool {
    if depthOf[first] != depthOf[second] { return depthOf[first] < depthOf[second] }
    return id(first) < id(second)
  }
}
