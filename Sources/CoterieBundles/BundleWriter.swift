internal import CoterieSealing
public import CoterieWire

/// Writes a bundle: a CBOR sequence (RFC 8742) of header, entries with parents first, and end.
///
/// Answers the bytes of each item, for the caller to write where it likes; keeps none of them.
public struct BundleWriter: ~Copyable {
  private var ids = HashStream(domain: .bundle)
  private var count: UInt64 = 0

  /// Starts a bundle.
  public init() {}

  /// The bytes of the header.
  public func header(_ header: BundleHeader) -> [UInt8] {
    var writer = CBORWriter()
    writer.map(4)
    writer.text("count")
    writer.unsigned(header.count)
    writer.text("rules")
    writer.unsigned(header.rules)
    writer.text("format")
    writer.unsigned(BundleHeader.currentFormat)
    writer.text("groups")
    writer.array(header.groups.count)
    for group in header.groups.sorted() { writer.digest(group) }
    return writer.bytes
  }

  /// The bytes of one event, whose id enters the digest of the end item.
  public mutating func entry(_ entry: BundleEntry, id: Digest) -> [UInt8] {
    count += 1
    ids.update(id.bytes)
    var writer = CBORWriter(capacity: entry.envelope.count + 16)
    entry.write(to: &writer)
    return writer.bytes
  }

  /// The bytes of one chunk of the attachment of the entry before.
  public func chunk(_ bytes: [UInt8]) -> [UInt8] {
    var writer = CBORWriter(capacity: bytes.count + 5)
    writer.byteString(bytes)
    return writer.bytes
  }

  /// The bytes of the end item.
  public func end() -> [UInt8] {
    var writer = CBORWriter()
    writer.map(2)
    writer.text("count")
    writer.unsigned(count)
    writer.text("digest")
    writer.digest(ids.value())
    return writer.bytes
  }
}
