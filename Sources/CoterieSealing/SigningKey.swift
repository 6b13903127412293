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

/// An X25519 key pair to which others seal what they send a member.
public enum SealKey {
  /// The public key of a 32-byte private key (RFC 7748).
  ///
  /// About 12 µs.
  public static func publicKey(of secret: Digest) -> Digest {
    Sodium.require()
    var output = [UInt8](repeating: 0, count: Digest.byteCount)
    let secretBytes = secret.bytes
    let status = unsafe output.withMutableAddress { output in
      unsafe secretBytes.withAddress { unsafe crypto_scalarmult_curve25519_base(output, $0) }
    }
    precondition(status == 0, "libsodium refused a private key of 32 bytes")
    return Digest(in: output.span, at: 0)
  }
}

/// The system's randomness, for callers that are to choose no source of their own.
public enum Entropy {
  /// Thirty-two fresh random bytes for nonces and store ids, which are not secret.
  public static func digest() -> Digest {
    Sodium.require()
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    unsafe bytes.withMutableAddress { unsafe randombytes_buf($0, Digest.byteCount) }
    return Digest(in: bytes.span, at: 0)
  }
}
