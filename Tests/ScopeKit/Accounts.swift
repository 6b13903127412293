internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
internal import CoterieScenarios
internal import CoterieSealing
internal import CoterieWire
package import Foundation

/// What was frozen in `Fixtures/accounts.txt`: for each case a digest over its account.
///
/// A line is a name and the first sixteen digits. A published version of the rules and of the
/// format never changes, so neither does a line.
package enum Accounts {
  /// One group or set of bytes, and how its account is made.
  package struct Case: Sendable {
    package var name: String
    package var lines: @Sendable () throws -> [String]

    /// The first sixteen digits of a digest over the lines.
    package func digest() throws -> String {
      let text = try lines().joined(separator: "\n")
      return String(Hashing.digest(of: Array(text.utf8), domain: .plain).hex.prefix(16))
    }
  }

  /// The seeds of the random groups.
  private static let seeds: ClosedRange<UInt64> = 1...100

  /// Every case that judges: the table, the kinds, all scenarios, and random groups.
  package static func judgement(in fixtures: URL) throws -> [Case] {
    let root = fixtures.appending(path: "scenarios")
    let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
    let names = (found ?? []).filter { $0.hasSuffix(".json") }.sorted()
    let scenarios = try names.map { name in
      let scenario = try Scenario(Array(Data(contentsOf: root.appending(path: name))))
      let events = try events(of: scenario)
      return Case(name: "scenarios/\(name)") { Account(events).lines }
    }
    let groups = seeds.map { seed in
      let size = Int(seed % 4)
      let group = RandomGroup(seed: seed, members: 3 + size, events: 20 + 8 * size)
      let events = group.arrivalOrder(seed: seed)
      return Case(name: "group \(seed)") { Account(events).lines }
    }
    return [Case(name: "table") { table }, Case(name: "kinds") { kinds }] + scenarios + groups
  }

  /// What hangs on each kind besides the table.
  private static var kinds: [String] {
    Kind.allCases.map { "\($0.name) authority \($0.isAuthority) state \($0.changesGovernance)" }
  }

  /// Every cell of the table, what it allows on what, and the least role that may.
  private static var table: [String] {
    let rules = RuleTable.version1
    let matters = [nil, Role.observer, .moderator, .admin, .owner].flatMap { role in
      [true, false].map { RuleTable.Matter(isOwn: $0, role: role) }
    }
    return Kind.allCases.flatMap { kind in
      Role.allCases.map { role in
        let allowed = matters.map { rules.allows(kind, role, $0) }
        let needs = matters.map { rules.need(kind, $0).name }
        let cell = rules.cell(kind, role)?.rawValue ?? "none"
        return "\(kind.name) \(role.name) \(cell) \(allowed) \(needs)"
      }
    }
  }

  /// Every case that reads or writes bytes: what the fuzzers kept, events of every kind with each
  /// byte changed, heads of every width, names.
  package static func codec(in fixtures: URL) throws -> [Case] {
    var cases: [Case] = [
      Case(name: "words") { told { $0.tellWords() } },
      Case(name: "heads") { told { $0.tellHeads() } },
      Case(name: "texts") { told { $0.tellTexts() } },
      Case(name: "bounds") { told { $0.tellBounds() } },
      Case(name: "parents") { told { $0.tellParents() } },
      Case(name: "strangers") { told { $0.tellStrangers() } },
    ]
    cases += (0...Cast.everyAction.count).map { place in
      Case(name: "action \(place)") { told { $0.tellEveryAction(place) } }
    }
    for kind in ["cbor", "event"] {
      let folder = fixtures.appending(path: "corpora/\(kind)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      cases += try names.map { name in
        // The first byte of an input chooses a call; here each is made.
        let input = Array(try Data(contentsOf: folder.appending(path: name)).dropFirst())
        return Case(name: "\(kind)/\(name.prefix(12))") {
          told { kind == "cbor" ? $0.tellItems(of: input) : $0.tellEvent(of: input) }
        }
      }
    }
    return cases
  }

  private static func told(_ tell: (inout CodecAccount) -> Void) -> [String] {
    var account = CodecAccount()
    tell(&account)
    return account.lines
  }

  /// All events of a scenario, whoever holds them, parents first.
  private static func events(of scenario: Scenario) throws -> [Event] {
    var events: [Event] = []
    var known: Set<Digest> = []
    for log in try scenario.logs() {
      for envelope in log.envelopes {
        let event = try Event.decode(envelope.span).event
        if known.insert(event.id).inserted { events.append(event) }
      }
    }
    return events
  }

  /// The frozen digests by name.
  package static func frozen(in fixtures: URL) throws -> [String: String] {
    let text = try String(contentsOf: file(in: fixtures), encoding: .utf8)
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      guard let space = line.lastIndex(of: " ") else { return nil }
      return (String(line[..<space]), String(line[space...].dropFirst()))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Where they stand.
  package static func file(in fixtures: URL) -> URL { fixtures.appending(path: "accounts.txt") }
}
