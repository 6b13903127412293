internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
public import CoterieWire

extension MemberLog {
  /// Why an event has its verdict in this log.
  ///
  /// Admission's checks are made again by the functions that made them, on the view of the event's
  /// past; the effect's come from the view of everything held. The history replays the log in its
  /// order, which costs as much as reading it; evidence costs a replay of the event's past for each
  /// event that could be left out.
  ///
  /// - Throws: `SourceFault` if the log cannot be read again.
  public func why(_ event: Int, from source: some LogSource) throws(SourceFault) -> WhyReport {
    let judge = replica.judge
    let report = try report(event, from: source)
    let checks = checks(of: event, report.event.action)
    let evidence = try evidence(for: event, from: source)
    var judged = Self.judged(report.verdict, id: report.event.id)
    judged.history = try history(of: event, from: source)
    return WhyReport(
      id: report.event.id.hex,
      position: report.position,
      kind: report.event.action.kindName.string,
      author: report.event.author.hex,
      target: Self.target(of: report.event.action),
      verdict: judged,
      judgedOn: report.event.parents.ids.map(\.hex),
      checks: checks,
      wouldPassIf: Self.cures(checks, report.verdict.need?.name),
      evidence: evidence.map { judge.graph.id($0).hex }
    )
  }

  /// The checks that an event passed and failed in this log: why, without history and evidence.
  func checks(of event: Int, _ action: Action) -> [WhyReport.Check] {
    let judge = replica.judge
    var checks = [
      WhyReport.Check(name: "bytes-and-signature", result: "ok", code: nil, facts: [])
    ]
    checks += judge.admissionTrace(of: event, action).map { Self.check($0) }
    if judge.wasAdmitted(event) {
      checks += judge.effectTrace(of: event, in: judge.currentView()).map { Self.check($0) }
    }
    return checks
  }

  /// The checks of an event and what would have to be otherwise, for reports of many events; nil if
  /// it is not held.
  public func trace(of report: EventReport) -> (checks: [WhyReport.Check], cures: [String])? {
    guard let event = number(of: report.event.id) else { return nil }
    let checks = checks(of: event, report.event.action)
    return (checks, Self.cures(checks, report.verdict.need?.name))
  }

  /// Why an event waits: what it lacks.
  public func whyPending(_ id: Digest) -> WhyReport? {
    guard let guest = replica.waiting.guests[id] else { return nil }
    var judged = Self.judged(Verdict(status: .pending), id: id)
    judged.missing = guest.missing.sorted().map(\.hex)
    judged.history = [WhyReport.Turn(status: "pending", code: nil, at: id.hex)]
    return WhyReport(
      id: id.hex,
      position: nil,
      kind: guest.event.action.kindName.string,
      author: guest.event.author.hex,
      target: Self.target(of: guest.event.action),
      verdict: judged,
      judgedOn: guest.event.parents.ids.map(\.hex),
      checks: [
        WhyReport.Check(name: "bytes-and-signature", result: "ok", code: nil, facts: []),
        WhyReport.Check(
          name: "past-is-held",
          result: "fail",
          code: nil,
          facts: guest.missing.sorted().map {
            WhyReport.Fact(path: "missing", value: $0.hex, from: nil)
          }
        ),
      ],
      wouldPassIf: guest.missing.sorted().map { "\($0.hex) were here" },
      evidence: []
    )
  }

  /// Whether and why an act would be refused that someone signed now, having seen everything held.
  public func whyNot(_ action: Action, by author: Digest) -> WhyReport {
    let judge = replica.judge
    let checks = judge.admissionTrace(of: action, by: author).map { Self.check($0) }
    let refusal = judge.refusal(of: action, by: author)
    let verdict = Verdict(
      status: refusal == nil ? .effective : .rejected,
      code: refusal?.code,
      by: refusal?.by
    )
    let need = checks.flatMap(\.facts).first { $0.path == "need" }?.value
    return WhyReport(
      id: nil,
      position: nil,
      kind: action.kindName.string,
      author: author.hex,
      target: Self.target(of: action),
      verdict: Self.judged(verdict, id: nil),
      judgedOn: judge.heads.map { judge.graph.id($0).hex }.sorted(),
      checks: checks,
      wouldPassIf: Self.cures(checks, need),
      evidence: []
    )
  }

  private static func check(_ check: TraceCheck) -> WhyReport.Check {
    WhyReport.Check(
      name: check.name,
      result: check.result.rawValue,
      code: check.code?.rawValue,
      facts: check.facts.map {
        WhyReport.Fact(path: $0.path, value: $0.value, from: $0.from?.hex)
      }
    )
  }

  static func judged(_ verdict: Verdict, id: Digest?) -> WhyReport.Judged {
    WhyReport.Judged(
      id: id?.hex,
      status: verdict.status.rawValue,
      code: verdict.code?.rawValue,
      by: verdict.by?.hex,
      standing: verdict.standing.map {
        WhyReport.Standing(role: $0.role.name, path: $0.path.map { Int(clamping: $0) })
      },
      role: verdict.standing?.role.name,
      path: verdict.standing.map { $0.path.map(String.init).joined(separator: ".") },
      need: verdict.need?.name,
      support: verdict.support?.hex,
      root: verdict.root?.hex,
      missing: [],
      history: []
    )
  }

  /// On whom or what an act acts.
  static func target(of action: Action) -> String? {
    switch action {
    case .inviteCreate(let key, _), .memberRole(let key, _), .memberRemove(let key, _),
      .memberBlock(let key), .memberUnblock(let key):
      key.hex
    case .inviteWithdraw(let id), .inviteAccept(let id, _, _), .inviteDecline(let id),
      .linkRole(let id, _), .linkClose(let id), .messageEdit(let id, _), .messageDelete(let id),
      .messageReact(let id, _, _), .messageReport(let id, _):
      id.hex
    case .linkJoin(let joining): joining.link.hex
    case .groupPreference(let key, _): key.string
    default: nil
    }
  }

  /// What would have to be otherwise, from the check that failed and its facts.
  private static func cures(_ checks: [WhyReport.Check], _ need: String?) -> [String] {
    guard let failed = checks.first(where: { $0.result == "fail" }) else { return [] }
    let cause = failed.facts.first { $0.path == "cause" }?.from ?? failed.facts.last?.from
    let unless = cause.map { " (\($0))" } ?? ""
    return switch failed.name {
    case "group-not-dissolved": ["the group were not dissolved\(unless)"]
    case "author-is-member": ["the author were a member there\(unless)"]
    case "role-suffices": ["the author were \(need ?? "of a higher role") there"]
    case "preference-allows": ["the preference were on for the author's role\(unless)"]
    case "not-oneself": ["the author used resign or leave"]
    case "target-is-member": ["the one acted on were a member there\(unless)"]
    case "author-outranks-target", "author-outranks-issuer", "author-outranks-sender":
      ["the author had a higher role, or among owners a more senior path"]
    case "changes-the-role": ["it named another role"]
    case "another-owner-stays": ["there were another owner"]
    case "invite-stands": ["the invite or link had not been ended\(unless)"]
    case "invite-is-for-author": ["the invite named the author's key"]
    case "uses-left", "uses-left-among-concurrent": ["the invite or link allowed more uses"]
    case "not-a-member-yet", "invitee-is-no-member": ["the person were not a member there"]
    case "was-not-removed": ["the person were invited anew"]
    case "proof-holds": ["the proof were the link key's signature for this group and author"]
    case "what-it-names-is-in-its-past": ["its author had seen what it names"]
    case "message-is-its-own": ["the message were the author's own"]
    case "message-is-not-deleted": ["the message had not been deleted\(unless)"]
    case "room-in-the-chat": ["the chat had room: two people, one open invitation"]
    case "support-in-effect": ["the grant under which the author acts had effect\(unless)"]
    case "right-not-taken-concurrently":
      ["its author had seen the lowering\(unless) and had the right after it, or it were not there"]
    case "invite-not-closed-unseen": ["the closing\(unless) had not been made, or had seen it"]
    case "not-of-a-losing-branch": ["its author had signed one history only\(unless)"]
    case "no-concurrent-higher-grant": ["the lowering had seen the grant\(unless)"]
    case "an-owner-stays": ["there were another owner"]
    default: []
    }
  }
}
