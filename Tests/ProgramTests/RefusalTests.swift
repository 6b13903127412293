import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// A command line of `Fixtures/refusals.txt`, and what it must come to.
private struct Refusal {
  var status: Int32
  /// The code of the first finding; nil for a line that is done.
  var code: String?
  var line: String

  static func all() throws -> [Refusal] {
    let file = Fixtures.folder.appending(path: "refusals.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { row in
      guard let bar = row.firstRange(of: " | "), !row.hasPrefix("#") else { return nil }
      let words = row[..<bar.lowerBound].split(separator: " ")
      let status = try #require(Int32(words[0]))
      let code = words[1] == "-" ? nil : String(words[1])
      return Refusal(status: status, code: code, line: String(row[bar.upperBound...]))
    }
  }
}

@Suite struct `A line that cannot be done` {
  /// Makes the stores and files that the lines name, and says how messages, links and keys are
  /// called.
  private static let setup = """
    set -e
    for name in a b c d two locked; do coterie init $name.coterie; done
    coterie group create Club --me Ann --prefs voice=off -s a.coterie
    KEY=$(coterie key new -s b.coterie)
    coterie invite create $KEY member -s a.coterie
    coterie sync a.coterie -s b.coterie
    coterie invite accept --me Bob -s b.coterie
    BOB=$(coterie message post "from Bob" -s b.coterie | cut -c1-64)
    coterie sync b.coterie -s a.coterie
    ANN=$(coterie message post "from Ann" -s a.coterie | cut -c1-64)
    GONE=$(coterie message post "a slip" -s a.coterie | cut -c1-64)
    coterie message delete $GONE -s a.coterie
    coterie message delete $GONE --here --yes -s a.coterie
    coterie link create member --uses 1 -s a.coterie > ticket
    LINK=$(coterie link show -s a.coterie --json | grep -o '"id": *"[0-9a-f]*"' | cut -d'"' -f4)
    coterie sync a.coterie -s b.coterie
    coterie group create One -s two.coterie
    coterie group create Two -s two.coterie
    coterie group create Shut -s locked.coterie
    echo sesame | coterie key passwd --passphrase-fd 0 -s locked.coterie
    coterie lock -s locked.coterie
    cp -r c.coterie foreign.coterie
    coterie export a.coterie -o all.cborseq
    head -c 300 all.cborseq > cut.cborseq
    echo garbage > garbage.cborseq
    echo garbage > garbage.json
    : > empty.cborseq
    mkdir none
    coterie checkpoint make -s a.coterie -o a.checkpoint
    coterie fixture new scenario.json --title "Ann and Bob" --founder ann --members bob
    NOBODY=$(coterie key new -s c.coterie)
    LONG=$(printf 'x%.0s' {1..129})
    declare -p KEY BOB ANN GONE LINK NOBODY LONG > names
    """

  @Test func `ends with the status and the code that are its own, and writes nothing`() throws {
    let desk = try Desk()
    let made = try desk.shell(Self.setup)
    try #require(made.status == 0, "\(made.errors)")
    func states() throws -> String {
      try desk.shell("for n in a b two; do coterie replay $n.coterie --json; done").output
    }
    let before = try states()
    let lines = try Refusal.all()
    #expect(lines.count { $0.code != nil } > 300)
    for refusal in lines {
      let run = try desk.shell(
        """
        . ./names
        coterie() { command coterie --json "$@"; }
        \(refusal.line)
        """
      )
      #expect(run.status == refusal.status, "\(refusal.line): \(run.output)\(run.errors)")
      guard let code = refusal.code else { continue }
      let document = try? run.json()
      let found = try? document?["findings"]?.array().first?["code"]?.string()
      #expect(found == code, "\(refusal.line): \(run.output)\(run.errors)")
      #expect((try? document?["exit"]?.integer()) == Int64(refusal.status), "\(refusal.line)")
    }
    #expect(try states() == before)
  }

  @Test func `has a code that is explained, as have all findings, causes and statuses`() throws {
    let desk = try Desk()
    let codes = Set(try Refusal.all().compactMap(\.code))
    let others: Set = [
      "malformed", "unsupported-format", "unsupported-rules", "missing-events", "rules-version",
      "damaged-log", "stale-checkpoint", "fork", "engine-defect", "diverged", "undecided",
      "failed-expectation", "wrong-signature", "wrong-content", "effective", "overridden",
      "defeated", "held-back", "rejected", "pending",
    ]
    let words = codes.union(others).sorted().joined(separator: " ")
    let run = try desk.shell(
      "for w in \(words); do coterie explain $w > /dev/null || echo $w; done"
    )
    #expect(run == Run(status: 0, output: "", errors: ""))
    #expect(try desk.coterie("explain", "malformed").output.contains("kept out of the log"))
  }
}
