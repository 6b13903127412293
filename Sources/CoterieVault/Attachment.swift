public import CoterieLedger
internal import CoterieSealing
public import CoterieWire
internal import Glibc

/// What a message with a file says of it: name, media type, size, and a commitment for each chunk.
///
/// It is the message's content; the chunks travel and lie beside it. Deterministic CBOR:
/// `{"name", "size", "type"?, "chunks": [bstr 32...], "attachment": 1}`.
public struct AttachmentManifest: Equatable, Sendable {
  /// Bytes of every chunk but the last.
  public static let chunkBytes = 1 << 20
  /// As many chunks as fit into one content: files up to about 31 GB.
  public static let chunksMax = 30_000

  /// The file's name.
  public var name: Text
  /// Its media type, such as `image/png`.
  public var type: Text?
  /// Its size in bytes.
  public var size: UInt64
  /// BLAKE2b-256 of each chunk, keyed with the content's secret.
  public var chunks: [Digest]

  /// Takes all fields.
  public init(name: Text, type: Text?, size: UInt64, chunks: [Digest]) {
    self.name = name
    self.type = type
    self.size = size
    self.chunks = chunks
  }

  /// The bytes of the content.
  public var bytes: [UInt8] {
    var writer = CBORWriter(capacity: 64 + chunks.count * 34)
    writer.map(type == nil ? 4 : 5)
    writer.text("name")
    writer.text(name)
    writer.text("size")
    writer.unsigned(size)
    if let type {
      writer.text("type")
      writer.text(type)
    }
    writer.text("chunks")
    writer.array(chunks.count)
    for chunk in chunks { writer.digest(chunk) }
    writer.text("attachment")
    writer.unsigned(1)
    return writer.bytes
  }

  /// Reads a content; nil if it is no manifest.
  public init?(_ bytes: [UInt8]) {
    guard let read = try? Self.read(bytes) else { return nil }
    self = read
    guard self.bytes == bytes, isSound else { return nil }
  }

  private var isSound: Bool {
    let whole = UInt64(Self.chunkBytes)
    // Any size may be claimed: it is not added to.
    return UInt64(chunks.count) == size / whole + (size % whole == 0 ? 0 : 1)
  }

  private static func read(_ bytes: [UInt8]) throws(Malformed) -> AttachmentManifest {
    var cursor = CBORCursor()
    let span = bytes.span
    var manifest = AttachmentManifest(name: "", type: nil, size: 0, chunks: [])
    for _ in 0..<(try cursor.map(in: span, limit: 5)) {
      let place = cursor.offset
      let key = String(
        decoding: span.copy(of: try cursor.text(in: span, limit: 16)),
        as: UTF8.self
      )
      switch key {
      case "name":
        manifest.name = Text(
          validated: span.copy(of: try cursor.text(in: span, limit: Limits.nameBytesMax))
        )
      case "type":
        manifest.type = Text(
          validated: span.copy(of: try cursor.text(in: span, limit: Limits.nameBytesMax))
        )
      case "size": manifest.size = try cursor.unsigned(in: span)
      case "chunks":
        for _ in 0..<(try cursor.array(in: span, limit: chunksMax)) {
          manifest.chunks.append(try cursor.digest(in: span))
        }
      case "attachment": _ = try cursor.unsigned(in: span)
      default: throw Malformed(.unexpectedKey, at: place)
      }
    }
    return manifest
  }

  /// Bytes of a chunk.
  public func byteCount(ofChunk place: Int) -> Int {
    let start = UInt64(place) * UInt64(Self.chunkBytes)
    return Int(min(UInt64(Self.chunkBytes), size - start))
  }
}

/// The chunks of an attachment on disk, each sealed by itself, one after the other.
///
/// Never more than one chunk is in memory. A file that was cut holds the whole chunks before the
/// cut, so fetching goes on from there.
public struct AttachmentFile: Sendable {
  /// Bytes of a name.
  static let nameBytes = 32
  private static let sealedBytes = AttachmentManifest.chunkBytes + Cipher.overhead
  /// The file.
  public let path: String
  /// Its name in the store's folder `attachments`: 32 random hexadecimal digits.
  public let name: String
  private let folder: String

  init(folder: String, name: String) {
    self.name = name
    self.folder = folder
    path = "\(folder)/\(name)"
  }

  private static func key(_ secret: Digest, _ place: Int) -> SecretBytes {
    var bytes = secret.bytes
    return SecretBytes(moving: &bytes).derived(.chunk, Array("key \(place)".utf8))
  }

  /// The commitment to a chunk.
  public static func commitment(to chunk: [UInt8], secret: Digest) -> Digest {
    Hashing.digest(of: chunk, domain: .chunk, key: secret)
  }

  /// Adds the chunk that follows; answers its commitment.
  public func append(_ chunk: [UInt8], at place: Int, secret: Digest) throws(LedgerError) -> Digest
  {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(operation: "writing \(path)", number: errno) }
    defer { close(descriptor) }
    let context = Array("chunk \(place)".utf8)
    let sealed = Cipher.seal(chunk, context: context, key: Self.key(secret, place))
    try FileAccess.writeFully(descriptor, at: place * Self.sealedBytes, sealed, path: path)
    return Self.commitment(to: chunk, secret: secret)
  }

  /// One chunk in clear; nil if it is not there or was changed.
  public func chunk(
    _ place: Int,
    of manifest: AttachmentManifest,
    secret: Digest
  ) throws(LedgerError) -> [UInt8]? {
    guard place < manifest.chunks.count else { return nil }
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .system(operation: "opening \(path)", number: errno)
    }
    defer { close(descriptor) }
    let count = manifest.byteCount(ofChunk: place) + Cipher.overhead
    let start = place * Self.sealedBytes
    let sealed = try FileAccess.readFully(descriptor, at: start, count, path: path)
    guard
      let chunk = Cipher.open(
        sealed,
        context: Array("chunk \(place)".utf8),
        key: Self.key(secret, place)
      ), Self.commitment(to: chunk, secret: secret) == manifest.chunks[place]
    else { return nil }
    return chunk
  }

  /// How many whole chunks of an attachment are there, from the first on.
  public func chunkCount(of manifest: AttachmentManifest) -> Int {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return 0 }
    let whole = Int(status.st_size) / Self.sealedBytes
    guard whole < manifest.chunks.count, let last = manifest.chunks.indices.last, whole == last
    else { return min(whole, manifest.chunks.count) }
    let rest = Int(status.st_size) - whole * Self.sealedBytes
    return rest >= manifest.byteCount(ofChunk: last) + Cipher.overhead ? whole + 1 : whole
  }

  /// So many chunks are written until they are synced: as many may be holes after a power loss.
  private static let unsyncedChunksMax = 4

  /// Whether what was written is to be synced after a chunk.
  public static func isSynced(after place: Int, of manifest: AttachmentManifest) -> Bool {
    place + 1 == manifest.chunks.count || (place + 1).isMultiple(of: unsyncedChunksMax)
  }

  /// How many chunks are there and sound, of those that may not be synced: what can be built on
  /// after a crash.
  public func soundChunkCount(
    of manifest: AttachmentManifest,
    secret: Digest
  ) throws(LedgerError) -> Int {
    let count = chunkCount(of: manifest)
    let synced = max(0, count - 1) / Self.unsyncedChunksMax * Self.unsyncedChunksMax
    var sound = synced
    while sound < count, try chunk(sound, of: manifest, secret: secret) != nil { sound += 1 }
    if sound > synced { return sound }
    while sound > 0, try chunk(sound - 1, of: manifest, secret: secret) == nil { sound -= 1 }
    return sound
  }

  /// Makes the chunks and the file's name last; a file without chunks is not there.
  public func sync() throws(LedgerError) {
    guard try FileAccess.isThere(path) else { return }
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(operation: "opening \(path)", number: errno) }
    defer { close(descriptor) }
    try FileAccess.sync(descriptor, path: path)
    try FileAccess.syncFolder(folder)
  }

  /// Removes the file; what it held cannot be opened without its secret anyway.
  public func remove() {
    unsafe unlink(path)
  }
}
