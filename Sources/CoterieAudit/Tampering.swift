internal import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

/// One way of tampering with the envelopes of a log of at least three events.
struct Tampering {
  /// What is done, in a few words.
  let name: String
  /// The envelopes after it.
  let apply: ([[UInt8]]) -> [[UInt8]]

  /// Someone whose key is no member's.
  static let stranger = SigningKey(
    seed: Hashing.digest(of: Array("coterie.drill".utf8), domain: .plain)
  )

  /// Every way, by what is touched.
  static var all: [Tampering] { bytes + signatures + fields + rows + additions }

  // MARK: Bytes of one envelope

  private static var bytes: [Tampering] {
    [
      one("flip byte") { $0[$0.count / 3] ^= 1 },
      one("flip last bit") { $0[$0.count - 1] ^= 1 },
      one("flip header") { $0[5] ^= 1 },
      one("fill open header") { $0.replaceSubrange(6..<7, with: [0xa1, 0x01, 0x27]) },
      one("cut byte") { $0.removeLast() },
      one("add byte") { $0.append(0) },
      one("empty event") { $0 = [] },
      payload("write longer") { $0.replaceSubrange(2..<3, with: [0x18, $0[2]]) },
      payload("later format") { $0[2] = 2 },
    ]
  }

  // MARK: Signatures

  private static var signatures: [Tampering] {
    [
      one("zero signature") {
        $0.replaceSubrange(($0.count - 64)..., with: [UInt8](repeating: 0, count: 64))
      },
      one("malleable signature") { addGroupOrder(to: &$0) },
      Tampering(name: "swap signer") { envelopes in
        var swapped = envelopes
        let middle = envelopes.count / 2
        let signature = swapped[middle].suffix(64)
        swapped[middle].replaceSubrange(
          (swapped[middle].count - 64)...,
          with: swapped[middle - 1].suffix(64)
        )
        swapped[middle - 1].replaceSubrange((swapped[middle - 1].count - 64)..., with: signature)
        return swapped
      },
      payload("sign as stranger") { _ in },
    ]
  }

  /// Adds the order of the group to the signature's number: the same point, another text.
  private static func addGroupOrder(to envelope: inout [UInt8]) {
    let order: [UInt8] = [
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
      0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
    var carry: UInt16 = 0
    for (place, byte) in order.enumerated() {
      let at = envelope.count - 32 + place
      carry += UInt16(envelope[at]) + UInt16(byte)
      envelope[at] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
  }

  // MARK: Fields under the old signature

  private static var fields: [Tampering] {
    [
      field("change time") { $0.time ^= 1 },
      field("change sequence") { $0.sequence += 1 },
      field("change previous") { $0.previous = stranger.publicKey },
      field("change parents") { $0.parents = Parents([stranger.publicKey]) },
      field("change group") { $0.group = stranger.publicKey },
      field("change author") { $0.author = stranger.publicKey },
      field("change act") { $0.action = .memberRemove(member: stranger.publicKey, erase: true) },
      Tampering(name: "take over event") { envelopes in
        changing(envelopes) { event, _ in
          var draft = Draft(event)
          draft.author = stranger.publicKey
          return draft.sealed(with: stranger)
        }
      },
      Tampering(name: "change founding") { envelopes in
        var changed = envelopes
        changed[0][changed[0].count / 2] ^= 1
        return changed
      },
    ]
  }

  // MARK: Rows

  private static var rows: [Tampering] {
    [
      Tampering(name: "drop parent") { envelopes in
        var dropped = envelopes
        dropped.remove(at: parent(ofLastOf: envelopes))
        return dropped
      },
      Tampering(name: "drop founding") { Array($0.dropFirst()) },
      Tampering(name: "truncate") { Array($0.dropLast()) },
      Tampering(name: "drop half") { Array($0.prefix($0.count / 2)) },
      Tampering(name: "drop within") {
        Array($0.prefix($0.count / 2) + $0.dropFirst($0.count / 2 + 1))
      },
      Tampering(name: "drop member") { envelopes in
        let authors = envelopes.map { try? Event.decode($0.span).event.author }
        let last = authors[authors.count - 1]
        return zip(envelopes, authors).filter { $0.1 != last }.map(\.0)
      },
      Tampering(name: "repeat event") { $0 + [$0[$0.count / 2]] },
      Tampering(name: "reorder") { envelopes in
        var reordered = envelopes
        reordered.swapAt(envelopes.count / 2, envelopes.count / 2 - 1)
        return reordered
      },
      Tampering(name: "reverse") { $0.reversed() },
      Tampering(name: "newest first") { Array($0.suffix(1) + $0.dropLast()) },
    ]
  }

  private static func parent(ofLastOf envelopes: [[UInt8]]) -> Int {
    guard let last = event(envelopes[envelopes.count - 1]) else { return 0 }
    let parents = Set(last.parents.ids)
    return envelopes.firstIndex { envelope in
      event(envelope).map { parents.contains($0.id) } ?? false
    } ?? 0
  }

  // MARK: Additions

  private static var additions: [Tampering] {
    [
      Tampering(name: "add stranger") { $0 + [strangersEvent(after: $0)] },
      Tampering(name: "rewrite end", apply: rewritingTheEnd),
    ]
  }

  /// The newest event gives way to a stranger's: as many events as before.
  static func rewritingTheEnd(_ envelopes: [[UInt8]]) -> [[UInt8]] {
    let shorter = Array(envelopes.dropLast())
    return shorter + [strangersEvent(after: shorter)]
  }

  /// A well-formed event, rightly signed by someone who is no member.
  private static func strangersEvent(after envelopes: [[UInt8]]) -> [UInt8] {
    guard let last = event(envelopes[envelopes.count - 1]) else { return [] }
    let draft = Draft(
      group: last.groupID,
      author: stranger.publicKey,
      sequence: 0,
      previous: nil,
      parents: Parents([last.id]),
      time: last.time,
      action: .memberLeave
    )
    return draft.sealed(with: stranger)
  }

  // MARK: Means

  private static func event(_ envelope: [UInt8]) -> Event? {
    try? Event.decode(envelope.span).event
  }

  /// Changes the bytes of the middle envelope.
  private static func one(
    _ name: String,
    _ change: @escaping (inout [UInt8]) -> Void
  ) -> Tampering {
    Tampering(name: name) { envelopes in
      var changed = envelopes
      change(&changed[envelopes.count / 2])
      return changed
    }
  }

  private static func changing(
    _ envelopes: [[UInt8]],
    _ change: (Event, [UInt8]) -> [UInt8]
  ) -> [[UInt8]] {
    let middle = envelopes.count / 2
    var changed = envelopes
    if let event = event(envelopes[middle]) { changed[middle] = change(event, envelopes[middle]) }
    return changed
  }

  /// Changes a field of the middle event, and keeps its signature.
  private static func field(_ name: String, _ change: @escaping (inout Draft) -> Void) -> Tampering
  {
    Tampering(name: name) { envelopes in
      changing(envelopes) { event, envelope in
        var draft = Draft(event)
        change(&draft)
        return Signature(Array(envelope.suffix(64))).map {
          Envelope.joining(draft.payload, $0)
        } ?? []
      }
    }
  }

  /// Changes the payload of the middle event, and lets a stranger sign it.
  private static func payload(
    _ name: String,
    _ change: @escaping (inout [UInt8]) -> Void
  ) -> Tampering {
    Tampering(name: name) { envelopes in
      changing(envelopes) { event, _ in
        var payload = Draft(event).payload
        change(&payload)
        return Envelope.sealing(payload, with: stranger)
      }
    }
  }
}
