import Foundation
import ScopeKit
import Testing

private let tools = Fixtures.folder.deletingLastPathComponent().appending(path: "Tools/crash").path

/// A store `a.coterie` as one has it who last used a program from before contents were kept.
private func older() throws -> Desk {
  let desk = try Desk()
  let made = try desk.shell(
    """
    set -e
    coterie init a.coterie -q && coterie group create Club -s a.coterie -q
    python3 -B -c 'import sys; sys.path.append("\(tools)"); import lmdb_file
    lmdb_file.drop("a.coterie/log.mdb", ["contents", "timers", "erasures"])'
    """
  )
  try #require(made.status == 0, "\(made.errors)")
  return desk
}

@Suite struct `A store of an older program` {
  @Test func `is upgraded once, and what it was is kept until it is compacted`() throws {
    let desk = try older()
    let run = try desk.shell(
      """
      set -e
      coterie replay a.coterie | tail -n 1
      coterie store upgrade -s a.coterie
      coterie store upgrade -s a.coterie
      stat -c '%a %n' a.coterie/log.mdb.before-upgrade
      cp -r a.coterie old.coterie && mv old.coterie/log.mdb.before-upgrade old.coterie/log.mdb
      coterie replay old.coterie a.coterie | tail -n 1
      coterie message post hello -s a.coterie -q
      coterie store compact -s a.coterie -q
      ls a.coterie
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("SAME"))
    #expect(
      lines[1...3] == [
        "upgraded a.coterie to format 1; what it was is in a.coterie/log.mdb.before-upgrade",
        "a.coterie has format 1, the newest: nothing to do",
        "600 a.coterie/log.mdb.before-upgrade",
      ]
    )
    #expect(lines[4].hasPrefix("SAME"))
    #expect(!lines[5...].contains("log.mdb.before-upgrade"))
  }

  @Test func `is upgraded by the first who acts in it, and by no replay`() throws {
    let desk = try older()
    let run = try desk.shell(
      """
      set -e
      coterie replay a.coterie >&2
      [ ! -e a.coterie/log.mdb.before-upgrade ]
      coterie message post hello -s a.coterie -q
      [ -e a.coterie/log.mdb.before-upgrade ]
      coterie store upgrade -s a.coterie
      """
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("nothing to do"))
  }

  @Test func `of a newer program is refused, and of none said not to be there`() throws {
    let desk = try older()
    let run = try desk.shell(
      """
      python3 -B -c 'import sys; sys.path.append("\(tools)"); import lmdb_file
      lmdb_file.set_format("a.coterie/log.mdb", 2)'
      coterie store upgrade -s a.coterie; echo $?
      coterie store upgrade -s b.coterie; echo $?
      ls a.coterie
      """
    )
    #expect(run.output.hasPrefix("5\n3\n"), "\(run.output)\(run.errors)")
    #expect(run.errors.contains("format 2; this program knows 1"))
    #expect(!run.output.contains("before-upgrade"))
  }
}
