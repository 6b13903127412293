public import CoterieLedger
internal import CoterieWire
internal import Glibc

/// Keeps the chunks of a message that is not posted yet from being taken for what an interrupted
/// post left: until it is released, or its process ends.
public final class AttachmentHold: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws(LedgerError) {
    while true {
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .system(operation: "writing \(path)", number: errno) }
      var status = stat()
      guard flock(descriptor, LOCK_SH) == 0, unsafe fstat(descriptor, &status) == 0 else {
        let number = errno
        close(descriptor)
        throw .system(operation: "locking \(path)", number: number)
      }
      // It may have been removed before it was locked.
      if status.st_nlink > 0 {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit {
    close(descriptor)
  }
}

extension AttachmentFile {
  /// Makes the file, and keeps it while its message is not posted yet.
  public func held() throws(LedgerError) -> AttachmentHold { try AttachmentHold(path) }

  /// Removes the file unless someone holds it; answers whether it is gone.
  fileprivate func removeUnlessHeld() -> Bool {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
    remove()
    return true
  }
}

extension Vault {
  /// Removes files of chunks that no content names and nobody is writing: what posts left that were
  /// interrupted.
  ///
  /// The caller holds the writer lock. O(contents held + files).
  ///
  /// - Returns: how many were removed.
  public func removeStrayAttachments(_ ledger: Ledger) throws(VaultError) -> Int {
    let folder = "\(path)/\(StoreFormat.attachmentsFolder)"
    return try self.ledger { () throws(LedgerError) in
      guard try FileAccess.isThere(folder) else { return 0 }
      var named: Set<String> = []
      try ledger.snapshot().scan(.contents, prefix: [], from: nil) { _, row in
        // The last item of a row is the file's name, or null.
        if row.count > AttachmentFile.nameBytes, row[row.count - 1] != 0xf6 {
          let name = row.copy(of: (row.count - AttachmentFile.nameBytes)..<row.count)
          named.insert(String(decoding: name, as: UTF8.self))
        }
        return true
      }
      return try FileAccess.names(in: folder).count { name in
        name.utf8.count == AttachmentFile.nameBytes && !named.contains(name)
          && AttachmentFile(folder: folder, name: name).removeUnlessHeld()
      }
    }
  }
}
