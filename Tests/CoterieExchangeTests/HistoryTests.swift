import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieJudgement
import CoterieVault
import CoterieWire
import StoreKit
import Testing

@Suite struct `A folder where history is off`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  private func scene() async throws -> (Store, Store, Digest) {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let off = PreferenceSetting(key: "history", value: .off)
    let id = try await shelf.group(of: ann, with: [], preferences: [off])
    try await post("earlier", id, ann)
    try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
    for store in [ann, bob] { try sync(store) }
    return (ann, bob, id)
  }

  @Test func `gives a member who was raised what was posted before that`() async throws {
    let (ann, bob, id) = try await scene()
    let his = try shelf.group(id, bob)
    try await his.accept()
    for store in [bob, ann] { try sync(store) }
    try await post("while he was a member", id, ann)
    try await shelf.group(id, ann).setRole(of: try #require(await his.me), to: .moderator)
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    #expect(try await texts(id, bob) == ["?", "while he was a member"])
  }

  @Test func `gives who joined what was posted before others knew of it`() async throws {
    let (ann, bob, id) = try await scene()
    try await shelf.group(id, bob).accept()
    try await post("beside his joining", id, ann)
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    #expect(try await texts(id, bob) == ["?", "beside his joining"])
  }
}
