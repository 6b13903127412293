internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
internal import CoterieSealing
internal import CoterieVault
package import CoterieWire

extension GroupLog {
  /// The newest seal key that each person has published, by key.
  ///
  /// O(events).
  package func seals() -> [Digest: Digest] {
    let judge = replica.judge
    var found: [Digest: Digest] = [:]
    guard let snapshot = try? ledger.snapshot() else { return found }
    for event in 0..<judge.count {
      switch judge.kind(of: event) {
      case .groupFound, .inviteAccept, .linkJoin, .memberSeal: break
      default: continue
      }
      guard judge.wasAdmitted(event),
        let envelope = try? entry(of: event, withContent: false, in: snapshot).envelope,
        let decoded = try? Event.decode(envelope.span).event
      else { continue }
      switch decoded.action {
      case .groupFound(let founding): found[decoded.author] = founding.seal
      case .inviteAccept(_, let seal, _): found[decoded.author] = seal
      case .linkJoin(let joining): found[decoded.author] = joining.seal
      case .memberSeal(let seal): found[decoded.author] = seal
      default: continue
      }
    }
    return found
  }

  /// So long someone who says nothing is waited for: 30 days.
  private static let silenceMilliseconds: UInt64 = 30 * 86_400_000

  /// Whether every other member has seen, by what it signed, that someone published a seal key, or
  /// has been silent for long since.
  package func isKnown(seal: Digest, of key: Digest, now: UInt64) -> Bool {
    let judge = replica.judge
    guard let governance = governance(), let snapshot = try? ledger.snapshot(),
      let person = judge.graph.authors.number(of: key)
    else { return false }
    let own = judge.graph.chainsOfAuthor[person].flatMap { judge.graph.chains[Int($0)].events }
    for event in own.map({ Int($0) }).reversed() where judge.kind(of: event) == .memberSeal {
      guard let envelope = try? entry(of: event, withContent: false, in: snapshot).envelope,
        let decoded = try? Event.decode(envelope.span).event,
        case .memberSeal(seal) = decoded.action
      else { continue }
      if now > decoded.time, now - decoded.time > Self.silenceMilliseconds { return true }
      return governance.members.allSatisfy { member in
        member.key == key
          || replica.newestEvent(of: member.key).map { judge.precedes(event, $0) } ?? false
      }
    }
    return false
  }
}

extension Store {
  /// Erases the seal key before the newest once nobody seals to it any more: what was sealed to it
  /// and was not read is left again.
  package func eraseOlderSeal(in log: GroupLog, now: UInt64) throws(GroupError) {
    let held = try keys().last { $0.purpose == .member && $0.group == log.group }
    guard let held, held.olderSealKey != nil,
      log.isKnown(seal: held.seal.publicKey, of: held.publicKey, now: now)
    else { return }
    try changeKeys { keys in
      for place in keys.indices
      where keys[place].publicKey == held.publicKey && keys[place].group == log.group {
        keys[place] = keys[place].withoutOlderSeal()
      }
    }
  }
}
