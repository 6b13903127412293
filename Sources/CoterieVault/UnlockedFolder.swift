internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire
internal import Glibc

/// Where the keys of unlocked stores wait for the next command: a folder in memory (tmpfs), which
/// no disk ever sees and a restart empties.
///
/// One file a store: when it locks itself, by the clock that runs since the machine started; how
/// long it stays unlocked without use; the key.
public struct UnlockedFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// Takes the path; the folder is made when it is needed.
  public init(path: String) {
    self.path = path
  }

  private func file(_ store: String) -> String { "\(path)/\(store)" }

  /// Milliseconds since the machine started, asleep or not.
  static func uptime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }

  /// Keeps a key until it was not used for so long.
  func keep(_ key: StoreKey, of store: String, idleMilliseconds: UInt64) throws(LedgerError) {
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
      throw .system(operation: "creating \(path)", number: errno)
    }
    try requireMemory()
    var line = key.withSecret { secret in
      var raw = secret.revealed()
      defer { Wiping.wipe(&raw) }
      return Array("\(Self.uptime() + idleMilliseconds) \(idleMilliseconds) ".utf8)
        + Hexadecimal.digits(of: raw)
    }
    defer { Wiping.wipe(&line) }
    // Every command starts the time anew, several perhaps at once.
    let beside = "\(file(store)).\(getpid()).partial"
    try FileAccess.replace(file(store), beside: beside, with: line, isWipingOld: true)
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

  /// The key, if the store is unlocked still; the time without use starts anew.
  func key(of store: String) -> StoreKey? {
    guard var bytes = try? FileAccess.contents(file(store), limit: 4096) else { return nil }
    defer { Wiping.wipe(&bytes) }
    let parts = bytes.split(separator: UInt8(ascii: " "))
    guard parts.count == 3, let until = UInt64(String(decoding: parts[0], as: UTF8.self)),
      let idle = UInt64(String(decoding: parts[1], as: UTF8.self)),
      until > Self.uptime(), var raw = Hexadecimal.bytes(of: parts[2]),
      raw.count == StoreKey.byteCount
    else {
      forget(store)
      return nil
    }
    let key = StoreKey(SecretBytes(moving: &raw))
    try? keep(key, of: store, idleMilliseconds: idle)
    return key
  }

  /// Drops the key of a store.
  func forget(_ store: String) {
    FileAccess.wipeFile(file(store))
  }
}
