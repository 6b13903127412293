internal import CoterieEvents
internal import CoterieLedger
internal import CoterieVault
public import CoterieWire
internal import Synchronization

extension Store {
  private static let forgetting = Array("forget".utf8)

  /// Erases a whole group from this store: contents, keys, events.
  ///
  /// The decision is committed first, so what was interrupted is finished when the store is opened
  /// again. Other members keep what they have.
  ///
  /// - Throws: `.vault(.locked)` while the store is locked: keys and contents could not be erased,
  ///   and the group would still be there.
  public func forget(_ group: Digest) throws(GroupError) {
    _ = try keys()
    try exclusively { () throws(GroupError) in
      guard let (number, _) = try numbers().first(where: { $0.id == group }) else {
        throw .noSuchGroup(group)
      }
      do throws(LedgerError) {
        try ledger.write { transaction throws(LedgerError) in
          try transaction.put(.marks, Self.forgetting + LedgerKey.group(number), group.bytes)
        }
      } catch {
        throw .ledger(error)
      }
      try finishForgetting()
    }
    for farewell in farewells.withLock({ Array($0.all.values) }) where farewell.group == group {
      farewell.say()
    }
  }

  /// What is done when a group is forgotten through this object.
  struct Farewell {
    var group: Digest
    var say: @Sendable () -> Void
  }

  /// Does something when a group is forgotten; answers by what `dropFarewell` knows it.
  func onForgetting(_ group: Digest, _ say: @escaping @Sendable () -> Void) -> UInt64 {
    farewells.withLock { farewells in
      farewells.count += 1
      farewells.all[farewells.count] = Farewell(group: group, say: say)
      return farewells.count
    }
  }

  func dropFarewell(_ number: UInt64) {
    farewells.withLock { $0.all[number] = nil }
  }

  /// Finishes what `forget` has decided.
  func finishForgetting() throws(GroupError) {
    if try decidedForgetting().isEmpty { return }
    // Another process may do the same: what it has ended is not begun again.
    try exclusively { () throws(GroupError) in
      for (number, group) in try decidedForgetting() { try finishForgetting(number, group) }
    }
  }

  /// The number of the group that a mark says is to be forgotten; nil for other marks.
  static func numberForgotten(_ mark: [UInt8]) -> UInt32? {
    guard mark.count == forgetting.count + 4, mark.starts(with: forgetting) else { return nil }
    return UInt32(LedgerKey.number(mark.suffix(4)))
  }

  private func decidedForgetting() throws(GroupError) -> [(number: UInt32, group: Digest)] {
    var decided: [(number: UInt32, group: Digest)] = []
    do throws(LedgerError) {
      try ledger.checkedSnapshot().scan(.marks, prefix: Self.forgetting, from: nil) { key, value in
        let number = LedgerKey.number(key.copy(of: Self.forgetting.count..<key.count))
        if let group = Digest(value.copy(of: 0..<value.count)) {
          decided.append((UInt32(truncatingIfNeeded: number), group))
        }
        return true
      }
    } catch {
      throw .ledger(error)
    }
    return decided
  }

  private func finishForgetting(_ number: UInt32, _ group: Digest) throws(GroupError) {
    if let vault {
      do {
        let contents = Contents(vault: vault, ledger: ledger, number: number)
        let held = try contents.held()
        try ledger.write { transaction throws(LedgerError) in
          try contents.decide(held, in: transaction)
        }
        try contents.finishErasures()
        if !vault.isLocked { try vault.changeKeys { $0.removeAll { $0.group == group } } }
      } catch {
        throw .of(error, else: .noSuchGroup(group))
      }
      // A locked store keeps the mark, and with it the work of dropping the keys.
      if vault.isLocked { return }
    }
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        for table in Table.allCases { try drop(number, group, from: table, in: transaction) }
        try transaction.delete(.groups, group.bytes)
        try transaction.delete(.marks, GroupLog.indexedMark(number))
        try transaction.delete(.marks, Self.forgetting + LedgerKey.group(number))
      }
    } catch {
      throw .ledger(error)
    }
  }

  private func drop(
    _ number: UInt32,
    _ group: Digest,
    from table: Table,
    in transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    let isOfGroup: (Span<UInt8>) -> Bool
    let prefix = LedgerKey.group(number)
    switch table {
    case .meta, .groups: return
    case .timers: isOfGroup = { $0.count == 44 && $0.copy(of: 8..<12) == prefix }
    case .marks:
      isOfGroup = { key in
        key.count > 36 && key.copy(of: (key.count - 36)..<(key.count - 32)) == prefix
          || key.count > 64 && key.copy(of: (key.count - 64)..<(key.count - 32)) == group.bytes
      }
    default: isOfGroup = { $0.count >= 4 && $0.copy(of: 0..<4) == prefix }
    }
    var keys: [[UInt8]] = []
    let isPrefixed = table != .timers && table != .marks
    try transaction.scan(table, prefix: isPrefixed ? prefix : []) { key, _ in
      if isOfGroup(key) { keys.append(key.copy(of: 0..<key.count)) }
      return true
    }
    for key in keys { try transaction.delete(table, key) }
  }
}
