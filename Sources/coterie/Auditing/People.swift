import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieLedger
import CoterieScenarios
import CoterieVault
import CoterieWire

/// What people are called in a log: names of a scenario, or display names of a store of one's own.
struct People {
  private var names: [Digest: String] = [:]
  private var keys: [Digest] = []
  /// The events that make invites and links, which are called after them.
  private var entries: [String: [Digest]] = [:]

  /// Looks for names where a path may have some; none is no failure.
  init(_ path: String, _ log: MemberLog) async {
    if path.hasSuffix(".json") {
      if let bytes = try? Files.read(path, limit: 64 << 20),
        let people = try? Scenario(bytes).keysOfPeople()
      {
        for (name, key) in people { names[key] = name }
      }
    } else if let store = Stores.own(path), store.vault?.isLocked == false {
      names = (try? store.names(in: log.group, judgedBy: log.judge)) ?? [:]
    }
    keys = log.people
    entries = ["invites": log.invites, "links": log.links]
  }

  /// How a key is shown: its name, or the start of it.
  func shown(_ key: Digest) -> String {
    names[key].map { Escaping.visible($0) } ?? String(key.hex.prefix(8))
  }

  /// What someone is called; nil where that is not known.
  func name(_ key: Digest) -> String? { names[key] }

  /// The same for text that holds keys in hexadecimal, such as `members.KEY.role`.
  func shown(_ text: String) -> String {
    var shown = Escaping.visible(text)
    for (key, name) in names where shown.contains(key.hex) {
      shown = shown.replacing(key.hex, with: Escaping.visible(name))
    }
    return shown.replacing(/[0-9a-f]{64}/) { match in String(match.output.prefix(8)) }
  }

  /// The key that a word means: a name, or a unique prefix of a key of the log.
  func key(_ word: String) -> Digest? {
    let named = names.filter { Array($0.value.utf8) == Array(word.utf8) }.map(\.key)
    if named.count == 1 { return named[0] }
    if let key = Digest(hex: word) { return key }
    guard word.utf8.count >= 4 else { return nil }
    let found = keys.filter { $0.hex.hasPrefix(word.lowercased()) }
    return found.count == 1 ? found[0] : nil
  }

  /// The same, or a failure that says who there is.
  func member(_ word: String) throws(Failure) -> Digest {
    if let key = key(word) { return key }
    throw Failure(
      .notFound,
      "not-found",
      "nobody is called \"\(word)\", nor does one key start so",
      help: keys.prefix(16).map { shown($0) }.joined(separator: ", ")
    )
  }

  /// A path of the state as the library names it: `bob.role` is `members.KEY.role`, and a unique
  /// prefix stands for the key of a member or the id of an invite or a link.
  func path(_ word: String) -> String {
    let parts = word.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return word }
    let rooms = ["members", "invites", "links", "preferences", "profile"]
    if !rooms.contains(parts[0]), let key = key(parts[0]) {
      return "members.\(key.hex).\(parts[1])"
    }
    let inner = parts[1].split(separator: ".").map(String.init)
    guard inner.count == 2 else { return word }
    let id = parts[0] == "members" ? key(inner[0]) : entry(inner[0], of: parts[0])
    return id.map { "\(parts[0]).\($0.hex).\(inner[1])" } ?? word
  }

  /// The invite or the link whose id starts so, if it is one.
  private func entry(_ prefix: String, of room: String) -> Digest? {
    let found = entries[room, default: []].filter { $0.hex.hasPrefix(prefix.lowercased()) }
    return found.count == 1 ? found[0] : nil
  }
}

/// A log opened for questions: the log, where it came from, and what people are called in it.
struct OpenedCase {
  let path: String
  let log: MemberLog
  let source: any LogSource
  let people: People

  init(_ invocation: Invocation, path operand: String?) async throws {
    path = try Sources.path(operand, invocation)
    let opened = try OpenedLog(invocation, path: operand)
    source = opened.source
    people = await People(path, opened.log)
    if let word = invocation.value("--at") {
      let position = try Self.position(word, opened.log, opened.source)
      if position.restsOnClaims {
        Commands.console(for: invocation).say("times are the authors' claims")
      }
      do throws(SourceFault) {
        log = try opened.log.part(position, from: opened.source)
      } catch {
        throw Sources.failure(error)
      }
    } else {
      log = opened.log
    }
  }

  static func position(
    _ word: String,
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(Failure) -> LogPosition {
    do throws(LogPosition.Problem) {
      return try LogPosition(word, in: log, from: source)
    } catch {
      switch error {
      case .notFound(let part):
        if part.allSatisfy(\.isHexDigit) { throw .notOneEvent([], part) }
        throw part.hasPrefix("#") && Int(part.dropFirst()) != nil
          ? .noPosition(part, of: log.ids.count) : .noEvent(called: part)
      case .ambiguous(let part, let ids): throw .severalEvents(ids, part)
      case .malformed(let part):
        throw .notAPosition(
          part,
          help:
            "an id prefix, #N, @, X^, X~n, root, a comma list of heads, or time:2026-03-01T10:00Z"
        )
      }
    }
  }

  /// The one event that a word means; @ is one where a log has one head.
  static func event(
    _ word: String,
    _ log: MemberLog,
    _ source: any LogSource
  ) throws(Failure) -> Int {
    if word != "root", Failure.isWrittenAsID(word) { throw .noEvent(called: word) }
    let position = try position(word, log, source)
    let heads = position.heads(in: log)
    guard heads.count == 1, !position.isBefore, let event = log.number(of: heads[0]) else {
      throw Failure.usage(
        "\"\(word)\" names no single event",
        help: heads.prefix(8).map { String($0.hex.prefix(16)) }.joined(separator: ", ")
      )
    }
    return event
  }

  /// The one event that a word means.
  func event(_ word: String) throws(Failure) -> Int { try Self.event(word, log, source) }

  func read<Result>(_ body: () throws(SourceFault) -> Result) throws(Failure) -> Result {
    do {
      return try body()
    } catch {
      throw Sources.failure(error)
    }
  }

  /// An event id as it is shown, with its position.
  func shown(event hex: String?) -> String {
    guard let hex else { return "-" }
    let short = String(hex.prefix(8))
    guard let id = Digest(hex: hex), let position = log.position(of: id) else { return short }
    return "\(short) (#\(position))"
  }
}
