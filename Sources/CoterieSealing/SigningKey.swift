internal import CSodium
public import CoterieWire

/// An Ed25519 private key (RFC 8032), in locked memory, with its public key.
public struct SigningKey: ~Copyable, Sendable {
  /// The public key: who signs.
  public let publicKey: Digest
  private let secret: SecretBytes

  /// Derives the key pair of a 32-byte seed.
  ///
  /// About 12 µs.
  ///
  /// The caller's seed is not wiped here: real seeds come from `init(generatedBy:)`; this one
  /// serves fixtures and generated logs, whose keys are public knowledge.
  public init(seed: Digest) {
    Sodium.require()
    var publicBytes = [UInt8](repeating: 0, count: 32)
    let seedBytes = seed.bytes
    secret = SecretBytes(count: 64) { span in
      let status = unsafe span.withMutableAddress { secret in
        unsafe publicBytes.withMutableAddress { publicKey in
          unsafe seedBytes.withAddress { seed in
            unsafe crypto_sign_ed25519_seed_keypair(publicKey, secret, seed)
          }
        }
      }
      precondition(status == 0, "libsodium refused a seed of 32 bytes")
    }
    publicKey = Digest(in: publicBytes.span, at: 0)
  }

  /// Makes a fresh key pair from the system's randomness, in locked memory from the start.
  public init() {
    Sodium.require()
    var publicBytes = [UInt8](repeating: 0, count: 32)
    secret = SecretBytes(count: 64) { span in
      let status = unsafe span.withMutableAddress { secret in
        unsafe publicBytes.withMutableAddress { publicKey in
          unsafe crypto_sign_ed25519_keypair(publicKey, secret)
        }
      }
      precondition(status == 0, "libsodium could not make a key")
    }
    publicKey = Digest(in: publicBytes.span, at: 0)
  }

  /// Takes the 64 bytes that libsodium keeps of a key pair from locked memory: seed, public key.
  ///
  /// - Returns: nil for another number of bytes.
  public init?(stored: consuming SecretBytes) {
    guard stored.count == SigningKey.storedBytes else { return nil }
    var publicBytes = [UInt8](repeating: 0, count: 32)
    unsafe stored.withBytes { secret in
      unsafe publicBytes.withMutableAddress { publicKey in
        _ = unsafe crypto_sign_ed25519_sk_to_pk(publicKey, secret)
      }
    }
    publicKey = Digest(in: publicBytes.span, at: 0)
    secret = stored
  }

  /// The number of bytes that are kept of a key pair.
  public static let storedBytes = 64

  /// A copy of the 64 bytes in locked memory, to be sealed at rest.
  package borrowing func stored() -> SecretBytes {
    secret.copy(of: 0..<SigningKey.storedBytes)
  }

  /// The seed from which the key pair can be made again: of a link, whose secret is handed over.
  package borrowing func seed() -> Digest {
    var bytes = secret.copy(of: 0..<32).revealed()
    defer { Wiping.wipe(&bytes) }
    return Digest(in: bytes.span, at: 0)
  }

  /// The same key pair in locked memory of its own.
  package borrowing func copy() -> SigningKey {
    guard let copy = SigningKey(stored: stored()) else {
      preconditionFailure("a private key of another length than 64")
    }
    return copy
  }

  /// The X25519 key pair of the same secret, for mail to someone who has published no other key.
  public borrowing func sealKey() -> SealKeyPair {
    let converted = SecretBytes(count: SealKeyPair.storedBytes) { span in
      unsafe span.withMutableAddress { output in
        unsafe secret.withBytes { secret in
          _ = unsafe crypto_sign_ed25519_sk_to_curve25519(output, secret)
        }
      }
    }
    guard let pair = SealKeyPair(stored: converted) else {
      preconditionFailure("a private key of another length than 32")
    }
    return pair
  }

  /// Signs a message; the same message gives the same signature.
  ///
  /// About 13 µs.
  public borrowing func signature(of message: [UInt8]) -> Signature {
    var bytes = [UInt8](repeating: 0, count: Signature.byteCount)
    let status = unsafe secret.withBytes { secret in
      unsafe bytes.withMutableAddress { signature in
        unsafe message.withAddress { input in
          unsafe crypto_sign_ed25519_detached(
            signature,
            nil,
            input,
            UInt64(message.count),
            secret
          )
        }
      }
    }
    precondition(status == 0, "libsodium refused to sign")
    guard let signature = Signature(bytes) else {
      preconditionFailure("a signature of another length than 64")
    }
    return signature
  }
}

/// The system's randomness, for callers that are to choose no source of their own.
public enum Entropy {
  /// So many fresh random bytes for nonces and names, which are not secret.
  public static func bytes(_ count: Int) -> [UInt8] {
    Sodium.require()
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withMutableAddress { unsafe randombytes_buf($0, count) }
    return bytes
  }

  /// Thirty-two fresh random bytes for nonces and store ids, which are not secret.
  public static func digest() -> Digest {
    Sodium.require()
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    unsafe bytes.withMutableAddress { unsafe randombytes_buf($0, Digest.byteCount) }
    return Digest(in: bytes.span, at: 0)
  }
}
