internal import CoterieEvents
internal import CoterieJSON
internal import CoterieWire

/// The start of a log that a scenario's `group` says in one line: founding, then one person after
/// the other invited by the founder and accepting, with nothing else in between.
struct RecordedSetup {
  private(set) var founding: Event?
  private(set) var members: [(key: Digest, role: Role)] = []
  /// The events that are no steps of their own, in order, with the names of the setup's steps.
  private(set) var events: [(id: Digest, step: String)] = []

  /// - Parameter wanted: step ids that events must keep; where one differs, the setup ends.
  init(_ graph: RecordedGraph?, _ names: RecordedNames, wanted: [Digest: String]) {
    guard let graph, let first = graph.order.first, let found = graph.events[first],
      case .groupFound = found.action, wanted[first] == nil || wanted[first] == "found"
    else { return }
    founding = found
    events = [(first, "found")]
    var head = first
    var newest = first
    while let (invite, accept) = Self.next(graph, head, newest, found.author),
      case .inviteCreate(let invitee, let role) = invite.action
    {
      let name = names.name(of: invitee)
      let steps = [(invite.id, "invite:\(name)"), (accept.id, "accept:\(name)")]
      guard steps.allSatisfy({ wanted[$0.0] == nil || wanted[$0.0] == $0.1 }) else { break }
      members.append((invitee, role))
      events += steps.map { (id: $0.0, step: $0.1) }
      newest = invite.id
      head = accept.id
    }
  }

  /// An invite of the founder right behind the head, and its acceptance right behind that.
  private static func next(
    _ graph: RecordedGraph,
    _ head: Digest,
    _ newest: Digest,
    _ founder: Digest
  ) -> (Event, Event)? {
    for id in graph.order {
      guard let invite = graph.events[id], case .inviteCreate(let invitee, _) = invite.action,
        invite.author == founder, invitee != founder, graph.parents(of: invite) == [head],
        graph.previous(of: invite) == newest
      else { continue }
      for id in graph.order {
        guard let accept = graph.events[id],
          case .inviteAccept(invite.id, _, _) = accept.action, accept.author == invitee,
          graph.parents(of: accept) == [invite.id], accept.sequence == 0
        else { continue }
        return (invite, accept)
      }
    }
    return nil
  }
}
