/// What a hash is for; no two uses share one, so a hash made for one never passes for another.
///
/// The name, padded with zeros to 16 bytes, personalises BLAKE2b (RFC 7693 §2.8 parameter block).
public struct Domain: Sendable, Hashable {
  /// The 16 bytes of the personalisation.
  package let personal: [UInt8]

  private init(_ name: String) {
    precondition(name.utf8.count <= 16, "a personalisation has at most 16 bytes")
    personal = Array(name.utf8) + [UInt8](repeating: 0, count: 16 - name.utf8.count)
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
  /// Plain BLAKE2b, where a text of its own tells the use: seeds of scenario people.
  public static let plain = Domain("")
}
