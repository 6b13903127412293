/// What a hash is for; no two uses share one, so a hash made for one never passes for another.
///
/// The name, padded with zeros to 16 bytes, personalises BLAKE2b (RFC 7693 §2.8 parameter block).
public struct Domain: Sendable {
  /// The 16 bytes of the personalisation.
  let personal: InlineArray<16, UInt8>

  private init(_ name: String) {
    precondition(name.utf8.count <= 16, "a personalisation has at most 16 bytes")
    var personal = InlineArray<16, UInt8>(repeating: 0)
    for (place, byte) in name.utf8.enumerated() { personal[place] = byte }
    self.personal = personal
  }

  /// Ids of events.
  public static let event = Domain("coterie.event")
  /// Commitments to content.
  public static let content = Domain("coterie.content")
  /// Keys under which content is kept.
  public static let cipher = Domain("coterie.cipher")
  /// Digests of governance state.
  public static let state = Domain("coterie.state")
  /// Running digests of verdicts.
  public static let verdict = Domain("coterie.verdict")
  /// End items of bundles.
  public static let bundle = Domain("coterie.bundle")
  /// Keys that seal the slots of a store, and the checks in them.
  public static let slot = Domain("coterie.slot")
  /// Keys that seal a store's private keys.
  public static let identity = Domain("coterie.identity")
  /// Keys and commitments of the chunks of an attachment.
  public static let chunk = Domain("coterie.chunk")
  /// Names by which a key-encryption key is known without being told.
  public static let keyName = Domain("coterie.keyname")
  /// Keys that join a passphrase with a key file.
  public static let factor = Domain("coterie.factor")
  /// Packets of an exchange.
  public static let packet = Domain("coterie.packet")
  /// Sessions of an exchange.
  public static let session = Domain("coterie.session")
  /// Plain BLAKE2b, where a text of its own tells the use: seeds of scenario people.
  public static let plain = Domain("")
}
