internal import CoterieBundles
internal import CoterieEngine
internal import CoterieJudgement
public import CoterieWire

/// A content on its way into a bundle.
public struct BundleContent {
  /// Its secret.
  public var secret: Digest
  /// The content in clear.
  public var bytes: [UInt8]
  /// The chunk of its attachment at a place; nil behind the last.
  public var chunk: (Int) throws(SourceFault) -> [UInt8]?

  /// Takes all fields.
  public init(
    secret: Digest,
    bytes: [UInt8],
    chunk: @escaping (Int) throws(SourceFault) -> [UInt8]? = { (_) throws(SourceFault) in nil }
  ) {
    self.secret = secret
    self.bytes = bytes
    self.chunk = chunk
  }
}

/// Writes a log as a bundle.
public struct BundleExport {
  /// Ids that the receiver has already, with everything in their past.
  public var known: Set<Digest>

  /// Whether the bundle is compressed with Zstandard (RFC 8878), about 1 MiB at a time.
  public var isCompressed = false

  /// The content of an event, and the chunks of its attachment one after the other; nil where it is
  /// not to be had, or is to be left out.
  public var content: Keeper

  /// Answers the content of an event, if it is to be had.
  public typealias Keeper =
    (_ group: Digest, _ event: Digest) throws(SourceFault) -> BundleContent?

  /// Takes what the receiver has, and where contents come from; a bundle without is redacted.
  public init(
    known: Set<Digest> = [],
    content: @escaping Keeper = { (_, _) throws(SourceFault) in nil }
  ) {
    self.known = known
    self.content = content
  }

  /// Hands the bundle's bytes to `write`, item by item; answers how many events it has.
  ///
  /// Parents come before their children. Events that wait are left out: nobody could judge them.
  public func run(
    _ logs: [(log: MemberLog, source: any LogSource)],
    write: ([UInt8]) -> Void
  ) throws(SourceFault) -> Int {
    guard isCompressed else { return try items(of: logs, write) }
    let compressor = Compressor()
    func put(_ bytes: [UInt8]?) throws(SourceFault) {
      guard let bytes else { throw SourceFault(.store, "there is no memory for compressing") }
      write(bytes)
    }
    let count = try items(of: logs) { (bytes) throws(SourceFault) in
      try put(compressor.add(bytes))
    }
    try put(compressor.finish())
    return count
  }

  private func items(
    of logs: [(log: MemberLog, source: any LogSource)],
    _ write: ([UInt8]) throws(SourceFault) -> Void
  ) throws(SourceFault) -> Int {
    var wanted: [(log: MemberLog, source: any LogSource, events: [Int])] = []
    var taken = known
    for (log, source) in logs {
      let judge = log.replica.judge
      let events = judge.canonicalOrder().filter { taken.insert(judge.graph.id($0)).inserted }
      wanted.append((log, source, events))
    }
    let count = wanted.map(\.events.count).reduce(0, +)
    var writer = BundleWriter()
    let groups = Set(wanted.map(\.log.group)).sorted()
    try write(writer.header(BundleHeader(groups: groups, count: UInt64(count))))
    for (log, source, events) in wanted {
      for event in events {
        let id = log.replica.judge.graph.id(event)
        var entry = BundleEntry(envelope: try source.envelope(at: log.places[event]))
        let mayHaveContent = log.replica.judge.mayHaveContent(event)
        let content = mayHaveContent ? try self.content(log.group, id) : nil
        entry.secret = content?.secret
        entry.content = content?.bytes
        try write(writer.entry(entry, id: id))
        var place = 0
        while let chunk = try content?.chunk(place) {
          try write(writer.chunk(chunk))
          place += 1
        }
      }
    }
    try write(writer.end())
    return count
  }
}

extension MemberLog {
  /// The ids of all events in the graph.
  public var ids: [Digest] {
    (0..<replica.judge.count).map { replica.judge.graph.id($0) }
  }

  /// The keys of all who wrote an event in the graph.
  public var authors: Set<Digest> {
    let graph = replica.judge.graph
    return Set(graph.chains.map { graph.authors.digests[$0.author] })
  }

  /// These ids and everything in their past; ids that are not held are ignored.
  public func past(of ids: [Digest]) -> Set<Digest> {
    let judge = replica.judge
    var found: Set<Int> = []
    var stack = ids.compactMap { judge.number(of: $0) }
    while let event = stack.popLast() {
      guard found.insert(event).inserted else { continue }
      stack += judge.graph.parents(event).map { Int($0) }
      if let previous = judge.graph.previous(event) { stack.append(previous) }
    }
    return Set(found.map { judge.graph.id($0) })
  }
}
