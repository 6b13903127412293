internal import CoterieLedger
internal import CoterieSealing
internal import CoterieWire

/// Under what the key of an unlocked store is sealed while it waits in memory.
///
/// It stands in the keyring, so neither opens anything without the other. Locking drops it: what
/// was sealed under it, in whatever folder and by whatever program, is of no use from then on.
final class Counterpart: Sendable {
  private static let byteCount = 32
  private let secret: SecretBytes
  /// The name of the file in which a key sealed under it waits; tells nothing.
  let fileName: String

  init(_ secret: consuming SecretBytes) {
    fileName = Array(secret.derived(.keyName).revealed().prefix(16)).hex
    self.secret = secret
  }

  /// Makes a fresh one.
  convenience init() {
    self.init(SecretBytes(random: Self.byteCount))
  }

  /// Reads what stands in the keyring.
  convenience init?(digits: some Collection<UInt8>) {
    guard var raw = Hexadecimal.bytes(of: digits), raw.count == Self.byteCount else { return nil }
    self.init(SecretBytes(moving: &raw))
  }

  /// Adds what stands in the keyring.
  func write(to text: inout [UInt8]) {
    Hexadecimal.append(secret, to: &text)
  }

  /// Seals a key for one use.
  func seal(_ key: StoreKey, context: [UInt8]) -> [UInt8] {
    key.withSecret { Cipher.seal($0, context: context, key: secret) }
  }

  /// The key; nil if it was sealed under another counterpart, or for another use.
  func open(_ sealed: [UInt8], context: [UInt8]) -> StoreKey? {
    guard let key = Cipher.openSecret(sealed, context: context, key: secret),
      key.count == StoreKey.byteCount
    else { return nil }
    return StoreKey(key)
  }
}

extension Hexadecimal {
  /// Adds the digits of a secret to a text that has room for them, and leaves no other copy.
  static func append(_ secret: borrowing SecretBytes, to text: inout [UInt8]) {
    var raw = secret.revealed()
    var digits = digits(of: raw)
    text += digits
    Wiping.wipe(&raw)
    Wiping.wipe(&digits)
  }
}
