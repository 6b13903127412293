internal import Glibc

/// Asks the person at the terminal.
public enum Terminal {
  /// Whether someone can be asked.
  public static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks for a secret, of which nothing shows; nil without a terminal.
  public static func secret(_ prompt: String) -> [UInt8]? {
    let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var before = termios()
    guard unsafe tcgetattr(descriptor, &before) == 0 else { return nil }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    guard unsafe tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { return nil }
    defer { unsafe tcsetattr(descriptor, TCSAFLUSH, &before) }
    _ = Console.writeAll(Array(prompt.utf8), to: descriptor)
    defer { _ = Console.writeAll([UInt8(ascii: "\n")], to: descriptor) }
    return line(from: descriptor)
  }

  /// Asks a question that is answered with yes or no; anything but `y` or `yes` is no.
  public static func confirms(_ question: String) -> Bool {
    guard isThere else { return false }
    _ = Console.writeAll(Array("\(question) [y/N] ".utf8), to: STDERR_FILENO)
    let answer = String(decoding: line(from: STDIN_FILENO) ?? [], as: UTF8.self).lowercased()
    return answer == "y" || answer == "yes"
  }

  /// One line from a descriptor, without its end; nil if there is none, or it is over 64 KiB.
  public static func line(from descriptor: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.count < 1 << 16 {
      let count = unsafe read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : bytes }
      if byte == UInt8(ascii: "\n") { return bytes }
      bytes.append(byte)
    }
    return nil
  }
}
