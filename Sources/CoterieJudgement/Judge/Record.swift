internal import CoterieEvents

/// What the judge keeps of one event: 24 bytes, written once but for what comes of it.
struct Record {
  /// The newest acts in its past.
  var before: Frontier
  /// The path under which its author acts.
  var path: Int32
  /// The act under which its author acts; -1 if none.
  var support: Int32
  /// The act that it became; -1 if none.
  var act: Int32 = -1
  /// The message that it acts on, or the act of the invite that it declines; -1 if none.
  var target: Int32 = -1
  var kind: Kind
  /// Why it was rejected; nil if it was admitted.
  var code: Code?
  /// The rank of its author.
  var rank: Rank
  /// The least rank that it needs.
  var need: Rank

  init(_ kind: Kind, before: Frontier, facts: Judge.Facts) {
    self.before = before
    self.kind = kind
    path = facts.path
    support = Int32(facts.support)
    code = facts.code
    rank = facts.rank
    need = facts.need
  }
}
