internal import Glibc

extension FileAccess {
  /// The inode of a regular file of this user.
  public static func inode(of path: String) throws(LedgerError) -> UInt64 {
    try FileChecks.requireOwnFile(path).inode
  }

  /// Copies a file a chunk at a time and syncs the copy.
  public static func copy(_ path: String, to copyPath: String) throws(LedgerError) {
    let source = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard source >= 0 else { throw FileChecks.failure("reading \(path)", path) }
    defer { close(source) }
    let copy = unsafe open(copyPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw FileChecks.failure("writing \(copyPath)", copyPath) }
    defer { close(copy) }
    var offset = 0
    while true {
      let bytes = try readFully(source, at: offset, 1 << 20, path: path)
      if bytes.isEmpty { break }
      try writeFully(copy, at: offset, bytes, path: copyPath)
      offset += bytes.count
    }
    try sync(copy, path: copyPath)
  }

  /// The names in a folder, sorted, without those that start with a dot.
  public static func names(in folder: String) throws(LedgerError) -> [String] {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileChecks.failure("reading \(folder)", folder) }
    defer { close(descriptor) }
    guard let names = entries(of: descriptor) else {
      throw FileChecks.failure("reading \(folder)", folder)
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Removes a folder of this user with all that is in it; links are removed, never followed.
  public static func removeFolder(_ path: String) {
    guard let descriptor = folder(path, in: AT_FDCWD) else { return }
    removeEntries(of: descriptor)
    close(descriptor)
    unsafe rmdir(path)
  }

  private static func removeEntries(of descriptor: Int32) {
    for name in entries(of: descriptor) ?? [] where unsafe unlinkat(descriptor, name, 0) != 0 {
      guard let inner = folder(name, in: descriptor) else { continue }
      removeEntries(of: inner)
      close(inner)
      unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }
  }

  /// All names in an open folder; nil if they cannot be read.
  static func entries(of descriptor: Int32) -> [String]? {
    // One of its own, for reading moves a place that is shared and the folder stays open.
    let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { return nil }
    guard let directory = unsafe fdopendir(own) else {
      close(own)
      return nil
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Opens a folder of this user in an open one; nil for a link, and for one of another user.
  static func folder(_ name: String, in descriptor: Int32) -> Int32? {
    let found = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard found >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(found, &status) == 0, status.st_uid == geteuid() else {
      close(found)
      return nil
    }
    return found
  }

  /// Whether a regular file of this user stands in an open folder.
  static func isFile(_ name: String, in descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
      && status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
  }
}
