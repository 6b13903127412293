internal import CSodium
public import CoterieWire

/// A 64-byte Ed25519 signature (RFC 8032).
public struct Signature: Equatable, Sendable {
  /// The number of bytes of a signature.
  public static let byteCount = 64
  /// The 64 bytes.
  public let bytes: [UInt8]

  /// Takes 64 bytes; nothing else fits.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }
}

/// Checks of Ed25519 public keys and signatures, with the verdicts of libsodium.
public enum VerifyingKey {
  /// Whether a key is a canonical point of the prime-order subgroup.
  ///
  /// Without this, one secret would have eight public keys that libsodium accepts. About 30 µs.
  public static func isValid(_ key: Digest) -> Bool {
    Sodium.require()
    let bytes = key.bytes
    return unsafe bytes.withAddress { unsafe crypto_core_ed25519_is_valid_point($0) == 1 }
  }

  /// Whether the holder of `key` signed `message`: cofactorless, canonical S.
  ///
  /// About 36 µs.
  public static func verifies(_ signature: Signature, of message: [UInt8], by key: Digest) -> Bool {
    verifies(signature.bytes.span, of: message.span, by: key)
  }

  /// The same over bytes that stay where they are; `signature` must have 64 bytes.
  package static func verifies(
    _ signature: Span<UInt8>,
    of message: Span<UInt8>,
    by key: Digest
  ) -> Bool {
    Sodium.require()
    guard signature.count == Signature.byteCount else { return false }
    let keyBytes = key.bytes
    return unsafe keyBytes.withAddress { key in
      unsafe signature.withAddress { signature in
        unsafe message.withAddress { bytes in
          unsafe crypto_sign_ed25519_verify_detached(
            signature,
            bytes,
            UInt64(message.count),
            key
          ) == 0
        }
      }
    }
  }
}
