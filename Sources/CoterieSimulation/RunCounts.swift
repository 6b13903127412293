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
  /// Events that counted once and were void in the end.
  public var defeated = 0
  /// Lowerings that met a higher grant.
  public var overridden = 0
  /// Exits of last owners that wait.
  public var heldBack = 0
  /// Authors who signed two histories.
  public var forked = 0
  /// Members in their own eyes and each other's, but not in those of the largest set.
  public var stranded = 0

  private static var all: [(name: String, field: WritableKeyPath<RunCounts, Int>)] {
    [
      ("events", \.events),
      ("refused", \.refused),
      ("hostile", \.hostile),
      ("sessions", \.sessions),
      ("cut", \.cut),
      ("batches", \.batches),
      ("spool runs", \.spoolRuns),
      ("crashes", \.crashes),
      ("restored", \.restored),
      ("settlements", \.settlements),
      ("erased", \.erased),
      ("defeated", \.defeated),
      ("overridden", \.overridden),
      ("held back", \.heldBack),
      ("forked", \.forked),
      ("stranded", \.stranded),
    ]
  }

  /// Starts at nothing.
  public init() {}

  /// All counts with their names.
  public var fields: [(name: String, count: Int)] {
    Self.all.map { ($0.name, self[keyPath: $0.field]) }
  }

  /// Adds another run.
  public mutating func add(_ other: RunCounts) {
    for (_, field) in Self.all { self[keyPath: field] += other[keyPath: field] }
  }
}
