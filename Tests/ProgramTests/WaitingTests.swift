import Foundation
import ScopeKit
import Testing

@Suite struct `Events that wait` {
  /// A group of four events, and a bundle that has the last two of them alone.
  private static let cut = """
    exec 2>&1
    coterie init a.coterie -q
    coterie group create Club --me Ann -s a.coterie > /dev/null
    coterie export -s a.coterie -o first.cborseq -q
    coterie message post one -s a.coterie > /dev/null
    last=$(coterie message post two -s a.coterie | cut -c1-64)
    coterie export -s a.coterie -o whole.cborseq -q
    coterie export -s a.coterie --missing-from first.cborseq -o rest.cborseq -q

    """

  private func lines(_ script: String) throws -> [String] {
    try Desk().shell(Self.cut + script).output.split(separator: "\n").map(String.init)
  }

  @Test func `leave a log undecided, which is never called sound`() throws {
    let lines = try lines("coterie verify rest.cborseq; echo $?; coterie verify a.coterie; echo $?")
    #expect(lines.contains { $0.hasPrefix("UNDECIDED  missing ") })
    #expect(lines.filter { $0 == "8" || $0 == "0" } == ["8", "0"])
    #expect(lines.filter { $0 == "sound" }.count == 1)
  }

  @Test func `are listed, counted and shown as what they are`() throws {
    let lines = try lines(
      """
      coterie log rest.cborseq -n 1 | tail -n 1; coterie log rest.cborseq --json | grep total
      coterie show $(echo $last | cut -c1-8) rest.cborseq | grep -c pending
      coterie diff rest.cborseq whole.cborseq | grep lacks
      """
    )
    #expect(lines[0].hasPrefix("1 of 2 events"))
    #expect(lines[1].contains("\"total\": 2"))
    #expect(lines[2] == "1")
    #expect(lines[3].contains("rest lacks 2 events of whole, 2 of rest's wait"))
  }

  @Test func `have no values, and nothing is said of what those were`() throws {
    let lines = try lines("coterie blame welcome rest.cborseq; echo $?")
    #expect(lines.last == "8")
    #expect(lines.first?.contains("has not come yet") == true)
  }

  @Test func `and people who do not exist are told from those who did nothing`() throws {
    let lines = try lines(
      """
      coterie log a.coterie --author zzz; echo $?
      coterie state a.coterie --at @^ > /dev/null; echo $?
      coterie replay --step a.coterie whole.cborseq; echo $?
      : > empty.cborseq; coterie diff empty.cborseq whole.cborseq; echo $?
      """
    )
    #expect(lines.filter { Int($0) != nil } == ["3", "0", "2", "4"])
  }
}
