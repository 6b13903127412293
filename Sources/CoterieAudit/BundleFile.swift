internal import CoterieBundles
internal import Glibc

/// A file that is read at any place; a compressed one as what comes out of it.
///
/// A compressed file is read on from where it was read last; of what came out the last 4 MiB are
/// kept, and whoever wants an earlier place has the frame decompressed in which it stands.
final class BundleFile {
  private static let windowBytes = 4 << 20

  /// The bytes of the file.
  let size: Int
  /// Whether it starts with a frame of Zstandard.
  let isCompressed: Bool
  private let descriptor: Int32
  private var decompressor: Decompressor?
  /// The frames that were met so far, ascending.
  private var frames: [Decompressor.Frame] = []
  private var window: [UInt8] = []
  private var windowStart: UInt64 = 0

  /// Opens a regular file.
  init(path: String) throws(SourceFault) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard unsafe descriptor >= 0 && fstat(descriptor, &status) == 0 else {
      throw SourceFault(.notFound, "\(path) cannot be opened: \(systemError())")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SourceFault(.malformed, "\(path) is not a regular file")
    }
    size = Int(status.st_size)
    let magic = Decompressor.magic
    isCompressed = readBytes(descriptor, magic.count, at: 0) == magic
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Up to so many bytes from a place on; none at the end.
  func bytes(_ count: Int, at place: UInt64) throws(BundleFault) -> [UInt8] {
    guard isCompressed else { return try Self.read(descriptor, count, at: place) }
    if decompressor == nil || place < windowStart { restart(before: place) }
    while windowEnd < place + UInt64(count) {
      do throws(BundleFault) {
        guard try decompressMore(keepingFrom: place) else { break }
      } catch {
        // What is good before the damage is handed out first.
        if windowEnd > place { break }
        throw error
      }
    }
    let start = min(window.count, Int(clamping: place - windowStart))
    return Array(window[start..<min(window.count, start + count)])
  }

  private var windowEnd: UInt64 { windowStart + UInt64(window.count) }

  /// Goes back to the last frame that starts before a place, or at it.
  private func restart(before place: UInt64) {
    let frame = frames.last { $0.unpacked <= place } ?? Decompressor.Frame(packed: 0, unpacked: 0)
    var position = frame.packed
    let descriptor = self.descriptor
    decompressor = Decompressor(at: frame) { (count) throws(BundleFault) in
      let bytes = try Self.read(descriptor, count, at: position)
      position += UInt64(bytes.count)
      return bytes
    }
    window.removeAll(keepingCapacity: true)
    windowStart = frame.unpacked
  }

  /// Adds to the window; answers whether there was more.
  private func decompressMore(keepingFrom place: UInt64) throws(BundleFault) -> Bool {
    guard let decompressor else { return false }
    let more = try decompressor.next()
    if frames.last.map({ $0.unpacked < decompressor.frame.unpacked }) ?? true {
      frames.append(decompressor.frame)
    }
    window += more
    if window.count > 2 * Self.windowBytes {
      let dropped = min(window.count - Self.windowBytes, Int(clamping: place - windowStart))
      window.removeFirst(dropped)
      windowStart += UInt64(dropped)
    }
    return !more.isEmpty
  }

  private static func read(
    _ descriptor: Int32,
    _ count: Int,
    at place: UInt64
  ) throws(BundleFault) -> [UInt8] {
    guard let bytes = readBytes(descriptor, count, at: Int64(clamping: place)) else {
      throw BundleFault(.unreadable(errno), offset: place, wholeItems: 0)
    }
    return bytes
  }
}

/// Up to `count` bytes of a file from a position; nil if it cannot be read.
func readBytes(_ descriptor: Int32, _ count: Int, at position: Int64) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: count)
  while true {
    let read = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe pread(descriptor, buffer.baseAddress, count, Int(position))
    }
    if read >= 0 { return Array(bytes[..<read]) }
    if errno != EINTR { return nil }
  }
}

/// The system's words for the last error.
func systemError() -> String {
  unsafe String(cString: strerror(errno))
}
