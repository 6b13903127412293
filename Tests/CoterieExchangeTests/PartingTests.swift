import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieJudgement
import CoterieWire
import StoreKit
import Testing

@Suite struct `Who leaves or declines`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  /// Ann and Bob, who have looked into the folder.
  private func scene() async throws -> (Store, Store, Digest) {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [(bob, .member)])
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    return (ann, bob, id)
  }

  @Test func `is heard by a folder, with what was not sent before`() async throws {
    let (ann, bob, id) = try await scene()
    try await post("bye", id, bob)
    try await shelf.group(id, bob).leave()
    for store in [bob, ann] { try sync(store) }
    let hers = try shelf.group(id, ann)
    #expect(try await hers.state().members.map(\.key) == [try #require(await hers.me)])
    #expect(try await texts(id, ann) == ["bye"])
    for _ in 0..<2 { for store in [bob, ann] { try sync(store) } }
    #expect(packets == [])
    try await post("among those who stay", id, ann)
    for _ in 0..<2 { for store in [ann, bob] { try sync(store) } }
    #expect(packets == [])
    #expect(try await texts(id, bob) == ["bye"])
  }

  @Test func `takes in nothing that is posted then`() async throws {
    let (ann, bob, id) = try await scene()
    try await shelf.group(id, bob).leave()
    try await post("unaware", id, ann)
    for store in [ann, bob] { try sync(store) }
    try exchange(ann, bob, shelf)
    #expect(try await texts(id, bob) == [])
    for _ in 0..<2 { for store in [ann, bob] { try sync(store) } }
    #expect(try await texts(id, bob) == [])
    #expect(packets == [])
    #expect(try await shelf.group(id, ann).state().members.count == 1)
  }

  @Test func `comes back by a new invite`() async throws {
    let (ann, bob, id) = try await scene()
    let his = try shelf.group(id, bob)
    try await his.leave()
    for store in [bob, ann] { try sync(store) }
    try await post("without him", id, ann)
    try await shelf.group(id, ann).invite(try #require(await his.me), as: .member)
    for store in [ann, bob] { try sync(store) }
    try await his.refresh()
    try await his.accept()
    for _ in 0..<2 { for store in [bob, ann] { try sync(store) } }
    #expect(try await texts(id, bob) == ["without him"])
    #expect(try await his.state() == shelf.group(id, ann).state())
  }

  @Test func `is heard by a folder when it was only invited`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
    for store in [ann, bob] { try sync(store) }
    try await shelf.group(id, bob).decline()
    for store in [bob, ann] { try sync(store) }
    let hers = try shelf.group(id, ann)
    #expect(try await hers.state().invites.map(\.status) == [.declined])
    try await post("without him", id, ann)
    for _ in 0..<2 { for store in [bob, ann] { try sync(store) } }
    #expect(packets == [])
    #expect(try await texts(id, bob) == [])
  }

  @Test(arguments: [true, false])
  func `ends a chat for both`(isIn: Bool) async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let (_, chat, _) = try await shelf.chat(of: ann, with: bob)
    for store in [ann, bob] { try sync(store) }
    let his = try shelf.group(chat, bob)
    if isIn {
      try await his.accept()
      for store in [bob, ann] { try sync(store) }
      try await his.leave()
    } else {
      try await his.decline()
    }
    for store in [bob, ann] { try sync(store) }
    let hers = try shelf.group(chat, ann)
    try await hers.refresh()
    #expect(try await hers.state() == his.state())
  }
}

@Suite struct `Packets for an invite or a link`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  @Test func `are removed by who left them once it is open no more`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let invite = try await hers.invite(try bob.makeKey(now: 1), as: .member)
    let ticket = try await hers.createLink(as: .member)
    try sync(ann)
    #expect(packets.count == 2)
    try await hers.withdraw(invite: invite)
    try await hers.close(link: ticket.link)
    try sync(ann)
    #expect(packets == [])
  }
}
