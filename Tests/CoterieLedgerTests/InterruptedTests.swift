import CoterieLedger
import Foundation
import Testing

private func size(_ path: String) throws -> (bytes: Int, blocks: Int) {
  var status = stat()
  #expect(unsafe lstat(path, &status) == 0)
  return (Int(status.st_size), Int(status.st_blocks))
}

@Suite struct `What an interrupted program left` {
  @Test func `of a store that was being made is in nobody's way, and goes`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    let left = "\(path).\(Int32.max).partial"
    // As if the process that made it had ended: nobody keeps it locked.
    try Ledger.create(at: left, identifier: [1])
    let attachments = left + "/attachments"
    let manager = FileManager.default
    try manager.createDirectory(atPath: attachments, withIntermediateDirectories: false)
    let chunks = attachments + "/" + String(repeating: "0a", count: 16)
    #expect(manager.createFile(atPath: chunks, contents: Data([1])))
    let mine = try Ledger.build(for: path, identifier: [2])
    #expect(try !FileAccess.isThere(left))
    // Another one that is at work now is left alone, wherever its process is seen from.
    let other = try Ledger.build(for: path, identifier: [4])
    #expect(try FileAccess.isThere(mine.path))
    #expect(other.path != mine.path)
    other.remove()
    #expect(try !FileAccess.isThere(other.path))
    try mine.settle()
    #expect(try Ledger.open(path).snapshot().value(.meta, Array("store".utf8)) == [2])
    #expect(throws: LedgerError.alreadyExists(path: path)) {
      try Ledger.create(at: path, identifier: [3])
    }
    #expect(try manager.contentsOfDirectory(atPath: folder.path) == ["a.coterie"])
  }

  @Test(arguments: ["a link", "a folder of someone's", "with a folder in it", "with a link in it"])
  func `is nothing that was not made here`(_ what: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    let left = "\(path).\(Int32.max).partial"
    let manager = FileManager.default
    func fill(_ folder: String, _ names: [String]) throws {
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for name in names {
        #expect(manager.createFile(atPath: "\(folder)/\(name)", contents: Data([1])))
      }
    }
    let precious = folder.path + "/precious"
    try fill(precious, ["log.mdb", "slots"])
    try fill(precious + "/attachments", [String(repeating: "0", count: 32)])
    switch what {
    case "a link": try manager.createSymbolicLink(atPath: left, withDestinationPath: precious)
    case "a folder of someone's": try fill(left, ["log.mdb", "letter"])
    case "with a folder in it":
      try fill(left, ["log.mdb"])
      try fill(left + "/letters", ["letter"])
    default:
      try fill(left, ["log.mdb"])
      try manager.createSymbolicLink(
        atPath: left + "/attachments",
        withDestinationPath: precious + "/attachments"
      )
    }
    let before = try manager.subpathsOfDirectory(atPath: folder.path).sorted()
    try Ledger.create(at: path, identifier: [1])
    let after = try manager.subpathsOfDirectory(atPath: folder.path).sorted()
    #expect(after.filter { $0 != "a.coterie" && !$0.hasPrefix("a.coterie/") } == before)
  }

  @Test func `of a keyring is overwritten when the keyring changes`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [5])
    let left = keyring.path + ".partial"
    #expect(FileManager.default.createFile(atPath: left, contents: Data("lock=kabcdef".utf8)))
    let held = try #require(FileHandle(forReadingAtPath: left))
    try keyring.add(path)
    #expect(try !FileAccess.isThere(left))
    #expect(try held.readToEnd() == Data(repeating: 0, count: 12))
  }

  @Test func `of a lock file is made whole, and what stands in it stays`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [5])
    let lock = "\(path)/\(StoreFormat.lockFile)"
    // Sparse, as LMDB would make it: a full disk would end the program with a signal.
    for length in [0, 3, 8192] {
      #expect(unsafe truncate(lock, 0) == 0)
      #expect(unsafe truncate(lock, off_t(length)) == 0)
      #expect(try Ledger.open(path).snapshot().count(.meta) == 2)
      let found = try size(lock)
      #expect(found.bytes >= 8192 && found.blocks >= 16)
    }
  }
}

@Suite struct `A keyring that cannot be read` {
  @Test func `is an error, and never taken for an empty one`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let stores = ["a", "b"].map { "\(folder.path)/\($0).coterie" }
    for (place, path) in stores.enumerated() {
      try Ledger.create(at: path, identifier: [UInt8(place)])
    }
    let lock = WipedBytes("kabc".utf8)
    try keyring.add(stores[0], lock: lock)
    // A link is not followed, so it cannot be read, whoever this test runs as.
    let real = folder.path + "/real"
    try FileManager.default.moveItem(atPath: keyring.path, toPath: real)
    try FileManager.default.createSymbolicLink(atPath: keyring.path, withDestinationPath: real)
    let refusal = LedgerError.notOwnFile(path: keyring.path)
    #expect(throws: refusal) { try keyring.add(stores[1]) }
    #expect(throws: refusal) { try keyring.update(stores[0]) { $0.lock = WipedBytes([]) } }
    #expect(throws: refusal) { try keyring.entry(for: stores[0]) }
    try FileManager.default.removeItem(atPath: keyring.path)
    try FileManager.default.moveItem(atPath: real, toPath: keyring.path)
    #expect(try keyring.entry(for: stores[0])?.lock == lock)
  }

  @Test(arguments: ["a folder", "a file that is too large"])
  func `is an error whatever stands in its place`(_ what: String) throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    if what == "a folder" {
      try FileManager.default.createDirectory(
        atPath: keyring.path,
        withIntermediateDirectories: false
      )
    } else {
      #expect(FileManager.default.createFile(atPath: keyring.path, contents: nil))
      #expect(unsafe truncate(keyring.path, 17 << 20) == 0)
    }
    let refusal = LedgerError.notAKeyring(path: keyring.path)
    #expect(throws: refusal) { try keyring.add(path) }
    #expect(throws: refusal) { try keyring.entry(for: path) }
  }

  @Test(arguments: [("store=", "xtore="), ("lock=kabc", "lokk=kabc")])
  func `in one line keeps that line, and says so of its store alone`(
    _ sound: String,
    _ damaged: String
  ) throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let stores = ["a", "b", "c"].map { "\(folder.path)/\($0).coterie" }
    for (place, path) in stores.enumerated() {
      try Ledger.create(at: path, identifier: [UInt8](repeating: UInt8(place), count: 16))
    }
    try keyring.add(stores[0], lock: WipedBytes("kabc".utf8))
    try keyring.add(stores[1], lock: WipedBytes("kdef".utf8))
    let before = try String(contentsOfFile: keyring.path, encoding: .utf8)
    try before.replacing(sound, with: damaged, maxReplacements: 1)
      .write(toFile: keyring.path, atomically: true, encoding: .utf8)
    let refusal = LedgerError.unreadableLine(keyring: keyring.path, number: 1)
    #expect(throws: refusal) { try keyring.entry(for: stores[0]) }
    #expect(throws: refusal) { try keyring.knows(stores[0]) }
    #expect(try keyring.entry(for: stores[1])?.lock == WipedBytes("kdef".utf8))
    #expect(try !keyring.knows(stores[2]))
    try keyring.add(stores[2])
    let after = try String(contentsOfFile: keyring.path, encoding: .utf8)
    try after.replacing(damaged, with: sound)
      .write(toFile: keyring.path, atomically: true, encoding: .utf8)
    #expect(try keyring.entry(for: stores[0])?.lock == WipedBytes("kabc".utf8))
    #expect(try keyring.knows(stores[2]))
  }
}

@Suite struct `A keyring that another program changes` {
  @Test func `is not waited for without end`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring", waitingSeconds: 0)
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let lock = unsafe open(keyring.path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    #expect(flock(lock, LOCK_EX) == 0)
    #expect(throws: LedgerError.busy(path: keyring.path)) { try keyring.add(path) }
    close(lock)
    try keyring.add(path)
    #expect(try keyring.knows(path))
  }
}

@Suite struct `A store that many read` {
  @Test func `says so when it has no room for one more`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [5])
    let ledger = try Ledger.open(path)
    var readers: [Snapshot] = []
    for _ in 0..<126 { readers.append(try ledger.snapshot()) }
    #expect(throws: LedgerError.tooManyReaders(path: path)) { try ledger.snapshot() }
    readers.removeLast()
    #expect(try ledger.snapshot().count(.meta) == 2)
  }

  @Test func `is read as it was, page by page, while it is written to`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [5])
    let ledger = try Ledger.open(path)
    func write(_ value: UInt8) throws {
      try ledger.write { transaction throws(LedgerError) in
        for key in UInt8(0)..<200 {
          try transaction.put(.marks, [key], [UInt8](repeating: value, count: 300))
        }
      }
    }
    try write(1)
    let checked = try ledger.checkedSnapshot()
    for value in UInt8(2)..<40 { try write(value) }
    try checked.checkPages { _, _ in }
    #expect(try checked.count(.marks) == 200)
    for key in UInt8(0)..<200 {
      #expect(try checked.value(.marks, [key]) == [UInt8](repeating: 1, count: 300))
    }
    #expect(try ledger.checkedSnapshot().value(.marks, [7])?.first == 39)
  }
}
