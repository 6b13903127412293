internal import CoterieEngine
internal import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

extension EnvelopeChunk {
  /// Whether each event's own signature is good, by item: all are checked, on all cores.
  ///
  /// The chunk must have been read. About 36 µs a signature and core.
  borrowing func signatureChecks() -> [Bool] {
    let (bytes, items, events, faults) = (bytes, items, events, faults)
    return Cores.map(items.count) { item in
      guard faults[item] == nil, let parts = items[item].parts else { return false }
      let envelope = bytes.span.extracting(items[item].range)
      return Envelope.verifies(envelope, parts, by: events[item].author)
    }
  }
}
