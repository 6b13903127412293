public import CoterieEvents
public import CoterieWire

/// What became of an event.
public enum Status: String, CaseIterable, Sendable {
  /// Bytes, signature or chain are wrong; kept out of the log.
  case malformed
  /// A parent or the previous event is missing; not judged yet.
  case pending
  /// Not allowed on its past; final, without effect.
  case rejected
  /// Allowed and in effect.
  case effective
  /// Allowed on its past, void because of what its author had not seen.
  case defeated
  /// A lowering against which someone higher granted concurrently.
  case overridden
  /// A last owner's exit that waits for another owner.
  case heldBack = "held-back"

  /// One sentence for people.
  public var explanation: String {
    switch self {
    case .malformed:
      "Bytes, signature or chain are wrong; the event is kept out of the log for ever."
    case .pending:
      "A parent or the author's event before it is missing; it waits and is not judged."
    case .rejected:
      "What its author had seen did not allow it; that is final."
    case .effective:
      "It was allowed and counts."
    case .defeated:
      "It was allowed on what its author had seen, but someone above took the right away."
    case .overridden:
      "A lowering, while someone higher granted the role without knowing of it."
    case .heldBack:
      "A last owner's exit, which waits until there is another owner."
    }
  }
}

/// The judgement of one event.
public struct Verdict: Equatable, Sendable {
  /// What became of it.
  public var status: Status
  /// Why, where it is not simply effective.
  public var code: Code?
  /// The event that did it.
  public var by: Digest?
  /// The author's standing at the event's past; for an accept or join its issuer's at the invite.
  public var standing: Standing?
  /// The lowest role that may do this.
  public var need: Role?
  /// The grant under which the author acts.
  public var support: Digest?
  /// The first cause, up the chain of lost support.
  public var root: Digest?

  /// Takes all fields; those that are not known are nil.
  public init(
    status: Status,
    code: Code? = nil,
    by: Digest? = nil,
    standing: Standing? = nil,
    need: Role? = nil,
    support: Digest? = nil,
    root: Digest? = nil
  ) {
    self.status = status
    self.code = code
    self.by = by
    self.standing = standing
    self.need = need
    self.support = support
    self.root = root
  }
}

/// A role and the chain of appointments by which it came: specification §4.1.
public struct Standing: Equatable, Sendable {
  /// The role.
  public var role: Role
  /// Sequence numbers of the appointing events from the founder down; empty for the founder.
  public var path: [UInt64]

  package init(role: Role, path: [UInt64]) {
    self.role = role
    self.path = path
  }
}
