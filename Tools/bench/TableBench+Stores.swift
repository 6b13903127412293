import CoterieEvents
import CoterieGroups
import CoterieLedger
import CoterieSealing
import Glibc

extension TableBench {
  func appending(_ path: String) throws -> UInt64 {
    let store = try Store.open(path)
    guard let group = try store.groups().first else { return 0 }
    let log = try store.log(of: group)
    let key = SigningKey(
      seed: Hashing.digest(of: Array("coterie.fixture/m0".utf8), domain: .plain)
    )
    let content = Commitment(to: [1], secret: group)
    return try Clock.wall.time {
      for place in 0..<Self.appends {
        let post = Action.messagePost(Post(type: .text, content: content))
        try log.append(post, by: key, time: UInt64(place))
      }
    } / UInt64(Self.appends)
  }

  /// A table of as many values as the small log has events, so that both trees have one depth.
  func fillBare() throws {
    try Ledger.create(at: bare, identifier: [1])
    try putBare(0..<1000, in: try Ledger.open(bare))
  }

  func bareCommit() throws -> UInt64 {
    let ledger = try Ledger.open(bare)
    let first = Clock.wall.now
    return try Clock.wall.time {
      for place in 0..<UInt64(Self.appends) {
        try putBare(first + place..<first + place + 1, in: ledger)
      }
    } / UInt64(Self.appends)
  }

  func putBare(_ keys: Range<UInt64>, in ledger: Ledger) throws(LedgerError) {
    let value = [UInt8](repeating: 7, count: 300)
    try ledger.write { transaction throws(LedgerError) in
      for key in keys {
        try transaction.put(.marks, LedgerKey.bigEndian(key, 8), value, isLast: true)
      }
    }
  }

  func ingesting() throws -> UInt64 {
    let path = "\(folder)/ingest.coterie"
    FileAccess.removeFolder(path)
    let store = try Store.create(at: path, keyring: keyring)
    guard let group = try foundingID() else { return 0 }
    let log = try store.adopt(group)
    return try Clock.wall.time { _ = try log.ingest(envelopes) } / UInt64(envelopes.count)
  }

  /// Writes every row of the ingested store into another one, in order of arrival.
  func bareRows() throws -> UInt64 {
    if !Files.exists("\(folder)/ingest.coterie") { _ = try ingesting() }
    let source = try keyring.source("\(folder)/ingest.coterie")
    let copy = "\(folder)/copy.coterie"
    FileAccess.removeFolder(copy)
    var rows: [UInt64: [(table: Table, key: [UInt8], value: [UInt8])]] = [:]
    func gather(_ table: Table, arrival: @escaping ([UInt8], [UInt8]) -> UInt64) throws {
      try source.scan(table, prefix: [], from: nil) { key, value in
        let key = (0..<key.count).map { key[$0] }
        let value = (0..<value.count).map { value[$0] }
        rows[arrival(key, value), default: []].append((table, key, value))
        return true
      }
    }
    for table in [Table.events, .admissions, .chains] {
      try gather(table) { key, _ in LedgerKey.number(key.suffix(8)) }
    }
    for table in [Table.ids, .order] { try gather(table) { _, value in LedgerKey.number(value) } }
    try Ledger.create(at: copy, identifier: [2])
    let ledger = try Ledger.open(copy)
    let arrivals = rows.keys.sorted()
    return try Clock.wall.time {
      try ledger.write { transaction throws(LedgerError) in
        for arrival in arrivals {
          for row in rows[arrival] ?? [] { try transaction.put(row.table, row.key, row.value) }
        }
      }
    } / UInt64(max(1, arrivals.count))
  }
}
