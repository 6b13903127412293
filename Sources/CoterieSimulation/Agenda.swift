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

/// What a run did.
public struct RunCounts: Equatable, Sendable {
  /// Events signed by members of good will.
  public var events = 0
  /// Acts that the engine refused.
  public var refused = 0
  /// Events signed in bad will.
  public var hostile = 0
  /// Sessions between two members.
  public var sessions = 0
  /// Of these, cut before their end.
  public var cut = 0
  /// Batches of events that were handed over.
  public var batches = 0
  /// Runs over the folder.
  public var spoolRuns = 0
  /// Programs that ended and opened their store again.
  public var crashes = 0
  /// Stores that were replaced by an older copy.
  public var restored = 0
  /// Times at which everyone had exchanged, and everything was checked.
  public var settlements = 0
  /// Contents of which it was checked that they are gone.
  public var erased = 0
  /// Members by the rules of all events, whom the others do not let in any more.
  public var stranded = 0

  /// Adds another run.
  public mutating func add(_ other: RunCounts) {
    events += other.events
    refused += other.refused
    hostile += other.hostile
    sessions += other.sessions
    cut += other.cut
    batches += other.batches
    spoolRuns += other.spoolRuns
    crashes += other.crashes
    restored += other.restored
    settlements += other.settlements
    erased += other.erased
    stranded += other.stranded
  }
}
