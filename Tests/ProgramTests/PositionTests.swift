import CoterieJSON
import Foundation
import ScopeKit
import Testing

@Suite struct `Words for positions and times` {
  private static let setup = """
    set -e
    coterie init a.coterie
    coterie group create Club -s a.coterie
    for n in 1 2 3 4; do coterie message post "m $n" -s a.coterie; done
    """

  /// A desk with a store of five events, `a.coterie`, of one author.
  private func desk() throws -> Desk {
    let desk = try Desk()
    let made = try desk.shell(Self.setup)
    try #require(made.status == 0, "\(made.errors)")
    return desk
  }

  @Test func `take a time of the program's own for the time of that event`() throws {
    let desk = try desk()
    func ids(_ line: String) throws -> [String] {
      let events = try desk.shell("\(line) --json").json()["result"]?["events"]?.array() ?? []
      return try events.compactMap { try $0["id"]?.string() }
    }
    let log = try desk.shell("coterie log a.coterie --json").json()
    for event in try log["result"]?["events"]?.array() ?? [] {
      let (time, id) = (try event["time"]?.string() ?? "", try event["id"]?.string() ?? "")
      for word in [time, String(time.prefix(19)), time.prefix(19) + "Z"] {
        let span = try ids("coterie log a.coterie --since \(word) --until \(word)")
        #expect(span.contains(id), "\(word)")
        #expect(try ids("coterie log a.coterie --at time:\(word)").contains(id), "\(word)")
      }
    }
  }

  @Test(arguments: ["state", "members", "why '#2'", "blame profile.name", "log", "log --json"])
  func `say that times are claims wherever one is a position`(_ command: String) throws {
    let desk = try desk()
    let run = try desk.shell("COTERIE_STORE=a.coterie coterie \(command) --at time:2999-01-01")
    #expect(run.status == 0)
    #expect(run.errors == "times are the authors' claims\n")
  }

  @Test func `name one event for whatever shows or explains one`() throws {
    let desk = try desk()
    func id(_ command: String, _ word: String) throws -> String? {
      let run = try desk.shell("coterie \(command) '\(word)' a.coterie --json")
      return try run.json()["result"]?["id"]?.string()
    }
    let log = try desk.shell("coterie log a.coterie --json").json()
    let ids = try log["result"]?["events"]?.array().compactMap { try $0["id"]?.string() } ?? []
    let words = ["root": ids[0], "@": ids[4], "#4~1": ids[2], "@~4": ids[0], "#2": ids[1]]
    for (word, expected) in words {
      for command in ["show", "why", "impact"] {
        #expect(try id(command, word) == expected, "\(command) \(word)")
      }
    }
    let conflicts = Fixtures.folder.appending(path: "scenarios/conflicts")
    let forked = conflicts.appending(path: "removed-admin-forges-later.json").path
    for command in ["show", "why", "impact"] {
      #expect(try desk.coterie(command, "@", forked).status == 2)
    }
  }

  @Test func `take the short ids of invites and links that a difference shows`() throws {
    let desk = try desk()
    let made = try desk.shell(
      """
      set -e
      coterie store backup earlier.coterie -s a.coterie
      coterie link create member -s a.coterie > ticket
      coterie invite create $(coterie key new -s a.coterie) member -s a.coterie
      """
    )
    #expect(made.status == 0, "\(made.errors)")
    let diff = try desk.shell("coterie diff a.coterie earlier.coterie")
    let paths = diff.output.split(separator: "\n").filter { $0.hasPrefix("state ") }
      .map { $0.split(separator: " ")[1] }
    #expect(paths.count { $0.hasPrefix("links.") } == 3)
    #expect(paths.count { $0.hasPrefix("invites.") } == 3)
    for path in paths {
      let run = try desk.shell("coterie why \(path) a.coterie && coterie blame \(path) a.coterie")
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test(arguments: ["", "@", "#2", "#4^", "root", "time:2999-01-01"])
  func `stand in the state that is as of them`(_ word: String) throws {
    let desk = try desk()
    let at = word.isEmpty ? "" : "--at '\(word)'"
    let state = try desk.shell("coterie state a.coterie --json \(at)").json()
    #expect(try state["result"]?["at"]?.string() == (word.isEmpty ? "@" : word))
  }

  @Test func `make a range that stands alone where the store is named`() throws {
    let desk = try desk()
    let range = try desk.shell("coterie log a.coterie '#2..#4'")
    #expect(range.output.contains("2 of 2 events"))
    #expect(try desk.shell("coterie log -s a.coterie '#2..#4'") == range)
    #expect(try desk.shell("COTERIE_STORE=a.coterie coterie log '#2..#4'") == range)
    let file = try desk.shell("coterie export a.coterie -o a..b && coterie log -s a.coterie a..b")
    #expect(file.output.contains("5 of 5 events"))
  }
}
