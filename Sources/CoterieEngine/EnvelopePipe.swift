internal import CoterieSealing
internal import CoterieWire

/// Envelopes on their way from a log to whoever judges them, chunk by chunk: while one chunk is
/// taken, the next is read beside, on another core.
///
/// A log of one chunk, such as the few events that came since one last looked, is read on the spot.
package struct EnvelopePipe: ~Copyable {
  private var chunk = EnvelopeChunk()
  private var beside: Beside<EnvelopeChunk>?
  private let read: @Sendable (inout EnvelopeChunk) -> Void

  /// An empty pipe.
  ///
  /// - Parameter read: reads a chunk; runs on any thread.
  package init(
    read: @escaping @Sendable (inout EnvelopeChunk) -> Void = { $0.read() }
  ) {
    self.read = read
  }

  /// Adds an envelope, which is known in its source by `place`; `take` gets chunks that were read,
  /// in the order of their envelopes.
  package mutating func append<Fault>(
    _ envelope: Span<UInt8>,
    _ place: UInt64,
    take: (borrowing EnvelopeChunk) throws(Fault) -> Void
  ) throws(Fault) {
    if !chunk.hasRoom(for: envelope.count) { try takeNext(take) }
    chunk.append(envelope, place)
  }

  /// Takes what is left.
  package mutating func finish<Fault>(
    take: (borrowing EnvelopeChunk) throws(Fault) -> Void
  ) throws(Fault) {
    if let beside {
      try takeNext(take)
      beside.finish(&chunk)
    } else {
      read(&chunk)
    }
    try take(chunk)
    chunk.removeAll()
  }

  /// Has the chunk read, and takes the one that was read before.
  private mutating func takeNext<Fault>(
    _ take: (borrowing EnvelopeChunk) throws(Fault) -> Void
  ) throws(Fault) {
    let beside = self.beside ?? Beside(EnvelopeChunk())
    self.beside = beside
    beside.exchange(&chunk, read)
    try take(chunk)
    chunk.removeAll()
  }
}
