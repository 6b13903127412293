import CoterieAudit
import CoterieConsole
import CoterieGroups
import CoterieLedger
import CoterieScenarios
import CoterieVault
import CoterieWire

/// The logs of one group that are to be recorded, with all that is known of their people and texts.
struct RecordedSources {
  private(set) var logs: [RecordedLog] = []
  private(set) var group: Digest
  private(set) var names: [Digest: String] = [:]
  private(set) var steps: [Digest: String] = [:]
  private(set) var contents: [Digest: [UInt8]] = [:]
  /// What was kept out of the logs.
  private(set) var findings: [Finding] = []

  init(_ invocation: Invocation, paths: [String]) throws(Failure) {
    var found: [(path: String, log: MemberLog, source: any LogSource)] = []
    for path in paths {
      found += try Sources.logs(path).map { (path, $0.log, $0.source) }
    }
    group = try Self.group(found.map(\.log), invocation)
    for (path, log, source) in found where log.group == group {
      do throws(SourceFault) {
        let held = try log.heldEvents(from: source)
        logs.append(RecordedLog(name: log.name, placed: held.placed, waiting: held.waiting))
        if let bundle = source as? BundleSource {
          contents.merge(try bundle.contents()) { first, _ in first }
        }
      } catch {
        throw Sources.failure(error)
      }
      note(log)
      if source is StoreSource { try lookIntoStore(path, log) }
    }
    for path in paths where path.hasSuffix(".json") { try takeNames(path) }
  }

  /// A recording under the names that are known.
  func recording(isRedacted: Bool) -> Recording {
    var recording = Recording()
    recording.isRedacted = isRedacted
    recording.names = names
    recording.steps = steps
    recording.contents = contents
    return recording
  }

  /// The one group that is meant.
  private static func group(
    _ logs: [MemberLog],
    _ invocation: Invocation
  ) throws(Failure) -> Digest {
    let wanted = invocation.value("--group") ?? Commands.environment["COTERIE_GROUP"] ?? ""
    let all = Set(logs.map(\.group)).sorted()
    let matching = all.filter { $0.hex.hasPrefix(wanted) }
    guard let group = matching.first, matching.count == 1 else {
      throw Failure(
        .notFound,
        matching.isEmpty ? "not-found" : "ambiguous",
        matching.isEmpty ? "there is no such group" : "there are several groups",
        help: all.isEmpty
          ? nil : "--group one of: " + all.map { String($0.hex.prefix(16)) }.joined(separator: ", ")
      )
    }
    return group
  }

  private mutating func note(_ log: MemberLog) {
    for bad in log.bad {
      findings.append(
        Finding(
          code: bad.fault.code,
          severity: .warning,
          event: bad.id,
          group: group,
          message: "\(log.name): \(bad.fault), in \(bad.item)",
          help: "it is no event of the group, and was left out",
          evidence: []
        )
      )
    }
  }

  /// A store of this user tells its own key, and contents if it is unlocked.
  private mutating func lookIntoStore(_ path: String, _ log: MemberLog) throws(Failure) {
    guard let store = Stores.own(path), store.vault?.isLocked == false else { return }
    let authors = log.authors
    for key in (try? store.keys()) ?? [] where authors.contains(key.publicKey) {
      if names[key.publicKey] == nil, !names.values.contains(log.name) {
        names[key.publicKey] = log.name
      }
    }
    for id in log.ids where contents[id] == nil {
      if let held = try? store.content(of: id, in: group) { contents[id] = held.content }
    }
  }

  /// A scenario knows how its people and steps are called.
  private mutating func takeNames(_ path: String) throws(Failure) {
    let known = try Sources.scenario(at: path)
    do {
      let named = try known.names()
      names.merge(named.people) { first, _ in first }
      steps.merge(named.steps) { first, _ in first }
      contents.merge(named.contents) { first, _ in first }
    } catch {
      throw Sources.malformed(path, error)
    }
  }
}
