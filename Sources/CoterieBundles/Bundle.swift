public import CoterieWire

/// The first item of a bundle: what is in it.
public struct BundleHeader: Equatable, Sendable {
  /// The format number that this program writes.
  public static let currentFormat: UInt64 = 1

  /// The groups whose events follow, ascending.
  public var groups: [Digest]
  /// The rules version of those groups.
  public var rules: UInt64
  /// How many events follow.
  public var count: UInt64

  /// Takes all fields.
  public init(groups: [Digest], rules: UInt64 = 1, count: UInt64) {
    self.groups = groups
    self.rules = rules
    self.count = count
  }
}

/// One event of a bundle; secret and content are absent where it is redacted or has none.
public struct BundleEntry: Equatable, Sendable {
  /// The signed event.
  public var envelope: [UInt8]
  /// The secret of its content.
  public var secret: Digest?
  /// Its content in clear.
  public var content: [UInt8]?

  /// Takes all fields.
  public init(envelope: [UInt8], secret: Digest? = nil, content: [UInt8]? = nil) {
    self.envelope = envelope
    self.secret = secret
    self.content = content
  }
}

extension BundleEntry {
  /// The bytes of the item: an array of three.
  package func write(to writer: inout CBORWriter) {
    writer.array(3)
    writer.byteString(envelope)
    if let secret { writer.digest(secret) } else { writer.null() }
    if let content { writer.byteString(content) } else { writer.null() }
  }

  /// Reads an item.
  package init(_ cursor: inout CBORCursor, in bytes: Span<UInt8>) throws(Malformed) {
    let place = cursor.offset
    guard try cursor.array(in: bytes, limit: 3) == 3 else {
      throw Malformed(.wrongType(expected: .array), at: place)
    }
    let envelope = try cursor.byteString(in: bytes, limit: Limits.envelopeBytesMax)
    let secret = cursor.null(in: bytes) ? nil : try cursor.digest(in: bytes)
    var content: [UInt8]?
    if !cursor.null(in: bytes) {
      let range = try cursor.byteString(in: bytes, limit: Limits.contentBytesMax)
      content = bytes.copy(of: range)
    }
    self.init(envelope: bytes.copy(of: envelope), secret: secret, content: content)
  }
}

/// The last item of a bundle: what must have been read by then.
public struct BundleEnd: Equatable, Sendable {
  /// How many events there were.
  public var count: UInt64
  /// BLAKE2b-256, personalised `coterie.bundle`, over the ids of the events in their order.
  public var digest: Digest

  /// Takes both fields.
  public init(count: UInt64, digest: Digest) {
    self.count = count
    self.digest = digest
  }
}

/// One item of a bundle.
public enum BundleItem: Equatable, Sendable {
  case header(BundleHeader)
  case entry(BundleEntry)
  /// The next chunk of the attachment of the entry before: at most 1 MiB.
  case chunk([UInt8])
  case end(BundleEnd)
}

/// Why a bundle could not be read further.
public struct BundleFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What happened.
  public enum Cause: Equatable, Sendable {
    /// The bytes end before the end item: the bundle was cut.
    case cut
    /// An item is not what may stand there.
    case malformed(Malformed)
    /// The file could not be read.
    case unreadable(Int32)
    /// The bytes cannot be decompressed, for a reason of the decompressor, at a byte of the file.
    case compression(String, at: UInt64)
  }

  /// What happened.
  public var cause: Cause
  /// Where the item at fault starts, in bytes from the start of the file, or of what comes out of a
  /// compressed one.
  public var offset: UInt64
  /// How many whole items were read before it.
  public var wholeItems: Int

  /// Names a cause and its place.
  public init(_ cause: Cause, offset: UInt64, wholeItems: Int) {
    self.cause = cause
    self.offset = offset
    self.wholeItems = wholeItems
  }

  /// One sentence for people.
  public var description: String {
    let place = "at byte \(offset), after \(wholeItems) whole items"
    return switch cause {
    case .cut: "the bundle is cut \(place)"
    case .malformed(let fault): "the bundle is damaged \(place): \(fault)"
    case .unreadable(let number): "the bundle cannot be read \(place): error \(number)"
    case .compression(let reason, let byte):
      "the bundle cannot be decompressed near byte \(byte) of the file, after \(wholeItems) whole "
        + "items: \(reason)"
    }
  }
}
