internal import CoterieEvents
internal import CoterieSealing
package import CoterieWire

/// What the readers and writers of bytes say of many inputs, line by line.
package struct CodecAccount {
  package internal(set) var lines: [String] = []

  package init() {}

  /// A digest over all lines.
  package var digest: Digest {
    Hashing.digest(of: Array(lines.joined(separator: "\n").utf8), domain: .plain)
  }

  // MARK: Items

  /// Each call of the cursor on these bytes, from each of the first places.
  package mutating func tellItems(of bytes: [UInt8]) {
    for start in 0...min(bytes.count, 3) {
      tell("unsigned", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.unsigned(in: span))"
      }
      tell("text", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.text(in: span, limit: 24))"
      }
      tell("bytes", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.byteString(in: span, limit: 40))"
      }
      tell("array", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.array(in: span, limit: 30))"
      }
      tell("map", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.map(in: span, limit: 30))"
      }
      tell("digest", bytes, start) { cursor, span throws(Malformed) in
        try cursor.digest(in: span).hex
      }
      tell("bool", bytes, start) { cursor, span throws(Malformed) in
        "\(try cursor.bool(in: span))"
      }
      tell("null", bytes, start) { cursor, span throws(Malformed) in
        "\(cursor.null(in: span)) \(cursor.nextMajor(in: span) ?? 9)"
      }
      for depth in [0, 6, 7] {
        tell("skip \(depth)", bytes, start) { cursor, span throws(Malformed) in
          try cursor.skipItem(in: span, depth: depth)
          return "skipped"
        }
      }
    }
  }

  private mutating func tell(
    _ call: String,
    _ bytes: [UInt8],
    _ start: Int,
    _ read: (inout CBORCursor, Span<UInt8>) throws(Malformed) -> String
  ) {
    var cursor = CBORCursor(at: start)
    do throws(Malformed) {
      let said = try read(&cursor, bytes.span)
      lines.append("\(call) \(said) to \(cursor.offset)")
    } catch {
      lines.append("\(call) \(error) at \(error.offset)")
    }
  }

  /// What a writer writes for values on both sides of each width of a head.
  package mutating func tellHeads() {
    let ends: [UInt64] = [23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, .max]
    for value in [0] + ends {
      var writer = CBORWriter()
      writer.unsigned(value)
      lines.append("\(value) is \(writer.bytes)")
      for width in [0, 1, 2, 4, 8] {
        for major: UInt8 in [0, 2, 3, 4, 5] { tellItems(of: head(major, value, width)) }
      }
    }
    for count in [0, 1, 23, 24, 31, 32, 33, 39, 40, 41] {
      var writer = CBORWriter()
      writer.byteString([UInt8](repeating: 7, count: count))
      writer.text(String(repeating: "x", count: count))
      writer.array(count)
      writer.map(count)
      writer.bool(true)
      writer.bool(false)
      writer.null()
      writer.digest(Cast.someSeal)
      writer.raw([1, 2])
      lines.append("\(writer.bytes)")
      for start in [0, 1, 2].filter({ $0 < writer.bytes.count }) {
        tellItems(of: Array(writer.bytes[start...]))
        tellItems(of: writer.bytes[start...].dropLast(1 + start))
      }
      writer.removeAll()
      lines.append("\(writer.bytes)")
    }
  }

  /// A head written with so many bytes behind its first, whether they are needed or not.
  private func head(_ major: UInt8, _ value: UInt64, _ width: Int) -> [UInt8] {
    let type = major << 5
    guard width > 0 else { return [type | UInt8(value & 31)] }
    let additional: UInt8 =
      switch width {
      case 1: 24
      case 2: 25
      case 4: 26
      default: 27
      }
    return [type | additional]
      + (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }

  // MARK: Events

  /// What becomes of these bytes, taken as an envelope and as a payload.
  package mutating func tellEvent(of bytes: [UInt8]) {
    tellEnvelope(bytes)
    if let none = Signature([UInt8](repeating: 0, count: 64)) {
      tellEnvelope(Envelope.joining(bytes, none))
    }
  }

  private mutating func tellEnvelope(_ envelope: [UInt8]) {
    do throws(Malformed) {
      let decoded = try Event.decode(envelope.span)
      let event = decoded.event
      lines.append("\(event.id.hex) \(decoded.parts.payload) \(decoded.parts.signature)")
      lines.append("\(told(event)) \(event.action.content?.digest.hex ?? "no content")")
      lines.append("again \(Hashing.digest(of: Draft(event).payload, domain: .plain).hex)")
    } catch {
      lines.append("\(error) at \(error.offset) \(error.code)")
    }
  }

  private func told(_ event: Event) -> String {
    "\(event.group?.hex ?? "-") \(event.author.hex) \(event.sequence) "
      + "\(event.previous?.hex ?? "-") \(event.parents.ids.map(\.hex)) \(event.parents.count) "
      + "\(event.time) \(event.action.kind.name) \(event.action.kindName.string)"
  }

  /// An event of every kind, whole, with each byte changed, and cut at every place.
  package mutating func tellEveryAction(_ place: Int) {
    let founding = Cast.founding(by: Cast.ann).action
    let actions = Cast.everyAction + [founding]
    let isFounding = place == actions.count - 1
    let payload = Draft(
      group: isFounding ? nil : Cast.someSeal,
      author: Cast.ann,
      sequence: isFounding ? 0 : 3,
      previous: isFounding ? nil : Cast.someSeal,
      parents: Parents(isFounding ? [] : [Cast.someSeal, Cast.bob]),
      time: 1_767_225_600_000,
      action: actions[place]
    ).payload
    tellEvent(of: payload)
    for place in payload.indices {
      for change: UInt8 in [1, 2, 0x20, 0x80] {
        var changed = payload
        changed[place] ^= change
        tellEvent(of: changed)
      }
      tellEvent(of: Array(payload[..<place]))
      tellEvent(of: Array(payload[..<place]) + [0] + payload[place...])
    }
  }

  // MARK: Names and words

  /// Digits, names and numbers, of which each has one form.
  package mutating func tellWords() {
    for count in 0...9 {
      let bytes = (0..<count).map { UInt8(($0 * 73 + count * 29) & 255) }
      let (hex, base) = (bytes.hex, Base64.text(of: bytes))
      lines.append("\(hex) \(base)")
      for text in [hex, hex + "0", hex.uppercased(), base, base + "=", "=" + base, "-" + base] {
        lines.append("\(Base64.bytes(of: text) ?? [0]) \([UInt8](hex: text) ?? [0])")
      }
    }
    for text in ["AB==", "AA==", "A===", "====", "AAA=", "AAB=", "AA=A", "A=AA", "AA=="] {
      lines.append("\(Base64.bytes(of: text) ?? [0])")
    }
    for name in names { tellName(name) }
    for order in [names, names.reversed()] {
      let settings = order.map { PreferenceSetting(key: Text($0), value: .on) }
      let founding = Founding(
        template: .secretGroup,
        name: "x",
        preferences: settings,
        nonce: [],
        seal: Cast.someSeal
      )
      lines.append("\(founding.preferences.map(\.key.string))")
    }
    var random = SplitMix64(seed: 7)
    for bound in [1, 2, 3, 1000] { lines.append("\(random.next()) \(random.below(bound))") }
    let digests = [Cast.ann, Cast.bob, Cast.someSeal] + changedDigests
    for one in digests {
      lines.append("\(one.hex) \(one.bytes) \(one.byte(at: 0)) \(one.byte(at: 31)) \(one)")
      lines.append("\(digests.map { one < $0 }) \(digests.map { one == $0 })")
      let short = Digest(hex: String(one.hex.dropLast()))
      lines.append("\(Digest(hex: one.hex) == one) \(short == nil)")
    }
  }

  private var names: [String] {
    Kind.allCases.map(\.name) + Role.allCases.map(\.name) + Template.allCases.map(\.name)
      + Preference.allCases.map(\.key) + Post.ContentType.allCases.map(\.name)
      + ["on", "off", "", "Owner", "e\u{301}", "\u{e9}", "a", "b", "aa"]
  }

  /// Digests that differ from one in one word.
  private var changedDigests: [Digest] {
    let base = Cast.someSeal
    return [0, 7, 8, 15, 16, 23, 24, 31].compactMap { place in
      var bytes = base.bytes
      bytes[place] ^= 0x81
      return Digest(bytes)
    }
  }

  private mutating func tellName(_ name: String) {
    let text = Text(name)
    lines.append(
      "\(name) \(Kind(name: name)?.name ?? "-") \(Role(name: name)?.name ?? "-") "
        + "\(Template(name: name)?.name ?? "-") \(Preference(key: text)?.key ?? "-") "
        + "\(Post.ContentType(name: name)?.name ?? "-") \(PreferenceValue(text: text))"
    )
    lines.append("\(names.map { text < Text($0) }) \(names.map { text == Text($0) })")
    lines.append("\(text.utf8)")
    for value in [PreferenceValue.on, .off, .from(.admin), .seconds(0), .seconds(9), .other("x")] {
      lines.append("\(value.fits(text)) \(Role.allCases.map { value.allows($0) })")
    }
    let most = UInt64(Limits.lifetimeSecondsMax)
    for seconds in [most - 1, most, most + 1] {
      lines.append("\(PreferenceValue.seconds(seconds).fits(text))")
    }
    if let preference = Preference(key: text) {
      lines.append("\(Template.allCases.map { preference.standard(in: $0) })")
    }
  }
}
