/// What the value of an option, or an operand, names: what a shell offers in its place.
public enum ValueKind: Equatable, Sendable {
  /// Files and folders.
  case files
  /// Folders.
  case folders
  /// Commands, word by word.
  case commands
  /// What the program prints when the shell asks it for values under this name.
  case live(String)
  /// Anything; nothing is offered.
  case anything
}

extension CommandTable {
  /// What the value of an option names: its own row says so, else its placeholder.
  func values(of option: Option) -> ValueKind {
    option.values ?? option.value.flatMap { placeholders[$0] } ?? .anything
  }

  /// What an operand names: its own row says so, else its placeholder; else a file.
  func values(of operand: Operand) -> ValueKind {
    operand.values ?? placeholders[operand.name] ?? .files
  }
}
