import CoterieGroups
import CoterieLedger
import CoterieSealing
import CoterieWire
import Foundation
import StoreKit
import Testing

@testable import CoterieVault

private func secret(_ text: String) -> SecretBytes {
  var bytes = Array(text.utf8)
  return SecretBytes(moving: &bytes)
}

private func lock(of key: StoreKey) throws -> KeyLock.PassphraseLock {
  try KeyLock.PassphraseLock(key, passphrase: secret("x"), keyFile: nil, cost: .least)
}

@Suite struct `Slots` {
  @Test func `give a secret back until it is erased, and know a changed byte`() throws {
    let shelf = try Shelf()
    let key = StoreKey()
    let file = SlotFile(path: shelf.path("slots"))
    try file.create(key)
    let secrets = (0..<20).map { _ in Entropy.digest() }
    try file.write(secrets, from: 1, under: key)
    #expect(try file.count() == 20)
    for (place, secret) in secrets.enumerated() {
      #expect(try file.read(UInt64(place + 1), under: key) == .secret(secret))
    }
    try file.erase([3, 20])
    #expect(try file.read(3, under: key) == .empty)
    #expect(try file.read(20, under: key) == .empty)
    #expect(try file.read(21, under: key) == .empty)
    #expect(try file.read(4, under: key) == .secret(secrets[3]))
    #expect(try file.read(4, under: StoreKey()) == .damaged)
    var bytes = try #require(try FileAccess.contents(shelf.path("slots"), limit: 1 << 20))
    #expect(bytes[(3 * 64)..<(4 * 64)].allSatisfy { $0 == 0 })
    bytes[5 * 64 + 30] ^= 1
    try FileAccess.replace(shelf.path("slots"), with: bytes, isWipingOld: false)
    #expect(try file.read(5, under: key) == .damaged)
  }

  @Test func `never cross a sector`() {
    #expect(512 % SlotFile.recordBytes == 0)
    #expect(SlotFile.record(Entropy.digest(), under: StoreKey()).count == SlotFile.recordBytes)
  }
}

@Suite struct `A vault` {
  @Test func `keeps keys under a key that lies outside the store`() throws {
    let shelf = try Shelf()
    let made: Digest
    do {
      let store = try shelf.make("a.coterie")
      made = try store.makeKey(now: 7)
    }
    let again = try shelf.open("a.coterie")
    let keys = try again.keys()
    #expect(keys.map(\.publicKey) == [made])
    #expect(keys.map(\.created) == [7])
    let seed = keys[0].signing.stored().revealed()
    for (name, bytes) in try shelf.files("a.coterie") {
      #expect(!bytes.contains(seed[..<32]), "\(name)")
      #expect(!bytes.contains(keys[0].seal.stored().revealed()), "\(name)")
    }
    let line = try #require(try shelf.keyring.entry(for: shelf.path("a.coterie")))
    #expect(line.lock.count == 65)
    let key = try #require(Hexadecimal.bytes(of: line.lock.dropFirst()))
    for (name, bytes) in try shelf.files("a.coterie") { #expect(!bytes.contains(key), "\(name)") }
  }

  @Test func `is locked by a passphrase, and opened by nothing else`() throws {
    let shelf = try Shelf()
    do {
      let store = try shelf.make("a.coterie")
      _ = try store.makeKey(now: 1)
      try store.setPassphrase(secret("open sesame"), keyFile: [1, 2, 3], cost: .least)
    }
    let store = try shelf.open("a.coterie")
    let vault = try #require(store.vault)
    #expect(vault.isLocked)
    #expect(throws: GroupError.vault(.locked(needsKeyFile: true))) { try store.keys() }
    func unlock(_ words: String, _ file: [UInt8]?, _ now: UInt64) throws {
      try vault.unlock(
        passphrase: secret(words),
        keyFile: file,
        now: now,
        idleMilliseconds: 60_000
      )
    }
    #expect(throws: VaultError.locked(needsKeyFile: true)) { try unlock("open sesame", nil, 10) }
    #expect(throws: VaultError.wrongPassphrase(waitSeconds: 0)) {
      try unlock("open sesame", [1, 2], 10)
    }
    #expect(throws: VaultError.wrongPassphrase(waitSeconds: 0)) { try unlock("x", [1, 2, 3], 10) }
    #expect(throws: VaultError.wrongPassphrase(waitSeconds: 1)) { try unlock("x", [1, 2, 3], 10) }
    #expect(throws: VaultError.mustWait(seconds: 1)) { try unlock("open sesame", [1, 2, 3], 10) }
    #expect(throws: VaultError.wrongPassphrase(waitSeconds: 2)) { try unlock("x", [1, 2, 3], 11) }
    try unlock("open sesame", [1, 2, 3], 13)
    #expect(try store.keys().count == 1)
    // Unlocked for later commands too, until it is locked again.
    #expect(try shelf.open("a.coterie").vault?.isLocked == false)
    try vault.lock()
    #expect(try shelf.open("a.coterie").vault?.isLocked == true)
  }

  @Test func `waits longer after each wrong passphrase, up to five minutes`() {
    #expect(
      (0...14).map { Vault.waitSeconds(after: $0) }
        == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    )
  }

  @Test func `keeps no unlocked key anywhere but in memory`() throws {
    let shelf = try Shelf()
    let folder = UnlockedFolder(path: shelf.path("not-in-memory"))
    let path = folder.path
    var lock = try lock(of: StoreKey())
    lock.counterpart = Counterpart()
    #expect(throws: LedgerError.notInMemory(path: path)) {
      try folder.keep(StoreKey(), of: lock, idleMilliseconds: 1000)
    }
    try shelf.unlocked.keep(StoreKey(), of: lock, idleMilliseconds: 0)
    #expect(shelf.unlocked.key(of: lock) == nil)
    #expect(try FileAccess.names(in: shelf.unlocked.path) == [])
  }

  @Test func `gets another key, and ends a change that was interrupted`() throws {
    let shelf = try Shelf()
    let store = try shelf.make("a.coterie")
    let key = try store.makeKey(now: 1)
    let folder = shelf.path("a.coterie")
    let before = try shelf.files("a.coterie")
    try store.changeKey()
    let after = try shelf.files("a.coterie")
    #expect(before["slots"] != after["slots"])
    #expect(before["identity"] != after["identity"])
    // As a crash would leave it: the keyring has the new key, the files are not renamed yet.
    for name in ["slots", "identity"] {
      try Data(try #require(before[name])).write(to: URL(filePath: "\(folder)/\(name)"))
      try Data(try #require(after[name])).write(to: URL(filePath: "\(folder)/\(name).next"))
    }
    #expect(try shelf.open("a.coterie").keys().map(\.publicKey) == [key])
    #expect(try shelf.files("a.coterie")["slots"] == after["slots"])
    #expect(try shelf.files("a.coterie")["slots.next"] == nil)
    // As a crash before that would: the new files are there, and the keyring has the old key.
    try Data(repeating: 1, count: 64).write(to: URL(filePath: "\(folder)/slots.next"))
    #expect(try shelf.open("a.coterie").keys().map(\.publicKey) == [key])
    #expect(try shelf.files("a.coterie")["slots.next"] == nil)
  }

  @Test func `says so when its files are of another key`() throws {
    let shelf = try Shelf()
    do { _ = try shelf.make("a.coterie").makeKey(now: 1) }
    let folder = shelf.path("a.coterie")
    try SlotFile(path: "\(folder)/slots").create(StoreKey())
    #expect(
      throws: GroupError.vault(
        .damaged(path: "\(folder)/slots", problem: "it is sealed under another key")
      )
    ) { try shelf.open("a.coterie") }
  }
}

@Suite struct `A key that another process changes` {
  /// A store that two processes have open, as far as their keys go.
  private func twice(_ shelf: Shelf) throws -> (Store, Store) {
    (try shelf.make("a.coterie"), try shelf.open("a.coterie"))
  }

  private func words(_ shelf: Shelf, _ group: Digest) async throws -> [String] {
    let again = try shelf.open("a.coterie")
    return try await shelf.group(group, again).messages().map {
      String(decoding: $0.content ?? [], as: UTF8.self)
    }
  }

  @Test func `is taken up before anything is sealed or read`() async throws {
    let shelf = try Shelf()
    let (one, other) = try twice(shelf)
    let group = try await shelf.group(of: one, with: [])
    try await shelf.group(group, one).post("before")
    try one.changeKey()
    #expect(try other.keys().count == 1)
    try await shelf.group(group, other).post("after")
    _ = try other.makeKey(now: 3)
    #expect(try one.keys().count == 2)
    #expect(try await words(shelf, group).sorted() == ["after", "before"])
  }

  @Test func `counts from the moment that the keyring has it`() async throws {
    let shelf = try Shelf()
    let (one, other) = try twice(shelf)
    let group = try await shelf.group(of: one, with: [])
    try await shelf.group(group, one).post("before")
    let folder = shelf.path("a.coterie")
    let before = try shelf.files("a.coterie")
    try one.changeKey()
    let after = try shelf.files("a.coterie")
    // As a crash would leave it: the keyring has the new key, the files are not renamed yet.
    for name in ["slots", "identity"] {
      try Data(try #require(before[name])).write(to: URL(filePath: "\(folder)/\(name)"))
      try Data(try #require(after[name])).write(to: URL(filePath: "\(folder)/\(name).next"))
    }
    try await shelf.group(group, other).post("after")
    #expect(try await words(shelf, group).sorted() == ["after", "before"])
  }

  @Test func `and that is half changed is settled by the passphrase alone`() throws {
    let shelf = try Shelf()
    let store = try shelf.make("a.coterie")
    let key = try store.makeKey(now: 1)
    let vault = try #require(store.vault)
    try store.setPassphrase(secret("open sesame"), keyFile: nil, cost: .least)
    try vault.unlock(
      passphrase: secret("open sesame"),
      keyFile: nil,
      now: 4,
      idleMilliseconds: 60_000
    )
    let folder = shelf.path("a.coterie")
    let before = try shelf.files("a.coterie")
    try vault.changeKey(
      passphrase: secret("open sesame"),
      keyFile: nil,
      cost: .least,
      now: 5
    )
    let after = try shelf.files("a.coterie")
    for name in ["slots", "identity"] {
      try Data(try #require(before[name])).write(to: URL(filePath: "\(folder)/\(name)"))
      try Data(try #require(after[name])).write(to: URL(filePath: "\(folder)/\(name).next"))
    }
    let again = try #require(try shelf.open("a.coterie").vault)
    #expect(again.isLocked)
    #expect(try shelf.files("a.coterie")["slots.next"] == after["slots"])
    try again.unlock(
      passphrase: secret("open sesame"),
      keyFile: nil,
      now: 9,
      idleMilliseconds: 60_000
    )
    #expect(try again.keys().map(\.publicKey) == [key])
  }
}

@Suite struct `A store that is made` {
  @Test func `is known and has its key before it stands in its place`() throws {
    let shelf = try Shelf()
    _ = try shelf.make("a.coterie")
    let files = try shelf.files("a.coterie")
    #expect(files["slots"]?.count == 64 && files["identity"] != nil)
    // Something in its place stops it before anything is entered.
    let keyring = try Data(contentsOf: URL(filePath: shelf.keyring.path))
    #expect(throws: GroupError.ledger(.alreadyExists(path: shelf.path("a.coterie")))) {
      try shelf.make("a.coterie")
    }
    #expect(try Data(contentsOf: URL(filePath: shelf.keyring.path)) == keyring)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: shelf.path).sorted()
        == ["a.coterie", "keyring", "keyring.lock"]
    )
  }
}

@Suite struct `An attachment` {
  @Test func `is sealed chunk by chunk and goes on after a cut`() throws {
    let shelf = try Shelf()
    let file = AttachmentFile(folder: shelf.path, name: String(repeating: "a", count: 32))
    let secret = Entropy.digest()
    let whole = Entropy.bytes(AttachmentManifest.chunkBytes)
    let last = Entropy.bytes(1000)
    var manifest = AttachmentManifest(name: "x", type: "image/png", size: 0, chunks: [])
    for (place, chunk) in [whole, whole, last].enumerated() {
      manifest.chunks.append(try file.append(chunk, at: place, secret: secret))
      manifest.size += UInt64(chunk.count)
    }
    #expect(AttachmentManifest(manifest.bytes) == manifest)
    #expect(file.chunkCount(of: manifest) == 3)
    #expect(try file.chunk(0, of: manifest, secret: secret) == whole)
    #expect(try file.chunk(2, of: manifest, secret: secret) == last)
    #expect(try file.chunk(2, of: manifest, secret: Entropy.digest()) == nil)
    let bytes = try #require(FileManager.default.contents(atPath: file.path))
    #expect(!Array(bytes).contains(last))
    try bytes.prefix(bytes.count - 1).write(to: URL(filePath: file.path))
    #expect(file.chunkCount(of: manifest) == 2)
    var damaged = bytes
    damaged[AttachmentManifest.chunkBytes + 100] ^= 1
    try damaged.write(to: URL(filePath: file.path))
    #expect(file.chunkCount(of: manifest) == 3)
    #expect(try file.chunk(1, of: manifest, secret: secret) == nil)
  }

  @Test func `is fetched again from where a power loss left a hole`() throws {
    let shelf = try Shelf()
    let file = AttachmentFile(folder: shelf.path, name: String(repeating: "a", count: 32))
    let secret = Entropy.digest()
    var manifest = AttachmentManifest(name: "x", type: nil, size: 6 << 20, chunks: [])
    for place in 0..<6 {
      let chunk = Entropy.bytes(AttachmentManifest.chunkBytes)
      manifest.chunks.append(try file.append(chunk, at: place, secret: secret))
    }
    #expect(try file.soundChunkCount(of: manifest, secret: secret) == 6)
    #expect(
      (0..<6).map { AttachmentFile.isSynced(after: $0, of: manifest) }
        == [false, false, false, true, false, true]
    )
    let sealed = try #require(FileManager.default.contents(atPath: file.path)).count / 6
    let handle = try FileHandle(forWritingTo: URL(filePath: file.path))
    try handle.seek(toOffset: UInt64(4 * sealed + 5000))
    try handle.write(contentsOf: Data(count: 4096))
    #expect(try file.soundChunkCount(of: manifest, secret: secret) == 4)
    try handle.truncate(atOffset: UInt64(5 * sealed))
    #expect(try file.soundChunkCount(of: manifest, secret: secret) == 4)
    try handle.close()
  }

  @Test func `says nothing of itself that is not exactly a manifest`() {
    let manifest = AttachmentManifest(name: "x", type: nil, size: 5, chunks: [Entropy.digest()])
    #expect(AttachmentManifest(manifest.bytes) == manifest)
    #expect(AttachmentManifest(manifest.bytes + [0]) == nil)
    #expect(AttachmentManifest(Array("hello".utf8)) == nil)
    let lying = AttachmentManifest(name: "x", type: nil, size: 1 << 40, chunks: manifest.chunks)
    #expect(AttachmentManifest(lying.bytes) == nil)
  }
}
