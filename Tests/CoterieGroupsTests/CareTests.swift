import CoterieBundles
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

@Suite struct `Caring for a store` {
  @Test func `purges, compacts, backs up and salvages without losing what is kept`() async throws {
    let shelf = try Shelf()
    let id: Digest
    let message: Digest
    let state: Governance
    do {
      let ann = try shelf.make("ann.coterie")
      id = try await shelf.group(of: ann, with: [])
      let hers = try shelf.group(id, ann)
      message = try await hers.post("what is kept")
      for number in 0..<50 { try await hers.post("message \(number)") }
      state = try await hers.state()
      try ann.changeKey()
      try ann.backUp(to: shelf.path("copy.coterie"))
    }
    try Vault.compact(store: shelf.path("ann.coterie"), keyring: shelf.keyring)
    for name in ["ann.coterie", "copy.coterie"] {
      let group = try shelf.group(id, try shelf.open(name))
      #expect(try await group.state() == state)
      #expect(try await group.content(of: message) == Array("what is kept".utf8))
    }
    // Both meta pages of the copy are lost, and with them the roots of all tables.
    let data = URL(filePath: shelf.path("copy.coterie/log.mdb"))
    let handle = try FileHandle(forWritingTo: data)
    try handle.write(contentsOf: Data(count: 8192))
    try handle.close()
    #expect(throws: (any Error).self) { try shelf.open("copy.coterie") }
    func salvage(to name: String) throws -> Store.Salvage {
      try Store.salvage(
        shelf.path("copy.coterie"),
        to: shelf.path(name),
        keyring: shelf.keyring,
        unlocked: nil
      )
    }
    #expect(
      try salvage(to: "saved.coterie")
        == Store.Salvage(events: 52, contents: 51, keys: 1, waiting: 0, bad: 0)
    )
    let saved = try shelf.group(id, try shelf.open("saved.coterie"))
    #expect(try await saved.state() == state)
    #expect(try await saved.content(of: message) == Array("what is kept".utf8))
    // Pages are lost too: what is left is sound, and what needs the lost ones waits.
    var bytes = try Data(contentsOf: data)
    for page in stride(from: 5, to: bytes.count / 4096, by: 11) {
      bytes.replaceSubrange((page * 4096)..<(page * 4096 + 4096), with: Data(count: 4096))
    }
    let again = try FileHandle(forWritingTo: data)
    try again.write(contentsOf: bytes)
    try again.close()
    let rest = try salvage(to: "rest.coterie")
    #expect(rest.events + rest.waiting <= 52 && rest.events + rest.waiting > 0)
    #expect(rest.bad == 0)
  }

  @Test func `removes the chunks that interrupted posts left, and no others`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    var chunks: [[UInt8]] = [[1, 2, 3]]
    let posted = try await hers.post(fileNamed: "f", Group.Posting(.file)) { _ in
      #expect((try? ann.removeStrayAttachments()) == 0)
      return chunks.popLast() ?? []
    }
    let contents = try #require(try ann.log(of: id).contents)
    let left = try contents.newAttachment()
    _ = try left.append([4], at: 0, secret: Entropy.digest())
    #expect(try ann.removeStrayAttachments() == 1)
    #expect(try FileAccess.isThere(left.path) == false)
    #expect(try await hers.attachment(of: posted).chunk(0) == [1, 2, 3])
  }

  @Test func `refuses to compact a store that is open`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let path = shelf.path("ann.coterie")
    #expect(throws: VaultError.ledger(.busy(path: path))) {
      try Vault.compact(store: path, keyring: shelf.keyring)
    }
    _ = ann
  }
}
