import CoterieWire

/// One reader of untrusted bytes, as a fuzzer and the tests of its corpora call it.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// The CBOR cursor.
  case cbor
  /// Envelopes, and payloads inside them.
  case event
  /// Bundles, in pieces.
  case bundle
  /// Scenario files, and short scenarios run.
  case scenario
  /// Command lines.
  case command
  /// What the other end of a session says: raw, and within the channels of a good session.
  case exchange
  /// Files of a spool folder: sealed, and as they are inside.
  case packet
  /// Stores that are not trusted.
  case store
  /// Events that need no signature, judged.
  case judgement
  /// Bundles read as someone's log, verified and judged.
  case audit

  /// Reads bytes; whatever they are, it must come back.
  ///
  /// A broken promise of the reader is a failed precondition.
  package func run(_ bytes: [UInt8]) {
    switch self {
    case .cbor: CodecTargets.cbor(bytes)
    case .event: CodecTargets.event(bytes)
    case .bundle: CodecTargets.bundle(bytes)
    case .scenario: TextTargets.scenario(bytes)
    case .command: TextTargets.command(bytes)
    case .exchange: ExchangeTarget.session(bytes)
    case .packet: ExchangeTarget.packet(bytes)
    case .store: StoreTarget.store(bytes)
    case .judgement: JudgementTarget.judge(bytes)
    case .audit: StoreTarget.bundle(bytes)
    }
  }
}

/// Steps through the bytes of an input that is a little program of its own.
struct FuzzInput {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place >= bytes.count }

  mutating func byte() -> UInt8 {
    defer { place += 1 }
    return place < bytes.count ? bytes[place] : 0
  }

  /// Two bytes of length, then so many, or as many as there are.
  mutating func piece() -> [UInt8] {
    let count = Int(byte()) << 8 | Int(byte())
    let start = min(place, bytes.count)
    place = min(start + count, bytes.count)
    return Array(bytes[start..<place])
  }

  mutating func rest() -> [UInt8] {
    defer { place = bytes.count }
    return Array(bytes[min(place, bytes.count)...])
  }

  /// A piece as `piece` reads it.
  static func piece(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
  }
}
