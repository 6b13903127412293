package import CoterieBundles
internal import CoterieGroups
internal import CoterieSealing
package import CoterieVault
package import CoterieWire

/// What one member leaves for another in a folder: who sends it, how far the sender is, for whom
/// else it has left the same, and events with their contents.
///
/// The whole is signed by the sender and sealed to the receiver's key with a sender key made for it
/// once. A file of it shows its size and its time, and nothing else.
package struct Packet {
  private static let magic = Array("coterie.packet/1".utf8)
  /// The most chain ends that a packet may name, and the most members for whom the same was left.
  package static let endsMax = 1 << 16
  package static let othersMax = 1 << 14

  package var group: Digest
  package var sender: Digest
  /// How far the sender is in every chain.
  package var ends: [Digest]
  /// Members for whom the sender has left what is in here too.
  package var others: [Digest]
  package var entries: [BundleEntry]

  /// The packet's bytes for the holder of a seal key; nil if that key is none.
  package func sealed(to seal: Digest, by signer: StoredKey) -> [UInt8]? {
    SealKey.seal(Self.signed(body, for: seal, by: signer), to: seal)
  }

  /// The bytes of a packet before they are sealed to a key.
  package static func signed(_ body: [UInt8], for seal: Digest, by signer: StoredKey) -> [UInt8] {
    magic + signer.signature(of: statement(body, seal: seal)).bytes + body
  }

  private static func statement(_ body: [UInt8], seal: Digest) -> [UInt8] {
    magic + seal.bytes + Hashing.digest(of: body, domain: .packet).bytes
  }

  /// The bytes that are signed and sealed.
  package var body: [UInt8] {
    var writer = CBORWriter(capacity: 4096)
    writer.array(5)
    writer.digest(group)
    writer.digest(sender)
    writer.array(ends.count)
    for end in ends { writer.digest(end) }
    writer.array(others.count)
    for other in others { writer.digest(other) }
    writer.array(entries.count)
    for entry in entries { entry.write(to: &writer) }
    return writer.bytes
  }

  /// Opens a file with one of several keys; nil if it is for none of them.
  ///
  /// - Throws: `Malformed` if it is for one of them and not well formed or not signed.
  package static func open(
    _ bytes: [UInt8],
    with keys: [(key: StoredKey, seals: [Seal])]
  ) throws(Malformed) -> (packet: Packet, key: StoredKey)? {
    for (key, seals) in keys {
      for seal in seals {
        guard let plain = seal.open(bytes) else { continue }
        return (try Packet(plain, sealedTo: seal.publicKey), key)
      }
    }
    return nil
  }

  /// Reads what a sealed packet holds.
  package init(_ plain: [UInt8], sealedTo seal: Digest) throws(Malformed) {
    let head = Self.magic.count + Signature.byteCount
    guard plain.count > head, Array(plain[..<Self.magic.count]) == Self.magic,
      let signature = Signature(Array(plain[Self.magic.count..<head]))
    else { throw Malformed(.notAnEnvelope, at: 0) }
    let body = Array(plain[head...])
    let span = body.span
    var cursor = CBORCursor()
    guard try cursor.array(in: span, limit: 5) == 5 else { throw Malformed(.truncated, at: head) }
    group = try cursor.digest(in: span)
    sender = try cursor.digest(in: span)
    guard VerifyingKey.verifies(signature, of: Self.statement(body, seal: seal), by: sender) else {
      throw Malformed(.wrongSignature, at: Self.magic.count)
    }
    ends = []
    for _ in 0..<(try cursor.array(in: span, limit: Self.endsMax)) {
      ends.append(try cursor.digest(in: span))
    }
    others = []
    for _ in 0..<(try cursor.array(in: span, limit: Self.othersMax)) {
      others.append(try cursor.digest(in: span))
    }
    entries = []
    for _ in 0..<(try cursor.array(in: span, limit: 1 << 20)) {
      entries.append(try BundleEntry(&cursor, in: span))
    }
    guard cursor.offset == span.count else { throw Malformed(.trailingBytes, at: cursor.offset) }
  }

  /// Takes all fields.
  package init(
    group: Digest,
    sender: Digest,
    ends: [Digest],
    others: [Digest],
    entries: [BundleEntry]
  ) {
    self.group = group
    self.sender = sender
    self.ends = ends
    self.others = others
    self.entries = entries
  }
}

/// One of the keys to which something may be sealed: the one that was published, the one before it,
/// or, for who has published none, the one that derives from the signing key.
package enum Seal {
  case published(StoredKey)
  case older(StoredKey)
  case derived(StoredKey)

  /// Every key to which something for the holder of `key` may be sealed.
  package static func all(of key: StoredKey) -> [Seal] {
    switch key.purpose {
    case .member:
      [.published(key)] + (key.olderSealKey == nil ? [] : [.older(key)]) + [.derived(key)]
    case .free, .link: [.derived(key)]
    }
  }

  package var publicKey: Digest {
    switch self {
    case .published(let key): key.seal.publicKey
    case .older(let key): key.olderSealKey ?? key.seal.publicKey
    case .derived(let key): key.signing.sealKey().publicKey
    }
  }

  func open(_ bytes: [UInt8]) -> [UInt8]? {
    switch self {
    case .published(let key): key.seal.open(bytes)
    case .older(let key): key.olderSeal?.open(bytes)
    case .derived(let key): key.signing.sealKey().open(bytes)
    }
  }
}
