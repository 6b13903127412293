internal import CoterieSealing
internal import CoterieWire

/// The outer channel of a session: after a hello in clear, frames that no one in between can read,
/// change, drop or repeat unseen.
///
/// Hello: `coterie1`, and a fresh X25519 public key. Then the 24 bytes that start a stream, then
/// frames: four bytes of length, highest first, and so many bytes of one sealed message. Both
/// directions have a key of their own, derived from the agreement of the two fresh keys and from
/// both hellos. Who the other end is, the channel does not say: proofs inside it do.
struct Channel: ~Copyable {
  private static let magic = Array("coterie1".utf8)
  private static let helloBytes = 40

  private let own = SealKeyPair()
  private var peer: Digest?
  private var buffer: [UInt8] = []
  private var start = 0
  private var sending: CipherStream?
  private var receiving: CipherStream?
  private let frameBytesMax: Int
  /// Bytes of the other end that were understood.
  private(set) var offset: UInt64 = 0
  /// Hash of both hellos; both ends have the same.
  private(set) var transcript: Digest?

  init(frameBytesMax: Int) {
    self.frameBytesMax = frameBytesMax
  }

  /// The first bytes of this end.
  var hello: [UInt8] { Self.magic + own.publicKey.bytes }

  /// The fresh key of this end, and that of the other.
  func agreement(with key: Digest) -> SecretBytes? { own.agreement(with: key) }
  var ownKey: Digest { own.publicKey }
  var peerKey: Digest? { peer }

  // MARK: Receiving

  /// Adds what came from the other end.
  mutating func take(_ bytes: [UInt8]) throws(ExchangeError) {
    if start > 0 {
      buffer.removeSubrange(..<start)
      start = 0
    }
    guard buffer.count + bytes.count <= frameBytesMax + (1 << 20) else {
      throw .flood("more than it was asked for")
    }
    buffer += bytes
  }

  /// Whether the other end's hello was just understood; answers what to send then.
  mutating func readHello() throws(ExchangeError) -> [UInt8]? {
    guard peer == nil else { return nil }
    let seen = min(buffer.count, Self.magic.count)
    guard buffer[..<seen] == Self.magic[..<seen] else {
      throw .garbage("something that is not this protocol", offset: 0)
    }
    guard buffer.count >= Self.helloBytes, let key = Digest(buffer[8..<Self.helloBytes]) else {
      return nil
    }
    guard key != own.publicKey, let shared = own.agreement(with: key) else {
      throw .garbage("a key that is none", offset: 8)
    }
    peer = key
    start = Self.helloBytes
    offset = UInt64(Self.helloBytes)
    let both = [own.publicKey, key].sorted().flatMap(\.bytes)
    let transcript = Hashing.digest(of: Self.magic + both, domain: .session)
    self.transcript = transcript
    let stream = CipherStream(
      sendingWith: shared.derived(.session, transcript.bytes + own.publicKey.bytes)
    )
    let header = stream.header
    sending = consume stream
    receivingKey = shared.derived(.session, transcript.bytes + key.bytes)
    return header
  }

  private var receivingKey: SecretBytes?

  /// The next whole message of the other end; nil if more bytes are needed.
  mutating func next() throws(ExchangeError) -> [UInt8]? {
    guard peer != nil else { return nil }
    if let key = receivingKey.take() {
      guard buffer.count - start >= CipherStream.headerBytes else {
        receivingKey = consume key
        return nil
      }
      let header = Array(buffer[start..<(start + CipherStream.headerBytes)])
      receiving = CipherStream(receivingWith: key, header: header)
      advance(CipherStream.headerBytes)
    }
    guard buffer.count - start >= 4 else { return nil }
    let count = buffer[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    guard count <= frameBytesMax, count >= CipherStream.overhead else {
      throw .garbage("a frame of \(count) bytes", offset: offset)
    }
    guard buffer.count - start >= 4 + count else { return nil }
    let sealed = Array(buffer[(start + 4)..<(start + 4 + count)])
    guard let plain = receiving?.open(sealed), !plain.isEmpty else {
      throw .garbage("a frame that does not open", offset: offset)
    }
    advance(4 + count)
    return plain
  }

  private mutating func advance(_ count: Int) {
    start += count
    offset += UInt64(count)
  }

  // MARK: Sending

  /// Seals a message into a frame.
  mutating func frame(_ message: [UInt8]) -> [UInt8] {
    guard let sealed = sending?.seal(message) else { return [] }
    let count = sealed.count
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + sealed
  }
}
