/// Why an event has its verdict, or why an act would be refused: the judge's own checks, each fact
/// with the event from which it comes.
public struct WhyReport: Codable, Equatable, Sendable {
  /// A fact on which a check rests.
  public struct Fact: Codable, Equatable, Sendable {
    /// What it is about, such as `members.KEY.role`.
    public var path: String
    /// What it is.
    public var value: String
    /// The event that made it so; nil where none did.
    public var from: String?
  }

  /// One check.
  public struct Check: Codable, Equatable, Sendable {
    /// Its name.
    public var name: String
    /// `ok`, `fail` or `skipped`.
    public var result: String
    /// The code that it gave; nil unless it failed.
    public var code: String?
    /// On what it rests.
    public var facts: [Fact]
  }

  /// One step in the history of a verdict.
  public struct Turn: Codable, Equatable, Sendable {
    /// The status from then on.
    public var status: String
    /// Its code.
    public var code: String?
    /// The event whose arrival changed it; the event itself at first.
    public var at: String
  }

  /// A role, and the chain of appointments by which it came.
  public struct Standing: Codable, Equatable, Sendable {
    /// The role.
    public var role: String
    /// Sequence numbers of the appointing events from the founder down.
    public var path: [Int]
  }

  /// The verdict as all reports show it.
  public struct Judged: Codable, Equatable, Sendable {
    /// The event; nil for an act not made.
    public var id: String?
    /// Its status; for an act not made `effective` or `rejected`.
    public var status: String
    /// Its code.
    public var code: String?
    /// The event that is the cause.
    public var by: String?
    /// Role and path of the author at the past; nil for no member.
    public var standing: Standing?
    /// The role alone.
    public var role: String?
    /// The path alone, numbers with dots.
    public var path: String?
    /// The lowest role that may do this.
    public var need: String?
    /// The grant under which the author acts.
    public var support: String?
    /// The first cause up the chain of lost support.
    public var root: String?
    /// What it waits for.
    public var missing: [String]
    /// How it came to this, in the order of this log.
    public var history: [Turn]
  }

  /// The event; nil for an act not made.
  public var id: String?
  /// Its position in canonical order.
  public var position: Int?
  /// What it does.
  public var kind: String
  /// Who does it: a key.
  public var author: String
  /// On whom or what: a key or an event id.
  public var target: String?
  /// The verdict.
  public var verdict: Judged
  /// On which events' view admission was judged: its parents, or the heads.
  public var judgedOn: [String]
  /// The checks, in order: those of the bytes, of admission, of effect.
  public var checks: [Check]
  /// What would have to be otherwise for it to be effective; empty where it is.
  public var wouldPassIf: [String]
  /// The smallest set of events found that gives the same verdict.
  public var evidence: [String]

  enum CodingKeys: String, CodingKey {
    case id
    case position = "n"
    case kind, author, target, verdict, checks, evidence
    case judgedOn = "judged_on"
    case wouldPassIf = "would_pass_if"
  }
}
