import CoterieEvents
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

private let author = SigningKey(seed: Hashing.digest(of: [9], domain: .plain))

private let draft = Draft(
  group: Cast.someSeal,
  author: author.publicKey,
  sequence: 1,
  previous: Cast.someSeal,
  parents: Parents([Cast.someSeal]),
  time: 1,
  action: .memberLeave
)

/// A message of these parts, each as CBOR.
private func frame(
  tag: [UInt8] = [0xd2],
  head: [UInt8] = [0x84],
  protected: [UInt8] = [0x43, 0xa1, 0x01, 0x27],
  unprotected: [UInt8] = [0xa0],
  payload: [UInt8]? = nil,
  external: String = "coterie.event.v1",
  tail: [UInt8] = []
) -> [UInt8] {
  var body = CBORWriter()
  body.byteString(draft.payload)
  let payload = payload ?? body.bytes
  var signed = CBORWriter()
  signed.raw([0x84, 0x6a] + Array("Signature1".utf8) + protected)
  signed.byteString(Array(external.utf8))
  signed.raw(payload)
  var signature = CBORWriter()
  signature.byteString(author.signature(of: signed.bytes).bytes)
  return tag + head + protected + unprotected + payload + signature.bytes + tail
}

@Suite struct `A COSE message` {
  /// Each is signed over just what it says: only its form is another.
  private static let others: [(name: String, bytes: [UInt8])] = [
    ("without a tag", frame(tag: [])),
    ("with the tag of COSE_Sign", frame(tag: [0xd8, 0x62])),
    ("with its tag in two bytes", frame(tag: [0xd8, 0x12])),
    ("with a tag around its tag", frame(tag: [0xd9, 0xd9, 0xf7, 0xd2])),
    ("of three items", frame(head: [0x83])),
    ("of five items", frame(head: [0x85], tail: [0xf6])),
    ("of an array without an end", frame(head: [0x9f], tail: [0xff])),
    ("with another algorithm", frame(protected: [0x43, 0xa1, 0x01, 0x26])),
    ("with no algorithm", frame(protected: [0x40])),
    ("with its algorithm outside", frame(protected: [0x40], unprotected: [0xa1, 0x01, 0x27])),
    ("with its algorithm in and outside", frame(unprotected: [0xa1, 0x01, 0x27])),
    ("with a key id outside", frame(unprotected: [0xa1, 0x04, 0x41, 0x31])),
    ("with a key id inside", frame(protected: [0x46, 0xa2, 0x01, 0x27, 0x04, 0x41, 0x31])),
    ("with an empty map of two bytes", frame(unprotected: [0xb8, 0x00])),
    ("with a protected header that is none", frame(protected: [0xa1, 0x01, 0x27])),
    ("with its payload elsewhere", frame(payload: [0xf6])),
    ("with a payload that is text", frame(payload: [0x61, 0x61])),
    ("with an empty payload", frame(payload: [0x40])),
    ("for another protocol", frame(external: "coterie.event.v2")),
    ("for no protocol", frame(external: "")),
    ("with something behind it", frame(tail: [0x00])),
  ]

  @Test func `of the form of an event is read`() throws {
    #expect(try Event(verifying: frame()) == draft.event)
  }

  @Test(arguments: others.map(\.name))
  func `of any other form is refused, whoever signed it`(_ name: String) throws {
    let other = try #require(Self.others.first { $0.name == name })
    #expect(throws: Malformed.self) { try Event(verifying: other.bytes) }
    #expect(Self.others.count == 21)
  }

  @Test func `keeps its id whatever its signature is`() throws {
    var other = frame()
    other[other.count - 1] ^= 1
    #expect(try Event.decode(other.span).event.id == draft.id)
    #expect(throws: Malformed.self) { try Event(verifying: other) }
  }
}
