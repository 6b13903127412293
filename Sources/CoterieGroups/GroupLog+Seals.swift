internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
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
}
