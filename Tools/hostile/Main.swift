import CoterieWire
import Foundation
import FuzzKit
import Glibc

/// `coterie-hostile`: damages a real store in many ways, reads the copies in child processes that
/// may take a second for each and 64 MiB, and salvages them likewise.
///
/// `coterie-hostile [FILES [SEED [MESSAGES]]]`; children are called with `read` or `salvage`.
@main
enum Hostile {
  /// Copies that one child takes, one after the other.
  private static let batch = 40

  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "read"?:
      Child.work(words[1], Array(words.dropFirst(2)), addressBytes: 1 << 31) { file in
        StoreTarget.read(file).refusals
      }
    case "salvage"?:
      Child.work(words[1], Array(words.dropFirst(5)), addressBytes: 1 << 46) { file in
        salvage(file, words[2], to: words[3], words[4])
      }
    default:
      let count = words.first.flatMap { Int($0) } ?? 800
      let seed = words.dropFirst().first.flatMap { UInt64($0) } ?? 1
      let messages = words.dropFirst(2).first.flatMap { Int($0) } ?? 400
      exit(try await run(count, seed, messages))
    }
  }

  /// Puts a damaged copy in the store's place, which the keyring knows, and salvages it.
  private static func salvage(
    _ file: String,
    _ folder: String,
    to saved: String,
    _ keyring: String
  ) -> Int {
    let place = URL(filePath: "\(folder)/log.mdb")
    guard let bytes = FileManager.default.contents(atPath: file),
      let keys = FileManager.default.contents(atPath: keyring),
      let handle = try? FileHandle(forWritingTo: place)
    else { return 1 }
    try? handle.truncate(atOffset: 0)
    try? handle.write(contentsOf: bytes)
    try? handle.close()
    let isSaved = HostileStore.salvage(folder, to: saved, keyring: keyring)
    try? FileManager.default.removeItem(atPath: saved)
    try? keys.write(to: URL(filePath: keyring))
    return isSaved ? 0 : 1
  }

  private static func run(_ count: Int, _ seed: UInt64, _ messages: Int) async throws -> Int32 {
    let store = try await HostileStore.make(messages: messages)
    let whole = Array(try Data(contentsOf: URL(filePath: store.file)))
    print("a store of \(whole.count) bytes, \(count) damaged copies, seed \(seed)")
    var random = SplitMix64(seed: seed)
    var (reading, salvaging) = (Tally("read"), Tally("salvaged"))
    for start in stride(from: 0, to: count, by: batch) {
      let copies = (start..<min(count, start + batch)).map { number in
        let kind = Corruption.allCases[number % Corruption.allCases.count]
        return (path: "\(store.path)-\(kind.rawValue)-\(number).mdb", kind: kind)
      }
      for (path, kind) in copies {
        try Data(kind.damaged(whole, &random)).write(to: URL(filePath: path))
      }
      let paths = copies.map(\.path)
      Child.run(["read"], [], paths, &reading)
      Child.run(["salvage"], [store.path, store.saved, store.keyring], paths, &salvaging)
      for path in paths { try? FileManager.default.removeItem(atPath: path) }
    }
    print(reading)
    print(salvaging)
    return reading.isGood && salvaging.isGood ? 0 : 1
  }
}

/// What came of many damaged copies.
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

  /// A copy that a child came back from.
  mutating func add(seconds: Double, isRefused: Bool, _ path: String) {
    count += 1
    slowest = max(slowest, seconds)
    if isRefused { refused += 1 }
    if seconds > Child.secondsMax {
      hangs += 1
      keep(path, "\(seconds) s")
    }
  }

  /// A copy that ended its child.
  mutating func add(signal: Int32, _ path: String) {
    count += 1
    let isHang = signal == SIGALRM || signal == SIGXCPU
    if isHang { hangs += 1 } else { crashes += 1 }
    keep(path, "signal \(signal)")
  }

  /// The memory of a child.
  mutating func add(kibibytes: Int) {
    largest = max(largest, kibibytes)
    if kibibytes > Child.kibibytesMax { excesses += 1 }
  }

  private func keep(_ path: String, _ why: String) {
    let kept = "/tmp/hostile-\(name)-\(URL(filePath: path).lastPathComponent)"
    try? FileManager.default.copyItem(atPath: path, toPath: kept)
    print("\(kept): \(why)")
  }

  var description: String {
    "\(name): \(count) files, \(crashes) crashes, \(hangs) hangs, \(excesses) over 64 MiB; "
      + "\(refused) refused in part or whole; slowest \(Int(slowest * 1000)) ms, "
      + "largest \(largest / 1024) MiB"
  }
}
