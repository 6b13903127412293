internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire
internal import Glibc

/// Where the keys of unlocked stores wait for the next command: a folder in memory (tmpfs), which
/// no disk ever sees and a restart empties.
///
/// One file a store: when it locks itself, by the clock that runs since the machine started; how
/// long it stays unlocked without use; the key, sealed under what the keyring keeps for it and for
/// nothing but this lock and these times.
public struct UnlockedFolder: Sendable {
  /// The folder's path.
  public let path: String
  private let elsewhere: [String]
  private static let fileBytesMax = 4096

  /// Takes the path; the folder is made when it is needed.
  ///
  /// - Parameter elsewhere: other folders in which commands of other sessions may keep keys, which
  ///   are forgotten there too.
  public init(path: String, elsewhere: [String] = []) {
    self.path = path
    self.elsewhere = elsewhere.filter { $0 != path }
  }

  private func file(_ counterpart: Counterpart) -> String { "\(path)/\(counterpart.fileName)" }

  /// Milliseconds since the machine started, asleep or not.
  static func uptime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }

  // MARK: Keeping

  /// Keeps the key that a lock locks until it was not used for so long.
  ///
  /// Nothing is kept of a store that was locked meanwhile.
  func keep(
    _ key: StoreKey,
    of lock: KeyLock.PassphraseLock,
    idleMilliseconds idle: UInt64
  ) throws(LedgerError) {
    guard let counterpart = lock.counterpart else { return }
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
      throw .system(operation: "creating \(path)", number: errno)
    }
    try requireMemory()
    sweep()
    let until = Self.uptime() + idle
    let sealed = counterpart.seal(key, context: Self.context(until, idle, lock))
    let line = Array("\(until) \(idle) ".utf8) + Hexadecimal.digits(of: sealed)
    // Every command starts the time anew, several perhaps at once.
    let beside = "\(file(counterpart)).\(getpid()).partial"
    try FileAccess.replace(file(counterpart), beside: beside, with: line, isWipingOld: true)
  }

  private static func context(
    _ until: UInt64,
    _ idle: UInt64,
    _ lock: KeyLock.PassphraseLock
  ) -> [UInt8] {
    Array("\(until) \(idle) ".utf8) + lock.mark
  }

  /// The key of a lock, if the store is unlocked still; the time without use starts anew.
  ///
  /// Nil too for a key that was kept of another lock: then the store is locked.
  func key(of lock: KeyLock.PassphraseLock) -> StoreKey? {
    sweep()
    guard let counterpart = lock.counterpart,
      let bytes = try? FileAccess.contents(file(counterpart), limit: Self.fileBytesMax)
    else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: " "))
    guard parts.count == 3, let until = UInt64(String(decoding: parts[0], as: UTF8.self)),
      let idle = UInt64(String(decoding: parts[1], as: UTF8.self)), until > Self.uptime(),
      let sealed = Hexadecimal.bytes(of: parts[2]),
      let key = counterpart.open(sealed, context: Self.context(until, idle, lock))
    else { return nil }
    try? keep(key, of: lock, idleMilliseconds: idle)
    return key
  }

  /// A key may stand in memory only, in a folder that no one else can look into.
  private func requireMemory() throws(LedgerError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      throw .system(operation: "looking at \(path)", number: errno)
    }
    guard Self.isInMemory(device: UInt64(status.st_dev)), status.st_uid == geteuid(),
      status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o077 == 0
    else { throw .notInMemory(path: path) }
  }

  /// Whether a device is a file system in memory: `/proc/self/mountinfo` names those that are.
  private static func isInMemory(device: UInt64) -> Bool {
    let major = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000
    let minor = device & 0xff | (device >> 12) & 0xffff_ff00
    guard let table = FileAccess.stream("/proc/self/mountinfo", limit: 1 << 20) else {
      return false
    }
    let lines = String(decoding: table, as: UTF8.self).split(separator: "\n")
    return lines.contains { line in
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == "\(major):\(minor)",
        let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
      else { return false }
      return fields[dash + 1] == "tmpfs" || fields[dash + 1] == "ramfs"
    }
  }

  // MARK: Forgetting

  /// Drops what is kept under some names, here and elsewhere, with what interrupted programs left
  /// beside it.
  ///
  /// - Throws: if something of it is still there.
  func forget(_ kept: [String]) throws(LedgerError) {
    for folder in [path] + elsewhere where try FileAccess.isThere(folder) {
      for name in try FileAccess.names(in: folder) {
        if kept.contains(where: { name == $0 || name.hasPrefix("\($0).") }) {
          try FileAccess.wipe("\(folder)/\(name)")
        }
      }
    }
  }

  /// Drops all whose time is over: no one looks for them under their names again.
  private func sweep() {
    for name in (try? FileAccess.names(in: path)) ?? [] {
      let file = "\(path)/\(name)"
      guard var bytes = try? FileAccess.contents(file, limit: Self.fileBytesMax) else { continue }
      defer { Wiping.wipe(&bytes) }
      let first = String(decoding: bytes.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
      // One that is empty is being written.
      if !bytes.isEmpty, (UInt64(first) ?? 0) <= Self.uptime() { FileAccess.wipeFile(file) }
    }
  }
}
