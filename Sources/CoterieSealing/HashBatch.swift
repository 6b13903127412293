internal import CBLAKE2b
package import CoterieWire

/// How many messages are hashed at once, known by what the machine must have for it.
package enum HashWidth: String, CaseIterable, Sendable {
  /// One after the other, on any machine.
  case one = "portable"
  /// With vectors of four words.
  case four = "avx2"
  /// With vectors of eight words.
  case eight = "avx512"

  /// The number of messages.
  package var count: Int {
    switch self {
    case .one: 1
    case .four: 4
    case .eight: 8
    }
  }

  /// Whether this machine has the width.
  package var isHere: Bool { coterie_blake2b_has_width(count) }

  /// The greatest width of this machine, after it hashed a few messages as libsodium does.
  package static let greatest: HashWidth = {
    let width = allCases.last { $0.isHere } ?? .one
    var batch = HashBatch(width: width)
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    let parts = stride(from: 0, through: 300, by: 20).map { 0..<$0 }
    var digests: [Digest] = []
    batch.digests(of: parts, in: bytes.span, domain: .plain, into: &digests)
    precondition(
      digests == parts.map { Hashing.digest(of: bytes.span.extracting($0), domain: .plain) },
      "hashes of several messages at once are not those of libsodium"
    )
    return width
  }()
}

/// Messages that are hashed several at a time; each gets the digest that it has alone.
///
/// For public bytes, as the payloads of events: nothing is wiped. Messages of any lengths keep all
/// lanes busy, so their order does not matter. Nothing is copied, and a batch that is used again
/// takes no memory.
@safe package struct HashBatch: ~Copyable {
  private let width: HashWidth
  // The bytes belong to whoever appended them, and are read once, by `digests(domain:into:)`.
  private var addresses: [UnsafePointer<UInt8>?] = unsafe []
  private var lengths: [Int] = []

  /// An empty batch, of a width that the machine has.
  package init(width: HashWidth = .greatest) {
    precondition(width.isHere, "this machine has not what \(width.rawValue) needs")
    self.width = width
  }

  /// How many messages wait to be hashed.
  package var count: Int { lengths.count }

  /// Adds a message, whose bytes must stay where they are until the digests were taken.
  @unsafe package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe addresses.append(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    lengths.append(bytes.count)
  }

  /// Replaces `digests` by those of all messages, in the order of appending, and forgets these.
  package mutating func digests(domain: Domain, into digests: inout [Digest]) {
    digests.removeAll(keepingCapacity: true)
    if lengths.isEmpty { return }
    digests.append(contentsOf: repeatElement(Digest.zero, count: lengths.count))
    unsafe digests.withUnsafeMutableBytes { digests in
      unsafe domain.personal.span.withAddress { personal in
        unsafe coterie_blake2b_many(
          width.count,
          addresses,
          lengths,
          lengths.count,
          personal,
          digests.baseAddress?.assumingMemoryBound(to: UInt64.self)
        )
      }
    }
    unsafe addresses.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }

  /// Replaces `digests` by those of parts of some bytes; no message may be waiting.
  package mutating func digests(
    of parts: [Range<Int>],
    in bytes: Span<UInt8>,
    domain: Domain,
    into digests: inout [Digest]
  ) {
    precondition(lengths.isEmpty, "the digests of waiting messages were not taken")
    unsafe bytes.bytes.withUnsafeBytes { bytes in
      for part in parts {
        precondition(
          part.lowerBound >= 0 && part.upperBound <= bytes.count,
          "a part lies outside of the bytes"
        )
        unsafe append(UnsafeRawBufferPointer(rebasing: bytes[part]))
      }
      self.digests(domain: domain, into: &digests)
    }
  }
}
