import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJSON
import CoterieJudgement
import CoterieVault
import CoterieWire

/// The store and the group on which an acting command works, and the words of its command line read
/// against them.
struct Desk {
  let invocation: Invocation
  let console: Console
  let store: Store
  let group: Group
  let governance: Governance?
  let names: [Digest: String]

  init(_ invocation: Invocation, _ console: Console) async throws {
    self.invocation = invocation
    self.console = console
    store = try Stores.open(try Sources.path(nil, invocation))
    let id = try Self.group(in: store, invocation)
    do throws(GroupError) {
      group = try Group(
        id,
        in: store,
        as: try Self.signer(for: id, in: store, invocation),
        surroundings: Stores.surroundings
      )
    } catch {
      throw Stores.failure(error)
    }
    governance = try? await group.state()
    names = (try? await group.names()) ?? [:]
  }

  private static func signer(
    for group: Digest,
    in store: Store,
    _ invocation: Invocation
  ) throws(GroupError) -> (any Signer)? {
    guard let prefix = invocation.value("--as") else { return nil }
    let keys = try store.keys().filter {
      $0.purpose != .link && $0.publicKey.hex.hasPrefix(prefix.lowercased())
    }
    guard let key = keys.first, Set(keys.map(\.publicKey)).count == 1 else {
      throw .noKey(group: group)
    }
    return key
  }

  // MARK: Groups

  /// The group that is meant: by unique id prefix or name, or the only one.
  static func group(in store: Store, _ invocation: Invocation) throws -> Digest {
    let wanted = invocation.value("--group") ?? Commands.environment["COTERIE_GROUP"] ?? ""
    let all: [Digest]
    do throws(GroupError) {
      all = try store.groups()
    } catch {
      throw Stores.failure(error)
    }
    var found = all.filter { $0.hex.hasPrefix(wanted.lowercased()) }
    if found.isEmpty {
      found = all.filter { id in
        let name = (try? store.governance(of: id))?.name.string
        return name.map { slug($0) == slug(wanted) } ?? false
      }
    }
    guard let group = found.first, found.count == 1 else {
      throw Failure(
        .notFound,
        found.isEmpty ? "not-found" : "ambiguous",
        found.isEmpty
          ? (all.isEmpty ? "the store has no group yet" : "the store has no group \"\(wanted)\"")
          : "the store has several groups",
        help: all.isEmpty
          ? "coterie group create NAME founds one; coterie sync or import brings others'"
          : "--group one of: " + all.map { String($0.hex.prefix(16)) }.joined(separator: ", ")
      )
    }
    return group
  }

  /// A name as it may be typed: letters and digits in lower case, dashes between.
  static func slug(_ name: String) -> String {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
  }

  // MARK: People, events, words

  /// How a key is shown: its display name with the start of the key, or that alone.
  func shown(_ key: Digest) -> String {
    let short = String(key.hex.prefix(8))
    return names[key].map { "\(Escaping.visible($0)) \(short)" } ?? short
  }

  /// The member that is meant: a display name that one member has, or a unique prefix of a key.
  func member(_ word: String) throws(Failure) -> Digest {
    let present = governance?.members.map(\.key) ?? []
    let named = present.filter { names[$0].map { Array($0.utf8) == Array(word.utf8) } ?? false }
    if let key = named.first, named.count == 1 { return key }
    if let key = Digest(hex: word) { return key }
    let known = Set(present + names.keys)
    let matching = known.filter { word.utf8.count >= 4 && $0.hex.hasPrefix(word.lowercased()) }
    if let key = matching.first, matching.count == 1 { return key }
    let candidates = named.count > 1 ? named : matching.sorted()
    throw Failure(
      .notFound,
      candidates.isEmpty ? "not-found" : "ambiguous",
      candidates.isEmpty
        ? "no member is called \"\(word)\", nor does a key start so"
        : "\(candidates.count) members are meant by \"\(word)\"",
      help: (candidates.isEmpty ? present : candidates).prefix(16).map { shown($0) }
        .joined(separator: ", ")
    )
  }

  /// The key of someone who is to be invited: 64 hexadecimal digits.
  func key(_ word: String) throws(Failure) -> Digest {
    if let key = Digest(hex: word) { return key }
    throw Failure.usage(
      "\"\(word)\" is no key: 64 hexadecimal digits are needed",
      help: "the person to be invited runs coterie key new and hands over what it prints"
    )
  }

  /// The event that is meant: a unique prefix of its id, or `#N`.
  func event(_ word: String) async throws -> Digest {
    let isPosition = word.hasPrefix("#") && Int(word.dropFirst()) != nil
    guard isPosition || !word.isEmpty && word.allSatisfy(\.isHexDigit) else {
      throw Failure.notAnEvent(word)
    }
    let found: [Digest]
    do throws(GroupError) {
      found = try await group.events(matching: word)
    } catch {
      throw Stores.failure(error)
    }
    guard let id = found.first, found.count == 1 else {
      throw found.isEmpty ? Failure.noEvent(called: word) : .severalEvents(found, word)
    }
    return id
  }

  func role(_ word: String) throws(Failure) -> Role {
    if let role = Role(name: word) { return role }
    let known = Role.allCases.map(\.name)
    throw Failure.usage(
      "there is no role \"\(word)\"",
      help: Suggestion.nearest(to: word, among: known).map { "did you mean \($0)?" }
        ?? "known: \(known.joined(separator: ", "))"
    )
  }

  /// Seconds of a duration such as `30s`, `10m`, `2h`, `1d`, `1w`, `1y`, or plain seconds.
  static func seconds(_ word: String) throws(Failure) -> UInt64 {
    let units: [Character: UInt64] = [
      "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000,
    ]
    let unit = word.last.flatMap { units[$0] }
    let digits = unit == nil ? word : String(word.dropLast())
    if let number = UInt64(digits) {
      let (seconds, isOver) = number.multipliedReportingOverflow(by: unit ?? 1)
      if !isOver { return seconds }
    }
    throw Failure.usage("\"\(word)\" is no duration", help: "such as 30s, 10m, 2h, 1d, 1w")
  }

  // MARK: Acting

  /// Does an act, or with `--dry-run` says whether it would be admitted.
  func act(_ action: Action, with words: GroupLog.Words? = nil) async throws -> ExitStatus {
    try await perform(
      action.kind,
      may: { () async throws(GroupError) in try await group.mayI(action) },
      { () async throws(GroupError) in try await group.act(action, with: words) }
    )
  }

  /// Does what `deed` does; a dry run asks `may` only.
  func perform(
    _ kind: Kind,
    may: () async throws(GroupError) -> (code: Code, by: Digest?)?,
    _ deed: () async throws(GroupError) -> Digest
  ) async throws -> ExitStatus {
    do throws(GroupError) {
      if invocation.has("--dry-run") {
        if let refusal = try await may() {
          throw .refused(refusal.code, by: refusal.by)
        }
        return report(nil, kind)
      }
      return report(try await deed(), kind)
    } catch {
      var failure = Stores.failure(error)
      failure.group = group.id.hex
      throw failure
    }
  }

  private func report(_ event: Digest?, _ kind: Kind) -> ExitStatus {
    if console.isJSON {
      let result = JSONValue.object([
        "id": .optional(event?.hex), "group": .string(group.id.hex),
        "kind": .string(kind.name), "admitted": true,
        "dry_run": .bool(invocation.has("--dry-run")),
      ])
      console.line(Output.document("act", result, exit: .done))
    } else if let event {
      console.line("\(event.hex)  \(kind.name)")
    } else {
      console.line("would be admitted: \(kind.name)")
    }
    return .done
  }

  /// The options of every acting command.
  static let options = [
    Option("--dry-run", help: "say whether it would be admitted, and write nothing"),
    Option("--as", value: "KEY", help: "act with this key of the store, by unique prefix"),
  ]

  /// A row of the table for a command that does one act.
  static func command(
    _ words: String,
    _ summary: String,
    about: String,
    example: String,
    operands: [Operand] = [],
    options: [Option] = [],
    act: @escaping @Sendable (Desk) async throws -> ExitStatus
  ) -> Command {
    Command(
      words,
      summary,
      about: about,
      example: example,
      operands: operands,
      options: options + Desk.options,
      run: { invocation, console in try await act(try await Desk(invocation, console)) }
    )
  }

  /// The operand at a place.
  func operand(_ place: Int) -> String? {
    invocation.operands.indices.contains(place) ? invocation.operands[place] : nil
  }

  /// Asks before something that cannot be undone; without a terminal `--yes` is needed.
  func confirm(_ plan: String) throws(Failure) {
    if invocation.has("--yes") || invocation.has("--dry-run") { return }
    console.say(plan)
    if !invocation.has("--no-input"), Terminal.isThere {
      if Terminal.confirms("go on?") { return }
      throw Failure(.interrupted, "cancelled", "cancelled; nothing was done")
    }
    throw Failure.usage("that cannot be undone", help: "--yes does it without being asked")
  }

  static let yes = Option("--yes", help: "do it without being asked")
}
