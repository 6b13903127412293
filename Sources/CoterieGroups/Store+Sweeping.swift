internal import CoterieLedger
internal import CoterieVault
internal import CoterieWire

extension Store {
  /// Ends erasures that were decided and interrupted, in all groups.
  ///
  /// O(decided); needs no key.
  @discardableResult
  func finishErasures() throws(GroupError) -> Int {
    guard let vault else { return 0 }
    var count = 0
    do {
      // Asked whenever a store is opened, and so by those who look for damage.
      let source = try ledger.checkedSnapshot()
      for (number, _) in try source.groups() {
        let contents = Contents(vault: vault, ledger: ledger, number: number)
        guard try contents.hasDecided(in: source) else { continue }
        count += try exclusively { () throws(GroupError) in
          do throws(VaultError) {
            return try contents.finishErasures()
          } catch {
            throw .vault(error)
          }
        }
      }
    } catch {
      throw .of(error, else: .ledger(.system(operation: "erasing in \(path): \(error)", number: 0)))
    }
    return count
  }

  /// Erases the contents whose timers have run out by `now`, in all groups, and what else was
  /// decided.
  ///
  /// A clock that was set back prolongs nothing: what remained to each message then remains to it.
  /// May be killed at any point and run again. Writes nothing while no timer runs. O(run out).
  ///
  /// - Parameter now: milliseconds since 1970.
  /// - Returns: how many contents are gone now.
  @discardableResult
  public func sweep(now: UInt64) throws(GroupError) -> Int {
    guard let vault else { return 0 }
    if try nextTimer() == nil { return try finishErasures() }
    return try exclusively { () throws(GroupError) in
      do throws(LedgerError) {
        try ledger.write { transaction throws(LedgerError) in
          let time = try Contents.time(now, in: transaction)
          for timer in try Contents.due(time, in: transaction) {
            let contents = Contents(vault: vault, ledger: ledger, number: timer.number)
            try contents.decide([timer.event], in: transaction)
            try transaction.delete(.timers, timer.key)
          }
        }
      } catch {
        throw .ledger(error)
      }
      return try finishErasures()
    }
  }

  /// When the next timer runs out, in milliseconds since 1970; nil if none runs.
  public func nextTimer() throws(GroupError) -> UInt64? {
    try GroupError.ofLedger { () throws(LedgerError) in
      try Contents.nextDue(in: ledger.checkedSnapshot())
    }
  }
}
