import CSodium
import CoterieSealing
import CoterieWire
import Glibc
import Testing

/// The widths that this machine has.
private let widths = HashWidth.allCases.filter(\.isHere)

/// Every use that a hash has.
private let domains: [Domain] = [
  .event, .content, .cipher, .state, .verdict, .bundle, .slot, .identity, .chunk, .keyName, .factor,
  .packet, .session, .plain,
]

/// Bytes that tell their places apart: a shifted or doubled read changes the hash.
private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// The digests of parts of some bytes, taken at once.
private func digests(
  of parts: [Range<Int>],
  in bytes: Span<UInt8>,
  domain: Domain,
  width: HashWidth
) -> [Digest] {
  var batch = HashBatch(width: width)
  var digests: [Digest] = []
  batch.digests(of: parts, in: bytes, domain: domain, into: &digests)
  return digests
}

/// The digests of parts of some bytes, by libsodium.
private func references(
  of parts: [Range<Int>],
  in bytes: Span<UInt8>,
  domain: Domain
) -> [Digest] {
  parts.map { Hashing.digest(of: bytes.extracting($0), domain: domain) }
}

/// BLAKE2b of any digest length, with any key, by libsodium.
private func libsodium(_ count: Int, _ bytes: [UInt8], key: [UInt8] = []) -> [UInt8] {
  var output = [UInt8](repeating: 0, count: count)
  let status = unsafe crypto_generichash_blake2b(
    &output,
    count,
    bytes,
    UInt64(bytes.count),
    key,
    key.count
  )
  precondition(status == 0)
  return output
}

/// The messages and keys of RFC 7693, appendix E.
private func sequence(_ count: Int, seed: Int) -> [UInt8] {
  var older = 0xdead_4bad &* UInt32(seed)
  var newer: UInt32 = 1
  return (0..<count).map { _ in
    let sum = older &+ newer
    older = newer
    newer = sum
    return UInt8(sum >> 24)
  }
}

/// A stretch of memory with a page before it and a page behind it that nobody may touch.
@safe private struct GuardedPages: ~Copyable {
  static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
  private static let nobody = PROT_NONE
  private let start: UnsafeMutableRawPointer
  let count: Int

  /// At least as many bytes as `content`, which they repeat; they end where the page behind begins.
  init(repeating content: [UInt8]) throws {
    let count = (content.count + Self.pageBytes - 1) / Self.pageBytes * Self.pageBytes
    let mapped = unsafe mmap(
      nil,
      count + 2 * Self.pageBytes,
      Self.nobody,
      MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0
    )
    let start = try unsafe #require(unsafe mapped != MAP_FAILED ? mapped : nil)
    let middle = unsafe start + Self.pageBytes
    try #require(unsafe mprotect(middle, count, PROT_READ | PROT_WRITE) == 0)
    for place in 0..<count {
      unsafe middle.storeBytes(
        of: content[place % content.count],
        toByteOffset: place,
        as: UInt8.self
      )
    }
    unsafe self.start = unsafe start
    self.count = count
  }

  deinit {
    unsafe munmap(start, count + 2 * Self.pageBytes)
  }

  /// Lends the bytes between the two pages.
  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    let middle = unsafe UnsafeRawBufferPointer(start: start + Self.pageBytes, count: count)
    return try unsafe middle.withMemoryRebound(to: UInt8.self) { try unsafe body($0.span) }
  }

  /// Whether the kernel can read the byte at a place counted from the first that may be touched.
  func isReadable(at place: Int) -> Bool {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { return false }
    defer { for end in ends { close(end) } }
    return unsafe write(ends[1], start + Self.pageBytes + place, 1) == 1
  }
}

@Suite struct `Hashes of many messages at once` {
  @Test func `are taken in the widths that this machine has, at least one by one`() {
    #expect(widths.contains(.one))
    #expect(HashWidth.greatest == widths.last)
    #expect(HashWidth.allCases.map(\.rawValue) == ["portable", "avx2", "avx512"])
    #expect(HashWidth.allCases.map(\.count) == [1, 4, 8])
  }

  @Test(arguments: widths)
  func `give the value of RFC 7693, appendix E, beside libsodium's other lengths`(
    width: HashWidth
  ) {
    var all: [UInt8] = []
    for count in [20, 32, 48, 64] {
      for size in [0, 3, 128, 129, 255, 1024] {
        let message = sequence(size, seed: size)
        let key = sequence(count, seed: count)
        if count == Digest.byteCount {
          // As many messages as there are lanes, so that the vectors take part.
          let parts = [Range<Int>](repeating: 0..<size, count: width.count)
          let ours = digests(of: parts, in: message.span, domain: .plain, width: width)
          #expect(Set(ours).count == 1)
          all += ours[0].bytes
          all += Hashing.digest(of: message, domain: .plain, key: Digest(key)).bytes
        } else {
          all += libsodium(count, message)
          all += libsodium(count, message, key: key)
        }
      }
    }
    let parts = [Range<Int>](repeating: all.indices, count: width.count)
    let value = "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475"
    for ours in digests(of: parts, in: all.span, domain: .plain, width: width) {
      #expect(ours.hex == value)
    }
  }

  @Test(arguments: widths)
  func `give known values of the word abc`(width: HashWidth) {
    let values: [(domain: Domain, hex: String)] = [
      (.plain, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
      (.event, "15226c27abba831969a9d11995f3bf70c64e96c43db6604ce9123a3738ab2405"),
    ]
    let word = Array("abc".utf8)
    for value in values {
      #expect(Hashing.digest(of: word, domain: value.domain).hex == value.hex)
      let parts = [0..<3, 0..<3]
      for ours in digests(of: parts, in: word.span, domain: value.domain, width: width) {
        #expect(ours.hex == value.hex)
      }
    }
  }

  @Test(arguments: widths)
  func `are libsodium's for every length to 1 025 and every domain`(width: HashWidth) {
    let bytes = bytes(1025 + 15, seed: 1)
    // All lengths, at all alignments to 16 bytes; the order puts unlike lengths beside each other.
    let parts = (0...1025).map { place in
      let length = place * 389 % 1026
      return place % 16..<place % 16 + length
    }
    #expect(Set(parts.map(\.count)).count == 1026)
    for domain in domains {
      let ours = digests(of: parts, in: bytes.span, domain: domain, width: width)
      #expect(ours == references(of: parts, in: bytes.span, domain: domain))
    }
  }

  @Test(arguments: widths)
  func `are libsodium's for every length that fills all lanes alike`(width: HashWidth) {
    let bytes = bytes(1025 + 8, seed: 2)
    for length in 0...1025 {
      let parts = (0..<width.count).map { $0..<$0 + length }
      let ours = digests(of: parts, in: bytes.span, domain: .event, width: width)
      #expect(ours == references(of: parts, in: bytes.span, domain: .event))
    }
  }

  @Test(arguments: widths)
  func `are libsodium's for any mix of lengths, in batches of 0 to 40`(width: HashWidth) {
    var random = SplitMix64(seed: 3)
    let bytes = bytes(4096, seed: 4)
    // One batch for all: nothing may stay behind from one use to the next.
    var batch = HashBatch(width: width)
    var ours: [Digest] = []
    for count in Array(0...40) + Array((0...40).reversed()) {
      for _ in 0..<6 {
        let parts = (0..<count).map { _ in
          // Near the ends of blocks, short, or anything.
          let length =
            switch random.below(3) {
            case 0: max(0, 128 * random.below(9) + random.below(3) - 1)
            case 1: random.below(130)
            default: random.below(1026)
            }
          let start = random.below(bytes.count - length + 1)
          return start..<start + length
        }
        let domain = domains[random.below(domains.count)]
        batch.digests(of: parts, in: bytes.span, domain: domain, into: &ours)
        #expect(ours == references(of: parts, in: bytes.span, domain: domain))
        #expect(batch.count == 0)
      }
    }
  }

  @Test(arguments: widths)
  func `read no byte before or behind a message`(width: HashWidth) throws {
    let content = bytes(2 * GuardedPages.pageBytes, seed: 5)
    let pages = try GuardedPages(repeating: content)
    try #require(pages.count == content.count)
    try #require(pages.isReadable(at: 0) && pages.isReadable(at: pages.count - 1))
    try #require(!pages.isReadable(at: -1) && !pages.isReadable(at: pages.count))
    // The first that touches a guarded page ends the whole program.
    let behind = (0...1025).map { pages.count - $0..<pages.count }
    let before = (0...1025).map { 0..<$0 }
    for parts in [behind, before, zip(behind, before.reversed()).flatMap { [$0, $1] }] {
      let ours = pages.withBytes { digests(of: parts, in: $0, domain: .event, width: width) }
      #expect(ours == references(of: parts, in: content.span, domain: .event))
    }
    for length in 0...1025 {
      let parts = [Range<Int>](repeating: pages.count - length..<pages.count, count: width.count)
      let ours = pages.withBytes { digests(of: parts, in: $0, domain: .event, width: width) }
      #expect(Set(ours) == Set(references(of: [parts[0]], in: content.span, domain: .event)))
    }
  }

  @Test func `stop the program for a part outside of the bytes`() async {
    await #expect(processExitsWith: .failure) {
      let bytes: [UInt8] = [1, 2, 3]
      var batch = HashBatch(width: .one)
      var ours: [Digest] = []
      batch.digests(of: [0..<4], in: bytes.span, domain: .event, into: &ours)
    }
  }
}
