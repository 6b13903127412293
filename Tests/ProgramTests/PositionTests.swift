import CoterieJSON
import Foundation
import ScopeKit
import Testing

@Suite struct `Words for positions and times` {
  private static let setup = """
    set -e
    coterie init a.coterie
    coterie group create Club -s a.coterie
    for n in 1 2 3; do coterie message post "m $n" -s a.coterie; done
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
}
