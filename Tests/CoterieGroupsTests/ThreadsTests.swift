import CoterieGroups
import CoterieLedger
import CoterieWire
import StoreKit
import Testing

@Suite struct `Several threads of one program` {
  @Test func `that post in several groups at once keep every content`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    var groups: [Group] = []
    for _ in 0..<8 {
      groups.append(
        try Group.found("Book club", in: ann, surroundings: shelf.surroundings)
      )
    }
    let posted = await withTaskGroup(of: [(Int, Digest, String)].self) { tasks in
      for (place, group) in groups.enumerated() {
        tasks.addTask {
          var made: [(Int, Digest, String)] = []
          for number in 0..<40 {
            let text = "\(place) \(number)"
            if let id = try? await group.post(text) { made.append((place, id, text)) }
          }
          return made
        }
      }
      var all: [(Int, Digest, String)] = []
      for await some in tasks { all += some }
      return all
    }
    #expect(posted.count == 320)
    var lost = 0
    for (place, id, text) in posted {
      let content = try? await groups[place].content(of: id)
      if content.map({ String(decoding: $0, as: UTF8.self) }) != text { lost += 1 }
    }
    #expect(lost == 0)
  }

  @Test func `that post in one group at once are all acknowledged`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let id = try await shelf.group(of: ann, with: [])
    let groups = [try shelf.group(id, ann), try shelf.group(id, ann)]
    let errors = await withTaskGroup(of: [String].self) { tasks in
      for group in groups {
        tasks.addTask {
          var errors: [String] = []
          for number in 0..<25 {
            do { try await group.post("\(number)") } catch { errors.append("\(error)") }
          }
          return errors
        }
      }
      var all: [String] = []
      for await some in tasks { all += some }
      return all
    }
    #expect(errors == [])
    #expect(try ann.log(of: id).allEntries().count == 51)
  }

  @Test func `that make keys at once keep them all`() async throws {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    let made = await withTaskGroup(of: [Digest].self) { tasks in
      for _ in 0..<8 {
        tasks.addTask { (0..<20).compactMap { _ in try? ann.makeKey(now: 1) } }
      }
      var all: [Digest] = []
      for await some in tasks { all += some }
      return all
    }
    #expect(made.count == 160)
    #expect(Set(try ann.keys().map(\.publicKey)) == Set(made))
  }

  @Test func `that open a store at once open it once`() async throws {
    let shelf = try Shelf()
    let path = shelf.path("a.coterie")
    try Ledger.create(at: path, identifier: [UInt8](repeating: 1, count: 16))
    for _ in 0..<400 {
      let opened = await withTaskGroup(of: Ledger?.self) { tasks in
        for _ in 0..<4 { tasks.addTask { try? Ledger.open(path) } }
        var all: [Ledger?] = []
        for await one in tasks { all.append(one) }
        return all
      }
      #expect(Set(opened.compactMap { $0.map { ObjectIdentifier($0) } }).count == 1)
    }
  }
}
