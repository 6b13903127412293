package import CoterieEvents
package import CoterieJudgement
package import CoterieWire

/// An event in effect by which its author took a display name: its content says which.
package struct Naming: Equatable, Sendable {
  package var author: Digest
  package var event: Digest

  /// Takes both.
  package init(author: Digest, event: Digest) {
    self.author = author
    self.event = event
  }
}

extension Kind {
  /// Whether an event of this kind may give its author a display name.
  package var mayName: Bool {
    switch self {
    case .inviteAccept, .linkJoin, .memberProfile: true
    default: false
    }
  }
}

extension Judge {
  /// Of each author so many events are looked through for one whose content is here.
  private static let namingsMax = 4

  /// The events in effect among some that give names: the newest few of each author, the newest
  /// first.
  ///
  /// O(events given); those that give no name cost a look at their kind.
  package func namings(
    among events: some Sequence<Int>,
    in current: CurrentView
  ) -> [Naming] {
    var counts: [Int: Int] = [:]
    return events.filter { kind(of: $0).mayName }
      .sorted { graph.isCanonicallyBefore($1, $0) }
      .filter { event in
        let author = graph.author(event)
        guard counts[author, default: 0] < Self.namingsMax,
          verdict(of: event, in: current).status == .effective
        else { return false }
        counts[author, default: 0] += 1
        return true
      }
      .map { Naming(author: graph.authorKey($0), event: graph.id($0)) }
  }
}
