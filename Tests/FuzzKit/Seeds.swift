import CoterieBundles
import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieVault
import CoterieWire
import Foundation
import ScopeKit
import StoreKit

extension FuzzTarget {
  /// Makes what targets share; comes before any run.
  package static func prepare() async throws {
    try await ExchangeTarget.prepare()
  }

  /// Inputs made from real logs, from which a fuzzer starts.
  package func seeds() throws -> [[UInt8]] {
    switch self {
    case .cbor: return try Self.payloads().map { [7] + $0 } + [[0, 24, 100], [1, 0x61, 0x41]]
    case .event:
      return try Self.payloads().map { [1] + $0 } + (try Self.entries().map { [0] + $0.envelope })
    case .bundle, .audit: return try Self.bundles()
    case .scenario: return try Self.scenarios()
    case .command:
      return ["replay\0a\0--json", "member role\0x\0admin\0--lifetime=4", "member\0role\0a\0admin"]
        .map { Array($0.utf8) }
    case .exchange: return try Self.sessions()
    case .packet: return try Self.packets()
    case .store:
      let file = try ExchangeTarget.two.shelf.files("ann.coterie")["log.mdb"] ?? []
      return [StoreTarget.packed(file), StoreTarget.packed(Array(file.prefix(40_960)))]
    case .judgement:
      return [
        [1, 0, 0, 1, 3, 0, 1, 3, 1, 0, 0, 1, 12, 0, 4, 0], [0, 0, 0, 1, 1, 0, 1, 3, 1, 0, 0],
        [1, 0, 8, 0, 1, 0, 2, 11, 1, 0, 0, 0, 10, 1, 0, 1, 0, 17, 0, 0, 0],
      ]
    }
  }

  private static func entries() throws -> [BundleEntry] {
    try ExchangeTarget.two.bob.log(of: ExchangeTarget.two.group).allEntries()
  }

  /// A payload of every kind.
  private static func payloads() throws -> [[UInt8]] {
    let founding = Cast.founding(by: Cast.ann)
    let drafts = Cast.everyAction.map { action in
      Draft(
        group: founding.id,
        author: Cast.bob,
        sequence: 1,
        previous: Cast.someSeal,
        parents: Parents([founding.id, Cast.someSeal]),
        time: 1_767_225_600_000,
        action: action
      )
    }
    return (drafts + [Draft(founding)]).map(\.payload)
  }

  private static func bundles() throws -> [[UInt8]] {
    let entries = try entries()
    var writer = BundleWriter()
    let header = BundleHeader(groups: [ExchangeTarget.two.group], count: UInt64(entries.count))
    var bytes = writer.header(header)
    for entry in entries {
      bytes += writer.entry(entry, id: try Event.decode(entry.envelope.span).event.id)
    }
    bytes += writer.chunk([1, 2, 3]) + writer.end()
    let compressor = Compressor()
    let frames = (compressor.add(bytes) ?? []) + (compressor.finish() ?? [])
    return [
      [0] + bytes, [1] + bytes, [2] + bytes + bytes, [0xff] + frames, [0xfe] + frames + frames,
    ]
  }

  /// Every scenario of the fixtures that is short.
  private static func scenarios() throws -> [[UInt8]] {
    let folder = Fixtures.folder.appending(path: "scenarios")
    let bad = Fixtures.folder.appending(path: "scenarios-bad")
    var found: [[UInt8]] = []
    for root in [folder, bad] {
      let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
      for name in (names ?? []).sorted() where name.hasSuffix(".json") {
        let bytes = Array(try Data(contentsOf: root.appending(path: name)))
        if bytes.count < 3000 { found.append(bytes) }
      }
    }
    return found
  }

  /// Good sessions in which the other end says, at some turn, what one like it might.
  private static func sessions() throws -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var writer = CBORWriter()
    let end = (author: Cast.bob, id: Cast.someSeal)
    func add(_ word: UInt8, _ write: (inout CBORWriter) -> Void) {
      writer.removeAll()
      write(&writer)
      messages.append([word] + writer.bytes)
    }
    for word in [16, 17] as [UInt8] {
      add(word) { writer in
        writer.array(1)
        writer.array(3)
        writer.digest(end.author)
        writer.unsigned(3)
        writer.digest(end.id)
      }
    }
    for word in [18, 19] as [UInt8] {
      add(word) { writer in
        writer.array(1)
        writer.array(2)
        writer.digest(end.id)
        writer.array(1)
        writer.digest(end.author)
      }
    }
    for word in [20, 21] as [UInt8] {
      for entry in ExchangeTarget.two.news {
        add(word) { writer in
          writer.array(1)
          entry.write(to: &writer)
        }
      }
    }
    add(22) { writer in
      writer.array(2)
      writer.array(1)
      writer.digest(end.id)
      writer.array(1)
      writer.array(2)
      writer.digest(end.id)
      writer.unsigned(1)
    }
    add(23) { writer in
      writer.array(3)
      writer.digest(end.id)
      writer.unsigned(0)
      writer.byteString([1, 2, 3])
    }
    messages += [[24], [21, 0x80], [1, 0x82, 0x80, 0x80], [2, 0x80], [3, 0x86], [4], [5], [9]]
    var seeds: [[UInt8]] = [[0] + Array("coterie1".utf8), [1, 0, 0, 0, 30], [2, 0, 11]]
    for message in messages {
      for turns in [1, 2, 3, 4, 6] as [UInt8] {
        seeds.append([2, 0, turns, 2] + FuzzInput.piece(message) + [0, 9])
        seeds.append([2, 0, turns, 1] + FuzzInput.piece(message))
      }
    }
    return seeds
  }

  private static func packets() throws -> [[UInt8]] {
    let two = ExchangeTarget.two
    let packet = Packet(
      group: two.group,
      sender: two.keys[0].publicKey,
      ends: [Cast.someSeal],
      others: [Cast.bob],
      entries: two.news
    )
    let file = packet.sealed(to: Cast.someSeal, by: two.keys[0]) ?? []
    return [[1] + packet.body, [0] + file]
  }
}
