internal import CoterieSealing
internal import CoterieWire

extension Event {
  /// Reads a payload of the shape that nearly all have; answers false for any other, which `read`
  /// is then to take or to refuse, and leaves an event of no meaning.
  ///
  /// That shape is a post of a text, by someone who has posted before, with up to four parents, and
  /// at most a reply beside its content. Nothing is said here of what is wrong, so that the cursor
  /// stays in registers, and heads are compared together with the names behind them: the head of a
  /// text of four bytes is a `d`. What is taken here `readAny` takes to the same event.
  @inline(never)
  mutating func readPost(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    var cursor = CBORCursor(at: start)
    guard cursor.has(0xa9, 0, 1, 1, in: bytes), let group = cursor.digestIfAny(in: bytes) else {
      return false
    }
    self.group = group
    guard let author = cursor.digestIfAny(behind: 2, in: bytes) else { return false }
    self.author = author
    guard cursor.has(3, in: bytes), let sequence = cursor.unsignedIfAny(in: bytes), sequence > 0,
      let previous = cursor.digestIfAny(behind: 4, in: bytes)
    else { return false }
    self.sequence = sequence
    self.previous = previous
    guard cursor.has(5, in: bytes), parents.readInPlace(&cursor, bytes),
      cursor.has(6, in: bytes), let time = cursor.unsignedIfAny(in: bytes),
      cursor.has(letters: "\u{7}lmessage.post\u{8}", in: bytes)
    else { return false }
    self.time = time
    let replies = cursor.has(0xa3, in: bytes)
    guard replies || cursor.has(0xa2, in: bytes), cursor.has(letters: "dtypedtext", in: bytes)
    else {
      return false
    }
    var reply: Digest?
    if replies {
      guard cursor.has(letters: "ereply", in: bytes), let message = cursor.digestIfAny(in: bytes)
      else { return false }
      reply = message
    }
    guard cursor.has(letters: "gcontent", in: bytes), cursor.has(0xa2, in: bytes),
      cursor.has(letters: "dsize", in: bytes), let size = cursor.unsignedIfAny(in: bytes),
      size <= UInt64(Limits.contentBytesMax),
      cursor.has(letters: "jcommitment", in: bytes), let digest = cursor.digestIfAny(in: bytes),
      cursor.offset == bytes.count
    else { return false }
    let content = Commitment(digest: digest, size: size)
    action = .messagePost(Post(type: .text, content: content, reply: reply))
    return true
  }
}

extension Parents {
  @inline(__always)
  fileprivate mutating func readInPlace(_ cursor: inout CBORCursor, _ bytes: Span<UInt8>) -> Bool {
    removeAll()
    for count in 1...Self.inPlace where cursor.has(0x80 | UInt8(count), in: bytes) {
      for place in 0..<count {
        guard let next = cursor.digestIfAny(in: bytes), place == 0 || first[place &- 1] < next
        else { return false }
        first[place] = next
      }
      self.count = count
      return true
    }
    return false
  }
}
