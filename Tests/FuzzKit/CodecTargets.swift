import CoterieBundles
import CoterieEvents
import CoterieSealing
import CoterieWire

/// Readers of binary formats, with what must hold of whatever they accept.
enum CodecTargets {
  /// The first byte chooses the call; the rest is read by it.
  static func cbor(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    let span = rest.span
    var cursor = CBORCursor()
    do throws(Malformed) {
      switch choice % 8 {
      case 0:
        let value = try cursor.unsigned(in: span)
        var writer = CBORWriter()
        writer.unsigned(value)
        precondition(writer.bytes == Array(rest[..<cursor.offset]), "an integer has one form")
      case 1:
        let range = try cursor.text(in: span, limit: Limits.nameBytesMax)
        let text = Text(validated: span.copy(of: range))
        precondition(text.utf8 == Array(text.string.utf8), "text that was read is UTF-8")
        var writer = CBORWriter()
        writer.text(text)
        precondition(writer.bytes == Array(rest[..<cursor.offset]), "a text has one form")
      case 2:
        let range = try cursor.byteString(in: span, limit: Limits.contentBytesMax)
        var writer = CBORWriter()
        writer.byteString(Array(rest[range]))
        precondition(writer.bytes == Array(rest[..<cursor.offset]), "a byte string has one form")
      case 3:
        for _ in 0..<(try cursor.array(in: span, limit: Limits.bundleGroupsMax)) {
          _ = try cursor.digest(in: span)
        }
      case 4:
        _ = cursor.null(in: span)
        _ = try cursor.bool(in: span)
      default:
        while cursor.offset < rest.count {
          let before = cursor.offset
          try cursor.skipItem(in: span, depth: Int(choice % 3))
          precondition(cursor.offset > before, "an item has a byte at least")
        }
      }
    } catch {
      precondition((0...rest.count).contains(error.offset), "a fault lies within the bytes")
    }
    precondition(cursor.offset <= rest.count, "a cursor stays within its bytes")
  }

  /// A first byte of 0 takes the rest as an envelope, any other as a payload in one.
  static func event(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    var envelope = Array(bytes.dropFirst())
    if choice != 0 { envelope = wrapped(envelope) }
    do throws(Malformed) {
      let decoded = try Event.decode(envelope.span)
      precondition(
        Draft(decoded.event).payload == Array(envelope[decoded.parts.payload]),
        "what was read is written again byte for byte"
      )
      precondition(
        Draft(decoded.event).id == decoded.event.id,
        "an event has one id"
      )
      var again = Event()
      again.id = decoded.event.id
      let end = decoded.parts.payload.upperBound
      try again.readAny(envelope.span.extracting(0..<end), from: decoded.parts.payload.lowerBound)
      precondition(again == decoded.event, "the short way reads what the long way reads")
    } catch {
      precondition((0...envelope.count).contains(error.offset), "a fault lies within the bytes")
    }
  }

  /// An envelope whose signature is all zeros.
  static func wrapped(_ payload: [UInt8]) -> [UInt8] {
    guard let none = Signature([UInt8](repeating: 0, count: 64)) else { return [] }
    return Envelope.joining(payload, none)
  }

  /// The first byte chooses the size of pieces; the highest four have frames of Zstandard read.
  static func bundle(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    let size = [1 << 18, 1, 7, 64][Int(choice % 4)]
    var place = 0
    let fill = { (_: Int) throws(BundleFault) -> [UInt8] in
      let end = min(rest.count, place + size)
      defer { place = end }
      return Array(rest[place..<end])
    }
    if choice < 0xfc {
      var reader = BundleReader(fill: fill)
      readBundle(&reader, until: UInt64(rest.count))
    } else {
      var reader = BundleReader.decompressing(fill)
      let isCompressed = rest.starts(with: Decompressor.magic)
      readBundle(&reader, until: isCompressed ? nil : UInt64(rest.count))
    }
  }

  /// - Parameter end: where the bytes end, if that is known.
  private static func readBundle(_ reader: inout BundleReader, until end: UInt64?) {
    var count = 0
    do throws(BundleFault) {
      while try reader.next() != nil { count += 1 }
      precondition(reader.offset == end ?? reader.offset, "a good bundle is read to its end")
    } catch {
      precondition(error.wholeItems == count, "a fault says how many items were whole")
      precondition(error.offset <= end ?? error.offset, "a fault lies within the bytes")
      if case .malformed(let fault) = error.cause {
        precondition(fault.offset >= 0, "a fault lies within its item")
      }
    }
  }
}
