internal import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

extension CodecAccount {
  /// Texts on both sides of each bound of UTF-8.
  package mutating func tellTexts() {
    let texts: [[UInt8]] = [
      [], [0], [0x7f], [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2, 0x80], [0xc2],
      [0xc2, 0xc0],
      [0xdf, 0xbf], [0xe0, 0x9f, 0xbf], [0xe0, 0xa0, 0x80], [0xe0, 0xa0], [0xed, 0x9f, 0xbf],
      [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbf],
      [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0x61, 0x80],
      [0x61, 0xc2, 0x80, 0x62],
    ]
    for text in texts {
      tellItems(of: [0x60 | UInt8(text.count)] + text)
      tellItems(of: [0x60 | UInt8(text.count)] + text + [0x61])
    }
  }

  /// Kinds that are not known, of every length on both sides of the longest that is, and bytes
  /// against others.
  package mutating func tellStrangers() {
    for count in 1...20 {
      let name = Text(String(repeating: "k", count: count))
      tell(.unknown(kind: name, body: [0xa0]))
    }
    let words: [[UInt8]] = [[], [1], [2], [1, 2], [2, 1], [1, 2, 3]]
    for word in words { lines.append("\(words.map { word.span.spells($0) })") }
  }

  /// Events on both sides of each bound of their fields.
  package mutating func tellBounds() {
    let most = UInt64(Limits.lifetimeSecondsMax)
    let largest = UInt64(Limits.contentBytesMax)
    for lifetime in [0, most - 1, most, most + 1] {
      tell(.messagePost(Post(type: .text, content: Cast.content, lifetime: lifetime)))
      tell(.groupPreference(key: "disappearing", value: .seconds(lifetime)))
    }
    for size in [0, largest - 1, largest, largest + 1] {
      let content = Commitment(digest: Cast.someSeal, size: size)
      tell(.memberProfile(name: content))
    }
    for count in [Limits.nameBytesMax - 1, Limits.nameBytesMax, Limits.nameBytesMax + 1] {
      tell(.groupProfile(name: Text(String(repeating: "x", count: count)), description: nil))
    }
    for count in [0, 1, 2, 3, Limits.parentsMax, Limits.parentsMax + 1] {
      tell(.memberLeave, parents: parents(count))
      let sorted = Parents(parents(count))
      lines.append("\((0..<count).map { sorted[$0].hex }) \(sorted.count)")
    }
    tell(.memberLeave, group: nil)
    tell(.memberLeave, sequence: 0)
    tell(.memberLeave, sequence: 0, previous: nil)
    tell(.memberLeave, previous: nil)
    tell(.linkJoin(Joining(link: Cast.bob, proof: noProof, seal: Cast.bob)), author: noKey)
    tell(.inviteCreate(invitee: noKey, role: .member))
    let founding = Cast.founding(by: Cast.ann).action
    for group in [nil, Cast.bob] {
      for sequence: UInt64 in [0, 1] {
        tell(founding, group: group, sequence: sequence, previous: nil, parents: [])
      }
    }
    tell(founding, group: nil, sequence: 0, previous: nil, parents: [Cast.bob])
    tell(founding, author: noKey, group: nil, sequence: 0, previous: nil, parents: [])
    tellChanges()
    tellSignatures()
  }

  /// Parents in every number up to eight: which are equal, and what becomes of them with two in
  /// another order, or one twice.
  package mutating func tellParents() {
    let all = (0...8).map { Parents(parents($0)) } + [Parents(Array(parents(9).dropFirst(8)))]
    for one in all { lines.append("\(all.map { one == $0 }) \(one.ids.map(\.hex))") }
    for count in 2...8 {
      let ids = parents(count).sorted()
      let good = Draft(
        group: Cast.someSeal,
        author: Cast.ann,
        sequence: 3,
        previous: Cast.bob,
        parents: Parents(ids),
        time: 1,
        action: .memberLeave
      ).payload
      tellEvent(of: good)
      for place in 1..<count {
        let (first, second) = (ids[place - 1].bytes, ids[place].bytes)
        let (pair, head): ([UInt8], [UInt8]) = (first + [0x58, 0x20] + second, [0x58, 0x20])
        for other in [second + head + first, first + head + first] {
          tellEvent(of: replacing(good, pair, with: other))
        }
      }
    }
  }

  private var noKey: Digest { Digest.zero }

  private var noProof: Signature {
    SigningKey(seed: Cast.linkSeed).signature(of: [2])
  }

  private func parents(_ count: Int) -> [Digest] {
    (0..<count).map { Hashing.digest(of: [UInt8($0)], domain: .plain) }
  }

  private mutating func tell(
    _ action: Action,
    author: Digest = Cast.ann,
    group: Digest? = Cast.someSeal,
    sequence: UInt64 = 3,
    previous: Digest? = Cast.bob,
    parents: [Digest] = [Cast.someSeal]
  ) {
    let draft = Draft(
      group: group,
      author: author,
      sequence: sequence,
      previous: previous,
      parents: Parents(parents),
      time: 1,
      action: action
    )
    lines.append("\(draft.id.hex) \(draft.event.groupID.hex)")
    tellEvent(of: draft.payload)
  }

  /// Payloads that no writer writes: another order or number of parents, keys, formats.
  private mutating func tellChanges() {
    let two = [Cast.someSeal, Cast.bob].sorted()
    let good = Draft(
      group: Cast.someSeal,
      author: Cast.ann,
      sequence: 3,
      previous: Cast.bob,
      parents: Parents(two),
      time: 1,
      action: .memberLeave
    ).payload
    let head: [UInt8] = [0x58, 0x20]
    let pair = two[0].bytes + head + two[1].bytes
    for other in [two[1].bytes + head + two[0].bytes, two[1].bytes + head + two[1].bytes] {
      tellEvent(of: replacing(good, pair, with: other))
    }
    for format in [UInt8(0), 1, 2, 23] {
      var changed = good
      changed[2] = format
      tellEvent(of: changed)
    }
    tellEvent(of: good + [0])
    tellEvent(of: [0xa8] + good.dropFirst())
    tellEvent(of: [0xa7] + good.dropFirst())
    for count in 1..<9 { tellEvent(of: [0xa0 | UInt8(count)] + good.dropFirst()) }
  }

  private func replacing(_ bytes: [UInt8], _ part: [UInt8], with other: [UInt8]) -> [UInt8] {
    guard let place = bytes.firstRange(of: part) else { return [] }
    return Array(bytes[..<place.lowerBound]) + other + bytes[place.upperBound...]
  }

  /// Whole envelopes: signed by their author, by another, and changed.
  private mutating func tellSignatures() {
    let key = SigningKey(seed: Cast.linkSeed)
    let draft = Draft(
      group: Cast.someSeal,
      author: key.publicKey,
      sequence: 3,
      previous: Cast.bob,
      parents: Parents([Cast.bob]),
      time: 1,
      action: .memberLeave
    )
    let good = draft.sealed(with: key)
    let other = Envelope.sealing(draft.payload, with: SigningKey(seed: Cast.bob))
    var changed = good
    changed[changed.count - 70] ^= 1
    for envelope in [good, other, changed, good + [0], good.dropLast()] {
      do throws(Malformed) {
        lines.append("verified \(try Event(verifying: envelope).id.hex)")
      } catch {
        lines.append("not verified: \(error) at \(error.offset) \(error.code)")
      }
    }
  }
}
