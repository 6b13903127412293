/// How the program ends: the same code whatever the output format.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  case done = 0
  case findings = 1
  case usage = 2
  case notFound = 3
  case malformed = 4
  case store = 5
  case locked = 6
  case unreachable = 7
  case undecided = 8
  case refused = 9
  case defect = 70
  case interrupted = 130
  case pipeClosed = 141

  /// What the code means.
  public var meaning: String {
    switch self {
    case .done: "done, nothing found"
    case .findings: "findings: bad bytes or signatures, forks, divergence, a failing scenario"
    case .usage: "wrong usage"
    case .notFound: "no such file, group or event, or an ambiguous prefix"
    case .malformed: "input malformed or of another schema; the place is given"
    case .store: "store locked, full, damaged, or of a newer format"
    case .locked: "key or passphrase needed or wrong"
    case .unreachable: "peer or relay unreachable, or time-out"
    case .undecided: "undecided: events are missing"
    case .refused: "refused by the rules, nothing written"
    case .defect: "a defect of this program"
    case .interrupted: "interrupted"
    case .pipeClosed: "the reader closed the pipe"
    }
  }
}

/// A failure that ends a command: what happened, and what to do next.
public struct Failure: Error, Sendable, Equatable {
  /// How the program ends.
  public var status: ExitStatus
  /// A stable word for the failure.
  public var code: String
  /// What happened, where.
  public var message: String
  /// What to do next.
  public var help: String?
  /// The id of the event that is the cause, where there is one.
  public var event: String?
  /// The id of the group, where there is one.
  public var group: String?
  /// Ids of events that show it.
  public var evidence: [String]

  /// Takes all fields.
  public init(
    _ status: ExitStatus,
    _ code: String,
    _ message: String,
    help: String? = nil,
    event: String? = nil,
    group: String? = nil,
    evidence: [String] = []
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.help = help
    self.event = event
    self.group = group
    self.evidence = evidence
  }

  /// A usage failure.
  public static func usage(_ message: String, help: String? = nil) -> Failure {
    Failure(.usage, "usage", message, help: help)
  }
}
