internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// What the judge keeps its graph in, compared with plain sets and arrays.
package enum Structures {
  /// What was found wrong, in words.
  package static func broken() -> [String] {
    table() + paths() + graph(seed: 1) + graph(seed: 2) + farPast() + chainOfOne()
  }

  private static func digest(_ number: Int, _ high: UInt64 = 7) -> Digest {
    Digest(word0: high, word1: 0, word2: 0, word3: UInt64(number))
  }

  /// Digests ground to fall together, and others, through every growth of the table.
  private static func table() -> [String] {
    var broken: [String] = []
    for isReserved in [false, true] {
      var table = DigestTable(seed: 5)
      if isReserved { table.reserve(700) }
      var random = SplitMix64(seed: 3)
      let digests = (0..<700).map { digest($0, $0.isMultiple(of: 3) ? 7 : random.next()) }
      for (number, digest) in digests.enumerated() {
        let (place, isNew) = table.insert(digest)
        if place != number || !isNew { broken.append("table: \(number) is \(place)") }
        if table.insert(digest) != (number, false) { broken.append("table: \(number) is new") }
        if table.number(of: Self.digest(number, 9)) != nil { broken.append("table: a stranger") }
      }
      for (number, digest) in digests.enumerated() where table.number(of: digest) != number {
        broken.append("table: \(number) is lost")
      }
      if table.count != digests.count || table.digests != digests { broken.append("table: count") }
    }
    return broken
  }

  /// Paths are senior as arrays of their numbers are: shorter first, then by number.
  private static func paths() -> [String] {
    var random = SplitMix64(seed: 4)
    var paths = Paths()
    var known: [(path: Int32, numbers: [UInt64])] = [(Paths.root, [])]
    for _ in 0..<60 {
      let (path, numbers) = known[random.below(known.count)]
      let next = UInt64(random.below(4))
      known.append((paths.appending(next, to: path), numbers + [next]))
    }
    var broken: [String] = []
    for (path, numbers) in known {
      if paths.sequences(path) != numbers { broken.append("path \(numbers): numbers") }
      if paths.length(path) != numbers.count { broken.append("path \(numbers): length") }
      for (other, others) in known {
        let isSenior =
          numbers.count != others.count
          ? numbers.count < others.count : numbers.lexicographicallyPrecedes(others)
        if paths.isSenior(path, other) != isSenior { broken.append("\(numbers) and \(others)") }
        if (path == other) != (numbers == others) { broken.append("\(numbers) twice") }
      }
    }
    return broken
  }

  /// One event of a graph as plain values.
  private struct Plain {
    var author: Int
    var sequence: UInt64
    var previous: Int?
    var parents: [Int]
    var past: Set<Int>
    var depth: Int
  }

  /// A random graph of authors who fork and act on what is old: long enough for clocks to be needed
  /// where nobody asked for them.
  private static func graph(seed: UInt64) -> [String] {
    var random = SplitMix64(seed: seed)
    var graph = EventGraph(seed: seed)
    var events: [Plain] = []
    var broken: [String] = []
    if seed == 1 { graph.reserve(300) }
    for number in 0..<900 {
      // Two of the first go on behind event 0, and so fork at it.
      let author = number == 2 || number == 3 ? events[0].author : random.below(4)
      let mine = events.indices.filter { events[$0].author == author }
      // A fork leaves the newest out; now and then someone starts anew.
      let choice = random.below(12)
      let usual = choice == 0 ? nil : choice == 1 ? mine.dropLast().last : mine.last
      let previous = number == 2 || number == 3 ? 0 : usual
      // Long stretches of one parent, so that clocks are far apart; several beginnings.
      let width = number < 8 ? 0 : number % 100 < 80 ? 1 : 1 + random.below(3)
      let parents = (0..<width).map { _ in
        max(0, number - 1 - random.below(number % 100 < 80 ? 2 : 40))
      }
      let direct = Set(parents + (previous.map { [$0] } ?? []))
      let plain = Plain(
        author: author,
        sequence: previous.map { events[$0].sequence + 1 } ?? 0,
        previous: previous,
        parents: Array(Set(parents)).sorted(),
        past: direct.reduce(into: direct) { $0.formUnion(events[$1].past) },
        depth: 1 + (direct.map { events[$0].depth }.max() ?? 0)
      )
      events.append(plain)
      let place = graph.insert(
        id: digest(number, number.isMultiple(of: 2) ? 7 : 3),
        author: digest(author, 1),
        sequence: plain.sequence,
        previous: plain.previous,
        parents: plain.parents,
        needsClock: random.below(20) == 0 && !(100..<800).contains(number)
      )
      if place != number { broken.append("event \(number) is \(place)") }
    }
    return broken + compare(&graph, events)
  }

  private static func compare(_ graph: inout EventGraph, _ events: [Plain]) -> [String] {
    var broken: [String] = []
    for (one, plain) in events.enumerated() {
      if graph.depth(one) != plain.depth { broken.append("depth of \(one)") }
      if graph.sequence(one) != plain.sequence { broken.append("sequence of \(one)") }
      if graph.previous(one) != plain.previous { broken.append("previous of \(one)") }
      if graph.parents(one).map({ Int($0) }) != plain.parents { broken.append("parents of \(one)") }
      if graph.authorKey(one) != digest(plain.author, 1) { broken.append("author of \(one)") }
      let clock = graph.clock(of: one)
      // Its neighbours, and every so many of the rest.
      for (other, plainOther) in events.enumerated()
      where abs(one - other) < 12 || (one + other).isMultiple(of: 9) {
        let isBefore = plain.past.contains(other)
        if graph.isBefore(other, one) != isBefore { broken.append("\(other) before \(one)") }
        let chain = graph.chain(other)
        let isReached = chain < clock.count && Int(clock[chain]) >= graph.position(other)
        if isReached != (isBefore || one == other) { broken.append("clock of \(one): \(other)") }
        let isFirst =
          plain.depth != plainOther.depth
          ? plain.depth < plainOther.depth : graph.id(one) < graph.id(other)
        if graph.isCanonicallyBefore(one, other) != isFirst {
          broken.append("order of \(one) and \(other)")
        }
      }
    }
    return broken
  }

  /// An event that names, beside a newest one, what lies thousands of events before it.
  private static func farPast() -> [String] {
    var graph = EventGraph(seed: 11)
    var count = 0
    func add(_ author: Int, _ sequence: Int, _ previous: Int?, _ parents: [Int]) -> Int {
      count += 1
      return graph.insert(
        id: digest(count),
        author: digest(author, 1),
        sequence: UInt64(sequence),
        previous: previous,
        parents: parents,
        needsClock: false
      )
    }
    let first = add(0, 0, nil, [])
    let second = add(1, 0, nil, [first])
    let third = add(2, 0, nil, [second])
    var newest = first
    for sequence in 1...4_200 { newest = add(0, sequence, newest, [newest]) }
    let last = add(3, 0, nil, [second, third, newest].sorted())
    let clock = graph.clock(of: last)
    let reached = [newest, second, third, last].map { clock[graph.chain($0)] }
    return reached == [4_200, 0, 0, 0] ? [] : ["a far past reaches \(reached)"]
  }

  /// An event that a person has none of is numbered once, whoever asks first.
  private static func chainOfOne() -> [String] {
    var graph = EventGraph(seed: 9)
    let person = graph.person(digest(1, 1))
    let again = graph.person(digest(1, 1))
    let event = graph.insert(
      id: digest(0),
      author: digest(1, 1),
      sequence: 0,
      previous: nil,
      parents: [],
      needsClock: true
    )
    let isWhole = person == again && graph.author(event) == person && graph.count == 1
    return isWhole && graph.chainsOfAuthor.map(\.count) == [1] ? [] : ["a person is numbered twice"]
  }
}
