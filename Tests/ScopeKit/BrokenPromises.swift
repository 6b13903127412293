internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieWire

/// Judgements that break a promise each, made by hand: the checks of the promises must see them.
package enum BrokenPromises {
  /// Names of broken promises that were not seen, and of whole ones that were called broken.
  package static func unseen() -> [String] {
    ownership() + needs() + seenEverything() + reach() + strangers() + differences()
  }

  // MARK: Parts

  private static let ann = Standing(role: .owner, path: [])
  private static let bob = Standing(role: .owner, path: [1])
  private static let cat = Standing(role: .admin, path: [2])
  private static let dan = Standing(role: .member, path: [3])
  private static let eventIDs = (0..<4).map {
    Digest(word0: UInt64($0), word1: 1, word2: 1, word3: 1)
  }
  private static let effective = Verdict(status: .effective, standing: ann, need: .admin)

  private static func judged(
    _ verdicts: [Digest: Verdict] = [eventIDs[0]: effective],
    _ roles: [Digest: Standing] = [Cast.ann: ann, Cast.bob: bob, Cast.cat: cat, Cast.eve: dan]
  ) -> Judged {
    var judged = Judged([])
    judged.verdicts = verdicts
    judged.roles = roles
    judged.owners = roles.values.count { $0.role == .owner }
    return judged
  }

  /// A judge that holds a founding event, or none.
  private static func judge(_ template: Template?) -> Judge {
    let judge = Judge(seed: 1)
    if let template { _ = try? judge.insert(Cast.founding(by: Cast.ann, template: template)) }
    return judge
  }

  /// The name of a case, unless what was found begins as it must; nil stands for no promise broken.
  private static func expect(_ name: String, _ found: String?, _ start: String?) -> [String] {
    switch (found, start) {
    case (nil, nil): []
    case (let found?, let start?) where found.hasPrefix(start): []
    default: ["\(name): \(found ?? "nothing") instead of \(start ?? "nothing")"]
    }
  }

  // MARK: G2 and G3

  private static func ownership() -> [String] {
    let nobody = judged([:], [Cast.cat: cat])
    var dissolved = nobody
    dissolved.isDissolved = true
    func broken(_ template: Template?, _ judged: Judged) -> String? {
      Promises.broken(in: judge(template), judged)
    }
    let members = [(Cast.bob, Role.owner), (Cast.cat, .member)]
    let group = Judged(Graph.group(founder: Cast.ann, members: members).events)
    return expect("two owners", group.owners == 2 ? nil : "\(group.owners)", nil)
      + expect("no owner", broken(.secretGroup, nobody), "G2")
      + expect("an owner", broken(.secretGroup, judged()), nil)
      + expect("no owner of what was dissolved", broken(.secretGroup, dissolved), nil)
      + expect("no owner of a chat", broken(.secretChat, nobody), nil)
      + expect("no group", broken(nil, nobody), nil)
  }

  private static func needs() -> [String] {
    func broken(_ status: Status, _ role: Role?, _ need: Role?) -> String? {
      let standing = role.map { Standing(role: $0, path: []) }
      let verdict = Verdict(status: status, standing: standing, need: need)
      return Promises.broken(in: judge(.secretGroup), judged([eventIDs[0]: verdict]))
    }
    return expect("below its need", broken(.effective, .member, .admin), "G3")
      + expect("at its need", broken(.effective, .admin, .admin), nil)
      + expect("above its need", broken(.effective, .owner, .admin), nil)
      + expect("rejected below its need", broken(.rejected, .member, .admin), nil)
      + expect("without standing", broken(.effective, nil, .admin), nil)
      + expect("without need", broken(.effective, .member, nil), nil)
  }

  // MARK: G5 and G7

  private static func broken(
    kind: Kind = .memberRemove,
    by author: Digest = Cast.ann,
    _ before: Judged,
    _ after: Judged
  ) -> String? {
    Promises.broken(by: eventIDs[1], of: author, kind, before: before, after: after)
  }

  private static func seenEverything() -> [String] {
    let rejected = Verdict(status: .rejected, code: .roleTooLow)
    let heldBack = Verdict(status: .heldBack, code: .ownerFloor)
    let both = [eventIDs[0]: effective, eventIDs[1]: effective]
    let fewer: [Digest: Standing] = [Cast.ann: ann, Cast.bob: bob, Cast.cat: cat]
    return expect("nothing changed", broken(judged(), judged(both)), nil)
      + expect("not judged", broken(judged(), judged()), "an event was not judged")
      + expect("gone", broken(judged(), judged([eventIDs[1]: effective])), "G7")
      + expect(
        "changed",
        broken(judged(), judged([eventIDs[0]: rejected, eventIDs[1]: effective])),
        "G5: member.remove changed"
      )
      + expect(
        "released",
        broken(judged([eventIDs[0]: heldBack]), judged(both)),
        nil
      )
      + expect(
        "rejected and moved a role",
        broken(judged(), judged([eventIDs[0]: effective, eventIDs[1]: rejected], fewer)),
        "G5: a rejected event"
      )
      + expect(
        "rejected and moved nothing",
        broken(judged(), judged([eventIDs[0]: effective, eventIDs[1]: rejected])),
        nil
      )
      + expect("in effect and moved a role", broken(judged(), judged(both, fewer)), nil)
  }

  // MARK: G6

  private static func reach() -> [String] {
    let both = [eventIDs[0]: effective, eventIDs[1]: effective]
    let held = [eventIDs[0]: Verdict(status: .heldBack), eventIDs[1]: effective]
    let all = judged().roles
    func moved(
      _ author: Digest,
      _ person: Digest,
      _ verdicts: [Digest: Verdict] = both
    ) -> String? {
      var roles = all
      roles[person] = Standing(role: .observer, path: [9])
      let before = judged([eventIDs[0]: verdicts[eventIDs[0]] ?? effective], all)
      return broken(by: author, before, judged(verdicts, roles))
    }
    return expect("a senior owner moves a later one", moved(Cast.ann, Cast.bob), nil)
      + expect("a later owner moves a senior one", moved(Cast.bob, Cast.ann), "G6")
      + expect("an owner moves an admin", moved(Cast.bob, Cast.cat), nil)
      + expect("an admin moves an owner", moved(Cast.cat, Cast.ann), "G6")
      + expect("an admin moves a member", moved(Cast.cat, Cast.eve), nil)
      + expect("a member moves an admin", moved(Cast.eve, Cast.cat), "G6")
      + expect("a member moves itself", moved(Cast.eve, Cast.eve), nil)
      + expect("an admin, while one is held back", moved(Cast.cat, Cast.ann, held), nil)
      + siblings()
  }

  /// Owners of paths of one length, and admins of any.
  private static func siblings() -> [String] {
    let both = [eventIDs[0]: effective, eventIDs[1]: effective]
    func moved(_ one: Standing, _ other: Standing) -> String? {
      let before: [Digest: Standing] = [Cast.ann: one, Cast.bob: other, Cast.cat: ann]
      var after = before
      after[Cast.bob] = nil
      return broken(by: Cast.ann, judged([eventIDs[0]: effective], before), judged(both, after))
    }
    func owner(_ path: [UInt64]) -> Standing { Standing(role: .owner, path: path) }
    func admin(_ path: [UInt64]) -> Standing { Standing(role: .admin, path: path) }
    return expect("an earlier owner", moved(owner([1, 2]), owner([1, 3])), nil)
      + expect("a later owner", moved(owner([1, 3]), owner([1, 2])), "G6")
      + expect("the same owner", moved(owner([1]), owner([1])), "G6")
      + expect("a shorter path", moved(owner([9]), owner([1, 2])), nil)
      + expect("a longer path", moved(owner([1, 2]), owner([9])), "G6")
      + expect("an admin and an admin", moved(admin([1]), admin([1, 2])), "G6")
      + expect("an admin of a shorter path", moved(admin([1]), owner([1, 2])), "G6")
  }

  // MARK: G4

  private static func strangers() -> [String] {
    let both = [eventIDs[0]: effective, eventIDs[1]: effective]
    let stranger = Cast.key("nobody")
    let before = judged([eventIDs[0]: effective], [Cast.ann: ann, Cast.bob: bob])
    func came(_ kind: Kind, _ person: Digest, _ held: Judged = before) -> String? {
      var roles = held.roles
      roles[person] = dan
      var verdicts = both
      for (id, verdict) in held.verdicts { verdicts[id] = verdict }
      return broken(kind: kind, by: stranger, held, judged(verdicts, roles))
    }
    let heldBack = judged([eventIDs[0]: Verdict(status: .heldBack)], before.roles)
    return [Kind.inviteAccept, .linkJoin, .groupFound].flatMap {
      expect("\($0.name) of its author", came($0, stranger), nil)
        + expect("\($0.name) of another", came($0, Cast.eve), "G4")
        + expect("\($0.name) while one is held back", came($0, Cast.eve, heldBack), nil)
    }
      + expect("a stranger's removal", came(.memberRemove, stranger), "G4")
      + expect("one held back, and no entry", came(.memberRemove, Cast.eve, heldBack), "G4")
      + witnessed()
  }

  /// Events of someone who is no member.
  private static func witnessed() -> [String] {
    let stranger = Cast.key("nobody")
    let authors = [eventIDs[0]: Cast.ann, eventIDs[1]: stranger]
    let rejected = Verdict(status: .rejected, code: .roleTooLow)
    let before = judged([eventIDs[0]: effective, eventIDs[1]: effective])
    func broken(_ after: Judged) -> String? {
      Promises.broken(byEventsOf: stranger, before: before, after: after, authors: authors)
    }
    let fewer: [Digest: Standing] = [Cast.ann: ann]
    return expect("no change", broken(before), nil)
      + expect("a role moved", broken(judged(before.verdicts, fewer)), "G4")
      + expect(
        "a verdict of another changed",
        broken(judged([eventIDs[0]: rejected, eventIDs[1]: effective])),
        "G4"
      )
      + expect(
        "a verdict of its own changed",
        broken(judged([eventIDs[0]: effective, eventIDs[1]: rejected])),
        nil
      )
      + expect("an event is gone", broken(judged([eventIDs[1]: effective])), "G7")
  }

  // MARK: What two judgements have in common

  private static func differences() -> [String] {
    let one = judged()
    var (role, state, verdict) = (one, one, one)
    role.roles[Cast.eve] = ann
    state.state = eventIDs[0]
    verdict.verdicts[eventIDs[0]] = Verdict(status: .defeated)
    return expect("the same", one.difference(from: one), nil)
      + expect("another role", one.difference(from: role), "roles")
      + expect("another state", one.difference(from: state), "state digests")
      + expect("another verdict", one.difference(from: verdict), eventIDs[0].description)
      + expect("no verdict", one.difference(from: judged([:])), eventIDs[0].description)
  }
}
