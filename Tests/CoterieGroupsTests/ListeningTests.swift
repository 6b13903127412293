import CoterieWire
import StoreKit
import Testing

@testable import CoterieGroups

@Suite struct `Whoever listens to a group` {
  @Test func `and comes back late is told that something is missing, and of what follows`()
    async throws
  {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let hers = try shelf.group(id, ann)
    _ = try await hers.refresh()
    let changes = await hers.changes()
    for _ in 0..<(Group.changesMax + 10) { await hers.tell([id]) }
    var heard: [Bool] = []
    var listening = changes.makeAsyncIterator()
    for _ in 0..<Group.changesMax {
      heard.append(try #require(await listening.next()).isIncomplete)
    }
    #expect(heard.dropLast().allSatisfy { !$0 })
    #expect(heard.last == true)
    // There is room again: what comes now is told, the first time with the same warning.
    for isIncomplete in [true, false, false] {
      let message = try await hers.post("after that")
      let change = try #require(await listening.next())
      #expect(change.events == [message])
      #expect(change.isIncomplete == isIncomplete)
    }
  }

  @Test func `hears no more when it was forgotten here, or by another program`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    for isHere in [true, false] {
      let id = try await shelf.group(of: ann, with: [])
      let hers = try shelf.group(id, ann)
      let changes = await hers.changes()
      let message = try await hers.post("the last")
      try (isHere ? ann : shelf.open("ann.coterie")).forget(id)
      if !isHere {
        await #expect(throws: GroupError.noSuchGroup(id)) { try await hers.refresh() }
      }
      var heard: [[Digest]] = []
      for await change in changes { heard.append(change.events) }
      #expect(heard == [[message]])
    }
  }
}
