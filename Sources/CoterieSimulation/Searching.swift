internal import Glibc

extension [UInt8] {
  /// Whether some bytes stand anywhere in these.
  ///
  /// O(n), for bytes whose first is rare.
  func holds(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    return unsafe withUnsafeBytes { hay in
      guard let start = hay.baseAddress else { return false }
      var place = 0
      while place + needle.count <= hay.count {
        let rest = hay.count - place - needle.count + 1
        guard let found = unsafe memchr(start + place, Int32(first), rest) else { return false }
        place = unsafe UnsafeRawPointer(found) - start
        if unsafe memcmp(start + place, needle, needle.count) == 0 { return true }
        place += 1
      }
      return false
    }
  }
}
