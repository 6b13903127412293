public import CoterieGroups

/// Why an exchange ended before its end.
///
/// What was taken in before stays; the next exchange goes on from there.
public enum ExchangeError: Error, Equatable, Sendable {
  /// The other end sent what no program like this sends; at which byte of what it sent.
  case garbage(String, offset: UInt64)
  /// The other end sent more than it may, of what.
  case flood(String)
  /// The other end went away, or said nothing for too long.
  case unreachable(String)
  /// The two have no group in common, or the other end may not have any of them.
  case nothingInCommon
  /// This end's store.
  case group(GroupError)
}

extension ExchangeError: CustomStringConvertible {
  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .garbage(let what, let offset):
      "the other end sent \(what) at byte \(offset); it was cut off, what came before is kept"
    case .flood(let what):
      "the other end sent \(what); it was cut off, what came before is kept"
    case .unreachable(let what): "\(what); what came before is kept, run it again to go on"
    case .nothingInCommon:
      "the two have no group in common in which the other end is a member, invited, or has a link"
    case .group(let error): "\(error)"
    }
  }
}

/// What may come from the other end before it is cut off.
public struct ExchangeLimits: Sendable {
  /// Bytes of one frame or packet part.
  public var frameBytesMax = 2 << 20
  /// Groups and keys that one end may offer.
  public var offersMax = 4096
  /// Chain ends of one group that are listened to.
  public var endsMax = 2_000_000
  /// Of these, chains that are not here and are asked for in one exchange.
  public var lackedMax = 65_536
  /// Of these, chains of one author: one who forks without end does not crowd out the others.
  public var lackedOfAuthorMax = 4096
  /// Events that must wait because parents were not sent before them.
  public var orphansMax = 1000
  /// Events that were known, malformed, or of strangers.
  public var uselessMax = 20_000
  /// Bytes of one packet in a folder.
  public var packetBytesMax = 16 << 20

  /// The limits of this version.
  public init() {}
}

/// What an exchange has moved.
public struct ExchangeOutcome: Sendable, Equatable {
  /// Events that are new here.
  public var received = 0
  /// Contents that are new here.
  public var contents = 0
  /// Chunks of attachments that are new here.
  public var chunks = 0
  /// Events sent.
  public var sent = 0
  /// Bytes received.
  public var bytesReceived: UInt64 = 0
  /// Bytes sent.
  public var bytesSent: UInt64 = 0
  /// Events that were known already, or of no use.
  public var useless = 0
  /// Events that wait for others that did not come.
  public var waiting = 0
  /// What was malformed or refused, one line each.
  public var complaints: [String] = []

  /// Starts at nothing.
  public init() {}

  /// Adds another outcome.
  public mutating func add(_ other: ExchangeOutcome) {
    received += other.received
    contents += other.contents
    chunks += other.chunks
    sent += other.sent
    bytesReceived += other.bytesReceived
    bytesSent += other.bytesSent
    useless += other.useless
    waiting += other.waiting
    complaints += other.complaints
  }
}
