internal import CoterieEngine
internal import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

extension EnvelopeChunk {
  /// Whether each event's own signature is good, by item: all are checked, on all cores.
  ///
  /// About 36 µs a signature and core.
  borrowing func signatureChecks() -> [Bool] {
    let (bytes, ranges) = (bytes, items.map(\.range))
    return Cores.map(ranges.count) { verifies(bytes.span.extracting(ranges[$0])) }
  }
}

private func verifies(_ envelope: Span<UInt8>) -> Bool {
  guard let decoded = try? Event.decode(envelope) else { return false }
  return Envelope.verifies(envelope, decoded.parts, by: decoded.event.author)
}
