import CoterieEvents
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

/// What reading a payload comes to, in one way or the other.
private typealias Reading = Result<Event, Malformed>

@Suite struct `A post, which has a short way of its own through the reader,` {
  /// Posts of the shape that the short way takes, and of shapes just beside it.
  private static let payloads: [[UInt8]] = {
    let ids = (1...6).map { Hashing.digest(of: [$0], domain: .plain) }
    func payload(
      _ post: Post,
      sequence: UInt64 = 300,
      parents: Int = 2,
      time: UInt64 = 1_767_225_600_000
    ) -> [UInt8] {
      Draft(
        group: ids[0],
        author: ids[1],
        sequence: sequence,
        previous: sequence == 0 ? nil : ids[2],
        parents: Parents(Array(ids.prefix(parents))),
        time: time,
        action: .messagePost(post)
      ).payload
    }
    let plain = Post(type: .text, content: Commitment(digest: ids[3], size: 42))
    var large = plain
    large.content.size = UInt64(Limits.contentBytesMax)
    var replying = plain
    replying.reply = ids[4]
    var forwarded = plain
    forwarded.forwarded = false
    var short = replying
    short.lifetime = 60
    return (1...5).map { payload(plain, parents: $0) }
      + [23, 24, 255, 256, 65_536, 1 << 32, 1, 0].map { payload(plain, sequence: $0) }
      + [0, 1 << 20].map { payload(plain, time: $0) }
      + [large, replying, forwarded, short].map { payload($0) }
      + [payload(Post(type: .image, content: plain.content))]
  }()

  private func shortWay(_ payload: [UInt8]) -> Reading {
    Reading { () throws(Malformed) in
      var event = Event()
      try event.read(payload.span, payload.indices, id: .zero)
      return event
    }
  }

  private func longWay(_ payload: [UInt8]) -> Reading {
    Reading { () throws(Malformed) in
      var event = Event()
      try event.readAny(payload.span, from: 0)
      return event
    }
  }

  @Test(arguments: payloads.indices)
  func `comes back on it as it was written`(_ place: Int) throws {
    let payload = Self.payloads[place]
    let event = try shortWay(payload).get()
    #expect(Draft(event).payload == payload)
    #expect(longWay(payload) == .success(event))
  }

  @Test(arguments: payloads.indices)
  func `is taken or refused on it as elsewhere, whichever byte is another`(_ place: Int) {
    let payload = Self.payloads[place]
    for byte in payload.indices {
      for value: UInt8 in [0, 1, 0x17, 0x18, 0x1b, 0x1c, 0x80, 0xa2, 0xa3, 0xff]
        + (0..<8).map({ payload[byte] ^ 1 << $0 })
      {
        var changed = payload
        changed[byte] = value
        #expect(shortWay(changed) == longWay(changed))
      }
    }
  }

  @Test(arguments: payloads.indices)
  func `is refused on it as elsewhere if it is cut anywhere, or followed by anything`(
    _ place: Int
  ) {
    let payload = Self.payloads[place]
    for count in payload.indices {
      let cut = Array(payload.prefix(count))
      #expect(shortWay(cut) == longWay(cut))
    }
    #expect(shortWay(payload + [0]) == .failure(Malformed(.trailingBytes, at: payload.count)))
  }

  @Test func `is read into the place of an event that had more parents`() throws {
    var event = try shortWay(Self.payloads[4]).get()
    #expect(event.parents.count == 5)
    let payload = Self.payloads[0]
    try event.read(payload.span, payload.indices, id: .zero)
    #expect(Reading.success(event) == shortWay(payload))
    #expect(event.parents.ids.count == 1)
  }
}
