/// Why an event does not count, or not fully: stable, in kebab-case, the interface of every output.
///
/// The order of the admission codes is the order in which they are checked.
public enum Code: String, CaseIterable, Sendable {
  // Admission, in the order of the checks.
  case groupDissolved = "group-dissolved"
  case authorNotMember = "author-not-member"
  case roleTooLow = "role-too-low"
  case preferenceOff = "preference-off"
  case selfChange = "self-change"
  case targetNotMember = "target-not-member"
  case targetOutranksAuthor = "target-outranks-author"
  case notARaise = "not-a-raise"
  case notALowering = "not-a-lowering"
  case lastOwner = "last-owner"
  case inviteVoid = "invite-void"
  case inviteNotYours = "invite-not-yours"
  case inviteUsedUp = "invite-used-up"
  case alreadyMember = "already-member"
  case removedNeedsInvite = "removed-needs-invite"
  case badProof = "bad-proof"
  case notInPast = "not-in-past"
  case notOwnMessage = "not-own-message"
  case alreadyDeleted = "already-deleted"
  case chatIsFull = "chat-is-full"
  case unsupportedKind = "unsupported-kind"
  // Effect.
  case revokedConcurrently = "revoked-concurrently"
  case lostSupport = "lost-support"
  case equivocation
  case concurrentHigherGrant = "concurrent-higher-grant"
  case ownerFloor = "owner-floor"

  /// One or two sentences for `coterie explain`.
  public var explanation: String {
    switch self {
    case .groupDissolved:
      "The group was dissolved in what the author had seen; nothing counts after that."
    case .authorNotMember:
      "The author was no member in what the author had seen; `by` names the event that ended it."
    case .roleTooLow:
      "The act needs a higher role than the author had in what the author had seen."
    case .preferenceOff:
      "A preference that the author had seen switches this off for the author's role."
    case .selfChange:
      "Nobody changes, removes or blocks themselves this way; use resign or leave."
    case .targetNotMember:
      "The person acted on was no member in what the author had seen."
    case .targetOutranksAuthor:
      "The author may not act on this person: a higher role, or among owners a more senior path."
    case .notARaise:
      "The person already has this role; nothing would change."
    case .notALowering:
      "Resigning goes to a lower role than the one held."
    case .lastOwner:
      "The only owner cannot leave or resign; make another owner first, or dissolve the group."
    case .inviteVoid:
      "The invite or link was withdrawn, closed or declined, or whoever issued it lost the right."
    case .inviteNotYours:
      "The invite names another key."
    case .inviteUsedUp:
      "The invite or link has been used as often as it allows."
    case .alreadyMember:
      "The person is a member already."
    case .removedNeedsInvite:
      "Someone who was removed comes back by a new invite only, never by a link."
    case .badProof:
      "The proof is not the link key's signature for this group and this author."
    case .notInPast:
      "The event names a message, member, invite or link that is not in its past."
    case .notOwnMessage:
      "Only its author edits a message."
    case .alreadyDeleted:
      "The message was deleted in what the author had seen."
    case .chatIsFull:
      "A secret chat has two people, and one open invitation at a time."
    case .unsupportedKind:
      "This program does not know the kind; the event is kept and forwarded, without effect."
    case .revokedConcurrently:
      "Someone above the author took the right away without having seen this event."
    case .lostSupport:
      "The act that gave the author the right to do this has no effect itself."
    case .equivocation:
      "The author signed two conflicting histories; the one that was witnessed first counts."
    case .concurrentHigherGrant:
      "Someone higher granted the role while this lowering was made without knowing it."
    case .ownerFloor:
      "All owners left at once; the most senior stays owner until there is another."
    }
  }
}
