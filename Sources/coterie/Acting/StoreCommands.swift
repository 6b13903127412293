import CoterieConsole
import CoterieGroups
import CoterieJSON
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Glibc

/// `coterie store` and `coterie contacts`.
enum StoreCommands {
  static let rows = [stats, backup, compact, upgrade, purge, salvage, contacts]

  private static let stats = Command(
    "store stats",
    "say what a store holds and how large it is",
    about: "Groups, events, contents, and the bytes of its files.",
    example: "store stats -s alice.coterie",
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      let store = try Stores.open(path)
      let counts: [String: Int]
      do throws(GroupError) { counts = try store.counts() } catch { throw Stores.failure(error) }
      var files: [String: JSONValue] = [:]
      var total = 0
      for file in try Files.below(path, ending: "") {
        var status = stat()
        guard unsafe stat(file, &status) == 0 else { continue }
        total += Int(status.st_size)
        files[String(file.dropFirst(path.count + 1))] = .integer(Int64(status.st_size))
      }
      if console.isJSON {
        let result = JSONValue.object([
          "counts": .object(counts.mapValues { .integer(Int64($0)) }), "files": .object(files),
          "bytes": .integer(Int64(total)), "locked": .bool(store.vault?.isLocked ?? false),
        ])
        console.line(Output.document("stats", result, exit: .done))
        return .done
      }
      for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
        console.line("\(pad(name, to: 12))\(padLeft(Output.grouped(count), to: 12))")
      }
      console.line("\(pad("bytes", to: 12))\(padLeft(Output.grouped(total), to: 12))")
      return .done
    }
  )

  private static let backup = Command(
    "store backup",
    "copy a store as it is now",
    about: """
      The copy opens with the same key, and is entered into the keyring. Do not act from it while
      the store itself lives: one key on two devices forks its history.
      """,
    example: "store backup /media/stick/alice.coterie",
    operands: [Operand("PATH", help: "where the copy is to be")],
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      do throws(GroupError) {
        try store.backUp(to: invocation.operands[0])
      } catch {
        throw Stores.failure(error)
      }
      console.say("copied to \(invocation.operands[0])")
      report("copied", store.path, to: invocation.operands[0], console)
      return .done
    }
  )

  /// What was done to a store as a whole.
  static func report(_ deed: String, _ path: String, to copy: String? = nil, _ console: Console) {
    if !console.isJSON { return }
    let result = JSONValue.object([
      "deed": .string(deed), "path": .string(path), "copy": .optional(copy),
    ])
    console.line(Output.document("store", result, exit: .done))
  }

  private static func compact(_ path: String) throws(Failure) {
    do throws(VaultError) {
      try Vault.compact(store: path, keyring: Stores.keyring)
    } catch {
      throw Stores.failure(error)
    }
  }

  private static let compact = Command(
    "store compact",
    "write a store anew without what was deleted in it",
    about: "No other program may have it open.",
    example: "store compact -s alice.coterie",
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      _ = try Stores.open(path)
      try compact(path)
      console.say("compacted \(path)")
      report("compacted", path, console)
      return .done
    }
  )

  private static let upgrade = Command(
    "store upgrade",
    "bring a store of an older program to the newest format",
    about: """
      What its log was is kept beside it, as \(StoreFormat.olderFile), until the store is compacted
      or purged. The first command that acts in a store, or shows its names, upgrades it too.
      """,
    example: "store upgrade -s alice.coterie",
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      let isOlder: Bool
      do throws(LedgerError) {
        isOlder = try Ledger.isOlder(path)
      } catch {
        throw Stores.failure(GroupError.ledger(error))
      }
      _ = try Stores.open(path)
      let kept = "\(path)/\(StoreFormat.olderFile)"
      if console.isJSON {
        let result = JSONValue.object([
          "format": .integer(Int64(StoreFormat.current)), "upgraded": .bool(isOlder),
          "kept": isOlder ? .string(kept) : .null,
        ])
        console.line(Output.document("upgrade", result, exit: .done))
      } else {
        console.line(
          isOlder
            ? "upgraded \(path) to format \(StoreFormat.current); what it was is in \(kept)"
            : "\(path) has format \(StoreFormat.current), the newest: nothing to do"
        )
      }
      return .done
    }
  )

  private static let passphraseOptions = [
    Option("--passphrase-fd", value: "N", help: "read the passphrase from this descriptor"),
    Option("--key-file", value: "FILE", help: "the file that is needed besides"),
  ]

  private static let purge = Command(
    "store purge",
    "make what was erased unreadable for journals, snapshots and flash drives too",
    about: """
      Gives the store a new key outside it, seals keys and the live slots anew, overwrites the old
      files, removes what interrupted posts of files left, and compacts the log. A store with a
      passphrase asks for it.
      """,
    example: "store purge -s alice.coterie",
    options: passphraseOptions,
    run: { invocation, console in
      let path = try Sources.path(nil, invocation)
      try changeKey(path, invocation)
      try compact(path)
      console.say("purged \(path)")
      report("purged", path, console)
      return .done
    }
  )

  private static func changeKey(_ path: String, _ invocation: Invocation) throws(Failure) {
    let store = try Stores.open(path)
    let isSet = (try? store.vault?.passphraseState().isSet) ?? false
    do throws(GroupError) {
      try store.removeStrayAttachments()
      guard isSet else { return try store.changeKey() }
    } catch {
      throw Stores.failure(error)
    }
    let words = try KeyCommands.passphrase(invocation, "passphrase: ")
    let file = try KeyCommands.keyFile(invocation)
    do throws(GroupError) {
      try store.changeKey(
        passphrase: words,
        keyFile: file,
        now: Stores.surroundings.now() / 1000
      )
    } catch {
      throw Stores.failure(error)
    }
  }

  private static let salvage = Command(
    "store salvage",
    "bring what is sound in a damaged store into a new one",
    about: """
      Events whose bytes and signature are good, contents that match what was signed, and keys. What
      was erased stays erased, and what disappears still does. The damaged store is only read. It
      says how many of its pages the disk does not give. A store with a passphrase asks for it, and
      the new one has the same.
      """,
    example: "store salvage alice.coterie saved.coterie",
    operands: [
      Operand("DAMAGED", help: "the damaged store"), Operand("PATH", help: "the new store"),
    ],
    options: passphraseOptions,
    run: { invocation, console in
      let vault = try damagedVault(invocation)
      let found: Store.Salvage
      do throws(GroupError) {
        found = try Store.salvage(
          vault,
          to: invocation.operands[1],
          keyring: Stores.keyring,
          unlocked: Stores.unlocked
        )
      } catch {
        throw Stores.failure(error)
      }
      if console.isJSON {
        let result = JSONValue.object([
          "events": .integer(Int64(found.events)), "contents": .integer(Int64(found.contents)),
          "keys": .integer(Int64(found.keys)), "waiting": .integer(Int64(found.waiting)),
          "bad": .integer(Int64(found.bad)), "unreadable": .integer(Int64(found.unreadable)),
        ])
        console.line(Output.document("salvage", result, exit: .done))
      } else {
        console.line(
          "\(found.events) events, \(found.contents) contents, \(found.keys) keys; "
            + "\(found.waiting) wait, \(found.bad) damaged"
        )
        if found.unreadable > 0 {
          console.line(
            "pages that the disk did not give: \(found.unreadable); what stood there is not in the "
              + "new store: try again with a copy of the disk"
          )
        }
      }
      return .done
    }
  )

  /// The vault of the store that is to be salvaged, unlocked.
  private static func damagedVault(_ invocation: Invocation) throws(Failure) -> Vault {
    let vault: Vault
    do throws(VaultError) {
      vault = try Vault(
        store: invocation.operands[0],
        keyring: Stores.keyring,
        unlocked: Stores.unlocked
      )
    } catch {
      throw Stores.failure(error)
    }
    if !vault.isLocked { return vault }
    let words = try KeyCommands.passphrase(invocation, "passphrase: ")
    let file = try KeyCommands.keyFile(invocation)
    do throws(VaultError) {
      try vault.unlockDamaged(
        passphrase: words,
        keyFile: file,
        now: Stores.surroundings.now() / 1000
      )
    } catch {
      throw Stores.failure(error)
    }
    return vault
  }

  private static let contacts = Command(
    "contacts",
    "say who may invite you",
    about: """
      everyone, known keys only, or nobody: invites of others are not taken in by coterie sync. What
      you import from a file is up to you. Local; no one learns of it.
      """,
    example: "contacts known --add KEY",
    operands: [
      Operand(
        "RULE",
        .optional,
        allowed: ["everyone", "known", "nobody"],
        help: "everyone, known or nobody"
      )
    ],
    options: [
      Option("--add", value: "KEY", values: .anything, help: "a key that is known"),
      Option("--remove", value: "KEY", values: .anything, help: "a key that is not known any more"),
    ],
    run: { invocation, console in
      let store = try Stores.open(try Sources.path(nil, invocation))
      let rule = invocation.operands.first.map { ContactPolicy.Rule(rawValue: $0) }
      if let rule, rule == nil { throw Failure.usage("RULE is everyone, known or nobody") }
      let added = try key("--add", invocation)
      let removed = try key("--remove", invocation)
      do throws(GroupError) {
        var policy = try store.contactPolicy()
        let before = policy
        if let rule = rule ?? nil { policy.rule = rule }
        if let added { policy.known.insert(added) }
        if let removed { policy.known.remove(removed) }
        if policy != before { try store.setContactPolicy(policy) }
        if console.isJSON {
          let result = JSONValue.object([
            "rule": .string(policy.rule.rawValue),
            "known": .strings(policy.known.sorted().map(\.hex)),
          ])
          console.line(Output.document("contacts", result, exit: .done))
        } else {
          console.line(policy.rule.rawValue)
          for key in policy.known.sorted() { console.line(key.hex) }
        }
      } catch {
        throw Stores.failure(error)
      }
      return .done
    }
  )

  private static func key(_ option: String, _ invocation: Invocation) throws(Failure) -> Digest? {
    guard let word = invocation.value(option) else { return nil }
    if let key = Digest(hex: word) { return key }
    throw Failure.usage(
      "\(option) takes a public key of 64 hexadecimal digits, not \"\(word)\"",
      help: "coterie members --json prints whole keys"
    )
  }
}
