internal import CoterieBundles
internal import CoterieWire
internal import Glibc

/// A bundle file as a log.
public final class BundleSource: LogSource {
  /// The file's name.
  public let name: String
  /// The rules version that a header names, if it is not 1.
  public private(set) var otherRules: UInt64?
  /// What the headers say, but never more than the file has room for.
  public private(set) var eventCount = 0
  /// Secrets and contents that were found beside events: checked against their commitments.
  public private(set) var contentCount = 0
  private let path: String
  private let file: BundleFile
  private let eventsMax: Int

  /// Bytes that the least event takes: a signature, an author, a group and a parent.
  private static let eventBytesMin = 64 + 3 * 32

  /// Of these what cannot be compressed: the signature.
  private static let compressedBytesMin = 64

  /// Opens a file; of a compressed one the first bytes are read.
  public init(path: String, name: String) throws(SourceFault) {
    self.path = path
    self.name = name
    file = try BundleFile(path: path)
    eventsMax = file.size / (file.isCompressed ? Self.compressedBytesMin : Self.eventBytesMin)
  }

  /// Hands over each envelope of the bundle, in the file's order.
  public func scan(
    _ body: (_ envelope: Span<UInt8>, _ place: UInt64) -> Bool
  ) throws(SourceFault) {
    try scanEntries { entry, place in body(entry.envelope.span, place) }
  }

  /// Hands over each entry until the body answers false.
  func scanEntries(_ body: (_ entry: BundleEntry, _ place: UInt64) -> Bool) throws(SourceFault) {
    var position: UInt64 = 0
    eventCount = 0
    let file = self.file
    var reader = BundleReader { (count) throws(BundleFault) in
      let bytes = try file.bytes(count, at: position)
      position += UInt64(bytes.count)
      return bytes
    }
    do {
      while true {
        let place = reader.offset
        guard let item = try reader.next() else { return }
        switch item {
        case .header(let header):
          let count = min(eventsMax, Int(clamping: header.count))
          eventCount = min(eventsMax, eventCount + count)
          if header.rules != 1 { otherRules = header.rules }
        case .entry(let entry):
          if entry.secret != nil { contentCount += 1 }
          if !body(entry, place) { return }
        case .chunk, .end: break
        }
      }
    } catch {
      throw SourceFault(.malformed, "\(path): \(error)", wholeItems: error.wholeItems)
    }
  }

  /// The byte at which an item starts; of a compressed file in what comes out of it.
  public func location(of place: UInt64) -> (number: UInt64, words: String) {
    (place, "the item at byte \(place)" + (file.isCompressed ? " of what is decompressed" : ""))
  }

  /// Reads one entry again.
  public func envelope(at place: UInt64) throws(SourceFault) -> [UInt8] {
    // Most envelopes are far smaller than the largest.
    for size in [2048, Limits.envelopeBytesMax + 8] {
      let bytes = (try? file.bytes(size, at: place)) ?? []
      if let envelope = try? Self.envelope(in: bytes) { return envelope }
    }
    throw SourceFault(.malformed, "\(path): changed while it was read, at byte \(place)")
  }

  private static func envelope(in bytes: [UInt8]) throws(Malformed) -> [UInt8] {
    var cursor = CBORCursor()
    _ = try cursor.array(in: bytes.span, limit: 3)
    let range = try cursor.byteString(in: bytes.span, limit: Limits.envelopeBytesMax)
    return Array(bytes[range])
  }
}
