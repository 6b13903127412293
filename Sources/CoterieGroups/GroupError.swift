public import CoterieJudgement
public import CoterieLedger
public import CoterieVault
public import CoterieWire

/// Why something could not be done to a group in a store.
public enum GroupError: Error, Equatable, Sendable {
  case ledger(LedgerError)
  /// Keys or contents cannot be had.
  case vault(VaultError)
  /// Bytes that were offered are no event of this group.
  case malformed(Malformed)
  /// The rules refuse the act; nothing was written.
  case refused(Code, by: Digest?)
  /// The store has no such group.
  case noSuchGroup(Digest)
  /// The group holds no such event.
  case noSuchEvent(Digest)
  /// The event is no message, or one without effect.
  case noSuchMessage(Digest)
  /// The group's founding event has not come yet, so nothing can be said or done in it.
  case notFounded(Digest)
  /// No key of this store can do that in this group.
  case noKey(group: Digest)
  /// The content is larger than an event may commit to.
  case contentTooLarge(bytes: Int)
  /// The content was erased, or never came.
  case noContent(Digest)
  /// What the store says of an admission is not what judging it gives.
  case admissionDiffers(Digest)
  /// An event of the store's own log, by its arrival from 1 on, is not as it was written, or one
  /// before it is not.
  case damagedLog(arrival: UInt64, Malformed)
}

extension GroupError {
  /// The error of a group to which one of its store or its contents comes; `fallback` for others.
  static func of(_ error: any Error, else fallback: @autoclosure () -> GroupError) -> GroupError {
    switch error {
    case let error as GroupError: error
    case let error as VaultError: .vault(error)
    case let error as LedgerError: .ledger(error)
    default: fallback()
    }
  }

  /// Runs what may fail in a store's file.
  static func ofLedger<Result>(
    _ body: () throws(LedgerError) -> Result
  ) throws(GroupError) -> Result {
    do throws(LedgerError) {
      return try body()
    } catch {
      throw .ledger(error)
    }
  }
}
