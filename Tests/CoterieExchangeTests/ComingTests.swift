import CoterieEvents
import CoterieExchange
import CoterieGroups
import CoterieJudgement
import CoterieVault
import CoterieWire
import Foundation
import StoreKit
import Testing

@Suite struct `Someone who is not in yet`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  @Test func `reads nothing by a ticket before joining, and then everything`() async throws {
    let (ann, cat) = (try shelf.make("ann.coterie"), try shelf.make("cat.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    try await post("old", id, ann)
    let ticket = try await shelf.group(id, ann).createLink(as: .member)
    try cat.keep(ticket, now: 1)
    for store in [ann, cat] { try sync(store) }
    try await post("new", id, ann)
    for store in [ann, cat] { try sync(store) }
    try exchange(ann, cat, shelf)
    #expect(try await texts(id, cat) == ["?"])
    try await shelf.group(id, cat).join(by: ticket, name: "Cat")
    for store in [cat, ann, cat] { try sync(store) }
    #expect(try await texts(id, cat) == ["old", "new"])
  }

  @Test func `reads nothing by an invite before accepting, and then everything`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    try await post("old", id, ann)
    try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
    for store in [ann, bob] { try sync(store) }
    try await post("new", id, ann)
    try exchange(ann, bob, shelf)
    #expect(try await texts(id, bob) == ["?"])
    try await shelf.group(id, bob).accept()
    for store in [bob, ann, bob] { try sync(store) }
    #expect(try await texts(id, bob) == ["old", "new"])
    for _ in 0..<2 { for store in [ann, bob] { try sync(store) } }
    #expect(packets == [])
  }

  @Test func `reads everything in the session that tells of the joining`() async throws {
    for isFirst in [true, false] {
      let (ann, bob) = (
        try shelf.make("ann\(isFirst).coterie"), try shelf.make("bob\(isFirst).coterie")
      )
      let id = try await shelf.group(of: ann, with: [])
      for number in 0..<3 { try await post("\(number)", id, ann) }
      try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
      try exchange(ann, bob, shelf)
      try await shelf.group(id, bob).accept()
      if isFirst { try exchange(ann, bob, shelf) } else { try exchange(bob, ann, shelf) }
      #expect(try await texts(id, bob) == ["0", "1", "2"])
    }
  }

  @Test func `is left everything again if it is lost on the way`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    try await post("old", id, ann)
    try await shelf.group(id, ann).invite(try bob.makeKey(now: 1), as: .member)
    for store in [ann, bob] { try sync(store) }
    try await shelf.group(id, bob).accept()
    for store in [bob, ann] { try sync(store) }
    for name in packets {
      try FileManager.default.removeItem(atPath: shelf.path("spool/\(name)"))
    }
    for store in [ann, bob] { try sync(store) }
    #expect(try await texts(id, bob) == ["old"])
    for store in [ann, bob] { try sync(store) }
    #expect(try sync(ann).sent == 0)
  }
}

@Suite struct `Someone who was removed and kept a ticket`: FolderUsing {
  let shelf: Shelf

  init() throws { shelf = try Self.shelfWithFolder() }

  @Test func `reads nothing of what is posted then`() async throws {
    let (ann, bob) = (try shelf.make("ann.coterie"), try shelf.make("bob.coterie"))
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    let ticket = try await hers.createLink(as: .member)
    try bob.keep(ticket, now: 1)
    try exchange(ann, bob, shelf)
    try await shelf.group(id, bob).join(by: ticket)
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    try await hers.refresh()
    try await hers.remove(try #require(await shelf.group(id, bob).me))
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    try await post("without him", id, ann)
    for _ in 0..<3 { for store in [ann, bob] { try sync(store) } }
    try exchange(ann, bob, shelf)
    #expect(try await texts(id, bob) == [])
    let fresh = try shelf.make("fresh.coterie")
    try fresh.keep(ticket, now: 1)
    try exchange(ann, fresh, shelf)
    #expect(try await texts(id, fresh) == ["?"])
  }
}
