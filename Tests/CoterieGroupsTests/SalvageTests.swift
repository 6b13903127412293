import CoterieEvents
import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

private func secret(_ text: String) -> SecretBytes {
  var bytes = Array(text.utf8)
  return SecretBytes(moving: &bytes)
}

/// A store of Ann's in which a message was erased, one disappears, and a group was forgotten; Bob
/// has everything.
private struct Wreck {
  let shelf: Shelf
  let bob: Store
  let group: Digest
  let (erased, disappearing, read): (Digest, Digest, Digest)

  init() async throws {
    shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    bob = try shelf.make("bob.coterie")
    group = try await shelf.group(of: ann, with: [(bob, .member)])
    let (hers, his) = (try shelf.group(group, ann), try shelf.group(group, bob))
    erased = try await hers.post("erased here")
    disappearing = try await hers.post("disappears", Group.Posting(lifetimeSeconds: 60))
    try await shelf.hand(over: group, from: ann, to: bob)
    _ = try await his.refresh()
    read = try await his.post("read")
    try await shelf.hand(over: group, from: bob, to: ann)
    _ = try await hers.refresh()
    try await hers.markRead([read])
    try await hers.eraseHere([erased])
    let other = try await shelf.group(of: ann, with: [])
    try await shelf.group(other, ann).post("forgotten")
    try ann.forget(other)
  }

  /// Takes both meta pages away, and with them the roots of all tables.
  func loseRoots() throws {
    let data = URL(filePath: shelf.path("ann.coterie/log.mdb"))
    let handle = try FileHandle(forWritingTo: data)
    try handle.write(contentsOf: Data(count: 8192))
    try handle.close()
  }

  func salvage() throws -> Store.Salvage {
    try Store.salvage(
      shelf.path("ann.coterie"),
      to: shelf.path("saved.coterie"),
      keyring: shelf.keyring,
      unlocked: shelf.unlocked
    )
  }

  /// The texts of the salvaged group, after Bob has given everything that he has.
  func texts(_ saved: Store) async throws -> [String?] {
    try await shelf.hand(over: group, from: bob, to: saved)
    return try await shelf.group(group, saved).messages().map { message in
      message.content.map { String(decoding: $0, as: UTF8.self) }
    }
  }
}

@Suite struct `What is salvaged` {
  @Test(arguments: [false, true])
  func `stays erased, disappears when it would have, and is known as read`(_ hasNoRoots: Bool)
    async throws
  {
    let wreck = try await Wreck()
    if hasNoRoots { try wreck.loseRoots() }
    let found = try wreck.salvage()
    #expect(found.contents >= 2 && found.bad == 0)
    let saved = try wreck.shelf.open("saved.coterie")
    #expect(try await wreck.texts(saved) == [nil, "disappears", "read"])
    let group = try wreck.shelf.group(wreck.group, saved)
    #expect(try await group.message(wreck.read).readAt == wreck.shelf.clock.now)
    #expect(try saved.nextTimer() == wreck.shelf.clock.now + 60_000)
    wreck.shelf.clock.advance(seconds: 61)
    #expect(try saved.sweep(now: wreck.shelf.clock.now) == 1)
    #expect(try await wreck.texts(saved) == [nil, nil, "read"])
  }

  @Test func `is no group that was forgotten`() async throws {
    let wreck = try await Wreck()
    _ = try wreck.salvage()
    #expect(try wreck.shelf.open("saved.coterie").groups() == [wreck.group])
  }

  @Test func `of a store with a passphrase has that passphrase`() async throws {
    let wreck = try await Wreck()
    let shelf = wreck.shelf
    try shelf.open("ann.coterie").setPassphrase(secret("sesame"), keyFile: nil, cost: .least)
    #expect(throws: GroupError.vault(.locked(needsKeyFile: false))) { try wreck.salvage() }
    #expect(try FileAccess.isThere(shelf.path("saved.coterie")) == false)
    let vault = try #require(try shelf.open("ann.coterie").vault)
    try vault.unlock(
      passphrase: secret("sesame"),
      keyFile: nil,
      now: 1,
      idleMilliseconds: 60_000
    )
    #expect(try wreck.salvage().keys == 1)
    let saved = try #require(try shelf.open("saved.coterie").vault)
    #expect(saved.isLocked)
    try saved.unlock(
      passphrase: secret("sesame"),
      keyFile: nil,
      now: 2,
      idleMilliseconds: 60_000
    )
    #expect(try await wreck.texts(shelf.open("saved.coterie")) == [nil, "disappears", "read"])
  }

  @Test func `is brought out with the passphrase where nothing can be noted of the store`()
    async throws
  {
    let wreck = try await Wreck()
    let shelf = wreck.shelf
    try shelf.open("ann.coterie").setPassphrase(secret("sesame"), keyFile: nil, cost: .least)
    try wreck.loseRoots()
    let path = shelf.path("ann.coterie")
    let vault = try Vault(store: path, keyring: shelf.keyring, unlocked: shelf.unlocked)
    #expect(throws: VaultError.wrongPassphrase(waitSeconds: 0)) {
      try vault.unlockDamaged(passphrase: secret("x"), keyFile: nil, now: 1)
    }
    try vault.unlockDamaged(passphrase: secret("sesame"), keyFile: nil, now: 1)
    let found = try Store.salvage(
      vault,
      to: shelf.path("saved.coterie"),
      keyring: shelf.keyring,
      unlocked: shelf.unlocked
    )
    #expect(found.keys == 1 && found.contents >= 2)
    #expect(try shelf.open("saved.coterie").vault?.isLocked == true)
  }
}
