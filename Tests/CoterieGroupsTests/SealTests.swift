import CoterieGroups
import CoterieSealing
import CoterieVault
import CoterieWire
import StoreKit
import Testing

@Suite struct `A seal key that two programs change` {
  @Test func `is kept as the one before by whoever comes second`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let one = try shelf.group(id, ann)
    let other = try shelf.group(id, try shelf.open("ann.coterie"))
    try await one.changeSeal()
    let published = try #require(try ann.keys().first?.seal.publicKey)
    try await other.changeSeal()
    let keys = try ann.keys()
    #expect(keys.count == 1)
    #expect(keys.first?.olderSealKey == published)
    #expect(keys.first?.seal.publicKey != published)
  }
}
