internal import CSodium
internal import CoterieWire

/// Sealing with a shared key: XChaCha20-Poly1305 with a 24-byte nonce (libsodium, IETF draft
/// irtf-cfrg-xchacha).
public enum Cipher {
  /// Bytes of a nonce.
  public static let nonceBytes = 24
  /// Bytes of the tag by which a change shows.
  public static let tagBytes = 16
  /// Bytes that sealing adds.
  public static let overhead = nonceBytes + tagBytes

  /// Seals bytes with a fresh random nonce: nonce ‖ ciphertext ‖ tag.
  ///
  /// What is sealed for one `context` does not open for another. O(bytes).
  public static func seal(
    _ plain: [UInt8],
    context: [UInt8] = [],
    key: borrowing SecretBytes
  ) -> [UInt8] {
    unsafe plain.withAddress { plainBytes in
      unsafe sealed(plainBytes, plain.count, context, key)
    }
  }

  /// Seals a secret without taking it out of locked memory.
  public static func seal(
    _ plain: borrowing SecretBytes,
    context: [UInt8] = [],
    key: borrowing SecretBytes
  ) -> [UInt8] {
    let count = plain.count
    return unsafe plain.withBytes { unsafe sealed($0, count, context, key) }
  }

  private static func sealed(
    _ plain: UnsafePointer<UInt8>,
    _ count: Int,
    _ context: [UInt8],
    _ key: borrowing SecretBytes
  ) -> [UInt8] {
    precondition(key.count == Digest.byteCount, "a key has 32 bytes")
    var output = Entropy.bytes(nonceBytes)
    let nonce = output
    output += [UInt8](repeating: 0, count: count + tagBytes)
    let status = unsafe output.withMutableAddress { output in
      unsafe context.withAddress { context_ in
        unsafe nonce.withAddress { nonce in
          unsafe key.withBytes { key in
            unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
              output + nonceBytes,
              nil,
              plain,
              UInt64(count),
              context_,
              UInt64(context.count),
              nil,
              nonce,
              key
            )
          }
        }
      }
    }
    precondition(status == 0, "XChaCha20-Poly1305 refused to seal")
    return output
  }

  /// Opens what `seal` made; nil if key or context are others, or a bit was changed.
  public static func open(
    _ sealed: [UInt8],
    context: [UInt8] = [],
    key: borrowing SecretBytes
  ) -> [UInt8]? {
    guard sealed.count >= overhead else { return nil }
    var plain = [UInt8](repeating: 0, count: sealed.count - overhead + 1)
    let isGood = unsafe plain.withMutableAddress { unsafe opened(sealed, context, key, into: $0) }
    guard isGood else { return nil }
    plain.removeLast()
    return plain
  }

  /// Opens a secret into locked memory.
  public static func openSecret(
    _ sealed: [UInt8],
    context: [UInt8] = [],
    key: borrowing SecretBytes
  ) -> SecretBytes? {
    guard sealed.count > overhead else { return nil }
    var isGood = false
    let secret = SecretBytes(count: sealed.count - overhead) { span in
      isGood = unsafe span.withMutableAddress { unsafe opened(sealed, context, key, into: $0) }
    }
    guard isGood else { return nil }
    return secret
  }

  private static func opened(
    _ sealed: [UInt8],
    _ context: [UInt8],
    _ key: borrowing SecretBytes,
    into output: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard key.count == Digest.byteCount else { return false }
    return unsafe sealed.withAddress { input in
      unsafe context.withAddress { context_ in
        unsafe key.withBytes { key in
          unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
            output,
            nil,
            nil,
            input + nonceBytes,
            UInt64(sealed.count - nonceBytes),
            context_,
            UInt64(context.count),
            input,
            key
          ) == 0
        }
      }
    }
  }

  /// XORs a 32-byte secret with the XChaCha20 stream of a nonce: for slots of a fixed size, whose
  /// own check stands beside.
  public static func crossed(
    _ bytes: [UInt8],
    nonce: [UInt8],
    key: borrowing SecretBytes
  ) -> [UInt8] {
    precondition(nonce.count == nonceBytes && key.count == Digest.byteCount && !bytes.isEmpty)
    var output = [UInt8](repeating: 0, count: bytes.count)
    let status = unsafe output.withMutableAddress { output in
      unsafe bytes.withAddress { input in
        unsafe nonce.withAddress { nonce in
          unsafe key.withBytes { key in
            unsafe crypto_stream_xchacha20_xor(output, input, UInt64(bytes.count), nonce, key)
          }
        }
      }
    }
    precondition(status == 0, "XChaCha20 refused 32 bytes")
    return output
  }
}
