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
  /// The events, by item; of no meaning for bytes that are malformed.
  ///
  /// There may be more events than items: their places are used again.
  package private(set) var events: [Event] = []
  /// What is wrong with the bytes of items that are malformed.
  package private(set) var faults: [Int: Malformed] = [:]
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
  /// About 0.3 µs an event.
  package mutating func read() {
    hash()
    decode()
  }

  /// Computes all ids.
  package mutating func hash() {
    let bytes = bytes
    var batch = HashBatch()
    batch.digests(of: payloads, in: bytes.span, domain: .event, into: &ids)
  }

  /// Reads all events, whose ids are known.
  package mutating func decode() {
    let (bytes, payloads, ids) = (bytes, payloads, ids)
    while events.count < items.count { events.append(Event()) }
    var malformed: [(item: Int, fault: Malformed)] = []
    var places = events.mutableSpan
    for item in payloads.indices {
      do throws(Malformed) {
        try places[item].read(bytes.span, payloads[item], id: ids[item])
      } catch {
        malformed.append((item, error))
      }
    }
    for (item, fault) in malformed {
      let (range, _, parts) = items[item]
      // Bytes that are no envelope are looked at again for what is wrong with them.
      let unread = parts == nil ? Envelope.fault(in: bytes.span.extracting(range)) : nil
      faults[item] = unread ?? fault.shifted(by: -range.lowerBound)
    }
  }

  /// The event of an item, or what is wrong with its bytes.
  package borrowing func result(_ item: Int) -> Result<Event, Malformed> {
    faults[item].map { .failure($0) } ?? .success(events[item])
  }

  /// Makes room for the next envelopes.
  package mutating func removeAll() {
    for item in events.indices.prefix(items.count) { events[item].forgetBody() }
    bytes.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    faults.removeAll(keepingCapacity: true)
    isSigned.removeAll(keepingCapacity: true)
    payloads.removeAll(keepingCapacity: true)
  }
}
