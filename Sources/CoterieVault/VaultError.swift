public import CoterieLedger

/// Why keys or contents could not be had.
public enum VaultError: Error, Equatable, Sendable {
  /// The store is locked; whether a key file is needed besides the passphrase.
  case locked(needsKeyFile: Bool)
  /// The passphrase or the key file is wrong; the next try counts only after so many seconds.
  case wrongPassphrase(waitSeconds: UInt64)
  /// Wrong passphrases were tried; nothing is looked at for so many seconds more.
  case mustWait(seconds: UInt64)
  /// There is not enough memory for what a guess at the passphrase is to cost.
  case notEnoughMemory
  /// A file of the store is not what it must be.
  case damaged(path: String, problem: String)
  case ledger(LedgerError)
}

extension VaultError: CustomStringConvertible {
  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .locked(let needsKeyFile):
      "the store is locked; unlock it with its passphrase"
        + (needsKeyFile ? " and its key file" : "")
    case .wrongPassphrase(let seconds):
      "wrong passphrase or key file; the next try counts after \(seconds) s"
    case .mustWait(let seconds):
      "wrong passphrases were tried; wait \(seconds) s before the next"
    case .notEnoughMemory: "there is not enough memory to derive the key of the passphrase"
    case .damaged(let path, let problem): "\(path) is damaged: \(problem)"
    case .ledger(let error): error.description
    }
  }
}
