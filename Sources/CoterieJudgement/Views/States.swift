/// What one grant is worth to its holder at one point.
struct Holding: Equatable {
  var grant: Int
  var path: Int32
  /// Under all lowerings, and the one that cut it last.
  var value: Rank
  var cut: Int
  /// Under others' lowerings only: what the holder's own acts still rest on.
  var othersValue: Rank
  var othersCut: Int
}

/// One person in one view.
struct PersonState: Equatable {
  /// The grants that may still matter to whoever has seen all this; the rest are never better.
  var holdings: [Holding] = []
  /// The newest grant in effect, by depth and id, and what it is worth.
  var newest: Holding?
  /// The removal that ended the newest grant; -1 if none.
  var removal = -1
  /// A removal after which there was no grant; -1 if none.
  var unforgiven = -1

  /// The holding that gives the present role; nil for one who is not a member.
  func best(_ paths: Paths) -> Holding? {
    var best: Holding?
    for holding in holdings where holding.value > 0 {
      guard let champion = best else {
        best = holding
        continue
      }
      if holding.value > champion.value
        || (holding.value == champion.value && paths.isSenior(holding.path, champion.path))
      {
        best = holding
      }
    }
    return best
  }
}

/// One invite or link in one view.
struct EntryState: Equatable {
  /// The first closing in effect, by depth and id; -1 if open.
  var closing = -1
  /// Uses in effect.
  var uses = 0
  /// The last of them; -1 if none.
  var lastUse = -1
}

/// One setting in one view: the causally newest writes in effect, and the one that counts.
struct SettingState: Equatable {
  var writes: [Int]
  var winner: Int
}

/// The group as a whole in one view.
struct GroupState: Equatable {
  /// Who stays owner against its own exit, because no other owner is left.
  struct Floor: Equatable {
    var person: Int
    var grant: Int
    var exits: [Int]
  }

  /// Owners, not counting one that is held back.
  var owners = 0
  var floor: Floor?
}

/// The values of one thing along the trunk, each from its version on.
struct Timeline<Value> {
  private var versions: [Int32] = []
  private var values: [Value] = []

  var last: Value? { values.last }
  var lastVersion: Int32 { versions.last ?? -1 }

  /// The value that holds at a version; nil before the first.
  ///
  /// O(log changes), O(1) at the end.
  func value(at version: Int32) -> Value? {
    let place = firstPlace(after: version)
    return place == 0 ? nil : values[place - 1]
  }

  /// Where the first entry after a version stands; the number of entries if there is none.
  private func firstPlace(after version: Int32) -> Int {
    guard let newest = versions.last, newest > version else { return versions.count }
    var (low, high) = (0, versions.count)
    while low < high {
      let middle = (low + high) / 2
      if versions[middle] <= version { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func append(_ value: Value, at version: Int32) {
    versions.append(version)
    values.append(value)
  }

  mutating func truncate(after version: Int32) {
    while let newest = versions.last, newest > version {
      versions.removeLast()
      values.removeLast()
    }
  }

  /// The entries from after `version` up to `end`, the oldest first, each with its version, until
  /// the body answers false.
  ///
  /// O(log changes), and what the body takes.
  func visit(after version: Int32, upTo end: Int32, _ body: (Int32, Value) -> Bool) {
    for place in firstPlace(after: version)..<versions.count {
      if versions[place] > end || !body(versions[place], values[place]) { return }
    }
  }
}
