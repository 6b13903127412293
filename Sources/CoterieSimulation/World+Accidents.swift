internal import CoterieEngine
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieVault
internal import CoterieWire
internal import Glibc

/// Programs that end, stores replaced by older copies, clocks that jump, people who go away.
extension SimulatedWorld {
  func suffer(_ deed: Deed, _ member: SimulatedMember) async throws -> String {
    switch deed {
    case .crash:
      try await crash(member)
      return "opened again"
    case .backUp:
      try member.backUp()
      return "copied"
    case .restore:
      dropWires(of: member)
      guard member.restore() else { return "no copy" }
      counts.restored += 1
      try member.findKey()
      try await member.look()
      return "\(member.held.count) events"
    case .sleep:
      dropWires(of: member)
      member.awayUntil = clock.now + UInt64(1 + member.chance.below(40)) * 86_400_000
      return "until \(member.awayUntil)"
    case .skew:
      let years = Int64(member.chance.below(21)) - 10
      let offset = years * 31_557_600_000 + Int64(member.chance.below(86_400_000))
      member.clock.skew(member.chance.once(in: 4) ? 0 : offset)
      return "\(member.clock.now)"
    case .lose: return try lose(member)
    default: return ""
    }
  }

  private func dropWires(of member: SimulatedMember) {
    for number in wires.keys.sorted() {
      guard let wire = wires[number], wire.one == member.place || wire.other == member.place else {
        continue
      }
      close(number, without: member.place)
    }
  }

  /// The program ends wherever it is, and the store is opened from what was written.
  private func crash(_ member: SimulatedMember) async throws {
    counts.crashes += 1
    try await member.look()
    keep(member)
    let before = member.judged()
    if member.chance.once(in: 3) { try decideOnly(member) }
    dropWires(of: member)
    member.end()
    try await member.look()
    try checkKept(member)
    guard let before, let after = member.judged() else { return }
    let admitted = before.admitted
    if let difference = admitted.difference(from: after.admitted) {
      throw breach("digest", expected: "a store opened again shows the same", found: difference)
    }
  }

  /// Ends between the decision to erase and the erasing, which opening the store must finish.
  private func decideOnly(_ member: SimulatedMember) throws {
    guard let log = member.eye, let contents = log.contents else { return }
    guard let chosen = member.chance.one(of: try contents.held().sorted()) else { return }
    try log.ledger.write { transaction throws(LedgerError) in
      try contents.decide([chosen], in: transaction)
    }
    member.erasedHere.insert(chosen)
  }

  /// Takes the newest event of a store away behind its back: what a store that lies would do.
  private func lose(_ member: SimulatedMember) throws -> String {
    guard let log = member.eye else { return "nothing" }
    let count = UInt64(log.replica.judge.count)
    let key = LedgerKey.arrival(1, count)
    try log.ledger.write { transaction throws(LedgerError) in
      try transaction.delete(.events, key)
      try transaction.delete(.admissions, key)
    }
    member.end()
    return "event \(count)"
  }

  func remove(_ path: String) {
    unsafe unlink(path)
  }
}
