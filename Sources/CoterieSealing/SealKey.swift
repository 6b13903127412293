internal import CSodium
public import CoterieWire

/// An X25519 key pair (RFC 7748) to which others seal what they send a member.
public struct SealKeyPair: ~Copyable, Sendable {
  /// The number of bytes that are kept of a key pair.
  public static let storedBytes = 32
  /// The public key, which events publish.
  public let publicKey: Digest
  private let secret: SecretBytes

  /// Takes a private key from locked memory.
  ///
  /// - Returns: nil for another number of bytes than 32.
  public init?(stored: consuming SecretBytes) {
    guard stored.count == SealKeyPair.storedBytes else { return nil }
    publicKey = unsafe stored.withBytes { unsafe SealKey.publicKey(ofBytes: $0) }
    secret = stored
  }

  /// Makes a fresh key pair.
  ///
  /// About 12 µs.
  public init() {
    let fresh = SecretBytes(random: SealKeyPair.storedBytes)
    publicKey = unsafe fresh.withBytes { unsafe SealKey.publicKey(ofBytes: $0) }
    secret = fresh
  }

  /// A copy of the 32 bytes in locked memory, to be sealed at rest.
  package borrowing func stored() -> SecretBytes {
    secret.copy(of: 0..<SealKeyPair.storedBytes)
  }

  /// The public key, from where the pair is only borrowed.
  package borrowing func published() -> Digest { publicKey }

  /// The same key pair in locked memory of its own.
  package borrowing func copy() -> SealKeyPair {
    guard let copy = SealKeyPair(stored: stored()) else {
      preconditionFailure("a private key of another length than 32")
    }
    return copy
  }

  /// Opens what was sealed to the public key; nil if it was sealed to another or was changed.
  ///
  /// O(bytes), and about 40 µs.
  public borrowing func open(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count >= SealKey.overhead else { return nil }
    var plain = [UInt8](repeating: 0, count: sealed.count - SealKey.overhead + 1)
    let publicBytes = publicKey.bytes
    let status = unsafe plain.withMutableAddress { output in
      unsafe sealed.withAddress { input in
        unsafe publicBytes.withAddress { publicKey in
          unsafe secret.withBytes { secret in
            unsafe crypto_box_curve25519xchacha20poly1305_seal_open(
              output,
              input,
              UInt64(sealed.count),
              publicKey,
              secret
            )
          }
        }
      }
    }
    guard status == 0 else { return nil }
    plain.removeLast()
    return plain
  }

  /// The secret that both ends of this pair and another have; nil if the other key is of small
  /// order.
  public borrowing func agreement(with other: Digest) -> SecretBytes? {
    let otherBytes = other.bytes
    var isGood = false
    let shared = SecretBytes(count: 32) { span in
      unsafe span.withMutableAddress { output in
        unsafe secret.withBytes { secret in
          unsafe otherBytes.withAddress { other in
            isGood = unsafe crypto_scalarmult_curve25519(output, secret, other) == 0
          }
        }
      }
    }
    guard isGood else { return nil }
    return shared
  }
}

/// Mail that one key alone can open.
public enum SealKey {
  /// Bytes that sealing adds: a fresh sender's public key and a tag.
  public static let overhead = 32 + 16

  /// The public key of a 32-byte private key (RFC 7748).
  ///
  /// About 12 µs.
  public static func publicKey(of secret: Digest) -> Digest {
    let secretBytes = secret.bytes
    return unsafe secretBytes.withAddress { unsafe publicKey(ofBytes: $0) }
  }

  fileprivate static func publicKey(ofBytes secret: UnsafePointer<UInt8>) -> Digest {
    Sodium.require()
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    let status = unsafe output.withMutableAddress { output in
      unsafe crypto_scalarmult_curve25519_base(output, secret)
    }
    precondition(status == 0, "libsodium refused a private key of 32 bytes")
    return Digest(in: output.span, at: 0)
  }

  /// The X25519 public key of an Ed25519 one; nil if that is no point of the prime-order subgroup.
  public static func publicKey(ofSigner key: Digest) -> Digest? {
    Sodium.require()
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    let keyBytes = key.bytes
    let status = unsafe output.withMutableAddress { output in
      unsafe keyBytes.withAddress { unsafe crypto_sign_ed25519_pk_to_curve25519(output, $0) }
    }
    return status == 0 ? Digest(in: output.span, at: 0) : nil
  }

  /// Seals bytes to a public key with a sender key made for this once, so that neither who sent
  /// them nor for whom they are shows: X25519, XChaCha20-Poly1305, libsodium's sealed box.
  ///
  /// - Returns: nil if the key is of small order. O(bytes), and about 60 µs.
  public static func seal(_ plain: [UInt8], to key: Digest) -> [UInt8]? {
    Sodium.require()
    var output = [UInt8](repeating: 0, count: plain.count + overhead)
    let keyBytes = key.bytes
    let status = unsafe output.withMutableAddress { output in
      unsafe plain.withAddress { input in
        unsafe keyBytes.withAddress { key in
          unsafe crypto_box_curve25519xchacha20poly1305_seal(
            output,
            input,
            UInt64(plain.count),
            key
          )
        }
      }
    }
    return status == 0 ? output : nil
  }
}
