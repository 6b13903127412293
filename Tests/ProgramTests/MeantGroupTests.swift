import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// A store `a.coterie` of two groups, Book club and Chess.
private func furnished() throws -> Desk {
  let desk = try Desk()
  let made = try desk.shell(
    """
    set -e
    coterie init a.coterie -q
    coterie group create 'Book club' -s a.coterie -q
    coterie group create Chess -s a.coterie -q
    coterie message post 'Hello, readers' -g book-club -s a.coterie -q
    """
  )
  try #require(made.status == 0, "\(made.errors)")
  return desk
}

@Suite struct `The group that is named` {
  @Test func `is the only one that any command looks at`() throws {
    let desk = try furnished()
    for command in [
      "replay a.coterie", "verify a.coterie", "doctor -s a.coterie", "state a.coterie",
      "state a.coterie --from-checkpoint", "members a.coterie --from-checkpoint",
      "report a.coterie -o page.html",
    ] {
      let named = try desk.shell(
        "coterie \(command) -g chess --json || coterie \(command) -g chess"
      )
      #expect(named.status == 0, "\(command): \(named.errors)")
      let meant = try desk.shell("COTERIE_GROUP=chess coterie \(command)")
      #expect(meant.status == 0, "\(command): \(meant.errors)")
      #expect(!(named.output + meant.output).contains("Book club"), "\(command)")
      let none = try desk.shell("coterie \(command) -g zzz")
      #expect(none.status == 3, "\(command)")
      #expect(none.errors.contains("no such group"), "\(command): \(none.errors)")
    }
    let groups = try desk.coterie("replay", desk.path("a.coterie"), "-g", "chess", "--json").json()
    #expect(try groups["result"]?["groups"]?.array().count == 1)
    let all = try desk.coterie("replay", desk.path("a.coterie"), "--json").json()
    #expect(try all["result"]?["groups"]?.array().count == 2)
  }

  @Test func `must be named for a checkpoint of one of several, which is of no position`() throws {
    let desk = try furnished()
    let several = try desk.shell("coterie members a.coterie --from-checkpoint")
    #expect(several.status == 3 && several.errors.contains("several groups"))
    let placed = try desk.shell("coterie state a.coterie -g chess --from-checkpoint --at root")
    #expect(placed.status == 2 && placed.errors.contains("not of a position"))
  }

  @Test func `is that of the checkpoint, whatever else the store holds`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      """
      coterie checkpoint make -g chess -s a.coterie -o chess.checkpoint
      coterie verify a.coterie --since chess.checkpoint; echo $?
      coterie verify a.coterie -g book --since chess.checkpoint; echo $?
      coterie verify a.coterie --since nothing; echo $?
      echo nothing > nothing; coterie verify a.coterie --since nothing; echo $?
      """
    )
    let codes = run.output.split(separator: "\n").map(String.init).filter { $0.count == 1 }
    #expect(codes == ["0", "3", "3", "4"], "\(run.output)\(run.errors)")
  }
}

@Suite struct `A replay` {
  @Test func `of a log with nothing in it says so`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      "coterie init e.coterie -q; coterie replay e.coterie a.coterie -g chess"
    )
    #expect(run.status == 0)
    #expect(run.errors.contains("e holds no events"))
  }

  @Test func `of a bundle of other rules says so, alone or beside another`() throws {
    let desk = try furnished()
    let made = try desk.shell(
      """
      coterie export a.coterie -g chess -q -o one
      python3 -c 'b = open("one", "rb").read(); k = b"\\x65rules"; i = b.index(k) + len(k)
      open("two", "wb").write(b[:i] + b"\\x02" + b[i + 1:])'
      """
    )
    #expect(made.status == 0, "\(made.errors)")
    for command in ["replay two", "replay two one", "verify two"] {
      let run = try desk.shell("coterie \(command)")
      #expect(run.status == 1, "\(command)")
      #expect(run.output.contains("two is of rules version 2; this program knows 1"), "\(command)")
    }
  }

  @Test func `that is strict names what it takes for findings`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle("conflicts/removed-admin-forges-later.json", "all.cborseq")
    let run = try desk.coterie("replay", bundle, "--strict", "--json")
    #expect(run.status == 1)
    let codes = try run.json()["findings"]?.array().compactMap { try $0["code"]?.string() }
    #expect(codes == ["not-in-effect"])
  }

  @Test func `of a cut log calls it damaged, not lacking`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle("conflicts/removed-admin-forges-later.json", "all.cborseq")
    let whole = try Data(contentsOf: URL(filePath: bundle))
    try whole.prefix(whole.count * 2 / 3).write(to: URL(filePath: desk.path("cut.cborseq")))
    let run = try desk.coterie("replay", bundle, desk.path("cut.cborseq"), "--lenient", "--json")
    #expect(run.status == 1)
    #expect(try run.json()["result"]?["cause"]?.string() == "damaged-log")
    #expect(try desk.coterie("verify", desk.path("cut.cborseq")).status == 4)
  }

  @Test func `that is interrupted says how many orders it judged`() throws {
    let desk = try Desk()
    let run = try desk.shell(
      """
      coterie-generate logs . --events 3000 -q
      python3 -c '\(Desk.unblocked)' timeout --foreground -s INT 4 \\
        coterie replay m0.cborseq --orders 100000; echo "ended $?"
      """
    )
    #expect(run.output.contains("ended 124"), "\(run.output)\(run.errors)")
    #expect(run.errors.contains("of 100000 orders of m0"))
  }
}

@Suite struct `What is typed or piped in` {
  @Test func `may come later than it is asked for`() throws {
    let desk = try furnished()
    let run = try desk.shell(
      "(sleep 1; echo later) | coterie message post - -g chess -s a.coterie --dry-run"
    )
    #expect(run.status == 0, "\(run.errors)")
  }
}
