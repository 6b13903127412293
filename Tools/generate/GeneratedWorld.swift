import CoterieBundles
import CoterieEngine
import CoterieEvents
import CoterieJudgement
import CoterieSealing
import CoterieWire

/// What a generated history is to look like.
struct WorldPlan {
  var members = 10
  var events = 1000
  var seed: UInt64 = 1
  /// Longest delay of an event, counted in events.
  var delay = 8
  /// Authority acts in a thousand.
  var authority = 20
  /// Conflicting events in a million.
  var forks = 0
}

/// A group of members who act on what they have seen: each has a judge of its own.
final class GeneratedWorld {
  private final class Member {
    let name: String
    let key: SigningKey
    let replica: Replica
    /// Events on their way, with the moment at which they arrive; the earliest last.
    var inbox: [(due: Int, event: Int)] = []
    var offlineUntil = 0

    init(_ name: String) {
      self.name = name
      key = Cast.key(name)
      replica = Replica()
    }
  }

  private let plan: WorldPlan
  private var random: SplitMix64
  private var members: [Member] = []
  private var events: [(event: Event, envelope: [UInt8])] = []
  private var now = 0

  init(_ plan: WorldPlan) {
    self.plan = plan
    random = SplitMix64(seed: plan.seed)
    members = (0..<plan.members).map { Member("m\($0)") }
    found()
  }

  func name(_ member: Int) -> String { members[member].name }
  func eventCount(of member: Int) -> Int { members[member].replica.judge.count }

  // MARK: History

  private func found() {
    let settings = Preference.allCases
      .map { PreferenceSetting(key: Text($0.key), value: $0.standard(in: .secretGroup)) }
    let nonce = Array(Cast.seed("nonce:\(plan.seed)").bytes.prefix(16))
    let founding = Founding(
      template: .secretGroup,
      name: "Generated",
      preferences: settings,
      nonce: nonce,
      seal: Cast.seal("m0")
    )
    sign(.groupFound(founding), by: members[0])
    for member in members.dropFirst() {
      let role: Role = random.below(4) == 0 ? .admin : .member
      sign(.inviteCreate(invitee: member.key.publicKey, role: role), by: members[0])
      deliverEverything()
      accept(by: member)
      deliverEverything()
    }
  }

  /// Signs events until the plan is fulfilled.
  func run(_ progress: (Int) -> Void) {
    let start = events.count
    while events.count - start < plan.events {
      now += 1
      let member = members[random.below(members.count)]
      receive(member)
      if plan.delay > 0, random.below(2000) == 0 { member.offlineUntil = now + plan.delay * 20 }
      act(member)
      progress(events.count - start)
    }
  }

  private func act(_ member: Member) {
    let judge = member.replica.judge
    if plan.forks > 0, random.below(1_000_000) < plan.forks, fork(member) { return }
    if random.below(1000) < plan.authority, let action = authorityAct(member),
      judge.refusal(of: action, by: member.key.publicKey) == nil
    {
      sign(action, by: member)
      return
    }
    if accept(by: member) { return }
    let post = Action.messagePost(
      Post(type: .text, content: Cast.commitment("message", events.count))
    )
    if judge.refusal(of: post, by: member.key.publicKey) == nil { sign(post, by: member) }
  }

  private func authorityAct(_ member: Member) -> Action? {
    let other = members[random.below(members.count)].key.publicKey
    switch random.below(10) {
    case 0..<5:
      return .memberRole(
        member: other,
        role: [.observer, .member, .moderator, .admin][random.below(4)]
      )
    case 5: return .memberRemove(member: other, erase: false)
    case 6, 7: return .inviteCreate(invitee: other, role: random.below(3) == 0 ? .admin : .member)
    case 8: return .groupPreference(key: "voice", value: random.below(2) == 0 ? .on : .off)
    default: return .groupProfile(name: Text("Generated \(now)"), description: nil)
    }
  }

  @discardableResult
  private func accept(by member: Member) -> Bool {
    let judge = member.replica.judge
    guard let invite = judge.openInvite(for: member.key.publicKey) else { return false }
    let action = Action.inviteAccept(invite: invite, seal: Cast.seal(member.name), name: nil)
    guard judge.refusal(of: action, by: member.key.publicKey) == nil else { return false }
    sign(action, by: member)
    return true
  }

  /// Signs a message beside the member's newest event, as a second device would.
  private func fork(_ member: Member) -> Bool {
    guard let newest = member.replica.newestEvent(of: member.key.publicKey) else { return false }
    let graph = member.replica.judge.graph
    guard let previous = graph.previous(newest) else { return false }
    let draft = Draft(
      group: member.replica.judge.group,
      author: member.key.publicKey,
      sequence: graph.sequence(newest),
      previous: graph.id(previous),
      parents: Parents(graph.parents(newest).map { graph.id(Int($0)) }),
      time: time,
      action: .messagePost(Post(type: .text, content: Cast.commitment("fork", events.count)))
    )
    publish(draft, by: member)
    return true
  }

  // MARK: Delivery

  private var time: UInt64 { 1_767_225_600_000 + UInt64(now) * 1000 }

  private func sign(_ action: Action, by member: Member) {
    publish(member.replica.draft(action, by: member.key.publicKey, time: time), by: member)
  }

  private func publish(_ draft: Draft, by author: Member) {
    let event = draft.event
    let number = events.count
    events.append((event, draft.sealed(with: author.key)))
    _ = try? author.replica.receive(event, envelope: [])
    for member in members where member !== author {
      let due = now + (plan.delay > 0 ? 1 + random.below(plan.delay) : 0)
      member.inbox.append((due, number))
    }
  }

  private func receive(_ member: Member) {
    guard now >= member.offlineUntil else { return }
    let arrived = member.inbox.filter { $0.due <= now }
    guard !arrived.isEmpty else { return }
    member.inbox.removeAll { $0.due <= now }
    for (_, event) in arrived {
      _ = try? member.replica.receive(events[event].event, envelope: [])
    }
  }

  /// Lets everything that is on its way arrive.
  func deliverEverything() {
    for member in members {
      for (_, event) in member.inbox {
        _ = try? member.replica.receive(events[event].event, envelope: [])
      }
      member.inbox.removeAll()
    }
  }

  // MARK: Output

  /// What a member holds, as a bundle.
  func bundle(of member: Int) -> [UInt8] {
    let judge = members[member].replica.judge
    let held = events.filter { judge.number(of: $0.event.id) != nil }
    var writer = BundleWriter()
    let header = BundleHeader(groups: judge.group.map { [$0] } ?? [], count: UInt64(held.count))
    var bytes = writer.header(header)
    for (event, envelope) in held {
      bytes += writer.entry(BundleEntry(envelope: envelope), id: event.id)
    }
    return bytes + writer.end()
  }
}
