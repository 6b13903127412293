internal import CoterieBundles

/// What will happen, in order of time; what has the same time, in the order in which it was added.
struct Agenda {
  /// One thing that will happen.
  enum Item {
    case step(Plan.Step)
    /// Bytes of a session arrive at one end; nil if they are the last before a cut.
    case piece(wire: Int, isForward: Bool, bytes: [UInt8]?)
    case batch(to: Int, entries: [BundleEntry])

    var isOfNetwork: Bool {
      if case .step = self { return false }
      return true
    }
  }

  private var items: [(time: UInt64, serial: Int, item: Item)] = []
  private var serial = 0

  mutating func add(_ item: Item, at time: UInt64) {
    serial += 1
    var place = items.count
    // The earliest stands last.
    while place > 0, items[place - 1].time <= time { place -= 1 }
    items.insert((time, serial, item), at: place)
  }

  mutating func next() -> (time: UInt64, item: Item)? {
    items.popLast().map { ($0.time, $0.item) }
  }

  mutating func nextOfNetwork() -> (time: UInt64, item: Item)? {
    guard let place = items.lastIndex(where: \.item.isOfNetwork) else { return nil }
    let found = items.remove(at: place)
    return (found.time, found.item)
  }
}
