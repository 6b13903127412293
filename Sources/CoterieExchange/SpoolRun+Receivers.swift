internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieSealing
internal import CoterieWire

/// Who gets something.
extension SpoolRun {
  struct Receiver {
    var key: Digest
    var seal: Digest
    var standpoint: Standpoint

    /// The newest events that it may have; nil for all.
    var ends: [Digest]? {
      if case .removed(let removal) = standpoint { [removal] } else { nil }
    }

    var isRemoved: Bool { ends != nil }
  }

  func receivers(_ governance: Governance, _ log: GroupLog, _ me: Digest) -> [Receiver] {
    var found: [Receiver] = []
    let seals = log.seals()
    for member in governance.members where member.key != me {
      guard let seal = seals[member.key] else { continue }
      let standpoint = log.standpoint(of: member.key)
      found.append(Receiver(key: member.key, seal: seal, standpoint: standpoint))
    }
    for (key, seal) in seals where key != me {
      let standpoint = log.standpoint(of: key)
      if case .removed = standpoint {
        found.append(Receiver(key: key, seal: seal, standpoint: standpoint))
      }
    }
    for entry in governance.invites + governance.links where entry.status == .open {
      guard entry.key != me, !found.contains(where: { $0.key == entry.key }),
        let seal = SealKey.publicKey(ofSigner: entry.key)
      else { continue }
      found.append(Receiver(key: entry.key, seal: seal, standpoint: .invited))
    }
    return found.sorted { $0.key < $1.key }
  }
}
