import CoterieEvents
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

private let author = SigningKey(seed: Hashing.digest(of: [9], domain: .plain))

private func draft(_ action: Action = .memberLeave, parents: [Digest] = [Cast.someSeal]) -> Draft {
  Draft(
    group: Cast.someSeal,
    author: author.publicKey,
    sequence: 3,
    previous: Cast.someSeal,
    parents: Parents(parents),
    time: 1_767_225_600_000,
    action: action
  )
}

private let everyAction = Cast.everyAction

@Suite struct `An event` {
  @Test(arguments: everyAction.indices)
  func `comes back from its bytes as it was`(_ place: Int) throws {
    let draft = draft(everyAction[place])
    #expect(try Event(verifying: draft.sealed(with: author)) == draft.event)
  }

  @Test func `of the founding kind comes back as it was`() throws {
    let event = Cast.founding(by: author.publicKey)
    let draft = Draft(
      group: nil,
      author: author.publicKey,
      sequence: 0,
      previous: nil,
      parents: Parents([]),
      time: 0,
      action: event.action
    )
    #expect(try Event(verifying: draft.sealed(with: author)) == event)
  }

  @Test func `covers every kind in these tests`() {
    #expect(Set(everyAction.map(\.kind)).union([.groupFound]) == Set(Kind.allCases))
  }

  @Test func `is refused if any of its bits is another`() throws {
    let envelope = draft(.messageDelete(message: Cast.someSeal)).sealed(with: author)
    for place in envelope.indices {
      for bit in 0..<8 {
        var changed = envelope
        changed[place] ^= 1 << bit
        #expect(throws: Malformed.self) { try Event(verifying: changed) }
      }
    }
  }

  @Test func `is refused if it is cut anywhere, or followed by anything`() {
    let envelope = draft().sealed(with: author)
    for count in 0..<envelope.count {
      #expect(throws: Malformed.self) { try Event(verifying: Array(envelope[..<count])) }
    }
    #expect(throws: Malformed(.trailingBytes, at: envelope.count)) {
      try Event(verifying: envelope + [0])
    }
  }

  @Test func `with another's signature is refused at the signature`() throws {
    let other = SigningKey(seed: Hashing.digest(of: [8], domain: .plain))
    let forged = Envelope.sealing(draft().payload, with: other)
    #expect(throws: Malformed(.wrongSignature, at: forged.count - 64)) {
      try Event(verifying: forged)
    }
  }

  @Test func `of a newer format is refused as such`() {
    var payload = draft().payload
    #expect(payload[1...2] == [0x00, 0x01])
    payload[2] = 0x02
    #expect(throws: Malformed(.unsupportedFormat(2), at: 11)) {
      try Event(verifying: Envelope.sealing(payload, with: author))
    }
  }

  @Test func `with unsorted or repeated parents is refused`() throws {
    let two = [Cast.someSeal, Cast.bob].sorted()
    let good = draft(parents: two).payload
    let swapped = replacing(
      good,
      two[0].bytes + [0x58, 0x20] + two[1].bytes,
      with: two[1].bytes + [0x58, 0x20] + two[0].bytes
    )
    #expect(problem(of: swapped) == .invalidParents)
    let twice = replacing(good, two[0].bytes, with: two[1].bytes)
    #expect(problem(of: twice) == .invalidParents)
  }

  @Test func `with a longer integer than needed is refused`() {
    var payload = draft().payload
    payload.replaceSubrange(2...2, with: [0x18, 0x01])
    #expect(problem(of: payload) == .notShortest)
  }

  @Test func `with an unknown key in its body is refused`() {
    let good = draft(.memberLeave).payload
    #expect(good.last == 0xa0)
    #expect(problem(of: good.dropLast() + [0xa1, 0x61, 0x78, 0x01]) == .unexpectedKey)
  }

  @Test func `with more parents than the limit is refused before they are read`() {
    let parents = (0..<65).map { Hashing.digest(of: [UInt8($0)], domain: .plain) }
    #expect(problem(of: draft(parents: parents).payload) == .overLimit(length: 65, limit: 64))
  }

  @Test func `larger than 64 KiB is refused`() {
    let text = Text(String(repeating: "x", count: 65_536))
    #expect(
      problem(of: draft(.groupWelcome(text: text)).payload).map { "\($0)" }?
        .contains("over the limit") == true
    )
  }

  @Test func `nested deeper than the limit is refused without recursion`() {
    for depth in [8, 17, 20_000] {
      let nest = [UInt8](repeating: 0x81, count: depth) + [0x01]
      let action = Action.unknown(kind: "future.kind", body: [0xa1, 0x61, 0x61] + nest)
      #expect(problem(of: draft(action).payload) == .nestedTooDeep)
    }
  }

  @Test func `inviting a key that is no point of the subgroup is refused`() {
    let zero = Digest.zero
    #expect(problem(of: draft(.inviteCreate(invitee: zero, role: .member)).payload) == .invalidKey)
  }

  @Test func `keeps names of different normal forms apart`() throws {
    let composed = draft(.groupProfile(name: "\u{e9}", description: nil))
    let decomposed = draft(.groupProfile(name: "e\u{301}", description: nil))
    #expect(composed.id != decomposed.id)
    #expect(Text("\u{e9}") != Text("e\u{301}"))
  }

  private func problem(of payload: [UInt8]) -> Malformed.Problem? {
    do throws(Malformed) {
      _ = try Event(verifying: Envelope.sealing(payload, with: author))
      return nil
    } catch {
      return error.problem
    }
  }

  private func problem(of payload: ArraySlice<UInt8>) -> Malformed.Problem? {
    problem(of: Array(payload))
  }

  private func replacing(_ bytes: [UInt8], _ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    for start in 0...(bytes.count - old.count)
    where Array(bytes[start..<(start + old.count)]) == old {
      return Array(bytes[..<start]) + new + Array(bytes[(start + old.count)...])
    }
    return bytes
  }
}

private struct NotWellFormed: Decodable, Sendable {
  var group: String
  var hex: String
}

private struct AppendixA: Decodable, Sendable {
  var hex: String
  var roundtrip: Bool
}

@Suite struct `The CBOR reader` {
  private func reads(_ bytes: [UInt8]) -> Bool {
    var cursor = CBORCursor()
    do throws(Malformed) {
      try cursor.skipItem(in: bytes.span, depth: 0)
      return cursor.offset == bytes.count
    } catch {
      return false
    }
  }

  @Test func `refuses everything of RFC 8949 appendix F that is not well formed`() throws {
    let vectors = try Fixtures.decode([NotWellFormed].self, "vectors/cbor_not_well_formed.json")
    #expect(vectors.count > 90)
    for vector in vectors {
      #expect(!reads(try #require([UInt8](hex: vector.hex))), "\(vector.group) \(vector.hex)")
    }
  }

  @Test func `takes of RFC 8949 appendix A just the types that the format has`() throws {
    let vectors = try Fixtures.decode([AppendixA].self, "vectors/cbor_appendix_a.json")
    let taken = try vectors.filter { reads(try #require([UInt8](hex: $0.hex))) }.map(\.hex)
    #expect(
      taken == [
        "00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240",
        "1b000000e8d4a51000", "1bffffffffffffffff", "f4", "f5", "40", "4401020304", "60", "6161",
        "6449455446", "62225c", "62c3bc", "63e6b0b4", "64f0908591", "80", "83010203",
        "8301820203820405",
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819", "a0", "a26161016162820203",
        "826161a161626163", "a56161614161626142616361436164614461656145",
      ]
    )
  }

  @Test func `compares huge lengths with the bytes that are there`() {
    for head in [[0x9b], [0x5b], [0x7b], [0xbb]] as [[UInt8]] {
      #expect(!reads(head + [UInt8](repeating: 0xff, count: 8)))
    }
  }
}
