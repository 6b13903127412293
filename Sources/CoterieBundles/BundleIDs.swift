internal import CoterieSealing
internal import CoterieWire

/// The running digest of the ids of a bundle's events: what its end item must name.
///
/// Payloads are gathered and hashed several at a time: at most 64 KiB of them beside one event.
struct BundleIDs: ~Copyable {
  private static let bytesMax = 64 * 1024

  private var stream = HashStream(domain: .bundle)
  private var batch = HashBatch()
  private var bytes: [UInt8] = []
  private var payloads: [Range<Int>] = []
  private var ids: [Digest] = []

  /// Adds the id of the event with this payload.
  mutating func append(payload: Span<UInt8>) {
    let start = bytes.count
    bytes.append(payload)
    payloads.append(start..<bytes.count)
    if bytes.count > Self.bytesMax { hash() }
  }

  /// The digest of all ids so far.
  mutating func value() -> Digest {
    hash()
    return stream.value()
  }

  private mutating func hash() {
    if payloads.isEmpty { return }
    hashGathered()
    var words: [UInt8] = []
    words.reserveCapacity(ids.count * Digest.byteCount)
    for id in ids { words.append(id) }
    stream.update(words)
    bytes.removeAll(keepingCapacity: true)
    payloads.removeAll(keepingCapacity: true)
  }

  private mutating func hashGathered() {
    let bytes = bytes
    batch.digests(of: payloads, in: bytes.span, domain: .event, into: &ids)
  }
}
