import CoterieBundles
import CoterieEvents
import CoterieSealing
import CoterieWire
import Testing

private let key = SigningKey(seed: Hashing.digest(of: [9], domain: .plain))

private func entry(_ place: UInt64) -> (BundleEntry, Digest) {
  let draft = Draft(
    group: key.publicKey,
    author: key.publicKey,
    sequence: place + 1,
    previous: key.publicKey,
    parents: Parents([key.publicKey]),
    time: place,
    action: .memberLeave
  )
  let secret = Hashing.digest(of: [UInt8(place)], domain: .plain)
  let content = [UInt8](repeating: UInt8(place), count: 300)
  return (
    BundleEntry(envelope: draft.sealed(with: key), secret: secret, content: content), draft.id
  )
}

private func bundle(_ count: UInt64) -> [UInt8] {
  var writer = BundleWriter()
  var bytes = writer.header(BundleHeader(groups: [key.publicKey], count: count))
  for place in 0..<count {
    let (entry, id) = entry(place)
    bytes += writer.entry(entry, id: id)
  }
  return bytes + writer.end()
}

/// Reads bytes that come in pieces of a size.
private func read(_ bytes: [UInt8], pieces: Int = 7) -> (items: [BundleItem], fault: BundleFault?) {
  var place = 0
  var reader = BundleReader { (_) throws(BundleFault) in
    let end = min(bytes.count, place + pieces)
    defer { place = end }
    return Array(bytes[place..<end])
  }
  var items: [BundleItem] = []
  do throws(BundleFault) {
    while let item = try reader.next() { items.append(item) }
    return (items, nil)
  } catch {
    return (items, error)
  }
}

@Suite struct `A bundle` {
  @Test func `comes back item by item, in pieces of any size`() {
    for pieces in [1, 7, 100_000] {
      let (items, fault) = read(bundle(3), pieces: pieces)
      #expect(fault == nil)
      #expect(items.count == 5)
      #expect(items[0] == .header(BundleHeader(groups: [key.publicKey], count: 3)))
      #expect(items[2] == .entry(entry(1).0))
    }
  }

  @Test func `that is cut says how many whole items were read, wherever it is cut`() {
    let bytes = bundle(3)
    for count in 0..<bytes.count {
      let (items, fault) = read(Array(bytes[..<count]), pieces: 512)
      #expect(fault?.cause == .cut)
      #expect(fault?.wholeItems == items.count)
    }
  }

  @Test func `with an event of a group that its header does not name is refused`() {
    let other = Hashing.digest(of: [3], domain: .plain)
    var writer = BundleWriter()
    var bytes = writer.header(BundleHeader(groups: [other], count: 1))
    let (entry, id) = entry(0)
    bytes += writer.entry(entry, id: id)
    #expect(read(bytes + writer.end()).fault?.cause == .malformed(Malformed(.wrongGroup, at: 0)))
  }

  @Test func `with a damaged envelope hands it over, and does not match its end`() throws {
    var bytes = bundle(2)
    let first = BundleWriter().header(BundleHeader(groups: [key.publicKey], count: 2)).count
    let place = try #require(bytes[first...].firstIndex(of: 0xd2))
    bytes[place] = 0xd3
    let (items, fault) = read(bytes)
    #expect(items.count == 3)
    #expect(fault?.cause == .malformed(Malformed(.wrongEnd, at: 0)))
  }

  @Test func `with an envelope around half an event is not taken for one that was cut`() throws {
    let none = try #require(Signature([UInt8](repeating: 0, count: 64)))
    let half = Envelope.joining([0xa7, 0x00], none)
    var writer = BundleWriter()
    var bytes = writer.header(BundleHeader(groups: [key.publicKey], count: 1))
    bytes += writer.entry(BundleEntry(envelope: half), id: key.publicKey)
    for pieces in [1, 100_000] {
      let (items, fault) = read(bytes + writer.end(), pieces: pieces)
      #expect(items.count == 2)
      #expect(fault?.cause == .malformed(Malformed(.wrongEnd, at: 0)))
    }
  }

  @Test func `behind another that is wrong says at which byte of its own item`() {
    let whole = bundle(1)
    let fault = read(whole + [0xa0], pieces: 1000).fault
    #expect(fault?.cause == .malformed(Malformed(.unexpectedKey, at: 0)))
    #expect(fault?.offset == UInt64(whole.count))
  }

  @Test func `may be followed by another`() {
    let (items, fault) = read(bundle(2) + bundle(1))
    #expect(fault == nil)
    #expect(items.count == 7)
  }

  @Test func `with an item changed, dropped or swapped does not match its end`() {
    let whole = bundle(3)
    let first = BundleWriter().header(BundleHeader(groups: [key.publicKey], count: 3)).count
    let (one, two) = (entry(0), entry(1))
    var writer = BundleWriter()
    let left = writer.entry(one.0, id: one.1)
    let right = writer.entry(two.0, id: two.1)
    let rest = Array(whole[(first + left.count + right.count)...])
    let head = Array(whole[..<first])
    for changed in [head + right + left + rest, head + left + rest] {
      #expect(read(changed).fault?.cause == .malformed(Malformed(.wrongEnd, at: 0)))
    }
  }

  @Test func `of garbage is malformed, and an empty file is cut`() {
    #expect(read(Array("not a bundle".utf8)).items.isEmpty)
    #expect(read(Array("not a bundle".utf8)).fault != nil)
    #expect(read([]).fault?.cause == .cut)
    #expect(read([0x5b] + [UInt8](repeating: 0xff, count: 8)).fault != nil)
  }

  @Test func `of a newer format is refused as such`() {
    var bytes = bundle(0)
    let place = bytes.firstIndex(of: UInt8(ascii: "f")) ?? 0
    // The head of a text of six bytes is the letter f itself.
    #expect(bytes[place + 7] == 1)
    bytes[place + 7] = 2
    #expect(read(bytes).fault?.cause == .malformed(Malformed(.unsupportedFormat(2), at: place + 7)))
  }
}
