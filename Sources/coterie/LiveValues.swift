import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieLedger
import CoterieWire

/// Values that a shell asks the program for while a line is being typed.
enum LiveValue: String, CaseIterable {
  /// Groups of the store that is meant.
  case groups
  /// Ids of its events.
  case ids
  /// Keys of those who wrote them.
  case members
  case codes
  case kinds
  case roles
  case statuses
  /// Keys of the preferences that the rules know.
  case preferences
  case schemas
  /// Names of commands, each with all its words.
  case commands
  /// Names of manual pages.
  case pages
  /// Everything that `explain` explains.
  case words

  /// What a placeholder stands for in every row that does not say otherwise.
  static let placeholders: [String: ValueKind] = [
    "PATH": .files, "FILE": .files, "BUNDLE": .files, "DIR": .folders,
    "FOLDER": .folders,
    "ID": .live(.ids), "EVENT": .live(.ids), "MESSAGE": .live(.ids), "INVITE": .live(.ids),
    "LINK": .live(.ids), "GROUP": .live(.groups), "KEY": .live(.members), "WHO": .live(.members),
    "MEMBER": .live(.members), "KIND": .live(.kinds), "CODE": .live(.codes),
    "ROLE": .live(.roles), "STATUS": .live(.statuses), "NAME": .anything, "TEXT": .anything,
    "VALUE": .anything, "EMOJI": .anything,
  ]

  /// The values, one a line of output; none where anything is wrong.
  ///
  /// - Parameter place: the log that is meant, and the start of the group's id.
  func values(in place: LogPlace?) -> [String] {
    switch self {
    case .groups: place?.groups() ?? []
    case .ids: place?.ids() ?? []
    case .members: place?.authors() ?? []
    case .codes: Code.allCases.map(\.rawValue)
    case .kinds: Kind.known.map(\.name)
    case .roles: Role.allCases.map(\.name)
    case .statuses: Status.allCases.map(\.rawValue)
    case .preferences: Preference.allCases.map(\.key)
    case .schemas: SchemaCommand.names
    case .commands: Commands.table.commands.map(\.name)
    case .pages: ManualCommand.names
    case .words: ExplainCommand.words
    }
  }
}

extension ValueKind {
  /// What the program prints for this value.
  static func live(_ value: LiveValue) -> ValueKind { .live(value.rawValue) }
}

/// A log that is asked for values: looked into without verifying or judging where that is possible.
struct LogPlace {
  /// Logs of more events are not looked into: the shell waits.
  static let eventsMax = 50_000
  /// Hex digits of a group's id, an event's id, a key.
  private static let groupDigits = 16
  private static let digits = 12

  /// A store, a bundle or a scenario file.
  var path: String
  /// How the id of the group that is meant starts.
  var group: String

  func groups() -> [String] {
    if Files.isFolder(path) {
      let source = try? Stores.keyring.source(path)
      return ((try? source?.groups()) ?? []).map { String($0.id.hex.prefix(Self.groupDigits)) }
    }
    return logs().map { String($0.group.hex.prefix(Self.groupDigits)) }
  }

  func ids() -> [String] {
    if Files.isFolder(path) { return held(\.id) }
    return logs().flatMap { $0.ids }.map { String($0.hex.prefix(Self.digits)) }
  }

  func authors() -> [String] {
    if Files.isFolder(path) { return Set(held(\.author)).sorted() }
    return Set(logs().flatMap(\.authors)).sorted().map { String($0.hex.prefix(Self.digits)) }
  }

  /// A digest of each event that a store holds.
  private func held(_ digest: KeyPath<Event, Digest>) -> [String] {
    guard let source = try? Stores.keyring.source(path),
      let count = try? source.count(.events), count <= Self.eventsMax,
      let groups = try? source.groups()
    else { return [] }
    var found: [String] = []
    for (number, id) in groups where id.hex.hasPrefix(group) {
      try? source.scan(.events, prefix: LedgerKey.group(number), from: nil) { _, envelope in
        if let event = try? Event.decode(envelope).event {
          found.append(String(event[keyPath: digest].hex.prefix(Self.digits)))
        }
        return true
      }
    }
    return found
  }

  /// The groups of a bundle or a scenario, read whole.
  private func logs() -> [MemberLog] {
    guard let sources = try? Sources.open([path]) else { return [] }
    var found: [MemberLog] = []
    for source in sources {
      var isTooLong = false
      let reading = LogReading(isLenient: true) { done in
        isTooLong = max(done, source.eventCount) > Self.eventsMax
        return !isTooLong
      }
      guard let read = try? reading.read(source), !isTooLong else { return [] }
      found += read.logs.filter { $0.group.hex.hasPrefix(group) }
    }
    return found
  }
}
