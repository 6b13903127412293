import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieLedger
import CoterieWire
import Foundation
import ScopeKit
import StoreKit
import Testing

@Suite struct `The indexes of a log that is filled` {
  private static let indexes = [Table.ids, .order, .chains, .admissions, .heads]
  private let scene: Scene
  private let envelopes: [[UInt8]]

  init() throws {
    scene = try Scene()
    envelopes = try scene.log.allEntries().map(\.envelope) + scene.chain(1800).map(\.good)
  }

  /// All rows of the indexes, and how far they are said to be.
  private func rows(_ path: String) throws -> [Table: [[UInt8]: [UInt8]]] {
    let snapshot = try Ledger.open(path).snapshot()
    var rows: [Table: [[UInt8]: [UInt8]]] = [:]
    for table in Self.indexes + [.marks] {
      let prefix = table == .marks ? Array("indexed".utf8) : []
      try snapshot.scan(table, prefix: prefix, from: nil) { key, value in
        rows[table, default: [:]][key.copy(of: 0..<key.count)] = value.copy(of: 0..<value.count)
        return true
      }
    }
    return rows
  }

  /// What the indexes are of a store that took everything at once.
  private func wanted() throws -> [Table: [[UInt8]: [UInt8]]] {
    let path = scene.shelf.path("whole.coterie")
    let store = try Store.create(at: path, keyring: scene.shelf.keyring)
    #expect(try store.adopt(scene.log.group).ingest(envelopes).placed.count == envelopes.count)
    return try rows(path)
  }

  private func isLagging(_ path: String) throws -> Bool {
    let snapshot = try Ledger.open(path).snapshot()
    let lag = try snapshot.count(.events) - snapshot.count(.ids)
    #expect(lag <= max(Limits.unindexedEventsMax, try snapshot.count(.events) / 4))
    return lag >= Limits.unindexedEventsMax
  }

  /// Fills a store in batches of a hundred up to the first moment at which its indexes lag.
  private func filled(_ path: String) throws -> (log: GroupLog, count: Int) {
    let store = try Store.create(at: path, keyring: scene.shelf.keyring)
    let log = try store.adopt(scene.log.group)
    var (count, hasLagged) = (0, false)
    while count < envelopes.count, !(try isLagging(path)) {
      let batch = Array(envelopes[count..<min(count + 100, envelopes.count)])
      count += try log.filling { () throws(GroupError) in try log.ingest(batch) }.placed.count
      hasLagged = try isLagging(path)
    }
    #expect(hasLagged)
    return (log, count)
  }

  @Test func `are whole after an import, as if all had come at once`() throws {
    let file = scene.shelf.path("all.cborseq")
    var writer = BundleWriter()
    var bytes = writer.header(
      BundleHeader(groups: [scene.log.group], count: UInt64(envelopes.count))
    )
    for envelope in envelopes {
      let id = try Event.decode(envelope.span).event.id
      bytes += writer.entry(BundleEntry(envelope: envelope), id: id)
    }
    try Data(bytes + writer.end()).write(to: URL(filePath: file))
    let handle = try FileHandle(forReadingFrom: URL(filePath: file))
    let path = scene.shelf.path("imported.coterie")
    let store = try Store.create(at: path, keyring: scene.shelf.keyring)
    let outcome = try BundleImport(store: store, batchEvents: 100)
      .run(descriptor: handle.fileDescriptor) { _ in true }
    #expect(outcome.placed == envelopes.count)
    #expect(try rows(path) == wanted())
  }

  @Test func `fall behind meanwhile, and every event is found all the same`() async throws {
    let path = scene.shelf.path("killed.coterie")
    let count = try filled(path).count
    // Another process, after the first was killed.
    let store = try scene.shelf.open("killed.coterie")
    let group = try Group(scene.log.group, in: store, surroundings: scene.shelf.surroundings)
    for envelope in envelopes.prefix(count).suffix(400) {
      let event = try Event.decode(envelope.span).event
      #expect(try await group.event(event.id) == event)
    }
    #expect(try await group.verdict(of: scene.log.group) != nil)
    for envelope in envelopes.prefix(count).suffix(400) {
      let event = try Event.decode(envelope.span).event
      #expect(try await group.event(event.id) == event)
    }
    let entries = try store.log(of: scene.log.group).allEntries()
    #expect(entries.map(\.envelope) == Array(envelopes.prefix(count)))
  }

  @Test func `are completed by the next event that comes after an import was killed`() throws {
    let path = scene.shelf.path("killed.coterie")
    let count = try filled(path).count
    let log = try scene.shelf.open("killed.coterie").log(of: scene.log.group)
    #expect(try log.ingest([envelopes[count]]).placed.count == 1)
    #expect(try !isLagging(path))
    #expect(try log.ingest(Array(envelopes[(count + 1)...])).placed.count > 256)
    #expect(try rows(path) == wanted())
  }
}
