internal import Glibc

/// A folder that is made beside the place that it is to have, and renamed to it once it is whole.
///
/// Its maker keeps it locked, so that another one knows what is being made from what was left when
/// a program was interrupted.
public final class FolderBeside: Sendable {
  /// Where the folder stands until it is placed.
  public let path: String
  private let place: String
  private let descriptor: Int32

  /// Makes an empty folder beside a path, and removes what interrupted programs left there.
  public init(_ place: String) throws(LedgerError) {
    let parent = FileChecks.parent(of: place)
    Self.removeLeftovers(of: place, in: parent)
    // A number that is taken is that of a process of another container, or a folder of someone's.
    for number in getpid()..<(getpid() + 64) {
      let path = "\(place).\(number).partial"
      if unsafe mkdir(path, 0o700) != 0 {
        if errno == EEXIST { continue }
        throw FileChecks.failure("creating \(path)", parent)
      }
      // Between the two another one may have taken the folder for left over.
      guard let descriptor = Self.lock(path, in: AT_FDCWD) else { continue }
      self.path = path
      self.place = place
      self.descriptor = descriptor
      return
    }
    throw .alreadyExists(path: "\(place).\(getpid()).partial")
  }

  deinit {
    close(descriptor)
  }

  /// Renames the folder to its place, and makes that last; removes it if that cannot be done.
  public func settle() throws(LedgerError) {
    let parent = FileChecks.parent(of: place)
    do throws(LedgerError) {
      try FileChecks.syncFolder(path)
      guard unsafe rename(path, place) == 0 else {
        throw errno == ENOTEMPTY || errno == EEXIST
          ? .alreadyExists(path: place) : FileChecks.failure("renaming \(path)", parent)
      }
    } catch {
      remove()
      throw error
    }
    try FileChecks.syncFolder(parent)
  }

  /// Removes the folder with the files of a store in it.
  public func remove() {
    Self.empty(descriptor)
    unsafe rmdir(path)
  }

  // MARK: What was left

  private static func removeLeftovers(of place: String, in parent: String) {
    let base = place.split(separator: "/").last.map(String.init) ?? place
    let folder = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    for name in FileAccess.entries(of: folder) ?? [] {
      guard name.hasPrefix("\(base)."), name.hasSuffix(".partial"),
        Int32(name.dropFirst(base.utf8.count + 1).dropLast(8)) != nil,
        let left = lock(name, in: folder)
      else { continue }
      defer { close(left) }
      guard holdsOnlyAStore(left) else { continue }
      empty(left)
      unsafe unlinkat(folder, name, AT_REMOVEDIR)
    }
  }

  /// A folder of this user, if no one keeps it locked and it still stands where it was found.
  private static func lock(_ name: String, in folder: Int32) -> Int32? {
    guard let descriptor = FileAccess.folder(name, in: folder) else { return nil }
    var opened = stat()
    var found = stat()
    guard unsafe fstat(descriptor, &opened) == 0,
      flock(descriptor, LOCK_EX | LOCK_NB) == 0,
      unsafe fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0,
      found.st_dev == opened.st_dev, found.st_ino == opened.st_ino
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Whether nothing is in a folder but what is in a store that is being made.
  private static func holdsOnlyAStore(_ folder: Int32) -> Bool {
    guard let names = FileAccess.entries(of: folder) else { return false }
    return names.allSatisfy { name in
      if StoreFormat.isFileName(name) { return FileAccess.isFile(name, in: folder) }
      guard name == StoreFormat.attachmentsFolder,
        let inner = FileAccess.folder(name, in: folder)
      else { return false }
      defer { close(inner) }
      return FileAccess.entries(of: inner)?.allSatisfy {
        StoreFormat.isAttachmentName($0) && FileAccess.isFile($0, in: inner)
      } ?? false
    }
  }

  private static func empty(_ folder: Int32) {
    for name in FileAccess.entries(of: folder) ?? [] {
      if StoreFormat.isFileName(name) {
        unsafe unlinkat(folder, name, 0)
      } else if name == StoreFormat.attachmentsFolder,
        let inner = FileAccess.folder(name, in: folder)
      {
        defer { close(inner) }
        for name in FileAccess.entries(of: inner) ?? [] where StoreFormat.isAttachmentName(name) {
          unsafe unlinkat(inner, name, 0)
        }
        unsafe unlinkat(folder, name, AT_REMOVEDIR)
      }
    }
  }
}
