import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// `coterie init`, `key`, `lock` and `unlock`.
enum KeyCommands {
  static let rows = [initialise, new, list, passwd, lock, unlock]

  private static let passphraseOptions = [
    Option(
      "--passphrase-fd",
      value: "N",
      help: "read the passphrase from this descriptor, one line"
    ),
    Option("--key-file", value: "FILE", help: "a file that is needed besides the passphrase"),
  ]

  private static let initialise = Command(
    "init",
    "make an empty store",
    about: """
      The store is entered into the keyring, which lies outside it and holds the key under which
      the store's keys and contents are sealed. With --passphrase that key is locked at once.
      """,
    example: "init alice.coterie",
    operands: [Operand("PATH", help: "where the store is to be")],
    options: [Option("--passphrase", help: "lock the store with a passphrase")]
      + passphraseOptions,
    run: { invocation, console in
      let path = invocation.operands[0]
      guard !path.isEmpty else {
        throw Failure.usage("PATH is empty", help: "coterie init alice.coterie")
      }
      let isLocked = invocation.has("--passphrase") || invocation.value("--passphrase-fd") != nil
      // Asked for first: a store that was to be protected is never there without protection.
      if isLocked {
        let lock = try NewLock(invocation)
        _ = try Stores.create(path, under: try lock.key())
        console.say(isSet)
      } else {
        _ = try Stores.create(path)
      }
      console.say("made \(path)")
      StoreCommands.report("made", path, console)
      return .done
    }
  )

  private static let new = Command(
    "key new",
    "make a key for one group",
    about: """
      Prints the public key: hand it to whoever is to invite you. The key is used for one group, so
      that nothing links your memberships.
      """,
    example: "key new -s bob.coterie",
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      do throws(GroupError) {
        let key = try store.makeKey(now: Stores.surroundings.now())
        if console.isJSON {
          console.line(Output.document("key", .object(["key": .string(key.hex)]), exit: .done))
        } else {
          console.line(key.hex)
        }
      } catch {
        throw Stores.failure(error)
      }
      return .done
    }
  )

  private static let list = Command(
    "key list",
    "list the keys of a store",
    about: "Free keys wait for an invite; the others sign in one group, or belong to a link.",
    example: "key list -s bob.coterie",
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      let keys: [StoredKey]
      do throws(GroupError) {
        keys = try store.keys()
      } catch {
        throw Stores.failure(error)
      }
      if console.isJSON {
        let rows = keys.map { key in
          JSONValue.object([
            "key": .string(key.publicKey.hex), "purpose": .string(word(key.purpose)),
            "group": .optional(key.group?.hex), "link": .optional(key.link?.hex),
            "created": .string(Timestamp.text(key.created)),
          ])
        }
        console.line(Output.document("keys", .object(["keys": .array(rows)]), exit: .done))
        return .done
      }
      for key in keys {
        console.line(
          "\(key.publicKey.hex)  \(pad(word(key.purpose), to: 7))"
            + (key.group.map { "\($0.hex.prefix(16))" } ?? "")
        )
      }
      return .done
    }
  )

  private static func word(_ purpose: StoredKey.Purpose) -> String {
    switch purpose {
    case .free: "free"
    case .member: "member"
    case .link: "link"
    }
  }

  // MARK: Passphrases

  private static let passwd = Command(
    "key passwd",
    "set, change or remove the passphrase of a store",
    about: """
      Keys and contents are then sealed under a key that the passphrase opens (Argon2id), and with
      --key-file that file too. --remove takes the passphrase away. The store must be unlocked, or
      it asks for the passphrase that it has.
      """,
    example: "key passwd -s alice.coterie",
    options: [Option("--remove", help: "have no passphrase")] + passphraseOptions,
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      guard let vault = store.vault else { throw noVault }
      if vault.isLocked {
        throw Stores.failure(.locked(needsKeyFile: false))
      }
      if invocation.has("--remove") {
        do throws(GroupError) {
          try store.removePassphrase()
        } catch {
          throw Stores.failure(error)
        }
        console.say("the store has no passphrase now")
        report(vault, isSet: false, console)
        return .done
      }
      let lock = try NewLock(invocation)
      do throws(GroupError) {
        try store.setPassphrase(lock.passphrase, keyFile: lock.keyFile)
      } catch {
        throw Stores.failure(error)
      }
      console.say(isSet)
      report(vault, isSet: true, console)
      return .done
    }
  )

  /// Whether a store is locked now, whether it has a passphrase, and how long it stays unlocked.
  private static func report(
    _ vault: Vault,
    isSet: Bool,
    seconds: UInt64? = nil,
    _ console: Console
  ) {
    if !console.isJSON { return }
    let result = JSONValue.object([
      "locked": .bool(vault.isLocked), "passphrase": .bool(isSet),
      "idle_seconds": seconds.map { .integer(Int64(clamping: $0)) } ?? .null,
    ])
    console.line(Output.document("lock", result, exit: .done))
  }

  private static let isSet = "the passphrase is set; the store locks itself when it is not used"
  private static let noVault = Failure(.store, "store", "the store has no keys")

  /// A passphrase, and what is needed besides it.
  private struct NewLock: ~Copyable {
    let passphrase: SecretBytes
    let keyFile: [UInt8]?

    init(_ invocation: Invocation) throws(Failure) {
      let file = try KeyCommands.keyFile(invocation)
      let words = try KeyCommands.passphrase(invocation, "new passphrase: ", again: true)
      keyFile = file
      passphrase = words
    }

    /// A key for a new store that is locked so.
    borrowing func key() throws(Failure) -> NewKey {
      do throws(VaultError) {
        return try NewKey(passphrase: passphrase, keyFile: keyFile)
      } catch {
        throw Stores.failure(error)
      }
    }
  }

  /// The passphrase, from a descriptor or a prompt; never from the command line.
  static func passphrase(
    _ invocation: Invocation,
    _ prompt: String,
    again: Bool = false
  ) throws(Failure) -> SecretBytes {
    if let number = try invocation.number("--passphrase-fd") {
      guard var line = Terminal.line(from: Int32(clamping: number)), !line.isEmpty else {
        throw Failure(.locked, "no-passphrase", "descriptor \(number) gave no passphrase")
      }
      return SecretBytes(moving: &line)
    }
    if !invocation.has("--no-input"), var first = Terminal.secret(prompt), !first.isEmpty {
      if again {
        var second = Terminal.secret("once more: ") ?? []
        defer { Wiping.wipe(&second) }
        guard first == second else {
          throw Failure(.locked, "no-passphrase", "the two passphrases differ")
        }
      }
      return SecretBytes(moving: &first)
    }
    throw Failure(
      .locked,
      "no-passphrase",
      "a passphrase is needed, and there is no terminal to ask for it",
      help: "--passphrase-fd N reads it from a descriptor"
    )
  }

  static func keyFile(_ invocation: Invocation) throws(Failure) -> [UInt8]? {
    try invocation.value("--key-file").map { path throws(Failure) in
      try Files.read(path, limit: 1 << 20)
    }
  }

  private static let lock = Command(
    "lock",
    "lock a store",
    about: "Its keys and contents cannot be had until coterie unlock. It must have a passphrase.",
    example: "lock -s alice.coterie",
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      guard let vault = store.vault else { throw noVault }
      do throws(VaultError) {
        guard try vault.passphraseState().isSet else {
          throw VaultError.ledger(.notFound(path: "a passphrase"))
        }
      } catch {
        throw Failure(
          .locked,
          "no-passphrase",
          "the store has no passphrase, so it cannot be locked",
          help: "coterie key passwd sets one"
        )
      }
      do throws(VaultError) { try vault.lock() } catch { throw Stores.failure(error) }
      console.say("locked")
      report(vault, isSet: true, console)
      return .done
    }
  )

  private static let unlock = Command(
    "unlock",
    "unlock a store until it was not used for a while",
    about: """
      The key then stands in memory (never on a disk), and the store locks itself when it was not
      used for 15 minutes, or as long as --for says. Wrong passphrases slow down.
      """,
    example: "unlock -s alice.coterie --for 1h",
    options: [Option("--for", value: "TIME", help: "such as 10m, 1h")] + passphraseOptions,
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      guard let vault = store.vault else { throw noVault }
      let seconds = try invocation.value("--for").map { try Desk.seconds($0) } ?? 900
      guard seconds >= 1, seconds <= 30 * 86_400 else {
        throw Failure.usage("--for takes 1 second to 30 days")
      }
      do throws(VaultError) {
        guard try vault.passphraseState().isSet else {
          console.say("the store has no passphrase; it is never locked")
          report(vault, isSet: false, console)
          return .done
        }
      } catch {
        throw Stores.failure(error)
      }
      let words = try passphrase(invocation, "passphrase: ")
      let file = try keyFile(invocation)
      do throws(VaultError) {
        try vault.unlock(
          passphrase: words,
          keyFile: file,
          now: Stores.surroundings.now() / 1000,
          idleMilliseconds: seconds * 1000
        )
      } catch {
        throw Stores.failure(error)
      }
      console.say("unlocked; locks itself after \(seconds) s without use")
      report(vault, isSet: true, seconds: seconds, console)
      return .done
    }
  )
}
