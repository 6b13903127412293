import CoterieAudit
import CoterieConsole
import CoterieJSON
import CoterieJudgement
import CoterieScenarios
import CoterieWire

/// Opens the logs that a command line names: stores, bundles, scenario files.
enum Sources {
  static func open(_ paths: [String]) throws(Failure) -> [any LogSource] {
    var sources: [any LogSource] = []
    for path in paths { sources += try open(path) }
    return sources
  }

  private static func open(_ path: String) throws(Failure) -> [any LogSource] {
    if path.hasSuffix(".json") { return try scenario(path) }
    if try Files.isFolderForSure(path) {
      do {
        return [
          try StoreSource(path: path, name: Files.baseName(path), keyring: Stores.keyring)
        ]
      } catch {
        throw failure(error)
      }
    }
    do {
      return [try BundleSource(path: path, name: Files.baseName(path))]
    } catch {
      throw failure(error)
    }
  }

  private static func scenario(_ path: String) throws(Failure) -> [any LogSource] {
    let scenario = try self.scenario(at: path)
    do {
      return try scenario.logs().map { MemorySource(name: $0.name, envelopes: $0.envelopes) }
    } catch {
      throw malformed(path, error)
    }
  }

  /// Reads a scenario file.
  static func scenario(at path: String) throws(Failure) -> Scenario {
    let bytes = try Files.read(path, limit: JSONReader.bytesMax)
    do {
      return try Scenario(bytes)
    } catch {
      throw malformed(path, error)
    }
  }

  /// A scenario file that cannot be read or run.
  static func malformed(_ path: String, _ fault: JSONFault) -> Failure {
    Failure(
      .malformed,
      "malformed",
      "\(path): \(fault)",
      help: "Fixtures/scenario.schema.json shows what a scenario looks like"
    )
  }

  /// The path that is meant: an operand, `--store`, or `COTERIE_STORE`.
  static func path(_ operand: String?, _ invocation: Invocation) throws(Failure) -> String {
    if let path = operand ?? invocation.value("--store") ?? Commands.environment["COTERIE_STORE"] {
      return path
    }
    throw Failure.usage("a path is missing", help: "name a store with --store, or COTERIE_STORE")
  }

  /// Reads and verifies all groups of one path.
  static func logs(_ path: String) throws(Failure) -> [Opened] {
    var found: [Opened] = []
    for source in try open([path]) {
      do throws(SourceFault) {
        found += try LogReading().read(source).logs.map { ($0, source) }
      } catch {
        throw failure(error)
      }
    }
    return found
  }

  /// A log, and where it was read from.
  typealias Opened = (log: MemberLog, source: any LogSource)

  /// Those of the group that `--group` or `COTERIE_GROUP` names, by the start of its id or by its
  /// name; all if neither does.
  static func ofGroup(
    _ found: [Opened],
    _ invocation: Invocation,
    _ place: String
  ) throws(Failure) -> [Opened] {
    try ofGroup(found, invocation, place, id: \.log.group) { $0.log.governance()?.name.string }
  }

  /// The same of whatever has a group.
  static func ofGroup<Item>(
    _ found: [Item],
    _ invocation: Invocation,
    _ place: String,
    id: (Item) -> Digest,
    name: (Item) -> String?
  ) throws(Failure) -> [Item] {
    let wanted = invocation.value("--group") ?? Commands.environment["COTERIE_GROUP"] ?? ""
    if wanted.isEmpty { return found }
    var matching = found.filter { id($0).hex.hasPrefix(wanted.lowercased()) }
    if matching.isEmpty {
      matching = found.filter { name($0).map { Desk.slug($0) == Desk.slug(wanted) } ?? false }
    }
    if matching.isEmpty {
      let known = noOneGroup(found.map(id), of: place).help
      throw Failure(.notFound, "not-found", "\(place) has no such group", help: known)
    }
    if Set(matching.map(id)).count > 1 { throw noOneGroup(matching.map(id), of: place) }
    return matching
  }

  /// Why it is not clear which group is meant: there are several, or none.
  static func noOneGroup(_ groups: [Digest], of place: String) -> Failure {
    if groups.isEmpty { return Failure(.notFound, "not-found", "\(place) has no group") }
    let known = Set(groups).sorted().map { String($0.hex.prefix(16)) }
    return Failure(
      .notFound,
      "ambiguous",
      "\(place) has several groups",
      help: "--group one of: " + known.joined(separator: ", ")
    )
  }

  static func failure(_ fault: SourceFault) -> Failure {
    switch fault.kind {
    case .notFound: Failure(.notFound, "not-found", fault.description, help: "check the path")
    case .malformed:
      Failure(
        .malformed,
        "malformed",
        fault.description,
        help: "coterie replay --lenient goes on with what is sound; or ask the sender for the rest"
      )
    case .store: Failure(.store, "store", fault.description)
    case .damagedStore: Stores.damaged(fault.description)
    }
  }

  static func finding(_ fault: SourceFault) -> Finding {
    Finding(
      code: "damaged-log",
      severity: .error,
      event: nil,
      group: nil,
      message: fault.description,
      help: "ask the sender for the rest",
      evidence: []
    )
  }
}
