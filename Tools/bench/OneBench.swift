import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import Glibc

/// Single jobs in a process of their own: for the table, for valgrind and for perf.
enum OneBench {
  static let replay = Command(
    "replay",
    "replay one log cold: nanoseconds of processor time, and bytes of memory, an event",
    about: "LOG is a bundle, or a store that KEYRING knows.",
    example: "replay /tmp/bench/bench.coterie /tmp/bench/keyring",
    operands: [
      Operand("LOG", help: "a bundle or a store"), Operand("KEYRING", help: "that knows a store"),
    ],
    run: replaying
  )

  static let members = Command(
    "members",
    "open a store and answer who is a member: nanoseconds",
    about: "The store is opened as by an app that starts.",
    example: "members /tmp/bench/bench.coterie /tmp/bench/keyring",
    operands: [
      Operand("STORE", help: "a store"), Operand("KEYRING", help: "that knows it"),
    ],
    run: opening
  )

  private static func replaying(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    let path = invocation.operands[0]
    let before = anonymousBytes()
    let start = Clock.processor.now
    let logs: [MemberLog]
    if path.hasSuffix(".coterie") {
      let keyring = Keyring(path: invocation.operands[1])
      logs = try LogReading().read(StoreSource(path: path, name: "log", keyring: keyring)).logs
    } else {
      logs = try LogReading().read(BundleSource(path: path, name: "log")).logs
    }
    let comparison = GroupComparison(logs)
    let time = Clock.processor.now - start
    precondition(comparison.status == .same && comparison.members.allSatisfy(\.bad.isEmpty))
    let count = UInt64(max(1, comparison.members[0].eventCount))
    let bytes = withExtendedLifetime(logs) { anonymousBytes() }
    console.line("\(time / count) \((bytes - before) / count)")
    return .done
  }

  private static func opening(
    _ invocation: Invocation,
    _ console: Console
  ) async throws -> ExitStatus {
    let start = Clock.wall.now
    let store = try Store.open(
      invocation.operands[0],
      keyring: Keyring(path: invocation.operands[1])
    )
    guard let group = try store.groups().first, let governance = try store.governance(of: group)
    else { throw Failure(.notFound, "not-found", "the store holds no group") }
    console.line("\(Clock.wall.now - start) \(governance.members.count)")
    return .done
  }

  /// What this process holds in memory that is of no file.
  private static func anonymousBytes() -> UInt64 {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
        as: UTF8.self
      )
      guard text.hasPrefix("RssAnon:") else { continue }
      return (UInt64(text.filter(\.isNumber)) ?? 0) * 1024
    }
    return 0
  }
}
