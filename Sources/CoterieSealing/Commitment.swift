public import CoterieWire

/// What a signed event says of content that it does not hold: specification §2.3.
public struct Commitment: Hashable, Sendable {
  /// BLAKE2b-256 of the bytes, keyed with their secret.
  public var digest: Digest
  /// The number of bytes.
  public var size: UInt64

  /// Takes a commitment read from an event.
  @inlinable
  public init(digest: Digest, size: UInt64) {
    self.digest = digest
    self.size = size
  }

  /// Commits to `bytes` under a random 32-byte `secret`.
  ///
  /// O(bytes).
  public init(to bytes: [UInt8], secret: Digest) {
    digest = Hashing.digest(of: bytes, domain: .content, key: secret)
    size = UInt64(bytes.count)
  }

  /// Whether these are the bytes that were committed to.
  public func holds(for bytes: [UInt8], secret: Digest) -> Bool {
    UInt64(bytes.count) == size && self == Commitment(to: bytes, secret: secret)
  }
}
