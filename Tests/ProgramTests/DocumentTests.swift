import CoterieJSON
import Foundation
import ScopeKit
import Testing

@Suite struct `Every JSON document` {
  /// Makes a group in full use: `a.coterie` is Ann's, `b.coterie` Bob's.
  private static let setup = """
    set -e
    for name in a b; do coterie init $name.coterie; done
    coterie group create Club --me Ann --prefs disappearing=1w -s a.coterie
    coterie group welcome "Read the rules" -s a.coterie
    coterie invite create $(coterie key new -s b.coterie) admin -s a.coterie
    coterie link create member --uses 2 -s a.coterie
    coterie sync a.coterie -s b.coterie
    coterie invite accept --me Bob -s b.coterie
    coterie sync b.coterie -s a.coterie
    coterie message post hello -s a.coterie | cut -c1-64 > message
    echo '[{"as": "a", "do": "group.dissolve"}]' > steps.json
    coterie fixture new scenario.json --title "Ann and Bob" --founder ann --members bob
    """

  /// Lines, and the schema of what each prints.
  private static let lines = [
    ("replay", "coterie replay a.coterie b.coterie --orders 2"),
    ("replay", "coterie replay a.coterie '\(workshop)/missing-events/'*.cborseq"),
    ("log", "coterie log a.coterie"), ("show", "coterie show '#1' a.coterie"),
    ("state", "coterie state a.coterie"), ("state", "coterie group show -s a.coterie"),
    ("members", "coterie members a.coterie"), ("roles", "coterie members a.coterie --history"),
    ("forks", "coterie forks '\(workshop)/fork/'a.*"), ("why", "coterie why '#3' a.coterie"),
    ("why", "coterie why-not member.remove Ann --as Bob --in a.coterie"),
    ("blame", "coterie why Bob.role a.coterie"), ("blame", "coterie blame welcome a.coterie"),
    ("impact", "coterie impact '#2' a.coterie"), ("diff", "coterie diff a.coterie b.coterie"),
    ("bisect", "coterie bisect a.coterie b.coterie"),
    ("search", "coterie bisect a.coterie --to @ -- true"),
    ("verify", "coterie verify a.coterie"), ("doctor", "coterie doctor --drill -s b.coterie"),
    ("doctor", "coterie doctor -s a.coterie"),
    ("whatif", "coterie whatif a.coterie --skip '#5'"),
    ("whatif", "coterie whatif a.coterie --add steps.json"),
    ("report", "coterie report a.coterie -o page.html --content"),
    ("simulate", "coterie simulate --members 2 --events 3 --faults none"),
    ("fixture", "coterie fixture run scenario.json --orders 1"),
    ("recording", "coterie fixture record a.coterie"),
    ("acceptance", "coterie fixture accept scenario.json"),
    ("lint", "coterie fixture lint scenario.json"),
    ("scenario", "coterie fixture new other.json --title Other"),
    ("shrinking", "coterie fixture shrink scenario.json --command 'grep -q scenario {} && false'"),
    ("key", "coterie key new -s a.coterie"), ("keys", "coterie key list -s a.coterie"),
    ("group", "coterie group create Other -s b.coterie"),
    ("group", "coterie group create --with Bob --me Ann -g club -s a.coterie"),
    ("groups", "coterie group list -s a.coterie"),
    ("act", "coterie group profile Reading --description Mondays -g club -s a.coterie"),
    ("act", "coterie group profile Reading --dry-run -g reading -s a.coterie"),
    ("act", "coterie member rename Annie -g reading -s a.coterie"),
    ("invites", "coterie invite list -g reading -s a.coterie"),
    ("links", "coterie link show -g reading -s a.coterie"),
    ("link", "coterie link create -g reading -s a.coterie"),
    ("preferences", "coterie prefs show -g reading -s a.coterie"),
    ("act", "coterie message post - --reply $(cat message) -g reading -s a.coterie < steps.json"),
    ("act", "coterie message post --file steps.json -g reading -s a.coterie"),
    ("act", "coterie message react $(cat message) + -g reading -s a.coterie"),
    ("messages", "coterie message list -g reading -s a.coterie"),
    ("messages", "coterie message list --peek -g reading -s a.coterie"),
    ("message", "coterie message read $(cat message) -g reading -s a.coterie"),
    ("erase", "coterie message delete $(cat message) --here --yes -g reading -s a.coterie"),
    ("sync", "coterie sync b.coterie -s a.coterie"), ("stats", "coterie store stats -s a.coterie"),
    ("import", "coterie export a.coterie -g reading | coterie import - -s new.coterie"),
    ("upgrade", "coterie store upgrade -s a.coterie"),
    ("store", "coterie init made.coterie"),
    ("store", "coterie store backup copy.coterie -s a.coterie"),
    ("store", "coterie store compact -s copy.coterie"),
    ("store", "coterie store purge -s copy.coterie"),
    ("lock", "echo sesame | coterie key passwd --passphrase-fd 0 -s made.coterie"),
    ("lock", "coterie lock -s made.coterie"),
    ("lock", "echo sesame | coterie unlock --passphrase-fd 0 -s made.coterie"),
    ("lock", "coterie key passwd --remove -s made.coterie"),
    ("lock", "coterie unlock -s made.coterie"),
    ("forget", "coterie group forget --dry-run -g reading -s copy.coterie"),
    ("salvage", "coterie store salvage a.coterie saved.coterie"),
    ("contacts", "coterie contacts known --add $(cat message) -s a.coterie"),
    ("explain", "coterie explain member"), ("version", "coterie version"),
    ("completion", "coterie completion fish"), ("manual", "coterie manual log"),
    ("failure", "coterie replay nowhere"),
  ]

  private static let workshop = Fixtures.folder.appending(path: "divergence").path

  @Test func `fits the schema that it names, and says how the program ends`() throws {
    let desk = try Desk()
    let made = try desk.shell(Self.setup)
    try #require(made.status == 0, "\(made.errors)")
    var seen: Set<String> = []
    for (name, line) in Self.lines {
      let run = try desk.shell("coterie() { command coterie --json \"$@\"; }; \(line)")
      let document = try #require(try? run.json(), "\(line): \(run.output)\(run.errors)")
      let schema = Schema(node: try desk.coterie("schema", name).json())
      #expect(try schema.misfit(document) == nil, "\(line)")
      #expect(try document["exit"]?.integer() == Int64(run.status), "\(line)")
      seen.insert(name)
    }
    let names = try desk.coterie("schema").output.split(separator: "\n").map(String.init)
    // What stands within documents and in lines of their own, and the table of the program.
    #expect(
      Set(names).subtracting(seen) == [
        "commands", "event", "finding", "header", "progress", "summary", "verdict",
      ]
    )
  }
}
