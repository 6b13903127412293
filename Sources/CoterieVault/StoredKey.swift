public import CoterieSealing
public import CoterieWire

/// One private key of a store: someone's membership in one group, or a key that is still free for
/// one, or the secret of a link that is to be joined by.
public final class StoredKey: Sendable {
  /// What a key is for.
  public enum Purpose: UInt8, Sendable {
    /// Not yet used: given to whoever invites.
    case free = 1
    /// Signs in one group.
    case member = 2
    /// The secret of a link: for joining by it, or for showing it again.
    case link = 3
  }

  /// What the key is for.
  public let purpose: Purpose
  /// The group in which it signs; nil for a free key.
  public let group: Digest?
  /// The `link.create` event of a link's key.
  public let link: Digest?
  /// Milliseconds since 1970 at which it was made.
  public let created: UInt64
  /// The key itself.
  public let signing: SigningKey
  /// To what others seal what they send.
  public let seal: SealKeyPair
  /// The seal key before this one, until all others know of the new one.
  public let olderSeal: SealKeyPair?

  /// Bytes of a key at rest.
  static let recordBytes = 1 + 32 + 32 + 8 + 64 + 32 + 32

  /// Takes all fields.
  public init(
    purpose: Purpose,
    group: Digest?,
    link: Digest? = nil,
    created: UInt64,
    signing: consuming SigningKey,
    seal: consuming SealKeyPair,
    olderSeal: consuming SealKeyPair? = nil
  ) {
    self.purpose = purpose
    self.group = group
    self.link = link
    self.created = created
    self.signing = signing
    self.seal = seal
    self.olderSeal = olderSeal
  }

  /// The public key of the seal key before this one; nil if there is none.
  public var olderSealKey: Digest? { olderSeal?.published() }

  /// The same key for a group, when it is first used there.
  public func bound(to group: Digest) -> StoredKey {
    StoredKey(
      purpose: .member,
      group: group,
      created: created,
      signing: signing.copy(),
      seal: seal.copy()
    )
  }

  /// The same key with a fresh seal key; the one before is kept until `withoutOlderSeal`.
  public func resealed(with fresh: consuming SealKeyPair) -> StoredKey {
    StoredKey(
      purpose: purpose,
      group: group,
      link: link,
      created: created,
      signing: signing.copy(),
      seal: fresh,
      olderSeal: seal.copy()
    )
  }

  /// The same key without the seal key before the newest.
  public func withoutOlderSeal() -> StoredKey {
    StoredKey(
      purpose: purpose,
      group: group,
      link: link,
      created: created,
      signing: signing.copy(),
      seal: seal.copy()
    )
  }

  // MARK: At rest

  init?(_ record: borrowing SecretBytes) {
    guard record.count == Self.recordBytes else { return nil }
    var head = record.copy(of: 0..<73).revealed()
    defer { Wiping.wipe(&head) }
    guard let purpose = Purpose(rawValue: head[0]),
      let signing = SigningKey(stored: record.copy(of: 73..<137)),
      let seal = SealKeyPair(stored: record.copy(of: 137..<169))
    else { return nil }
    self.purpose = purpose
    group = head[1..<33].allSatisfy { $0 == 0 } ? nil : Digest(head[1..<33])
    link = head[33..<65].allSatisfy { $0 == 0 } ? nil : Digest(head[33..<65])
    created = head[65..<73].reduce(0) { $0 << 8 | UInt64($1) }
    self.signing = signing
    self.seal = seal
    let older = record.copy(of: 169..<201)
    olderSeal = older.isZero ? nil : SealKeyPair(stored: older)
  }

  /// Writes the record of this key.
  func write(to bytes: inout [UInt8]) {
    let none = [UInt8](repeating: 0, count: 32)
    bytes.append(purpose.rawValue)
    bytes += group?.bytes ?? none
    bytes += link?.bytes ?? none
    for shift in (0..<8).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: created >> UInt64(shift * 8)))
    }
    Self.append(signing.stored(), to: &bytes)
    Self.append(seal.stored(), to: &bytes)
    if let older = olderSeal?.stored() { Self.append(older, to: &bytes) } else { bytes += none }
  }

  private static func append(_ secret: borrowing SecretBytes, to bytes: inout [UInt8]) {
    var revealed = secret.revealed()
    bytes += revealed
    Wiping.wipe(&revealed)
  }
}
