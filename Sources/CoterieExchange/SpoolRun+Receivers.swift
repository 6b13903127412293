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

    /// Whether it may have no more than what led to its end here.
    var isOut: Bool {
      switch standpoint {
      case .removed, .parted: true
      case .member, .invited, .stranger: false
      }
    }

    var isMember: Bool { if case .member = standpoint { true } else { false } }
  }

  /// Everyone to whom something is left: members and who is to come in, and those who are out, who
  /// still hear how much of theirs has come.
  func receivers(_ governance: Governance, _ log: GroupLog, _ me: Digest) -> [Receiver] {
    var found: [Receiver] = []
    let seals = log.seals()
    for member in governance.members where member.key != me {
      guard let seal = seals[member.key] else { continue }
      let standpoint = log.standpoint(of: member.key)
      found.append(Receiver(key: member.key, seal: seal, standpoint: standpoint))
    }
    for (key, seal) in seals where key != me {
      let receiver = Receiver(key: key, seal: seal, standpoint: log.standpoint(of: key))
      if receiver.isOut { found.append(receiver) }
    }
    for invite in governance.invites where invite.status == .declined {
      guard invite.key != me, !found.contains(where: { $0.key == invite.key }),
        let seal = SealKey.publicKey(ofSigner: invite.key)
      else { continue }
      let standpoint = log.standpoint(of: invite.key)
      let receiver = Receiver(key: invite.key, seal: seal, standpoint: standpoint)
      if receiver.isOut { found.append(receiver) }
    }
    for entry in governance.invites + governance.links where entry.status == .open {
      guard entry.key != me, !found.contains(where: { $0.key == entry.key }),
        let seal = SealKey.publicKey(ofSigner: entry.key)
      else { continue }
      found.append(Receiver(key: entry.key, seal: seal, standpoint: .invited))
    }
    // Who is out itself leaves what members have not heard of it yet.
    if case .member = log.standpoint(of: me) { return found.sorted { $0.key < $1.key } }
    return found.filter(\.isMember).sorted { $0.key < $1.key }
  }
}
