internal import CoterieGroups
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// Who the two ends are: proofs by signature, and the lanes that open on them.
extension ExchangeSession {
  // MARK: Proofs

  private func statement(_ tag: Digest, _ sender: Digest, seal: Digest, group: Digest?) -> [UInt8] {
    Array("coterie.session".utf8) + (channel.transcript?.bytes ?? []) + tag.bytes + sender.bytes
      + seal.bytes + (group?.bytes ?? [])
  }

  /// Says who this end is in a lane; an end that is invited does not know the group yet.
  func prove(_ lane: Lane?) {
    guard let lane, let key = lane.key, !lane.hasProven else { return }
    lane.hasProven = true
    let seal = key.purpose == .member ? key.seal.publicKey : key.signing.sealKey().publicKey
    let group: Digest? = lane.log == nil ? nil : lane.group
    var writer = CBORWriter()
    writer.array(6)
    writer.digest(lane.tag)
    writer.digest(key.publicKey)
    writer.digest(seal)
    if let group { writer.digest(group) } else { writer.null() }
    let words = statement(lane.tag, channel.ownKey, seal: seal, group: group)
    writer.byteString(key.signature(of: words).bytes)
    let link = keys.last { $0.purpose == .link && $0.group != nil && $0.group == lane.group }
    if let link, lane.log != nil {
      writer.byteString(link.publicKey.bytes + link.signature(of: words).bytes)
    } else {
      writer.null()
    }
    say(.proof, writer.bytes)
  }

  private struct Proof {
    var tag: Digest
    var key: Digest
    var seal: Digest
    var group: Digest?
    var signature: [UInt8]
    var link: [UInt8]?

    init(_ bytes: Span<UInt8>) throws(Malformed) {
      var cursor = CBORCursor()
      guard try cursor.array(in: bytes, limit: 6) == 6 else { throw Malformed(.truncated, at: 0) }
      tag = try cursor.digest(in: bytes)
      key = try cursor.digest(in: bytes)
      seal = try cursor.digest(in: bytes)
      group = cursor.null(in: bytes) ? nil : try cursor.digest(in: bytes)
      signature = bytes.copy(of: try cursor.byteString(in: bytes, limit: 64))
      if !cursor.null(in: bytes) {
        link = bytes.copy(of: try cursor.byteString(in: bytes, limit: 96))
      }
    }
  }

  func hearProof(_ payload: Span<UInt8>) throws(ExchangeError) {
    let proof: Proof
    do throws(Malformed) {
      proof = try Proof(payload)
    } catch {
      throw garbage("a proof that cannot be read (\(error))")
    }
    guard let peerKey = channel.peerKey, let lane = lanes[proof.tag],
      expectedProofs.remove(proof.tag) != nil
    else { throw garbage("a proof that was not asked for") }
    let words = statement(proof.tag, peerKey, seal: proof.seal, group: proof.group)
    guard let signature = Signature(proof.signature),
      VerifyingKey.verifies(signature, of: words, by: proof.key)
    else { throw garbage("a proof that is not signed by its key") }
    if let link = proof.link {
      guard link.count == 96, let key = Digest(link[..<32]),
        let signature = Signature(Array(link[32...])),
        VerifyingKey.verifies(signature, of: words, by: key)
      else { throw garbage("a proof that is not signed by its link") }
      lane.peerLink = key
    }
    lane.peer = proof.key
    if let log = lane.log {
      if proof.group == nil, tag(proof.key) != proof.tag {
        throw garbage("a proof by another key than it offered")
      }
      if self.standpoint(lane, log) == .stranger {
        lane.close()
        say(.lane, lane.tag.bytes)
        return
      }
    } else {
      guard let group = proof.group, lane.group == nil || lane.group == group,
        only?.contains(group) ?? true,
        lane.key?.purpose == .link || policy.admits(proof.key)
      else {
        lane.close()
        say(.lane, lane.tag.bytes)
        return
      }
      lane.group = group
      // Invited to a group that is here already: what is here need not come again.
      lane.log = known.first { $0.group == group }
    }
    prove(lane)
    try start(lane, seal: proof.seal, peerKey)
  }

  /// Who the other end is: as the key that it has, or as the holder of a link; someone removed does
  /// not come back by one.
  func standpoint(_ lane: Lane, _ log: GroupLog) -> Standpoint {
    guard let peer = lane.peer else { return .stranger }
    let own = log.standpoint(of: peer)
    guard let link = lane.peerLink, log.standpoint(of: link) == .invited else { return own }
    switch own {
    case .stranger, .parted: return .invited
    case .member, .invited, .removed: return own
    }
  }

  private func start(_ lane: Lane, seal: Digest, _ peerKey: Digest) throws(ExchangeError) {
    guard let group = lane.group, let key = lane.key,
      let outward = channel.agreement(with: seal)
    else { throw garbage("a seal key that is none") }
    let context = (channel.transcript?.bytes ?? []) + group.bytes
    let header = lane.startSending(outward, context: context + channel.ownKey.bytes)
    let inward =
      key.purpose == .member
      ? key.seal.agreement(with: peerKey) : key.signing.sealKey().agreement(with: peerKey)
    guard let inward else { throw garbage("a key that is none") }
    lane.expect(inward, context: context + peerKey.bytes)
    say(.lane, lane.tag.bytes + header)
    sayEnds(lane)
  }
}
