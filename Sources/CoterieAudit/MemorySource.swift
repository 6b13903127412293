internal import CoterieWire

/// Envelopes in memory as a log: the stores of a scenario's people.
public final class MemorySource: LogSource {
  /// How the log is called in reports.
  public let name: String
  private let envelopes: [[UInt8]]

  /// Takes envelopes in their order of arrival.
  public init(name: String, envelopes: [[UInt8]]) {
    self.name = name
    self.envelopes = envelopes
  }

  /// How many envelopes there are.
  public var eventCount: Int { envelopes.count }

  /// Hands over each envelope.
  public func scan(
    _ body: (_ envelope: Span<UInt8>, _ place: UInt64) -> Bool
  ) throws(SourceFault) {
    for (place, envelope) in envelopes.enumerated() where !body(envelope.span, UInt64(place)) {
      return
    }
  }

  /// The place of an envelope among them, from 0 on.
  public func location(of place: UInt64) -> (number: UInt64, words: String) {
    (place, "envelope \(place + 1)")
  }

  /// The envelope at a place.
  public func envelope(at place: UInt64) throws(SourceFault) -> [UInt8] {
    envelopes[Int(place)]
  }
}
