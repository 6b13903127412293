/// The newest authority events of a past: they say which view holds there.
///
/// A frontier of one act is that act's number; the empty one is -1; larger ones are interned.
package struct Frontier: Hashable, Sendable {
  var raw: Int32

  static let empty = Frontier(raw: -1)

  init(raw: Int32) {
    self.raw = raw
  }

  init(act: Int) {
    raw = Int32(act)
  }

  /// The act of a frontier of one.
  var single: Int? {
    raw >= 0 ? Int(raw) : nil
  }
}

/// Interns frontiers of several acts.
struct Frontiers {
  private var sets: [[Int32]] = []
  private var numbers: [[Int32]: Int32] = [:]

  /// The acts of a frontier, ascending by number.
  func acts(of frontier: Frontier) -> [Int] {
    if frontier.raw >= 0 { return [Int(frontier.raw)] }
    if frontier.raw == -1 { return [] }
    return sets[Int(-2 - frontier.raw)].map { Int($0) }
  }

  /// The frontier of acts of which none lies before another; ascending by number.
  mutating func frontier(of acts: [Int]) -> Frontier {
    if acts.isEmpty { return .empty }
    if acts.count == 1 { return Frontier(act: acts[0]) }
    let key = acts.map { Int32($0) }
    if let known = numbers[key] { return Frontier(raw: known) }
    let raw = Int32(-2 - sets.count)
    sets.append(key)
    numbers[key] = raw
    return Frontier(raw: raw)
  }
}
