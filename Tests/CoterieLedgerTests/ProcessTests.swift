import CoterieLedger
import Foundation
import Glibc
import Testing

/// Does something in a child of this process; what it answers is the child's status.
private func inChild(_ body: () -> Int32) -> pid_t {
  let child = fork()
  precondition(child >= 0, "a child could not be started")
  if child == 0 { _exit(body()) }
  return child
}

private func status(of child: pid_t) -> Int32 {
  var status: Int32 = 0
  unsafe waitpid(child, &status, 0)
  return status >> 8 & 0xff
}

/// A store in a folder of its own.
private func made() -> String {
  let folder = NSTemporaryDirectory() + "/coterie-\(UUID())"
  let path = folder + "/a.coterie"
  do {
    try FileManager.default.createDirectory(
      atPath: folder,
      withIntermediateDirectories: true
    )
    try Ledger.create(at: path, identifier: [1])
  } catch {
    exit(9)
  }
  return path
}

private func remove(_ path: String) {
  try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent())
}

private func put(_ ledger: Ledger, _ key: UInt8, _ value: [UInt8]) -> Bool {
  let written: Void? = try? ledger.write { transaction throws(LedgerError) in
    try transaction.put(.marks, [key], value)
  }
  return written != nil
}

private func pages(_ path: String) -> Int {
  var status = stat()
  unsafe stat(path + "/log.mdb", &status)
  return status.st_size / 4096
}

/// Each runs in a process of its own, which may fork: nothing else goes on in it.
@Suite struct `A store among processes` {
  @Test func `is of no use to a child of the process that opened it`() async {
    await #expect(processExitsWith: .success) {
      let path = made()
      defer { remove(path) }
      guard let ledger = try? Ledger.open(path), put(ledger, 1, [1]) else { exit(1) }
      let child = inChild {
        do {
          _ = try ledger.snapshot()
          return 2
        } catch LedgerError.otherProcess {
          return put(ledger, 2, [2]) ? 3 : 0
        } catch {
          return 4
        }
      }
      let found = status(of: child)
      if found != 0 { exit(found) }
      // The parent's store is as it was.
      guard put(ledger, 3, [3]), (try? ledger.snapshot().count(.marks)) == 2 else { exit(5) }
    }
  }

  @Test func `grows under a process that has it open while another writes`() async {
    await #expect(processExitsWith: .success) {
      let path = made()
      defer { remove(path) }
      let value = [UInt8](repeating: 7, count: 1 << 20)
      // The child opens it itself, and makes it larger than what this process mapped.
      var ends: [Int32] = [0, 0]
      unsafe pipe(&ends)
      let child = inChild {
        var go: UInt8 = 0
        unsafe read(ends[0], &go, 1)
        guard let ledger = try? Ledger.open(path, mapBytes: 32 << 20) else { return 2 }
        for key in 0..<12 where !put(ledger, UInt8(key), value) { return 3 }
        return 0
      }
      guard let ledger = try? Ledger.open(path, mapBytes: 1 << 20), put(ledger, 100, [1]) else {
        exit(4)
      }
      unsafe write(ends[1], "g", 1)
      let found = status(of: child)
      if found != 0 { exit(found) }
      guard (try? ledger.snapshot().count(.marks)) == 13, put(ledger, 101, value),
        (try? ledger.snapshot().value(.marks, [101])) == value
      else { exit(5) }
    }
  }

  @Test func `does not grow for ever after a reader that was killed`() async {
    await #expect(processExitsWith: .success) {
      let path = made()
      defer { remove(path) }
      var ends: [Int32] = [0, 0]
      unsafe pipe(&ends)
      let child = inChild {
        guard let ledger = try? Ledger.open(path), let held = try? ledger.snapshot() else {
          return 2
        }
        unsafe write(ends[1], "r", 1)
        while true { pause() }
        _ = held
      }
      guard let ledger = try? Ledger.open(path) else { exit(3) }
      var ready: UInt8 = 0
      unsafe read(ends[0], &ready, 1)
      kill(child, SIGKILL)
      _ = status(of: child)
      let value = [UInt8](repeating: 7, count: 40_000)
      // Dead readers are looked for every 256 commits; from then on pages are used again.
      for key in 0..<300 where !put(ledger, UInt8(key % 4), value) { exit(4) }
      let before = pages(path)
      for key in 0..<600 where !put(ledger, UInt8(key % 4), value) { exit(5) }
      if pages(path) > before { exit(6) }
    }
  }

  @Test func `lets threads write one after the other`() async throws {
    let path = made()
    defer { remove(path) }
    let ledger = try Ledger.open(path)
    let count = await withTaskGroup(of: Bool.self) { group in
      for key in 0..<40 { group.addTask { put(ledger, UInt8(key), [UInt8(key)]) } }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(count == 40)
    #expect(try ledger.snapshot().count(.marks) == 40)
  }

  @Test func `on the disk of another machine is refused`() {
    let mounts = """
      22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
      36 22 0:32 / /home/ann rw,nosuid shared:5 - nfs4 server:/home rw,vers=4.2
      37 22 0:300 / /mnt rw - fuse.sshfs ann@far: rw
      38 22 0:33 / /dev/shm rw - tmpfs tmpfs rw
      damaged
      39 22 0:34 / /odd rw -
      """
    func isRemote(_ major: UInt64, _ minor: UInt64) -> Bool {
      let device = major << 8 | minor & 0xff | (minor & 0xfff00) << 12
      return FileChecks.isRemote(device: device, mounts: Array(mounts.utf8))
    }
    #expect(isRemote(0, 32) && isRemote(0, 300))
    #expect(!isRemote(254, 0) && !isRemote(0, 33) && !isRemote(0, 34) && !isRemote(9, 9))
    #expect("\(LedgerError.remoteDisk(path: "/x"))".contains("/x lies on a network"))
  }
}
