import CoterieGroups
import CoterieJudgement
import CoterieSealing
import CoterieVault
import ScopeKit
import StoreKit
import Testing

@Suite struct `A group that was forgotten` {
  @Test func `acknowledges nothing to those who have it open`() throws {
    let scene = try Scene()
    try scene.post()
    try scene.store.forget(scene.log.group)
    #expect(throws: GroupError.noSuchGroup(scene.log.group)) {
      try scene.post()
    }
    #expect(try scene.store.counts()["events"] == 0)
  }

  @Test func `writes nothing into the next one`() throws {
    let scene = try Scene()
    try scene.post()
    try scene.store.forget(scene.log.group)
    let next = try scene.store.found(Scene.founding, by: Cast.signingKey("bob"), time: 1)
    _ = try? scene.post()
    let again = try scene.store.log(of: next.group)
    #expect(try again.allEntries().count == 1)
  }

  @Test func `stays as it is when it is taken in again`() throws {
    let scene = try Scene()
    try scene.post()
    let entries = try scene.log.allEntries()
    try scene.store.forget(scene.log.group)
    _ = try scene.store.adopt(scene.log.group).ingest([entries[0]])
    _ = try? scene.post()
    let again = try scene.again()
    #expect(again.number(of: scene.log.group) != nil)
  }

  @Test func `is still there where the store is locked, and nothing is lost`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    var words = Array("sesame".utf8)
    try ann.setPassphrase(SecretBytes(moving: &words), keyFile: nil, cost: .least)
    try ann.vault?.lock()
    let locked = GroupError.vault(.locked(needsKeyFile: false))
    #expect(throws: locked) { try ann.forget(id) }
    #expect(try ann.groups() == [id])
    #expect(try ann.log(of: id).governance()?.members.count == 1)
  }
}
