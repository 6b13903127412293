public import CoterieGroups
public import CoterieWire
internal import Glibc

/// An exchange through a folder that all members can reach, whoever carries it: a synchronised
/// folder, a stick, a mounted share.
///
/// Each member leaves packets for each other one: random names, sealed for that one alone. Who
/// takes a packet in leaves an answer that says how far it is now, and removes the packet. What was
/// left and neither answered nor still lies there is left again, so a folder that forgets loses
/// nothing. A run may be interrupted anywhere: files appear whole or not at all, and a packet is
/// removed only after what it held is committed.
public struct Spool {
  static let packetBytes = 4 << 20
  static let ending = ".packet"
  let store: Store
  let folder: String
  let groups: Set<Digest>?
  let surroundings: Surroundings
  let limits: ExchangeLimits

  /// Exchanges through this folder.
  ///
  /// - Parameter groups: those to be exchanged; nil for all, also such as are new here.
  public init(
    store: Store,
    folder: String,
    groups: Set<Digest>? = nil,
    surroundings: Surroundings,
    limits: ExchangeLimits = ExchangeLimits()
  ) {
    self.store = store
    self.folder = folder
    self.groups = groups
    self.surroundings = surroundings
    self.limits = limits
  }

  /// Takes in what lies there for this store, and leaves for others what they lack.
  ///
  /// O(packets there · keys) to look, O(members) and what is lacking to leave.
  ///
  /// - Parameter goesOn: asked before each packet; answers false to stop.
  public func run(goesOn: () -> Bool = { true }) throws(ExchangeError) -> ExchangeOutcome {
    var run = try group { () throws(GroupError) in try SpoolRun(self) }
    let names = try packetNames()
    run.removeKiller(among: names)
    let left = names.filter { !run.taken.contains($0) }
    if left.contains(where: { !run.marks.hasLooked(at: $0) }) {
      try group { () throws(GroupError) in try run.marks.begin() }
    }
    do throws(ExchangeError) {
      try takeIn(left, &run, goesOn)
      run.lying = Set(names).subtracting(run.taken)
      for group in run.logs.keys.sorted() where groups?.contains(group) ?? true {
        try run.leave(group)
      }
    } catch {
      try? run.marks.giveUp()
      throw error
    }
    try group { () throws(GroupError) in try run.marks.finish(lying: run.lying) }
    for log in run.logs.values {
      try group { () throws(GroupError) in
        try store.eraseOlderSeal(in: log, now: surroundings.now())
      }
    }
    for name in run.taken { unsafe unlink("\(folder)/\(name)") }
    return run.outcome
  }

  private func takeIn(
    _ names: [String],
    _ run: inout SpoolRun,
    _ goesOn: () -> Bool
  ) throws(ExchangeError) {
    var waiting = names
    while !waiting.isEmpty {
      // A packet of a group that another packet founds waits for that one, and so does one whose
      // events build on those of another: contents are kept of events that have their place.
      run.early = []
      for name in waiting {
        if !run.marks.hasLooked(at: name) {
          try group { () throws(GroupError) in try run.marks.begin(name) }
        }
        guard goesOn() else { throw .unreachable("interrupted") }
        try run.takeIn(name)
      }
      if run.early.count == waiting.count {
        guard let name = run.early.first(where: { run.lacked[$0] != nil }) else { break }
        run.lacked[name] = nil
        run.hurried.insert(name)
      }
      waiting = run.early
    }
    // What one of these built on may have come with another of them.
    for name in run.hurried.sorted() { try run.takeIn(name) }
    try group { () throws(GroupError) in try run.marks.rest() }
  }

  /// Works on the store.
  private func group<Result>(
    _ body: () throws(GroupError) -> Result
  ) throws(ExchangeError) -> Result {
    do throws(GroupError) {
      return try body()
    } catch {
      throw .group(error)
    }
  }

  private func packetNames() throws(ExchangeError) -> [String] {
    guard let directory = unsafe opendir(folder) else {
      throw .unreachable("the folder \(folder) cannot be opened (error \(errno))")
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name.hasSuffix(Self.ending), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
