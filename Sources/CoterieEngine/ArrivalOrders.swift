package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// Other orders in which the events of a log may arrive: they are judged again in these, and must
/// come to the same.
package struct ArrivalOrders {
  /// Where the events that name an event start among all of these, by its number.
  private let starts: [Int32]
  private let naming: [Int32]
  /// How many events each one names: its parents, and the one before it in its chain.
  private let named: [Int32]

  /// O(events and parents).
  package init(_ graph: EventGraph) {
    var (starts, named) = ([Int32](repeating: 0, count: graph.count + 1), [Int32]())
    named.reserveCapacity(graph.count)
    for event in 0..<graph.count {
      var count: Int32 = 0
      Self.visit(graph, event) { earlier in
        starts[earlier + 1] += 1
        count += 1
      }
      named.append(count)
    }
    for event in 0..<graph.count { starts[event + 1] += starts[event] }
    var naming = [Int32](repeating: 0, count: Int(starts[graph.count]))
    var ends = starts
    for event in 0..<graph.count {
      Self.visit(graph, event) { earlier in
        naming[Int(ends[earlier])] = Int32(event)
        ends[earlier] += 1
      }
    }
    (self.starts, self.naming, self.named) = (starts, naming, named)
  }

  private static func visit(_ graph: EventGraph, _ event: Int, _ body: (Int) -> Void) {
    for parent in graph.parents(event) { body(Int(parent)) }
    if let previous = graph.previous(event) { body(previous) }
  }

  /// The order in which parents come first, and else the event of the highest number.
  package func latestFirst() -> [Int] { walk { $0.removeLast() } }

  /// A random order in which no more events have to wait at once than may.
  ///
  /// Any order at all for as many events as may wait; of more events one in which parents come
  /// first, and then each of them late by up to half as many. O(events · log events).
  package func random(using random: inout SplitMix64) -> [Int] {
    if named.count <= Limits.waitingEventsMax {
      return Array(named.indices).shuffled(using: &random)
    }
    let late = Limits.waitingEventsMax / 2
    return walk { $0.remove(at: random.below($0.count)) }
      .enumerated()
      .map { (moment: $0.offset + random.below(late), event: $0.element) }
      .sorted { ($0.moment, $0.event) < ($1.moment, $1.event) }
      .map(\.event)
  }

  /// Takes events one after the other from those whose parents were taken; they stand in ascending
  /// order, and are as many as there are branches.
  private func walk(_ take: (inout [Int]) -> Int) -> [Int] {
    var left = named
    var free = left.indices.filter { left[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(left.count)
    while !free.isEmpty {
      let next = take(&free)
      order.append(next)
      for place in Int(starts[next])..<Int(starts[next + 1]) {
        let event = Int(naming[place])
        left[event] -= 1
        if left[event] == 0 {
          free.insert(event, at: free.firstPlace { $0 > event })
        }
      }
    }
    return order
  }
}

extension RandomAccessCollection where Index == Int {
  /// The place of the first element that a condition holds for, where it holds for all behind it.
  ///
  /// O(log elements).
  package func firstPlace(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Replica {
  /// Takes the events of a log in another order; those for which there was no room come last, in
  /// the order of the log.
  ///
  /// - Parameter event: the event of a number in the log, and its envelope.
  package func receive<Fault>(
    _ order: [Int],
    event: (Int) throws(Fault) -> (Event, [UInt8]),
    afterEach: () -> Void
  ) throws(Fault) {
    var turnedAway: [Int] = []
    for number in order {
      let (event, envelope) = try event(number)
      if case .noRoom = try? receive(event, envelope: envelope) { turnedAway.append(number) }
      afterEach()
    }
    for number in turnedAway.sorted() {
      let (event, envelope) = try event(number)
      _ = try? receive(event, envelope: envelope)
    }
  }
}
