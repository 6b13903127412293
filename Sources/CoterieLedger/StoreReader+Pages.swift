internal import CoterieWire

extension StoreReader {
  /// Pages that were read together, because a walk goes forward: those of a tree mostly stand a few
  /// pages behind each other.
  struct Stretch {
    static let pagesMax: UInt64 = 16

    var first: UInt64 = 0
    var bytes: [UInt8] = []
    /// The page that was asked for last.
    var newest = UInt64.max

    /// The bytes of a page; nil if it is none of these.
    func page(_ number: UInt64) -> [UInt8]? {
      guard number >= first, number - first < Self.pagesMax else { return nil }
      let start = Int(number - first) * StoreReader.pageBytes
      let end = start + StoreReader.pageBytes
      return end <= bytes.count ? Array(bytes[start..<end]) : nil
    }

    /// Whether it pays to read the pages behind this one too.
    func isNear(_ number: UInt64) -> Bool {
      number > newest && number - newest <= Self.pagesMax
    }
  }

  /// The first page that is not the file's, or is none that LMDB would follow.
  private var endPage: UInt64 { lastPage < pageCount ? lastPage + 1 : pageCount }

  func page(_ number: UInt64, _ stretch: inout Stretch) throws(LedgerError) -> Page {
    guard number < endPage, number > 1 else {
      throw .damaged(page: number, problem: "a page number outside the file")
    }
    let bytes = try bytes(ofPage: number, &stretch)
    stretch.newest = number
    let flags = UInt16(truncatingIfNeeded: Self.little(bytes, 10, 2))
    guard Self.little(bytes, 0, 8) == number, flags == 0x01 || flags == 0x02 else {
      throw .damaged(page: number, problem: "not a branch or leaf page")
    }
    let lower = Int(Self.little(bytes, 12, 2))
    let upper = Int(Self.little(bytes, 14, 2))
    guard lower >= Self.headerBytes, lower.isMultiple(of: 2), lower <= upper,
      upper <= Self.pageBytes
    else { throw .damaged(page: number, problem: "free space outside the page") }
    var nodes: [Int] = []
    for slot in stride(from: Self.headerBytes, to: lower, by: 2) {
      let node = Int(Self.little(bytes, slot, 2))
      guard node >= upper, node + 8 <= Self.pageBytes else {
        throw .damaged(page: number, problem: "a node outside the page")
      }
      nodes.append(node)
    }
    return Page(number: number, bytes: bytes, flags: flags, nodes: nodes)
  }

  /// Where the key of a node stands in its page.
  func key(_ page: Page, _ node: Int) throws(LedgerError) -> Range<Int> {
    let size = Int(Self.little(page.bytes, node + 6, 2))
    guard node + 8 + size <= Self.pageBytes else {
      throw .damaged(page: page.number, problem: "a key that leaves the page")
    }
    return (node + 8)..<(node + 8 + size)
  }

  func child(_ page: Page, _ node: Int) -> UInt64 {
    Self.little(page.bytes, node, 2) | Self.little(page.bytes, node + 2, 2) << 16
      | Self.little(page.bytes, node + 4, 2) << 32
  }

  /// A value of ours is smaller than 2 MiB; one transaction may free every page of the file.
  var valueBytesMax: Int { max(2 << 20, (Int(clamping: pageCount) + 1) * 8) }

  /// Hands over the value of a node, from its page or from the overflow pages that it names.
  func withValue<Result>(
    _ page: Page,
    _ node: Int,
    _ visited: inout Visits,
    _ body: (Span<UInt8>) -> Result
  ) throws(LedgerError) -> Result {
    let size = Int(Self.little(page.bytes, node, 2) | Self.little(page.bytes, node + 2, 2) << 16)
    let flags = Self.little(page.bytes, node + 4, 2)
    let start = node + 8 + Int(Self.little(page.bytes, node + 6, 2))
    if flags & 0x01 == 0 {
      guard start + size <= Self.pageBytes else {
        throw .damaged(page: page.number, problem: "a value that leaves the page")
      }
      return body(page.bytes.span.extracting(start..<(start + size)))
    }
    guard size <= valueBytesMax, start + 8 <= Self.pageBytes else {
      throw .damaged(page: page.number, problem: "a value larger than any")
    }
    let value = try overflow(Self.little(page.bytes, start, 8), size: size, &visited)
    return body(value.span)
  }

  func overflow(
    _ number: UInt64,
    size: Int,
    _ visited: inout Visits
  ) throws(LedgerError) -> [UInt8] {
    let pages = (Self.headerBytes + size + Self.pageBytes - 1) / Self.pageBytes
    guard number > 1, number < endPage, UInt64(pages) <= endPage - number,
      UInt64(pages) <= visited.overflowPagesLeft,
      (0..<UInt64(pages)).allSatisfy({ visited.pages.insert(number + $0).inserted })
    else { throw .damaged(page: number, problem: "overflow pages outside the file") }
    visited.overflowPagesLeft -= UInt64(pages)
    let bytes = try read(number, pages: pages)
    guard Self.little(bytes, 0, 8) == number, Self.little(bytes, 10, 2) == 0x04,
      Self.little(bytes, 12, 4) >= UInt64(pages)
    else { throw .damaged(page: number, problem: "not the overflow pages of this value") }
    return Array(bytes[Self.headerBytes..<(Self.headerBytes + size)])
  }

  private func bytes(
    ofPage number: UInt64,
    _ stretch: inout Stretch
  ) throws(LedgerError) -> [UInt8] {
    if let known = stretch.page(number) { return known }
    let pages = stretch.isNear(number) ? Int(min(Stretch.pagesMax, endPage - number)) : 1
    // What lies behind the page may be unreadable, and nobody's concern.
    if pages > 1,
      let bytes = try? FileAccess.readFully(
        descriptor,
        at: Int(number) * Self.pageBytes,
        pages * Self.pageBytes,
        path: path
      )
    {
      (stretch.first, stretch.bytes) = (number, bytes)
      if let page = stretch.page(number) { return page }
    }
    return try read(number, pages: 1)
  }

  func read(_ number: UInt64, pages: Int) throws(LedgerError) -> [UInt8] {
    let (start, count) = (Int(number) * Self.pageBytes, pages * Self.pageBytes)
    let bytes = try FileAccess.readFully(descriptor, at: start, count, path: path)
    guard bytes.count == count else {
      throw .damaged(page: number, problem: "the file became shorter")
    }
    return bytes
  }

  func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    Self.little(bytes, offset, count)
  }

  /// A little-endian number; every caller's offsets lie within one page.
  static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    little(bytes.span, offset, count)
  }

  static func little(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + place]) }
    return value
  }
}
