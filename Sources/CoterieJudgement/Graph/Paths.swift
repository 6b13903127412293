/// Chains of appointments, each interned once: a path is its appointer's path and one number more.
package struct Paths {
  private struct Node: Hashable {
    var parent: Int32
    var sequence: UInt64
  }

  private var nodes: [Node] = []
  private var lengths: [Int32] = []
  private var numbers: [Node: Int32] = [:]

  package init() {}

  /// The founder's path.
  package static let root: Int32 = -1

  /// The path of whoever was appointed through the event with this sequence number.
  package mutating func appending(_ sequence: UInt64, to path: Int32) -> Int32 {
    let node = Node(parent: path, sequence: sequence)
    if let known = numbers[node] { return known }
    let number = Int32(nodes.count)
    nodes.append(node)
    lengths.append(length(path) + 1)
    numbers[node] = number
    return number
  }

  package func length(_ path: Int32) -> Int32 {
    path < 0 ? 0 : lengths[Int(path)]
  }

  /// The numbers of a path from the founder down.
  package func sequences(_ path: Int32) -> [UInt64] {
    var reversed: [UInt64] = []
    var place = path
    while place >= 0 {
      reversed.append(nodes[Int(place)].sequence)
      place = nodes[Int(place)].parent
    }
    return reversed.reversed()
  }

  /// Whether `first` is senior to `second`: shorter first, then lexicographic.
  ///
  /// O(length).
  package func isSenior(_ first: Int32, _ second: Int32) -> Bool {
    if first == second { return false }
    let (left, right) = (length(first), length(second))
    if left != right { return left < right }
    var result = false
    var (one, other) = (first, second)
    while one >= 0, one != other {
      let (a, b) = (nodes[Int(one)], nodes[Int(other)])
      if a.sequence != b.sequence { result = a.sequence < b.sequence }
      (one, other) = (a.parent, b.parent)
    }
    return result
  }
}
