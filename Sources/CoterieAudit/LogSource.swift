public import CoterieWire

/// A log to be audited: one member's events, one after the other, as bytes.
public protocol LogSource: AnyObject {
  /// How the log is called in reports.
  var name: String { get }
  /// About how many events there are; 0 if that is not known before reading.
  var eventCount: Int { get }
  /// Hands over each envelope, in an order in which parents usually come first.
  ///
  /// `place` finds the envelope again. `body` answers false to stop.
  /// - Throws: `SourceFault` where the log cannot be read on.
  func scan(_ body: (_ envelope: Span<UInt8>, _ place: UInt64) -> Bool) throws(SourceFault)
  /// The envelope at a place that `scan` gave.
  func envelope(at place: UInt64) throws(SourceFault) -> [UInt8]
  /// A place that `scan` gave, as people count: a byte of a bundle, or an arrival; and in words.
  func location(of place: UInt64) -> (number: UInt64, words: String)
  /// The state digest that the log's keeper noted for a group, if it is of the whole log.
  func notedDigest(of group: Digest) throws(SourceFault) -> Digest?
  /// Whether the log's keeper noted another state, or other names, than judging the log gives.
  func checkpointDiffers(from log: MemberLog) throws(SourceFault) -> Bool
  /// The rules version of the log, if it is not the one that this program knows.
  var otherRules: UInt64? { get }
  /// An event whose admission, as the log's keeper noted it, is not what judging it gives.
  func differingAdmission(of log: MemberLog) throws(SourceFault) -> Digest?
}

extension LogSource {
  /// Bundles and memory note nothing.
  public func notedDigest(of group: Digest) throws(SourceFault) -> Digest? {
    nil
  }

  /// Bundles and memory note nothing.
  public func checkpointDiffers(from log: MemberLog) throws(SourceFault) -> Bool { false }

  /// Bundles of version 1, stores and memory are of the one version that there is.
  public var otherRules: UInt64? { nil }

  /// Bundles and memory note nothing.
  public func differingAdmission(of log: MemberLog) throws(SourceFault) -> Digest? { nil }
}

/// Why a log could not be read, or not to its end.
public struct SourceFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure: it decides the exit code.
  public enum Kind: Equatable, Sendable {
    case notFound, malformed, store, damagedStore
  }

  /// What kind.
  public var kind: Kind
  /// What, where, and how far the log was good.
  public var description: String
  /// How many whole items were read.
  public var wholeItems: Int

  /// Takes all fields.
  public init(_ kind: Kind, _ description: String, wholeItems: Int = 0) {
    self.kind = kind
    self.description = description
    self.wholeItems = wholeItems
  }
}
