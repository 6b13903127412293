internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// What an event does to the verdicts of others.
public struct ImpactReport: Codable, Equatable, Sendable {
  /// One event whose verdict rests on it.
  public struct Fallen: Codable, Equatable, Sendable {
    /// The event.
    public var id: String
    /// Its position in canonical order.
    public var position: Int
    /// What it does.
    public var kind: String
    /// Its author.
    public var author: String
    /// Its status.
    public var status: String
    /// Its code.
    public var code: String?
    /// The event by which it fell.
    public var by: String?

    enum CodingKeys: String, CodingKey {
      case id
      case position = "n"
      case kind, author, status, code, by
    }
  }

  /// The event.
  public var id: String
  /// What it does.
  public var kind: String
  /// Its status.
  public var status: String
  /// What it voids itself.
  public var voids: [Fallen]
  /// What falls because what it rested on fell.
  public var through: [Fallen]
  /// What rests on it: acts whose author has the right to them by it, at first hand or further.
  public var carries: [Fallen]
}

extension MemberLog {
  /// Everything that an event voids, directly and through lost support, and everything that rests
  /// on it.
  ///
  /// O(events).
  public func impact(of event: Int) -> ImpactReport {
    let judge = replica.judge
    let current = judge.currentView()
    let id = judge.graph.id(event)
    var report = ImpactReport(
      id: id.hex,
      kind: judge.kind(of: event).name,
      status: judge.verdict(of: event, in: current).status.rawValue,
      voids: [],
      through: [],
      carries: []
    )
    var carried: Set<Digest> = [id]
    for (place, number) in judge.canonicalOrder().enumerated() {
      let verdict = judge.verdict(of: number, in: current)
      let fallen = ImpactReport.Fallen(
        id: judge.graph.id(number).hex,
        position: place + 1,
        kind: judge.kind(of: number).name,
        author: judge.graph.authorKey(number).hex,
        status: verdict.status.rawValue,
        code: verdict.code?.rawValue,
        by: verdict.by?.hex
      )
      if verdict.status != .effective {
        if verdict.by == id {
          report.voids.append(fallen)
        } else if verdict.root == id {
          report.through.append(fallen)
        }
      }
      if let support = verdict.support, carried.contains(support), number != event {
        if judge.act(of: judge.graph.id(number)) != nil { carried.insert(judge.graph.id(number)) }
        report.carries.append(fallen)
      }
    }
    return report
  }
}
