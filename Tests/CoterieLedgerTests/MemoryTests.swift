import CoterieLedger
import Foundation
import Testing

/// Some bytes in memory of their own, and where in this process they stand besides.
@safe private final class Needle {
  private static let chunkBytes = 1 << 20
  let bytes: UnsafeMutableRawBufferPointer
  private let chunk: UnsafeMutableRawBufferPointer

  /// Random letters.
  init(count: Int) {
    unsafe bytes = .allocate(byteCount: count, alignment: 1)
    unsafe chunk = .allocate(byteCount: Self.chunkBytes, alignment: 1)
    for place in 0..<count { unsafe bytes[place] = UInt8.random(in: 97...122) }
    // One that is rare in memory, to look for.
    unsafe bytes[count / 2] = 0xf5
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe chunk.deallocate()
  }

  /// How often the second half stands in memory that can be written, but for this object's own.
  func copies() throws -> Int {
    let memory = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    defer { close(memory) }
    var found = 0
    for line in try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(
      separator: "\n"
    ) {
      let words = line.split(separator: " ")
      let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      guard words[1].hasPrefix("rw-p"), ends.count == 2 else { continue }
      for start in stride(from: ends[0], to: ends[1], by: unsafe chunk.count - bytes.count) {
        found += unsafe copies(from: start, to: min(ends[1], start + chunk.count), memory)
      }
    }
    return found
  }

  private func copies(from start: Int, to end: Int, _ memory: Int32) -> Int {
    let count = unsafe pread(memory, chunk.baseAddress, end - start, off_t(start))
    guard count > 0 else { return 0 }
    guard let base = unsafe chunk.baseAddress, let own = unsafe bytes.baseAddress else { return 0 }
    let half = unsafe bytes.count / 2
    var found = 0
    var place = 0
    while place + half <= count,
      let hit = unsafe memchr(base + place, 0xf5, count - half - place + 1)
    {
      place = unsafe hit - UnsafeMutableRawPointer(base)
      if unsafe memcmp(hit, own + half, half) == 0, !isOwn(start + place) { found += 1 }
      place += 1
    }
    return found
  }

  private func isOwn(_ address: Int) -> Bool {
    unsafe [bytes, chunk].contains { memory in
      let start = Int(bitPattern: memory.baseAddress)
      return address >= start && address < start + memory.count
    }
  }
}

@Suite struct `A lock in the keyring` {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["COTERIE_SANITIZED"] == nil))
  func `is in memory no more when another store was looked for, or changed`() throws {
    let folder = try TemporaryFolder()
    let keyring = Keyring(path: folder.path + "/keyring")
    let path = folder.path + "/a.coterie"
    try Ledger.create(at: path, identifier: [UInt8](repeating: 1, count: 16))
    try keyring.add(path)
    let needle = Needle(count: 64)
    let file = unsafe open(keyring.path, O_WRONLY | O_APPEND | O_CLOEXEC)
    // Many, for what is let go is soon written over by something else.
    for number in 1...200 {
      for part in ["store=\(number) device=1 inode=1 lock=", "", " tries=0,0 path=/b.coterie\n"] {
        if part.isEmpty {
          #expect(unsafe write(file, needle.bytes.baseAddress, needle.bytes.count) == 64)
        } else {
          #expect(unsafe write(file, part, part.utf8.count) == part.utf8.count)
        }
      }
    }
    close(file)
    #expect(try keyring.knows(path))
    try keyring.update(path) { $0.wrongTries = (1, 1) }
    #expect(try needle.copies() == 0)
    let keyringNow = try Data(contentsOf: URL(filePath: keyring.path))
    #expect(keyringNow.contains(Data("path=/b.coterie\n".utf8)))
    #expect(try needle.copies() > 0)
    withExtendedLifetime(keyringNow) {}
  }
}
