import CoterieWire
import Foundation
import FuzzKit
import Glibc

/// `coterie-hostile`: damages a real store in many ways and reads each in a child process that may
/// take a second and 64 MiB; then salvages it likewise.
///
/// `coterie-hostile [FILES [SEED [MESSAGES]]]`; `read FILE` and `salvage FOLDER TO KEYRING` are the children.
@main
enum Hostile {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "read" where words.count == 2:
      Child.limit()
      exit(StoreTarget.read(words[1]).refusals == 0 ? 0 : 3)
    case "salvage" where words.count == 4:
      Child.limit()
      HostileStore.salvage(words[1], to: words[2], keyring: words[3])
      exit(0)
    default:
      let count = words.first.flatMap { Int($0) } ?? 800
      let seed = words.dropFirst().first.flatMap { UInt64($0) } ?? 1
      let messages = words.dropFirst(2).first.flatMap { Int($0) } ?? 400
      exit(try await run(count, seed, messages))
    }
  }

  private static func run(_ count: Int, _ seed: UInt64, _ messages: Int) async throws -> Int32 {
    let store = try await HostileStore.make(messages: messages)
    let whole = try Data(contentsOf: URL(filePath: store.file))
    let keys = try Data(contentsOf: URL(filePath: store.keyring))
    print("a store of \(whole.count) bytes, \(count) damaged copies, seed \(seed)")
    var random = SplitMix64(seed: seed)
    var (reading, salvaging) = (Tally("read"), Tally("salvaged"))
    for number in 0..<count {
      let kind = Corruption.allCases[number % Corruption.allCases.count]
      let bytes = Data(kind.damaged(Array(whole), &random))
      // In place: the keyring knows the file by its inode.
      let handle = try FileHandle(forWritingTo: URL(filePath: store.file))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: bytes)
      try handle.close()
      reading.add(Child.run(["read", store.file]), kind, bytes)
      salvaging.add(Child.run(["salvage", store.path, store.saved, store.keyring]), kind, bytes)
      try? FileManager.default.removeItem(atPath: store.saved)
      try keys.write(to: URL(filePath: store.keyring))
    }
    print(reading)
    print(salvaging)
    return reading.isGood && salvaging.isGood ? 0 : 1
  }
}

/// What came of many children.
struct Tally: CustomStringConvertible {
  private let name: String
  private var count = 0
  private var crashes = 0
  private var hangs = 0
  private var excesses = 0
  private var refused = 0
  private var slowest = 0.0
  private var largest = 0

  init(_ name: String) { self.name = name }

  var isGood: Bool { crashes + hangs + excesses == 0 && count > 0 }

  mutating func add(_ end: Child.End, _ kind: Corruption, _ bytes: Data) {
    count += 1
    slowest = max(slowest, end.seconds)
    largest = max(largest, end.kibibytes)
    if end.status == 3 { refused += 1 }
    let isHang = end.seconds > Child.secondsMax || end.signal == SIGALRM || end.signal == SIGXCPU
    let isExcess = end.kibibytes > Child.kibibytesMax
    if isHang { hangs += 1 }
    if isExcess { excesses += 1 }
    if end.signal != 0, !isHang { crashes += 1 }
    if isHang || isExcess || end.signal != 0 {
      let path = "/tmp/hostile-\(name)-\(kind.rawValue)-\(count).mdb"
      try? bytes.write(to: URL(filePath: path))
      print("\(path): signal \(end.signal), \(end.seconds) s, \(end.kibibytes) KiB")
    }
  }

  var description: String {
    """
    \(name): \(count) files, \(crashes) crashes, \(hangs) hangs, \(excesses) over 64 MiB; \
    \(refused) refused in part or whole; slowest \(Int(slowest * 1000)) ms, largest \(largest / 1024) MiB
    """
  }
}
