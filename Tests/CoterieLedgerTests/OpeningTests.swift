import CoterieLedger
import Foundation
import Synchronization
import Testing

/// How often this process has the lock file of a store open: as often as LMDB has the store.
private func openings(of store: String) throws -> Int {
  let manager = FileManager.default
  let file = "\(store)/\(StoreFormat.lockFile)"
  let names = try manager.contentsOfDirectory(atPath: "/proc/self/fd")
  return names.count {
    (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasSuffix(file) == true
  }
}

@Suite struct `A store that threads open and close` {
  @Test func `is open in LMDB once at any time`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [1])
    let most = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var most = 0
          for _ in 0..<100 {
            let ledger = try Ledger.open(path)
            most = max(most, try openings(of: path))
            withExtendedLifetime(ledger) {}
          }
          return most
        }
      }
      return try await group.reduce(0) { max($0, $1) }
    }
    #expect(most == 1)
  }

  @Test func `is known again when it was compacted just before`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.coterie"
    let other = folder.path + "/b.coterie"
    try Ledger.create(at: path, identifier: [1])
    try Ledger.create(at: other, identifier: [2])
    // One store is opened after the other, so who opens the second waits for who opens the first.
    let opening = unsafe open("\(other)/\(StoreFormat.openingFile)", O_RDWR | O_CLOEXEC)
    #expect(flock(opening, LOCK_EX) == 0)
    let opened = Mutex<[String: Ledger]>([:])
    for store in [other, path] {
      Thread.detachNewThread {
        let ledger = try? Ledger.open(store)
        opened.withLock { $0[store] = ledger }
      }
      usleep(100_000)
    }
    try Ledger.compact(path) { _ in }
    close(opening)
    let until = Date(timeIntervalSinceNow: 60)
    while opened.withLock({ $0.count }) < 2, Date() < until { usleep(1000) }
    let ledger = try #require(opened.withLock { $0[path] })
    #expect(try Ledger.open(path) === ledger)
  }
}
