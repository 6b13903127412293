package import CoterieEvents
internal import CoterieSealing
internal import CoterieWire

extension Cast {
  /// One action of every kind, with every optional field, and without.
  package static let everyAction: [Action] = {
    let id = someSeal
    let proof = SigningKey(seed: linkSeed).signature(of: [1])
    return [
      .groupProfile(name: "é", description: "long"), .groupProfile(name: "", description: nil),
      .groupPreference(key: "voice", value: .from(.admin)),
      .groupPreference(key: "disappearing", value: .seconds(86_400)),
      .groupPreference(key: "unheard-of", value: .other("x")), .groupWelcome(text: "Hello"),
      .groupDissolve, .inviteCreate(invitee: bob, role: .owner), .inviteWithdraw(invite: id),
      .inviteAccept(invite: id, seal: id, name: content),
      .inviteAccept(invite: id, seal: id, name: nil), .inviteDecline(invite: id),
      .linkCreate(link: linkKey, role: .member, uses: 3),
      .linkCreate(link: linkKey, role: .observer, uses: nil), .linkRole(link: id, role: .member),
      .linkClose(link: id), .linkJoin(Joining(link: id, proof: proof, seal: id, name: content)),
      .memberRole(member: id, role: .moderator), .memberRemove(member: id, erase: true),
      .memberLeave,
      .memberResign(role: .observer), .memberProfile(name: content), .memberSeal(seal: id),
      .memberBlock(member: id), .memberUnblock(member: id),
      .messagePost(
        Post(type: .voice, content: content, reply: id, forwarded: true, lifetime: 60)
      ),
      .messagePost(Post(type: .text, content: content)),
      .messageEdit(message: id, content: content), .messageDelete(message: id),
      .messageReact(message: id, emoji: "👍", on: false),
      .messageReport(message: id, content: content), .historyClear,
      .unknown(kind: "future.kind", body: [0xa1, 0x61, 0x61, 0x01]),
    ]
  }()
}
