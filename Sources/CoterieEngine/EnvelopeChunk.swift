package import CoterieEvents
package import CoterieSealing
package import CoterieWire

/// Envelopes that are taken together: while they are in the cache, all payloads are hashed, several
/// at a time, and all events are read.
///
/// Each envelope is copied once. A chunk that is used again takes no memory.
package struct EnvelopeChunk: ~Copyable, Sendable {
  /// Small enough to stay in a second-level cache together with what judging them touches.
  private static let bytesMax = 192 * 1024

  private static let itemsMax = 4096

  package private(set) var bytes: [UInt8] = []
  /// Where each envelope stands, its place in the source, and where its parts stand; nil for bytes
  /// that are no envelope.
  package private(set) var items: [(range: Range<Int>, place: UInt64, parts: Envelope.Parts?)] = []
  /// The ids, by item; of no meaning for bytes that are no envelope.
  package private(set) var ids: [Digest] = []
  /// The events, by item, or what is wrong with their bytes.
  package private(set) var events: [Result<Event, Malformed>] = []
  /// Whether each event's own signature is good, by item; empty if that is not asked.
  package var isSigned: [Bool] = []
  private var payloads: [Range<Int>] = []

  package init() {}

  /// Whether an envelope still fits; into an empty chunk any does.
  package func hasRoom(for byteCount: Int) -> Bool {
    items.isEmpty || (bytes.count + byteCount <= Self.bytesMax && items.count < Self.itemsMax)
  }

  /// Adds an envelope, which is known in its source by `place`.
  package mutating func append(_ envelope: Span<UInt8>, _ place: UInt64) {
    let start = bytes.count
    bytes.append(envelope)
    let parts = try? Envelope.parts(of: envelope)
    items.append((start..<bytes.count, place, parts))
    let payload = parts?.payload ?? 0..<0
    payloads.append((start + payload.lowerBound)..<(start + payload.upperBound))
  }

  /// Computes all ids and reads all events.
  ///
  /// About 0.5 µs an event.
  package mutating func read() {
    let bytes = bytes
    var batch = HashBatch()
    batch.digests(of: payloads, in: bytes.span, domain: .event, into: &ids)
    events.reserveCapacity(items.count)
    for item in items.indices {
      do throws(Malformed) {
        events.append(.success(try event(item)))
      } catch {
        events.append(.failure(error))
      }
    }
  }

  private borrowing func event(_ item: Int) throws(Malformed) -> Event {
    let (range, _, parts) = items[item]
    let envelope = bytes.span.extracting(range)
    if let parts { return try Event(in: envelope, parts, id: ids[item]) }
    // Bytes that are no envelope are read again for what is wrong with them.
    return try Event.decode(envelope).event
  }

  /// Makes room for the next envelopes.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
    isSigned.removeAll(keepingCapacity: true)
    payloads.removeAll(keepingCapacity: true)
  }
}
