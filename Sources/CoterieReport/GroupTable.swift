internal import CoterieAudit
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// All events that any log of one group holds, each once, and what each log says of them.
struct GroupTable {
  /// One event, however many logs hold it.
  struct Row {
    var id: Digest
    var author: Int
    var sequence: UInt64
    var previous: Digest?
    var parents: [Digest]
    var kind: Int
    var time: UInt64
    var byteCount: Int
    /// `Int.max` while it waits in every log that has it.
    var depth: Int
    var panel: PanelRow
    var content: String?
  }

  /// A kind as filters call it, and as it stands in the event.
  struct KindName: Hashable {
    var kind: String
    var written: String
  }

  /// A verdict as it is kept once for all events that share it.
  struct VerdictKey: Hashable {
    var status: String
    var code: String?
    var by: Digest?
    var standing: StandingKey?
    var need: String?
    var support: Digest?
    var root: Digest?
  }

  /// Role and path.
  struct StandingKey: Hashable {
    var role: String
    var path: [UInt64]
  }

  /// How somebody stands after a position.
  struct Move {
    var position: Int
    var person: Int
    /// -1 for one who is no member any more.
    var standing: Int
    var grant: Digest?
    var isBlocked: Bool
  }

  /// What one log says.
  struct LogColumn {
    var name: String
    /// The verdict of each row, by row; -1 where the log lacks it.
    var verdicts: [Int] = []
    var missing: [(row: Int, ids: [Digest])] = []
    var moves: [Move] = []
    /// The earlier log that holds the same events, whose moves are the same.
    var twin: Int?
  }

  private(set) var rows: [Row] = []
  private(set) var numbers: [Digest: Int] = [:]
  private(set) var persons = Interner<Digest>()
  private(set) var kinds = Interner<KindName>()
  private(set) var verdicts = Interner<VerdictKey>()
  private(set) var standings = Interner<StandingKey>()
  private(set) var shapes = PanelShapes()
  private(set) var columns: [LogColumn] = []
  private var traceCount = 0
  private static let tracesMax = 5_000
  private let content: (Digest) -> String?

  /// Walks every log once.
  init(
    _ logs: [(log: MemberLog, source: any LogSource)],
    content: @escaping (Digest) -> String?,
    progress: () -> Void
  ) throws(SourceFault) {
    self.content = content
    for (log, source) in logs {
      let ids = log.ids.sorted()
      let twin = logs.prefix(columns.count).firstIndex { $0.log.ids.sorted() == ids }
      columns.append(LogColumn(name: log.name, twin: twin))
      try add(log, source, progress: progress)
    }
  }

  private mutating func add(
    _ log: MemberLog,
    _ source: some LogSource,
    progress: () -> Void
  ) throws(SourceFault) {
    let place = columns.count - 1
    columns[place].verdicts = [Int](repeating: -1, count: rows.count)
    try log.walk(from: source, isTracing: columns[place].twin == nil) { step in
      let row = note(step.report, depth: step.depth, in: log)
      columns[place].verdicts[row] = number(of: step.report.verdict)
      for change in step.changes {
        columns[place].moves.append(move(change, at: step.report.position ?? 0))
      }
      progress()
    }
    for report in log.waiting {
      let row = note(report, depth: .max, in: log)
      columns[place].verdicts[row] = number(of: report.verdict)
      columns[place].missing.append((row, report.missing))
    }
  }

  /// The row of an event, made when it is first seen.
  private mutating func note(_ report: EventReport, depth: Int, in log: MemberLog) -> Int {
    let event = report.event
    if let known = numbers[event.id] {
      rows[known].depth = min(rows[known].depth, depth)
      return known
    }
    let kind = KindName(
      kind: event.action.kind.name,
      written: event.action.kindName.string
    )
    numbers[event.id] = rows.count
    rows.append(
      Row(
        id: event.id,
        author: persons.number(of: event.author),
        sequence: event.sequence,
        previous: event.previous,
        parents: event.parents.ids,
        kind: kinds.number(of: kind),
        time: event.time,
        byteCount: report.byteCount,
        depth: depth,
        panel: panel(of: report, in: log),
        content: event.action.content == nil ? nil : content(event.id)
      )
    )
    for column in columns.indices { columns[column].verdicts.append(-1) }
    return rows.count - 1
  }

  /// Events that count need no reasons; of the others so many get them as a page can bear.
  private mutating func panel(of report: EventReport, in log: MemberLog) -> PanelRow {
    let isTraced =
      report.position != nil && report.verdict.status != .effective
      && traceCount < Self.tracesMax
    if isTraced { traceCount += 1 }
    return shapes.row(of: EventPanel.json(of: report, in: log, isTraced: isTraced))
  }

  private mutating func number(of verdict: Verdict) -> Int {
    verdicts.number(
      of: VerdictKey(
        status: verdict.status.rawValue,
        code: verdict.code?.rawValue,
        by: verdict.by,
        standing: verdict.standing.map { StandingKey(role: $0.role.name, path: $0.path) },
        need: verdict.need?.name,
        support: verdict.support,
        root: verdict.root
      )
    )
  }

  private mutating func move(_ change: MemberChange, at position: Int) -> Move {
    Move(
      position: position,
      person: persons.number(of: change.key),
      standing: change.member.map {
        standings.number(of: StandingKey(role: $0.standing.role.name, path: $0.standing.path))
      } ?? -1,
      grant: change.member?.grant,
      isBlocked: change.member?.isBlocked ?? false
    )
  }

  /// The rows in canonical order, those that wait everywhere last.
  var order: [Int] {
    rows.indices.sorted { (rows[$0].depth, rows[$0].id) < (rows[$1].depth, rows[$1].id) }
  }
}
