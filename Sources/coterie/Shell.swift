import Glibc

/// The system's shell.
enum Shell {
  /// A word as a command line has it: quoted where the shell would read more into it.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || byte >= 128 || "/._-+,:@%=".utf8.contains(byte)
    }
    return plain && !word.isEmpty ? word : enclosed(word)
  }

  /// A word in quotes, in which the shell reads nothing more, not even a keyword or a setting.
  static func enclosed(_ word: String) -> String {
    "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Runs a command and waits for it; with `isQuiet` it reads nothing, and its output is nobody's.
  ///
  /// - Returns: its exit status, 128 and the signal for one that was killed, nil if it could not be
  ///   started.
  static func status(of command: String, isQuiet: Bool = false) -> Int32? {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if isQuiet {
      for (end, mode) in [
        (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY),
      ] {
        unsafe posix_spawn_file_actions_addopen(&actions, end, "/dev/null", mode, 0)
      }
    }
    var child = pid_t()
    let words = ["/bin/sh", "-c", command]
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer {
      for place in unsafe arguments.indices { unsafe free(arguments[place]) }
    }
    let started = unsafe posix_spawn(&child, "/bin/sh", &actions, nil, &arguments, environ)
    guard started == 0 else { return nil }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return nil }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}
