import CoterieLedger
import CoterieWire
import Foundation
import Testing

/// A folder that is removed at the end of a test.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "coterie-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}

private func entries(_ source: any LedgerSource, _ table: Table) throws -> [[UInt8]: [UInt8]] {
  var found: [[UInt8]: [UInt8]] = [:]
  try source.scan(table, prefix: [], from: nil) { key, value in
    found[key.copy(of: 0..<key.count)] = value.copy(of: 0..<value.count)
    return true
  }
  return found
}

@discardableResult
private func filled(_ path: String, seed: UInt64, count: Int) throws -> [[UInt8]: [UInt8]] {
  try Ledger.create(at: path, identifier: [UInt8](repeating: 1, count: 16))
  let ledger = try Ledger.open(path)
  var random = SplitMix64(seed: seed)
  var expected: [[UInt8]: [UInt8]] = [:]
  for _ in 0..<4 {
    var batch: [([UInt8], [UInt8])] = []
    for _ in 0..<count {
      let key = LedgerKey.bigEndian(random.next() % 5000, 8)
      let length = random.below(12) == 0 ? random.below(30_000) : random.below(300)
      batch.append((key, [UInt8](repeating: UInt8(random.below(256)), count: length)))
    }
    let gone = expected.keys.sorted { $0.lexicographicallyPrecedes($1) }.prefix(count / 4)
    try ledger.write { transaction throws(LedgerError) in
      for key in gone { try transaction.delete(.marks, key) }
      for (key, value) in batch { try transaction.put(.marks, key, value) }
    }
    for key in gone { expected[key] = nil }
    for (key, value) in batch { expected[key] = value }
  }
  return expected
}

@Suite(.serialized) struct `A store` {
  @Test func `gives back what was written, to LMDB and to the bounds-checked reader alike`() throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    let expected = try filled(path, seed: 1, count: 300)
    #expect(try entries(Ledger.open(path).snapshot(), .marks) == expected)
    #expect(try entries(StoreReader(path), .marks) == expected)
    let key = try #require(expected.keys.first)
    #expect(try StoreReader(path).value(.marks, key) == expected[key])
    #expect(try StoreReader(path).value(.marks, [1]) == nil)
  }

  @Test func `is private to its user`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.coterie"])
    #expect(throws: LedgerError.alreadyExists(path: path)) {
      try Ledger.create(at: path, identifier: [1])
    }
  }

  @Test func `keeps nothing of a write that fails`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path)
    let fault = LedgerError.damaged(page: 0, problem: "on purpose")
    #expect(throws: fault) {
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.marks, [1], [2])
        throw fault
      } as Void
    }
    #expect(try entries(ledger.snapshot(), .marks).isEmpty)
  }

  @Test func `grows by itself`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path, mapBytes: 1 << 20)
    let value = [UInt8](repeating: 7, count: 1 << 20)
    for place in 0..<8 {
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.marks, [UInt8(place)], value)
      }
    }
    #expect(try ledger.snapshot().count(.marks) == 8)
  }

  @Test func `shows a snapshot as it was while others write`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path)
    let before = try ledger.snapshot()
    try ledger.write { transaction throws(LedgerError) in
      try transaction.put(.marks, [1], [2])
    }
    #expect(try before.value(.marks, [1]) == nil)
    #expect(try ledger.snapshot().value(.marks, [1]) == [2])
  }

  @Test func `is one object for each process, however often it is opened`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path)
    #expect(try Ledger.open(path) === ledger)
    #expect(
      try Ledger.open(
        folder.path + "/../" + URL(filePath: folder.path).lastPathComponent
          + "/a.coterie"
      ) === ledger
    )
  }

  @Test func `keeps a second writing process out, with a clear error`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let ledger = try Ledger.open(path)
    try ledger.write { transaction throws(LedgerError) in
      try transaction.put(.marks, [1], [1])
    }
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/flock")
    holder.arguments = [path + "/writer", "sleep", "20"]
    try holder.run()
    defer { holder.terminate() }
    usleep(300_000)
    #expect(throws: LedgerError.busy(path: path)) {
      try ledger.write(waitingSeconds: 0) { transaction throws(LedgerError) in
        try transaction.put(.marks, [2], [2])
      }
    }
    #expect(try ledger.snapshot().value(.marks, [2]) == nil)
  }

  @Test func `behind a link, or of which a part is a link, is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let link = folder.path + "/link.coterie"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(throws: LedgerError.self) { try Ledger.open(link) }
    try FileManager.default.moveItem(atPath: path + "/log.mdb", toPath: folder.path + "/moved")
    try FileManager.default.createSymbolicLink(
      atPath: path + "/log.mdb",
      withDestinationPath: folder.path + "/moved"
    )
    #expect(throws: LedgerError.notOwnFile(path: path + "/log.mdb")) { try Ledger.open(path) }
    #expect(throws: LedgerError.self) { try StoreReader(path) }
  }

  @Test func `that is no store is refused with words`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    #expect(throws: LedgerError.notFound(path: path)) { try Ledger.open(path) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for bytes in [Data(), Data("garbage".utf8), Data(count: 20_000)] {
      try bytes.write(to: URL(filePath: path + "/log.mdb"))
      #expect(throws: LedgerError.notAStore(path: path)) { try StoreReader(path) }
      #expect(throws: LedgerError.notAStore(path: path)) { try Ledger.open(path) }
    }
  }

  @Test func `of a newer format is refused as such`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    do {
      let ledger = try Ledger.open(path)
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.meta, Array("format".utf8), LedgerKey.bigEndian(2, 8))
      }
    }
    #expect(throws: LedgerError.newerFormat(found: 2)) { try Ledger.open(path) }
  }
}

@Suite struct `The bounds-checked reader` {
  @Test func `survives two thousand damaged stores, each read to its end or refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try filled(path, seed: 2, count: 60)
    let good = try Data(contentsOf: URL(filePath: path + "/log.mdb"))
    let bad = folder.path + "/bad"
    var random = SplitMix64(seed: 3)
    var refused = 0
    for round in 0..<2000 {
      var bytes = good
      switch round % 5 {
      case 0: bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
      case 1:
        let page = random.below(bytes.count / 4096) * 4096
        for _ in 0..<2 { bytes[page + random.below(16)] = UInt8(random.below(256)) }
      case 2:
        let page = random.below(bytes.count / 4096) * 4096
        for place in page..<(page + 4096) { bytes[place] = UInt8(random.below(256)) }
      case 3: for _ in 0..<16 { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      default: bytes = bytes.prefix(random.below(bytes.count))
      }
      try bytes.write(to: URL(filePath: bad))
      do throws(LedgerError) {
        let reader = try StoreReader(bad)
        for table in Table.allCases {
          try reader.scan(table, prefix: [], from: nil) { _, _ in true }
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 400)
  }

  @Test func `reads on where a store names the greatest of all numbers as its last page`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    let expected = try filled(path, seed: 4, count: 2000)
    let file = URL(filePath: path + "/log.mdb")
    var bytes = try Data(contentsOf: file)
    let lastPage = 40 + 96
    for place in 0..<8 { (bytes[lastPage + place], bytes[4096 + lastPage + place]) = (255, 255) }
    try bytes.write(to: file)
    #expect(try entries(StoreReader(path), .marks) == expected)
  }
}

@Suite struct `The keyring` {
  @Test func `knows a store by its very file, not by its name`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/data/keyring")
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [UInt8](repeating: 5, count: 16))
    #expect(try !keyring.knows(path))
    try keyring.add(path)
    #expect(try keyring.knows(path))
    let copy = folder.path + "/b.coterie"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try !keyring.knows(copy))
    let mode = try FileManager.default.attributesOfItem(atPath: keyring.path)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test func `decides who reads a store`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [5])
    #expect(try !keyring.source(path).isPinned)
    try keyring.add(path)
    #expect(try keyring.source(path).isPinned)
  }
}

@Suite struct `A store that names the same pages again and again` {
  /// Leaf pages with entries that all name one long run of overflow pages.
  private func file(leaves: Int, run: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (2 + leaves + run) * 4096)
    func put(_ value: Int, _ place: Int, _ count: Int) {
      for byte in 0..<count { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    for leaf in 2..<(2 + leaves) {
      let page = leaf * 4096
      put(leaf, page, 8)
      put(2, page + 10, 2)
      put(16 + 2 * 150, page + 12, 2)
      put(4096 - 150 * 18, page + 14, 2)
      for entry in 0..<150 {
        let node = 4096 - 18 * (150 - entry)
        put(node, page + 16 + 2 * entry, 2)
        put(run * 4096 - 16, page + node, 4)
        put(1, page + node + 4, 2)
        put(2, page + node + 6, 2)
        put(leaf << 8 | entry, page + node + 8, 2)
        put(2 + leaves, page + node + 10, 8)
      }
    }
    let first = (2 + leaves) * 4096
    put(2 + leaves, first, 8)
    put(4, first + 10, 2)
    put(run, first + 12, 4)
    return bytes
  }

  @Test func `is read for what it has, not for what it names`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "again-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = file(leaves: 60, run: 512)
    #expect(FileManager.default.createFile(atPath: path, contents: Data(file)))
    var byteCount = 0
    let unreadable = try StoreReader.entries(ofDamaged: path) { _, value in
      byteCount += value.count
    }
    #expect(unreadable == 0)
    // Named are 9000 times 2 MiB.
    #expect(byteCount > 512 * 4096)
    #expect(byteCount <= 32 * file.count)
  }
}

@Suite struct `A fault of a store` {
  @Test func `at a page that no file could have is told all the same`() {
    let far = LedgerError.damaged(page: .max, problem: "not a leaf")
    #expect("\(far)" == "the store is damaged at page 18446744073709551615: not a leaf")
    let near = LedgerError.damaged(page: 3, problem: "not a leaf")
    #expect("\(near)" == "the store is damaged at page 3 (byte 12288): not a leaf")
  }
}
