package import CoterieLedger

extension Store {
  /// A local mark, which is never an event.
  package func mark(_ key: [UInt8]) throws(GroupError) -> [UInt8]? {
    do {
      return try ledger.snapshot().value(.marks, key)
    } catch {
      throw .ledger(error)
    }
  }

  /// Sets a local mark.
  package func setMark(_ key: [UInt8], _ value: [UInt8]) throws(GroupError) {
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.marks, key, value)
      }
    } catch {
      throw .ledger(error)
    }
  }

  /// Writes a file beside its place and renames it, so that nobody sees it half.
  package func replaceFile(
    _ path: String,
    beside: String,
    with bytes: [UInt8]
  ) throws(LedgerError) {
    try FileAccess.replace(path, beside: beside, with: bytes, isWipingOld: false)
  }
}
