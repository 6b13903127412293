import CoterieAudit
import CoterieConsole
import CoterieJSON
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
  static func logs(_ path: String) throws(Failure) -> [(log: MemberLog, source: any LogSource)] {
    var found: [(log: MemberLog, source: any LogSource)] = []
    for source in try open([path]) {
      do throws(SourceFault) {
        found += try LogReading().read(source).logs.map { ($0, source) }
      } catch {
        throw failure(error)
      }
    }
    return found
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
