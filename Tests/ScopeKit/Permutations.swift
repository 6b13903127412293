internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieScenarios
internal import CoterieWire
internal import Foundation

/// Scenarios that end in seven acts of which none had seen another, judged in the orders in which
/// those can arrive.
package struct Permutations: Sendable {
  /// How many acts are concurrent.
  package static let concurrent = 7
  /// In how many orders they can arrive.
  package static let orders = (1...concurrent).reduce(1, *)

  /// The files of the scenarios, in order of their names.
  package static func files() throws -> [String] {
    let folder = Fixtures.folder.appending(path: "scenarios/permutations")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Why a scenario cannot be judged in all orders, or what differed in one.
  package struct Difference: Error, CustomStringConvertible {
    package let description: String
  }

  private let setup: [Event]
  private let acts: [Event]

  /// Reads a scenario: its heads are the acts, all else came before.
  package init(_ file: String) throws {
    let path = Fixtures.folder.appending(path: "scenarios/permutations/\(file)")
    let logs = try Scenario(Array(Data(contentsOf: path))).logs()
    let longest = logs.max { $0.envelopes.count < $1.envelopes.count }?.envelopes ?? []
    let events = try longest.map { try Event.decode($0.span).event }
    var named: Set<Digest> = []
    for event in events {
      named.formUnion(event.parents.ids)
      if let previous = event.previous { named.insert(previous) }
    }
    acts = events.filter { !named.contains($0.id) }
    setup = events.filter { named.contains($0.id) }
    guard acts.count == Self.concurrent else {
      throw Difference(description: "\(file) ends in \(acts.count) acts, not \(Self.concurrent)")
    }
  }

  /// Judges every `stride`th order from `first` on, each both ways, and answers how many.
  ///
  /// Every other order is also asked for its state after each event.
  package func judge(first: Int = 0, stride: Int = 1) throws -> Int {
    let reference = Judged(setup + acts)
    var count = 0
    for order in Swift.stride(from: first, to: Self.orders, by: stride) {
      let judge = Judge(seed: UInt64(order))
      for event in setup + arranged(order) {
        _ = try judge.insert(event)
        if order.isMultiple(of: 2) { _ = judge.currentView() }
      }
      for isDefinition in [false, true] {
        let judged = Judged(judge, fromDefinition: isDefinition)
        guard let difference = reference.difference(from: judged) else { continue }
        let way = isDefinition ? "from the definition" : "step by step"
        throw Difference(description: "order \(order), \(way): \(difference)")
      }
      count += 1
    }
    return count
  }

  /// The acts in the order of this number.
  private func arranged(_ number: Int) -> [Event] {
    var (left, number, order) = (acts, number, [Event]())
    while !left.isEmpty {
      order.append(left.remove(at: number % left.count))
      number /= left.count + 1
    }
    return order
  }
}
