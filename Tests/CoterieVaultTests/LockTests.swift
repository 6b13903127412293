import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieWire
import Foundation
import StoreKit
import Synchronization
import Testing

@testable import CoterieVault

private func secret(_ text: String) -> SecretBytes {
  var bytes = Array(text.utf8)
  return SecretBytes(moving: &bytes)
}

/// A store with a passphrase and one key, as one command after the other opens it.
private struct Scene {
  let shelf: Shelf
  let folder: UnlockedFolder

  init() throws {
    shelf = try Shelf()
    folder = shelf.unlocked
    let store = try Store.create(
      at: shelf.path("a.coterie"),
      keyring: shelf.keyring,
      under: try NewKey(passphrase: secret("open sesame"), keyFile: nil, cost: .least)
    )
    _ = try store.makeKey(now: 1)
  }

  func vault(_ name: String = "a.coterie", in folder: UnlockedFolder? = nil) throws -> Vault {
    try Vault(
      store: shelf.path(name),
      keyring: shelf.keyring,
      unlocked: folder ?? self.folder
    )
  }

  func unlock(_ vault: Vault, with words: String = "open sesame", now: UInt64 = 10) throws {
    try vault.unlock(
      passphrase: secret(words),
      keyFile: nil,
      now: now,
      idleMilliseconds: 60_000
    )
  }

  /// The files in which keys wait.
  func kept() throws -> [String] {
    try FileAccess.names(in: folder.path).map { "\(folder.path)/\($0)" }
  }
}

/// Gives a store another key; answers what stood against it.
private func changing(_ store: Store) -> GroupError? {
  do throws(GroupError) {
    try store.changeKey()
    return nil
  } catch {
    return error
  }
}

@Suite struct `A passphrase` {
  @Test func `is there from the first moment of a store that is made with one`() throws {
    let scene = try Scene()
    let entry = try #require(try scene.shelf.keyring.entry(for: scene.shelf.path("a.coterie")))
    #expect(entry.lock.first == UInt8(ascii: "p"))
    let vault = try scene.vault()
    #expect(vault.isLocked)
    try scene.unlock(vault)
    #expect(try vault.keys().count == 1)
  }

  @Test func `is not set at all where there is no memory for what it is to cost`() throws {
    #expect(throws: VaultError.notEnoughMemory) {
      try NewKey(
        passphrase: secret("x"),
        keyFile: nil,
        cost: Passphrase.Cost(passes: 1, memoryBytes: 1)
      )
    }
  }

  @Test func `protects a key that no older keyring holds`() throws {
    let shelf = try Shelf()
    do {
      let store = try shelf.make("a.coterie")
      _ = try store.makeKey(now: 1)
      let older = try Data(contentsOf: URL(filePath: shelf.keyring.path))
      try store.setPassphrase(secret("open sesame"), keyFile: nil, cost: .least)
      #expect(try store.keys().count == 1)
      try older.write(to: URL(filePath: shelf.keyring.path))
    }
    let slots = shelf.path("a.coterie") + "/slots"
    let damage = VaultError.damaged(path: slots, problem: "it is sealed under another key")
    #expect(throws: GroupError.vault(damage)) { try shelf.open("a.coterie") }
  }

  @Test func `that is taken away leaves no key that it opened`() throws {
    let scene = try Scene()
    let before = try Data(contentsOf: URL(filePath: scene.shelf.keyring.path))
    try scene.unlock(try scene.vault())
    do {
      let store = try scene.shelf.open("a.coterie")
      try store.removePassphrase()
      #expect(try store.keys().count == 1)
    }
    #expect(try scene.vault().keys().count == 1)
    try before.write(to: URL(filePath: scene.shelf.keyring.path))
    let vault = try scene.vault()
    #expect(throws: VaultError.self) { try scene.unlock(vault) }
  }

  @Test func `that is set while another program gives a new key loses nothing`() async throws {
    let shelf = try Shelf()
    let (one, other) = (try shelf.make("a.coterie"), try shelf.open("a.coterie"))
    let key = try one.makeKey(now: 1)
    let setting = Task.detached { try one.setPassphrase(secret("open sesame"), keyFile: nil) }
    try await Task.sleep(for: .milliseconds(100))
    // On a busy machine the passphrase may be set by now: then nobody changes the key without it.
    let refusal = changing(other)
    try await setting.value
    #expect(refusal.map { $0 == .vault(.locked(needsKeyFile: false)) } ?? true)
    let vault = try Vault(store: shelf.path("a.coterie"), keyring: shelf.keyring)
    try vault.unlock(
      passphrase: secret("open sesame"),
      keyFile: nil,
      now: 1,
      idleMilliseconds: 60_000
    )
    #expect(try vault.keys().map(\.publicKey) == [key])
  }

  @Test func `is not set in place of one that the program did not know of`() throws {
    let scene = try Scene()
    let path = scene.shelf.path("a.coterie")
    let before = try scene.shelf.keyring.entry(for: path)
    #expect(throws: VaultError.ledger(.busy(path: path))) {
      try scene.vault().change(lockMarked: [1]) { _, lock in lock = NewKey().lock }
    }
    #expect(try scene.shelf.keyring.entry(for: path) == before)
  }

  @Test func `is asked for again at once when the clock was set back`() throws {
    let scene = try Scene()
    let vault = try scene.vault()
    let year: UInt64 = 365 * 86_400
    for wait in [0, 0, 1, 2] as [UInt64] {
      #expect(throws: VaultError.wrongPassphrase(waitSeconds: wait)) {
        try scene.unlock(vault, with: "x", now: year + wait)
      }
    }
    #expect(throws: VaultError.mustWait(seconds: 2)) { try scene.unlock(vault, now: 100) }
    #expect(throws: VaultError.mustWait(seconds: 1)) { try scene.unlock(vault, now: 101) }
    try scene.unlock(vault, now: 102)
    #expect(!vault.isLocked)
  }
}

@Suite struct `A store that is unlocked` {
  @Test func `keeps its key in two halves of which neither opens anything`() throws {
    let scene = try Scene()
    let vault = try scene.vault()
    try scene.unlock(vault)
    let kept = try #require(try scene.kept().first)
    let held = try #require(try FileAccess.contents(kept, limit: 4096))
    let keyring = try #require(try FileAccess.contents(scene.shelf.keyring.path, limit: 4096))
    let key = try #require(vault.held.withLock { $0?.key })
    let raw = key.withSecret { $0.revealed() }
    for bytes in [held, keyring] {
      #expect(!bytes.contains(raw))
      #expect(!bytes.contains(Hexadecimal.digits(of: raw)))
    }
    #expect(try scene.vault().isLocked == false)
  }

  @Test func `is locked for all sessions at once`() throws {
    let scene = try Scene()
    let other = UnlockedFolder(path: scene.folder.path + "-other")
    defer { try? FileManager.default.removeItem(atPath: other.path) }
    try scene.unlock(try scene.vault())
    #expect(try scene.vault(in: other).isLocked)
    try scene.unlock(try scene.vault(in: other))
    #expect(try scene.vault().isLocked == false)
    #expect(try scene.vault(in: other).isLocked == false)
    try scene.vault().lock()
    #expect(try scene.vault().isLocked)
    #expect(try scene.vault(in: other).isLocked)
    // Where another session keeps its keys they are forgotten too, if that is known.
    try scene.vault(in: UnlockedFolder(path: scene.folder.path, elsewhere: [other.path])).lock()
    try scene.unlock(try scene.vault(in: other))
    try scene.vault(in: UnlockedFolder(path: scene.folder.path, elsewhere: [other.path])).lock()
    #expect(try scene.kept() == [])
  }

  @Test func `stays locked whatever a slow program writes back`() throws {
    let scene = try Scene()
    let vault = try scene.vault()
    try scene.unlock(vault)
    let kept = try #require(try scene.kept().first)
    let held = try Data(contentsOf: URL(filePath: kept))
    // As a program leaves it that is killed before it renames what it has written.
    try held.write(to: URL(filePath: kept + ".1.partial"))
    try vault.lock()
    #expect(try scene.kept() == [])
    try held.write(to: URL(filePath: kept))
    #expect(try scene.vault().isLocked)
    try scene.unlock(vault)
    try held.write(to: URL(filePath: kept))
    #expect(try scene.vault().isLocked == false)
  }

  @Test func `is not said to be locked while something is left of its key`() throws {
    let scene = try Scene()
    let vault = try scene.vault()
    try scene.unlock(vault)
    let kept = try #require(try scene.kept().first)
    let beside = kept + ".1.partial"
    try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: false)
    #expect(
      throws: VaultError.ledger(
        .system(operation: "overwriting \(beside)", number: EISDIR)
      )
    ) { try vault.lock() }
    #expect(try scene.vault().isLocked)
  }

  @Test func `leaves no key behind when its time is over and another is used`() throws {
    let scene = try Scene()
    let vault = try scene.vault()
    try vault.unlock(
      passphrase: secret("open sesame"),
      keyFile: nil,
      now: 10,
      idleMilliseconds: 0
    )
    #expect(try scene.kept().count == 1)
    _ = try scene.vault()
    #expect(try scene.kept() == [])
  }

  @Test func `has nothing to do with its backup`() throws {
    let scene = try Scene()
    try scene.unlock(try scene.vault())
    do { try scene.shelf.open("a.coterie").backUp(to: scene.shelf.path("b.coterie")) }
    #expect(try scene.vault("b.coterie").isLocked)
    try scene.unlock(try scene.vault("b.coterie"))
    do {
      try scene.shelf.open("a.coterie").changeKey(
        passphrase: secret("open sesame"),
        keyFile: nil,
        now: 20
      )
    }
    #expect(try scene.vault().isLocked)
    #expect(try scene.vault("b.coterie").isLocked == false)
    try scene.unlock(try scene.vault())
    #expect(try scene.vault().keys().count == 1)
    #expect(try scene.vault("b.coterie").keys().count == 1)
    try scene.vault().lock()
    #expect(try scene.vault("b.coterie").isLocked == false)
  }
}

@Suite struct `A group of a store that is locked` {
  @Test func `signs nothing more, whoever has it open`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let group = try shelf.group(id, ann)
    try await group.post("before")
    try ann.setPassphrase(secret("sesame"), keyFile: nil, cost: .least)
    try await group.post("between")
    try ann.vault?.lock()
    await #expect(throws: GroupError.vault(.locked(needsKeyFile: false))) {
      try await group.setProfile(name: "after")
    }
    #expect(await group.eventCount == 3)
  }
}
