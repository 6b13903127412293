internal import CoterieGroups
internal import CoterieLedger
internal import Glibc

/// The files of a folder: read whatever lies there, written whole or not at all.
extension Spool {
  /// What a name in the folder leads to.
  enum Found {
    case packet([UInt8])
    /// Nothing that was left by a spool, or something that is gone by now.
    case foreign
    case unreadable(Int32)
  }

  func contents(_ path: String) -> Found {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      return [EIO, ENOMEM, EMFILE, ENFILE, EINTR].contains(errno) ? .unreadable(errno) : .foreign
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return .unreadable(errno) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limits.packetBytesMax else {
      return .foreign
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return .unreadable(errno) }
      if count == 0 { return .foreign }
      done += count
    }
    return .packet(bytes)
  }

  func put(_ bytes: [UInt8], _ name: String) throws(GroupError) {
    do {
      try store.replaceFile("\(folder)/\(name)", beside: "\(folder)/.\(name)", with: bytes)
    } catch {
      throw .ledger(error)
    }
  }
}
