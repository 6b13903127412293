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
    guard let directory = unsafe opendir(folder) else {
      throw FileChecks.failure("reading \(folder)", folder)
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a folder of files, and folders of files in it.
  public static func removeFolder(_ path: String) {
    for name in (try? names(in: path)) ?? [] {
      if unsafe unlink("\(path)/\(name)") != 0 { removeFolder("\(path)/\(name)") }
    }
    unsafe rmdir(path)
  }

  /// A name beside a path under which a folder is made, before it is renamed to the path.
  ///
  /// What processes that have ended left under such names is removed.
  public static func nameBeside(_ path: String) -> String {
    let parent = FileChecks.parent(of: path)
    let base = path.split(separator: "/").last.map(String.init) ?? path
    for name in (try? names(in: parent)) ?? [] {
      guard name.hasPrefix("\(base)."), name.hasSuffix(".partial"),
        let process = Int32(name.dropFirst(base.count + 1).dropLast(8)),
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      removeFolder("\(parent)/\(name)")
    }
    return "\(path).\(getpid()).partial"
  }
}
