internal import CoterieEvents
public import CoterieSealing
public import CoterieWire

/// A C2SP tlog checkpoint: a signed note of how many events a log had received, and of the root of
/// the Merkle tree (RFC 6962) over their envelopes in the order of arrival.
///
/// Text: origin, size, root in base 64, an empty line, and one line with the name of the key and
/// its Ed25519 signature over the three lines above.
public struct TreeHead: Equatable, Sendable {
  /// Why a text is no checkpoint, or not of this log.
  public enum Problem: Error, Equatable, Sendable {
    /// The text is not written as a checkpoint.
    case malformed(String)
    /// The signature is not the key's.
    case wrongSignature
    /// The checkpoint is of another group.
    case otherGroup(String)
    /// The log has fewer events than the checkpoint.
    case shorter(has: UInt64, noted: UInt64)
    /// The first events of the log are not those of the checkpoint.
    case otherHistory
  }

  private static let head = "coterie/"
  /// The group.
  public var group: Digest
  /// How many events had come.
  public var size: UInt64
  /// The root over them.
  public var root: Digest
  /// Who signed it.
  public var signer: Digest
  private var signature: Signature

  /// Signs a checkpoint.
  public init(
    group: Digest,
    size: UInt64,
    root: Digest,
    signer: Digest,
    sign: ([UInt8]) -> Signature
  ) {
    self.group = group
    self.size = size
    self.root = root
    self.signer = signer
    signature = sign(Array(Self.body(group, size, root).utf8))
  }

  private static func body(_ group: Digest, _ size: UInt64, _ root: Digest) -> String {
    "\(head)\(group.hex)\n\(size)\n\(Base64.text(of: root.bytes))\n"
  }

  /// The key's name in the note, by which a reader finds the key: `coterie+` and the key.
  private static func name(_ key: Digest) -> String { "coterie+\(key.hex)" }

  private static func keyID(_ key: Digest) -> [UInt8] {
    Array(SHA256.digest(of: Array(name(key).utf8) + [10, 1] + key.bytes).bytes.prefix(4))
  }

  /// The note.
  public var text: String {
    let signed = Base64.text(of: Self.keyID(signer) + signature.bytes)
    return Self.body(group, size, root) + "\n— \(Self.name(signer)) \(signed)\n"
  }

  /// Reads a note and checks its signature.
  public init(text: String) throws(Problem) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 5, lines[0].hasPrefix(Self.head),
      let group = Digest(hex: String(lines[0].dropFirst(Self.head.count))),
      let size = UInt64(lines[1]), String(size) == lines[1],
      let root = Base64.bytes(of: lines[2]).flatMap({ Digest($0) }), lines[3].isEmpty
    else { throw .malformed("origin, size and root must stand in three lines") }
    let words = lines[4].split(separator: " ").map(String.init)
    guard words.count == 3, words[0] == "—", words[1].hasPrefix("coterie+"),
      let signer = Digest(hex: String(words[1].dropFirst(8))),
      let bytes = Base64.bytes(of: words[2]), bytes.count == 68,
      Array(bytes.prefix(4)) == Self.keyID(signer), let signature = Signature(Array(bytes[4...]))
    else { throw .malformed("the line of the signature is not a note's") }
    let body = Array(Self.body(group, size, root).utf8)
    guard VerifyingKey.verifies(signature, of: body, by: signer) else { throw .wrongSignature }
    self.group = group
    self.size = size
    self.root = root
    self.signer = signer
    self.signature = signature
  }

  /// Whether a log has only grown since: its first events are those of the checkpoint.
  ///
  /// O(events of the checkpoint).
  public func check(_ log: MemberLog, _ source: some LogSource) throws(Problem) {
    guard group == log.group else { throw .otherGroup(group.hex) }
    let tree = ArrivalTree(source, group: group, upTo: size)
    guard tree.size == size else { throw .shorter(has: tree.size, noted: size) }
    guard tree.root == root else { throw .otherHistory }
  }
}

/// The Merkle tree over the envelopes of a log, in the order of arrival.
public struct ArrivalTree {
  /// How many envelopes there are.
  public private(set) var size: UInt64 = 0
  /// The root over them.
  public private(set) var root: Digest

  /// Reads a log, or its first `limit` envelopes; those that wait have not arrived yet.
  ///
  /// O(events).
  public init(_ source: some LogSource, group: Digest, upTo limit: UInt64 = .max) {
    var tree = MerkleTree()
    try? source.scan { envelope, place in
      guard tree.size < limit else { return false }
      // Waiting events of a store stand behind all others, at places of their own.
      if place >= 1 << 56 { return false }
      guard let event = try? Event.decode(envelope).event, event.groupID == group else {
        return true
      }
      tree.append(MerkleTree.leaf(envelope.copy(of: 0..<envelope.count)))
      return true
    }
    size = tree.size
    root = tree.root
  }
}
