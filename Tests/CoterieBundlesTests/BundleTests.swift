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
  return items(of: &reader)
}

private func items(of reader: inout BundleReader) -> (items: [BundleItem], fault: BundleFault?) {
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

/// Bytes in frames of Zstandard, a frame for each of these.
private func compressed(_ parts: [UInt8]...) -> [UInt8] {
  let compressor = Compressor()
  return parts.flatMap { (compressor.add($0) ?? []) + (compressor.finish() ?? []) }
}

/// Reads bytes that may be compressed and come in pieces of a size.
private func readCompressed(
  _ bytes: [UInt8],
  pieces: Int = 1000
) -> (items: [BundleItem], fault: BundleFault?) {
  var place = 0
  var reader = BundleReader.decompressing { (_) throws(BundleFault) in
    let end = min(bytes.count, place + pieces)
    defer { place = end }
    return Array(bytes[place..<end])
  }
  return items(of: &reader)
}

@Suite struct `A compressed bundle` {
  @Test func `comes back item by item, in pieces of any size, in frames cut anywhere`() {
    let whole = bundle(3)
    let expected = read(whole).items
    for cut in [0, 1, 100, whole.count - 1] {
      let bytes = compressed(Array(whole[..<cut]), Array(whole[cut...]))
      for pieces in [1, 3, 100_000] {
        let (items, fault) = readCompressed(bytes, pieces: pieces)
        #expect(fault == nil)
        #expect(items == expected)
      }
    }
    #expect(readCompressed(whole).items == expected)
  }

  @Test func `that is cut says how many whole items came out of it`() {
    let bytes = compressed(bundle(3))
    for count in 0..<bytes.count {
      let (items, fault) = readCompressed(Array(bytes[..<count]))
      #expect(fault != nil)
      #expect(fault?.wholeItems == items.count)
    }
    let (first, second) = (bundle(1), bundle(2))
    let two = compressed(first, second)
    let (items, fault) = readCompressed(Array(two[..<(two.count - 5)]))
    #expect(fault?.cause == .cut)
    #expect(items.count >= 3)
  }

  @Test func `with any bit changed is refused, or says what it said`() {
    let bytes = compressed(bundle(2))
    let expected = readCompressed(bytes).items
    for place in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << bit
        let (items, fault) = readCompressed(changed)
        #expect(fault != nil || items == expected, "byte \(place) bit \(bit)")
      }
    }
  }

  @Test func `that looks back further than eight mebibytes is refused before it is read`() {
    // A frame of one raw block with a window of 16 MiB: descriptor, window, block header, end.
    let frame: [UInt8] = Decompressor.magic + [0x00, 14 << 3, 0x01, 0x00, 0x00]
    let (items, fault) = readCompressed(frame)
    #expect(items.isEmpty)
    #expect(
      fault?.description == """
        the bundle cannot be decompressed near byte 0 of the file, after 0 whole items: \
        Frame requires too much memory for decoding
        """
    )
  }

  @Test func `with something behind its frames that is none is damaged there`() {
    let bytes = compressed(bundle(1))
    let (items, fault) = readCompressed(bytes + [0xa4, 1, 2, 3, 4, 5])
    #expect(items.count == 3)
    guard case .compression(_, let place)? = fault?.cause else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(place == UInt64(bytes.count))
  }
}
