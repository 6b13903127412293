internal import CSodium
internal import CoterieWire

/// Keys from passphrases: Argon2id 1.3 (RFC 9106) in libsodium.
public enum Passphrase {
  /// What a guess costs.
  public struct Cost: Equatable, Sendable {
    /// Passes over the memory.
    public var passes: UInt64
    /// Bytes of memory.
    public var memoryBytes: Int

    /// Takes both.
    public init(passes: UInt64, memoryBytes: Int) {
      self.passes = passes
      self.memoryBytes = memoryBytes
    }

    /// libsodium's "moderate": three passes over 256 MiB, about 0.7 s.
    public static let moderate = Cost(passes: 3, memoryBytes: 256 << 20)
    /// The least that libsodium takes: for tests of what surrounds it.
    public static let least = Cost(passes: 1, memoryBytes: 8192)

    /// Whether libsodium takes these numbers, within 4 GiB.
    public var isAllowed: Bool {
      passes >= 1 && passes <= 1024 && memoryBytes >= 8192 && memoryBytes <= 4 << 30
    }
  }

  /// Bytes of a salt.
  public static let saltBytes = 16

  /// The 32-byte key of a passphrase; nil if there is not enough memory for its cost.
  public static func key(
    _ passphrase: borrowing SecretBytes,
    salt: [UInt8],
    cost: Cost
  ) -> SecretBytes? {
    Sodium.require()
    guard salt.count == saltBytes, cost.isAllowed else { return nil }
    var isGood = false
    let count = passphrase.count
    let key = SecretBytes(count: Digest.byteCount) { span in
      unsafe span.withMutableAddress { output in
        unsafe passphrase.withBytes { words in
          unsafe words.withMemoryRebound(to: CChar.self, capacity: count) { words in
            unsafe salt.withAddress { salt in
              isGood =
                unsafe crypto_pwhash(
                  output,
                  UInt64(Digest.byteCount),
                  words,
                  UInt64(count),
                  salt,
                  cost.passes,
                  cost.memoryBytes,
                  crypto_pwhash_alg_argon2id13()
                ) == 0
            }
          }
        }
      }
    }
    guard isGood else { return nil }
    return key
  }
}
