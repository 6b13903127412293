internal import Glibc

/// What must hold of a store's files before LMDB, which trusts them, sees their path.
package enum FileChecks {
  /// A file by device and inode.
  struct Identity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
  }

  /// Refuses links, pipes, devices, files with several names, and files of other users.
  @discardableResult
  static func requireOwnFile(_ path: String) throws(LedgerError) -> Identity {
    let status = try look(path)
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_nlink == 1
    else { throw .notOwnFile(path: path) }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// Refuses everything but a folder of this user.
  static func requireOwnFolder(_ path: String) throws(LedgerError) {
    let status = try look(path)
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAStore(path: path) }
    guard status.st_uid == geteuid() else { throw .notOwnFile(path: path) }
  }

  private static func look(_ path: String) throws(LedgerError) -> stat {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notFound(path: path) : .system(operation: "looking at \(path)", number: errno)
    }
    return status
  }

  private static let lockFileBytes = 8192

  /// Takes the room of the lock file beforehand: LMDB would make it sparse, and a full disk would
  /// then end the process instead of giving an error.
  ///
  /// What stands in the file stays, so it does no harm to processes that use it.
  static func prepareLockFile(_ path: String) throws(LedgerError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP ? .notOwnFile(path: path) : failure("opening \(path)", path)
    }
    defer { close(descriptor) }
    try requireOwnFile(path)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("looking at \(path)", path) }
    if status.st_size >= lockFileBytes, status.st_blocks >= lockFileBytes / 512 { return }
    let problem = posix_fallocate(descriptor, 0, off_t(lockFileBytes))
    guard problem == 0 else { throw failure("writing \(path)", path, number: problem) }
  }

  static func failure(
    _ operation: String,
    _ path: String,
    number: Int32 = errno
  ) -> LedgerError {
    number == ENOSPC || number == EDQUOT
      ? .diskFull(path: path) : .system(operation: operation, number: number)
  }

  /// Whether the disk of a path has less than a few pages left.
  static func isFull(_ path: String) -> Bool {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 64 << 10
  }

  /// Refuses the disk of another machine: LMDB's locks and its map hold on this one only.
  static func requireLocalDisk(_ path: String) throws(LedgerError) {
    let device = UInt64(try look(path).st_dev)
    let mounts = FileAccess.stream("/proc/self/mountinfo", limit: 1 << 20) ?? []
    if isRemote(device: device, mounts: mounts) { throw .remoteDisk(path: path) }
  }

  /// Whether a device is that of a network, as the kernel's list of mounts tells it.
  package static func isRemote(device: UInt64, mounts: [UInt8]) -> Bool {
    let number = "\(device >> 8 & 0xfff):\(device & 0xff | device >> 12 & 0xfff00)"
    for line in mounts.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " ")).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard words.count > 2, words[2] == number, let dash = words.firstIndex(of: "-"),
        dash + 1 < words.count
      else { continue }
      return remoteDisks.contains(words[dash + 1])
    }
    return false
  }

  private static let remoteDisks: Set = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "coda", "ncpfs", "fuse.sshfs",
  ]

  /// Makes a rename or a new file in a folder last.
  static func syncFolder(_ path: String) throws(LedgerError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("opening \(path)", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("syncing \(path)", path) }
  }

  /// The folder in which a path stands.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
