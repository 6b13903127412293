import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

private struct Wycheproof: Decodable {
  struct Group: Decodable {
    struct Key: Decodable { var pk: String }
    struct Case: Decodable, Sendable {
      var tcId: Int
      var msg: String
      var sig: String
      var result: String
    }
    var publicKey: Key
    var tests: [Case]
  }
  var testGroups: [Group]
}

private struct SpecCheck: Decodable, Sendable {
  var message: String
  var pub_key: String
  var signature: String
}

@Suite struct `Third-party Ed25519 vectors` {
  @Test func `of Wycheproof get its verdicts, all 151`() throws {
    let file = try Fixtures.decode(Wycheproof.self, "vectors/wycheproof_ed25519.json")
    var count = 0
    for group in file.testGroups {
      let key = try #require(Digest(hex: group.publicKey.pk))
      for vector in group.tests {
        count += 1
        let bytes = try #require([UInt8](hex: vector.sig))
        let message = try #require([UInt8](hex: vector.msg))
        let isValid =
          Signature(bytes).map { VerifyingKey.verifies($0, of: message, by: key) } ?? false
        #expect(isValid == (vector.result == "valid"), "tcId \(vector.tcId)")
      }
    }
    #expect(count == 151)
  }

  @Test func `of Taming the many EdDSAs get libsodium's verdicts: only the fourth is good`() throws
  {
    let vectors = try Fixtures.decode([SpecCheck].self, "vectors/ed25519_speccheck.json")
    let verdicts = try vectors.map { vector in
      let key = try #require(Digest(hex: vector.pub_key))
      let bytes = try #require([UInt8](hex: vector.signature))
      let signature = try #require(Signature(bytes))
      return VerifyingKey.verifies(
        signature,
        of: try #require([UInt8](hex: vector.message)),
        by: key
      )
    }
    #expect(verdicts == (0..<12).map { $0 == 3 })
  }

  @Test func `never bring a key of small or mixed order into a group`() throws {
    let vectors = try Fixtures.decode([SpecCheck].self, "vectors/ed25519_speccheck.json")
    // Rows 0 to 5 and 8 to 11 have keys with a torsion part or none but it.
    for place in [0, 1, 2, 3, 4, 5, 8, 9, 10, 11] {
      #expect(!VerifyingKey.isValid(try #require(Digest(hex: vectors[place].pub_key))))
    }
    #expect(
      VerifyingKey.isValid(SigningKey(seed: Hashing.digest(of: [], domain: .plain)).publicKey)
    )
  }
}

@Suite struct `A hash` {
  @Test func `is BLAKE2b-256 where the domain is plain`() {
    // RFC 7693 leaves 256 bits out; the value is that of Python's hashlib.blake2b(b"abc", 32).
    #expect(
      Hashing.digest(of: Array("abc".utf8), domain: .plain).hex
        == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
    )
  }

  @Test func `differs in every domain, and with every key`() {
    let bytes = Array("abc".utf8)
    let key = Hashing.digest(of: [1], domain: .plain)
    let digests = [
      Hashing.digest(of: bytes, domain: .event), Hashing.digest(of: bytes, domain: .content),
      Hashing.digest(of: bytes, domain: .state), Hashing.digest(of: bytes, domain: .plain),
      Hashing.digest(of: bytes, domain: .content, key: key),
    ]
    #expect(Set(digests).count == digests.count)
  }

  @Test func `gives the same value in pieces`() {
    var stream = HashStream(domain: .bundle)
    stream.update([1, 2])
    #expect(stream.value() == Hashing.digest(of: [1, 2], domain: .bundle))
    stream.update([3])
    #expect(stream.value() == Hashing.digest(of: [1, 2, 3], domain: .bundle))
  }
}

@Suite struct `A commitment` {
  @Test func `holds for its bytes and its secret only`() {
    let secret = Hashing.digest(of: [1], domain: .plain)
    let other = Hashing.digest(of: [2], domain: .plain)
    let commitment = Commitment(to: [1, 2, 3], secret: secret)
    #expect(commitment.holds(for: [1, 2, 3], secret: secret))
    #expect(!commitment.holds(for: [1, 2, 4], secret: secret))
    #expect(!commitment.holds(for: [1, 2, 3], secret: other))
    #expect(!commitment.holds(for: [1, 2], secret: secret))
  }
}
