internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
public import CoterieWire

/// One member's log of one group, as a recording takes it.
public struct RecordedLog: Sendable {
  /// How the log is called.
  public var name: String
  /// The events that have their places, parents first.
  public var placed: [Event]
  /// The events that wait for others.
  public var waiting: [Event]

  /// Takes all fields.
  public init(name: String, placed: [Event], waiting: [Event] = []) {
    self.name = name
    self.placed = placed
    self.waiting = waiting
  }

  /// All events of several logs of one group, as one log.
  ///
  /// O(events).
  public static func union(of logs: [RecordedLog]) -> RecordedLog {
    var union = RecordedLog(name: logs.first?.name ?? "", placed: [])
    var known: [Digest: Event] = [:]
    for event in logs.flatMap({ $0.placed + $0.waiting }) { known[event.id] = event }
    let all = RecordedLog(
      name: union.name,
      placed: logs.flatMap(\.placed),
      waiting: logs.flatMap(\.waiting)
    )
    let replica = all.replica()
    let judge = replica.judge
    union.placed = (0..<judge.count).compactMap { known[judge.graph.id($0)] }
    union.waiting = replica.pending.compactMap { known[$0.id] }
    return union
  }

  /// The ids of the events that have their places, in canonical order: depth, then id.
  public var canonicalIDs: [Digest] {
    let judge = replica().judge
    return judge.canonicalOrder().map { judge.graph.id($0) }
  }

  /// A judge's copy of the log, and the events by their ids.
  func replica() -> Replica {
    let replica = Replica()
    for event in placed + waiting { _ = try? replica.receive(event, envelope: []) }
    return replica
  }
}

/// Why nothing could be recorded.
public enum RecordingFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The founding event is in none of the logs.
  case notFounded
  /// More events than a scenario is good for.
  case tooLong(Int)
  /// A rename names nobody.
  case unknownPerson(String, known: [String])
  /// Two people would have one name.
  case nameTwice(String)
  /// What was written cannot be run: a defect of ours.
  case unrunnable(String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .notFounded: "the founding event is in none of the logs"
    case .tooLong(let count):
      "\(count) events are more than a scenario takes (\(Recording.eventsMax))"
    case .unknownPerson(let name, let known):
      "there is nobody called \"\(name)\"; known: \(known.joined(separator: ", "))"
    case .nameTwice(let name): "two people would be called \"\(name)\""
    case .unrunnable(let problem): "the scenario that was written cannot be run: \(problem)"
    }
  }
}

extension Action {
  /// The events that the body names.
  var references: [Digest] {
    switch self {
    case .inviteWithdraw(let invite), .inviteDecline(let invite): [invite]
    case .inviteAccept(let invite, _, _): [invite]
    case .linkRole(let link, _), .linkClose(let link): [link]
    case .linkJoin(let joining): [joining.link]
    case .messagePost(let post): post.reply.map { [$0] } ?? []
    case .messageEdit(let message, _), .messageReport(let message, _): [message]
    case .messageDelete(let message), .messageReact(let message, _, _): [message]
    case .groupFound, .groupProfile, .groupPreference, .groupWelcome, .groupDissolve,
      .inviteCreate, .linkCreate, .memberRole, .memberRemove, .memberLeave, .memberResign,
      .memberProfile, .memberSeal, .memberBlock, .memberUnblock, .historyClear, .unknown:
      []
    }
  }

  /// The key of whoever the body names.
  var person: Digest? {
    switch self {
    case .inviteCreate(let invitee, _): invitee
    case .memberRole(let member, _), .memberRemove(let member, _), .memberBlock(let member),
      .memberUnblock(let member):
      member
    default: nil
    }
  }
}
