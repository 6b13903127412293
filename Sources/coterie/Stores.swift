import CoterieConsole
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// Stores of this user, as commands open them.
enum Stores {
  /// The keyring: `COTERIE_KEYRING`, or a file in the XDG data home.
  static var keyring: Keyring {
    let environment = Commands.environment
    if let path = environment["COTERIE_KEYRING"] { return Keyring(path: path) }
    let data = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? ".")/.local/share"
    return Keyring(path: "\(data)/coterie/keyring")
  }

  /// Where keys of unlocked stores wait: in the user's runtime folder, or in shared memory.
  ///
  /// Whichever it is, what another session has put into the other is forgotten too.
  static var unlocked: UnlockedFolder {
    let shared = "/dev/shm/coterie-\(geteuid())"
    let elsewhere = [shared, "/run/user/\(geteuid())/coterie"]
    if let runtime = Commands.environment["XDG_RUNTIME_DIR"] {
      return UnlockedFolder(path: "\(runtime)/coterie", elsewhere: elsewhere)
    }
    return UnlockedFolder(path: shared, elsewhere: elsewhere)
  }

  /// The clock of this machine.
  static let surroundings = Surroundings(now: {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  })

  static func create(_ path: String, under key: NewKey = NewKey()) throws(Failure) -> Store {
    do throws(GroupError) {
      return try Store.create(at: trimmed(path), keyring: keyring, unlocked: unlocked, under: key)
    } catch {
      throw failure(error)
    }
  }

  /// Opens a store of this user, and erases what has disappeared in it by now.
  static func open(_ path: String) throws(Failure) -> Store {
    guard try isThere(path) else {
      throw Failure(
        .notFound,
        "not-found",
        "there is no store at \(path)",
        help: "coterie init \(path) makes one"
      )
    }
    guard try isOwn(path) else {
      throw Failure(
        .store,
        "unknown-store",
        "\(path) is not in your keyring (\(keyring.path))",
        help: "only stores made here are written; export it and import it into one of your own"
      )
    }
    do throws(GroupError) {
      let store = try Store.open(trimmed(path), keyring: keyring, unlocked: unlocked)
      try store.sweep(now: surroundings.now())
      return store
    } catch {
      throw failure(error)
    }
  }

  static func openOrCreate(_ path: String) throws(Failure) -> Store {
    try isThere(path) ? try open(path) : try create(path)
  }

  private static func isThere(_ path: String) throws(Failure) -> Bool {
    do throws(LedgerError) {
      return try FileAccess.isThere(trimmed(path))
    } catch {
      throw failure(GroupError.ledger(error))
    }
  }

  /// Whether a path is a store that stands in this user's keyring.
  static func isOwn(_ path: String) throws(Failure) -> Bool {
    guard try Files.isFolderForSure(path) else { return false }
    do throws(LedgerError) {
      return try keyring.knows(trimmed(path))
    } catch {
      throw failure(GroupError.ledger(error))
    }
  }

  /// A store of this user, for what is told of it besides; nil if it cannot be opened.
  static func own(_ path: String) -> Store? {
    guard (try? isOwn(path)) == true else { return nil }
    return try? open(path)
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  static func failure(_ error: GroupError) -> Failure {
    switch error {
    case .ledger(.notFound(let path)):
      Failure(.notFound, "not-found", "there is no store at \(path)")
    case .ledger(.damaged(let page, let problem)):
      damaged(LedgerError.damaged(page: page, problem: problem).description)
    case .ledger(let error): Failure(.store, "store", error.description)
    case .vault(let error): failure(error)
    case .malformed(let fault): Failure(.malformed, fault.code, fault.description)
    case .refused(let code, let by):
      Failure(
        .refused,
        code.rawValue,
        code.explanation + (by.map { ", by \($0)" } ?? ""),
        help: "nothing was written; coterie explain \(code.rawValue) says more",
        event: by?.hex,
        evidence: by.map { [$0.hex] } ?? []
      )
    case .noSuchGroup(let id):
      Failure(.notFound, "not-found", "the store has no group \(id)", group: id.hex)
    case .noSuchEvent(let id): .noEvent(called: id.hex)
    case .noSuchMessage(let id):
      Failure(
        .notFound,
        "not-found",
        "\(id) is no message, or one that has no effect",
        help: "coterie message list shows the messages; coterie why \(id) says what it is",
        event: id.hex
      )
    case .notFounded(let id):
      Failure(
        .undecided,
        "undecided",
        "the founding event of \(id) has not come yet",
        help: "coterie sync or coterie import brings it",
        group: id.hex
      )
    case .noKey(let group):
      Failure(
        .locked,
        "no-key",
        "no key of this store can do that in \(group)",
        help: "coterie key list shows the keys; coterie invite list the invites to them",
        group: group.hex
      )
    case .contentTooLarge(let bytes):
      Failure(
        .usage,
        "too-large",
        "\(bytes) bytes are more than a message may have (\(Limits.contentBytesMax))",
        help: "coterie message post --file sends files of any size"
      )
    case .noContent(let id):
      Failure(
        .notFound,
        "no-content",
        "the content of \(id) was erased, or never came",
        event: id.hex
      )
    case .damagedLog(let arrival, let fault):
      damaged(
        "event \(arrival) in the store's log, or one before it, is not as it was written: \(fault)"
      )
    case .admissionDiffers(let id):
      Failure(
        .defect,
        "admission-differs",
        "event \(id) was admitted differently before",
        help: "please report this; coterie replay shows what judging gives now",
        event: id.hex,
        evidence: [id.hex]
      )
    }
  }

  /// A store of which something is not what it must be.
  static func damaged(_ message: String) -> Failure {
    Failure(
      .store,
      "damaged",
      message,
      help: "coterie verify says what is damaged; coterie store salvage brings what is sound into a"
        + " new store"
    )
  }

  static func failure(_ error: VaultError) -> Failure {
    switch error {
    case .locked, .wrongPassphrase, .mustWait:
      Failure(.locked, "locked", error.description, help: "coterie unlock asks for the passphrase")
    case .notEnoughMemory: Failure(.store, "memory", error.description)
    case .damaged: damaged(error.description)
    case .ledger(let error): failure(GroupError.ledger(error))
    }
  }
}
