internal import CoterieEngine
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieVault
internal import CoterieWire

/// One person of a simulated world, with a real store and a real engine.
final class SimulatedMember {
  let place: Int
  let part: Plan.Part
  let clock: MemberClock
  let chance: Chance
  let surroundings: Surroundings
  private let folder: String
  private let keyring: Keyring
  private(set) var path: String
  private var copies = 0

  private(set) var store: Store?
  private(set) var group: Group?
  /// A second look at the store, as another part of the program would have it.
  private(set) var eye: GroupLog?

  /// The key by which others invite it.
  var key: Digest?
  /// Until when it is away, in the world's time.
  var awayUntil: UInt64 = 0
  /// Events that the store has acknowledged, its own and others'.
  var held: Set<Digest> = []
  /// Contents that it has erased from its own store.
  var erasedHere: Set<Digest> = []
  /// Tickets that it was given.
  var tickets: [LinkTicket] = []
  private var backUps: [BackUp] = []

  /// An older copy of the store, with what it holds.
  private struct BackUp {
    var path: String
    var held: Set<Digest>
    var erasedHere: Set<Digest>
  }

  init(_ place: Int, _ part: Plan.Part, in world: String, _ clock: WorldClock) throws {
    self.place = place
    self.part = part
    self.clock = MemberClock(clock)
    chance = Chance(seed: UInt64(place))
    surroundings = Surroundings(self.clock, chance)
    folder = "\(world)/\(part.name)"
    try FileAccess.makeFolder(folder)
    keyring = Keyring(path: "\(folder)/keyring")
    path = "\(folder)/store.coterie"
    store = try Store.create(at: path, keyring: keyring)
  }

  var name: String { part.name }
  var judge: Judge? { eye?.replica.judge }

  func opened() throws -> Store {
    if let store { return store }
    let opened = try Store.open(path, keyring: keyring)
    store = opened
    try opened.sweep(now: clock.now)
    return opened
  }

  /// Opens the group if the store has it now, and looks at what is new in it.
  func look() async throws {
    let store = try opened()
    guard let id = try store.groups().first else { return }
    if let eye { try eye.catchUp() } else { eye = try store.log(of: id) }
    if let group {
      try await group.refresh()
    } else {
      group = try Group(id, in: store, surroundings: surroundings)
    }
    if let key = await group?.me { self.key = key }
  }

  func take(_ group: Group) { self.group = group }

  /// Whose newest state is judged; nil while nothing was founded here.
  func judged() -> Judged? {
    guard let judge, judge.group != nil else { return nil }
    return Judged(judge)
  }

  /// Admitted events that the store has now; refused ones of strangers are in memory only.
  func events() -> Set<Digest> {
    guard let judge else { return [] }
    return Set((0..<judge.count).filter { judge.wasAdmitted($0) }.map { judge.graph.id($0) })
  }

  /// Its role in what it has seen; nil for one who is no member.
  var role: Role? {
    guard let key else { return nil }
    return eye?.governance()?.members.first { $0.key == key }?.standing.role
  }

  // MARK: Accidents

  /// Ends the program: everything that is not in the store is gone.
  func end() {
    group = nil
    eye = nil
    store = nil
  }

  /// Copies the store as it is.
  func backUp() throws {
    copies += 1
    let copy = "\(folder)/copy-\(copies).coterie"
    try opened().backUp(to: copy)
    backUps.append(BackUp(path: copy, held: held, erasedHere: erasedHere))
  }

  /// Puts the oldest copy in the place of the store; answers whether there was one.
  func restore() -> Bool {
    guard !backUps.isEmpty else { return false }
    let copy = backUps.removeFirst()
    end()
    FileAccess.removeFolder(path)
    path = copy.path
    held = copy.held
    erasedHere = copy.erasedHere
    return true
  }

  /// Takes the key that the store has: one that was made after the copy is lost.
  func findKey() throws {
    let keys = try opened().keys().filter { $0.purpose != .link }
    let own = keys.last { $0.purpose == .member } ?? keys.last
    key = try own?.publicKey ?? opened().makeKey(surroundings)
  }

  /// The bytes of every file of the store, by name.
  func files() throws -> [(name: String, bytes: [UInt8])] {
    var found: [(name: String, bytes: [UInt8])] = []
    for folder in [path, "\(path)/attachments"] where try FileAccess.isThere(folder) {
      for name in try FileAccess.names(in: folder) {
        if let bytes = try FileAccess.contents("\(folder)/\(name)", limit: 1 << 30) {
          found.append((name, bytes))
        }
      }
    }
    return found
  }
}
