package import CoterieEvents
package import CoterieWire

/// The promises of the specification §4.7, as checks that tests, scopes and simulations share.
package enum Promises {
  /// The first of G1 to G3, or agreement with the definition, that is broken, in words; nil if all
  /// hold.
  ///
  /// `orders` are further arrival orders of the same events, parents first.
  package static func broken(
    in judge: Judge,
    _ reference: Judged,
    orders: [[Event]] = []
  ) -> String? {
    if let difference = reference.difference(from: Judged(judge, fromDefinition: true)) {
      return "definition: \(difference)"
    }
    for (place, order) in orders.enumerated() {
      let other = Judged(order, looking: place.isMultiple(of: 2))
      if let difference = reference.difference(from: other) {
        return "G1, order \(place): \(difference)"
      }
    }
    let current = judge.currentView()
    let order = judge.canonicalOrder()
    if judge.tally(in: current, order: order).digest != judge.digest(of: order, in: current) {
      return "tally: the running digest is not that of the verdicts one by one"
    }
    return broken(in: judge, reference)
  }

  /// The same for G2 and G3 alone: there is an owner, and nothing in effect lies below its need.
  package static func broken(in judge: Judge, _ reference: Judged) -> String? {
    if judge.template == .secretGroup, judge.group != nil, !reference.isDissolved,
      reference.owners == 0
    {
      return "G2: nobody is owner"
    }
    if let below = reference.verdicts.first(where: { _, verdict in
      verdict.status == .effective
        && (verdict.standing?.role).map { role in
          verdict.need.map { role < $0 } ?? false
        } ?? false
    }) {
      return "G3: \(below.key) is in effect below its need"
    }
    return nil
  }

  /// Which of G5 to G7 an event breaks that has seen everything, in words; nil if all hold.
  package static func broken(
    by event: Digest,
    of author: Digest,
    _ kind: Kind,
    before reference: Judged,
    after: Judged
  ) -> String? {
    guard let verdict = after.verdicts[event] else { return "an event was not judged" }
    for (id, before) in reference.verdicts {
      guard let now = after.verdicts[id] else { return "G7: \(id) is gone" }
      if now == before || before.status == .heldBack { continue }
      return "G5: \(kind.name) changed \(id): \(before) to \(now)"
    }
    if verdict.status == .rejected, after.roles != reference.roles {
      return "G5: a rejected event moved a role"
    }
    return moved(by: author, kind, reference, after)
  }

  /// G6: a role that moved belongs to someone within the author's reach, or to the author.
  private static func moved(
    by author: Digest,
    _ kind: Kind,
    _ before: Judged,
    _ after: Judged
  ) -> String? {
    let isHeldBack = before.verdicts.values.contains { $0.status == .heldBack }
    guard let standing = before.roles[author] else {
      let isEntry = kind == .inviteAccept || kind == .linkJoin || kind == .groupFound
      // A new owner lets go the last one, whose exit was held back.
      if isEntry, isHeldBack { return nil }
      let others = after.roles.filter { !isEntry || $0.key != author }
      return before.roles == others ? nil : "G4: an event of a stranger moved a role"
    }
    for (person, held) in before.roles where person != author && after.roles[person] != held {
      let isReached =
        standing.role > held.role
        || (standing.role == .owner && held.role == .owner && isSenior(standing.path, held.path))
      if !isReached, !isHeldBack {
        return "G6: \(kind.name) of \(author) moved \(person), who is out of reach"
      }
    }
    return nil
  }

  private static func isSenior(_ left: [UInt64], _ right: [UInt64]) -> Bool {
    left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
  }

  /// G4: what breaks if events of someone who is no member changed another's verdict or a role; nil
  /// if they did not.
  package static func broken(
    byEventsOf author: Digest,
    before reference: Judged,
    after: Judged,
    authors: [Digest: Digest]
  ) -> String? {
    if reference.roles != after.roles { return "G4: \(author) is no member and moved a role" }
    for (id, before) in reference.verdicts where authors[id] != author {
      guard let now = after.verdicts[id] else { return "G7: \(id) is gone" }
      if now != before {
        return "G4: \(author) is no member and changed \(id): \(before) to \(now)"
      }
    }
    return nil
  }
}
