/// Codes of findings and failures, beside those by which the rules judge: what `explain` says of
/// them.
enum OtherCodes {
  typealias Entry = (code: String, text: String)

  /// What it says of one; nil for a word that is no such code.
  static func text(of code: String) -> String? { all.first { $0.code == code }?.text }

  /// All of them, the findings first.
  static let all: [Entry] = logs + divergence + scenarios + failures

  private static let logs: [Entry] = [
    (
      "malformed",
      "Of a file: it is not what it must be, at the place that is named."
    ),
    (
      "unsupported-format",
      "The event is of a newer format than this program knows; it is refused, not guessed at."
    ),
    (
      "unsupported-rules",
      "The group was founded under rules that this program does not know; it keeps them for ever."
    ),
    (
      "wrong-signature",
      "The signature does not belong to these bytes and to the key that they name."
    ),
    (
      "wrong-content",
      "A content cannot be opened, or does not match the commitment that its author signed."
    ),
    (
      "admission-differs",
      "An event was admitted or rejected once, and judging it now gives the other. Admission is "
        + "final, so it is a defect or damage."
    ),
    (
      "truncated",
      "The log has fewer events than a signed checkpoint of it says: some are gone."
    ),
    (
      "rewritten",
      "The first events of the log are not those of a signed checkpoint of it."
    ),
    (
      "damaged",
      "What the store holds is not what was written to it."
    ),
  ]

  private static let divergence: [Entry] = [
    (
      "diverged",
      "Two members who hold the same group do not come to the same state; the cause is named."
    ),
    (
      "undecided",
      "Events are missing, so neither that all is well nor that it is not can be said."
    ),
    (
      "missing-events",
      "One member lacks events that the other has; exchanging them makes both equal."
    ),
    (
      "rules-version",
      "The two go by rules of different versions; a group keeps the rules of its founding."
    ),
    (
      "fork",
      "Two events have the same author and sequence number: proof that a key lives on two devices, "
        + "or that its owner cheats. Anyone can check the two signed events."
    ),
    (
      "damaged-log",
      "A log could not be read to its end, or some of its bytes are not what was written."
    ),
    (
      "stale-checkpoint",
      "A store's checkpoint is not the state that a full replay of its events gives; the events "
        + "count, not the checkpoint."
    ),
    (
      "engine-defect",
      "The same events gave other verdicts: a defect of the program that judged them."
    ),
  ]

  private static let scenarios: [Entry] = [
    (
      "failed-expectation",
      "A scenario came to something else than it expects, in one order of arrival at least."
    ),
    (
      "left-out",
      "An event of the log could not be told in the scenario that was recorded."
    ),
    (
      "tie-by-id",
      "The log and the recorded scenario differ in what ids alone settle, which are new there."
    ),
    (
      "differs",
      "The log and the scenario that was recorded of it come to different verdicts or values."
    ),
  ]

  private static let failures: [Entry] = [
    ("usage", "The command line is wrong; nothing was done."),
    ("not-found", "What a word names is not there: a file, a group, an event, a member, a word."),
    ("ambiguous", "A prefix or a name fits several; longer ones are listed."),
    ("unreadable", "A file is there and cannot be read."),
    ("write-failed", "A file cannot be written; what stood there is as it was."),
    ("store", "A store is locked by another program, full, or of a newer format."),
    ("unknown-store", "The store is not in this keyring: only stores made here are written."),
    ("memory", "There is not enough memory that may hold a secret."),
    ("locked", "The store is locked with a passphrase."),
    ("no-passphrase", "A passphrase is needed, and none was given."),
    ("no-key", "No key of this store can do that in the group."),
    ("no-content", "The content of a message was erased, or never came."),
    ("too-large", "A content is larger than a message may be."),
    ("too-long", "A log is longer than a scenario may be."),
    ("unreachable", "The other end is not there, or was silent for too long."),
    ("nothing-in-common", "The two stores have no group that both may speak of."),
    ("garbage", "The other end does not speak as a member does."),
    ("flood", "The other end sends more than one may send."),
    ("cancelled", "It was asked whether to go on, and the answer was no; nothing was done."),
    ("interrupted", "The program was told to end before it was done."),
    ("defect", "A defect of this program; please report it."),
  ]
}
