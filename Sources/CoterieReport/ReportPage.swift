public import CoterieAudit
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieJudgement
public import CoterieWire

/// One self-contained HTML page about the logs of one or more groups, for an auditor.
///
/// Verdicts, states and findings on it are the judge's own, made before the page is written; its
/// script looks them up, filters and draws, and decides nothing. It loads nothing: the policy in
/// its head allows its own style and its own script, by their hashes, and nothing else.
public struct ReportPage {
  /// The logs of one group, and what comparing them came to.
  public struct Group {
    /// The comparison.
    public var comparison: GroupComparison
    /// The logs, in the order in which the comparison has them.
    public var logs: [(log: MemberLog, source: any LogSource)]

    /// Takes both.
    public init(
      comparison: GroupComparison,
      logs: [(log: MemberLog, source: any LogSource)]
    ) {
      self.comparison = comparison
      self.logs = logs
    }
  }

  /// What the page says beside what the logs say.
  public struct Notes {
    /// The version of the program.
    public var version: String
    /// When the page was made, in milliseconds since 1970.
    public var made: UInt64
    /// Names of people, where they may be shown.
    public var names: [Digest: String]
    /// Whether contents may be shown.
    public var hasContents: Bool
    /// The content of an event, where it is held and may be shown.
    public var content: (_ group: Digest, _ event: Digest) -> String?

    /// Takes all fields.
    public init(
      version: String,
      made: UInt64,
      names: [Digest: String] = [:],
      hasContents: Bool = false,
      content: @escaping (_ group: Digest, _ event: Digest) -> String? = { _, _ in nil }
    ) {
      self.version = version
      self.made = made
      self.names = names
      self.hasContents = hasContents
      self.content = content
    }
  }

  /// The groups.
  public var groups: [Group]
  /// What was found, the gravest first.
  public var findings: [Finding]
  /// What else it says.
  public var notes: Notes

  /// Takes all fields.
  public init(groups: [Group], findings: [Finding], notes: Notes) {
    self.groups = groups
    self.findings =
      findings.filter { $0.severity == .error }
      + findings.filter { $0.severity != .error }
    self.notes = notes
  }

  /// The page's bytes.
  ///
  /// O(events), and O(persons) for each event that can move a member.
  public func bytes(progress: () -> Void = {}) throws(SourceFault) -> [UInt8] {
    var page = Array(opening.utf8)
    page += element("head", Markup.scriptSafe(head))
    for (number, group) in groups.enumerated() {
      let table = try GroupTable(
        group.logs,
        content: { notes.content(group.comparison.group, $0) },
        progress: progress
      )
      let written = table.written(names: notes.names)
      page += element("columns-\(number)", Markup.scriptSafe(written.columns))
      page += element("ids-\(number)", written.ids)
      page += element("panels-\(number)", Markup.scriptSafe(written.panels))
      page += element("contents-\(number)", Markup.scriptSafe(written.contents))
    }
    return page + Array("<script>\(Script.text)</script>\n</body>\n</html>\n".utf8)
  }

  private var opening: String {
    let policy =
      "default-src 'none'; script-src \(Markup.policyHash(of: Script.text)); "
      + "style-src \(Markup.policyHash(of: Style.text)); base-uri 'none'; form-action 'none'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <meta name="generator" content="coterie \(Markup.text(notes.version))">
      <title>Coterie report</title>
      <style>\(Style.text)</style>
      </head>
      <body>
      \(Skeleton.html)

      """
  }

  private func element(_ id: String, _ data: [UInt8]) -> [UInt8] {
    Array("<script type=\"application/json\" id=\"\(id)\">".utf8) + data
      + Array("</script>\n".utf8)
  }

  /// What the page shows before it looks at single events.
  private var head: JSONValue {
    .object([
      "codes": words(Code.allCases.map { ($0.rawValue, $0.explanation) }),
      "findings": .array(findings.map(\.json)),
      "groups": .array(groups.map { json(of: $0) }),
      "hasContents": .bool(notes.hasContents),
      "made": .string(Timestamp.text(notes.made)),
      "roles": .strings(Role.allCases.map(\.name)),
      "statuses": words(Status.allCases.map { ($0.rawValue, $0.explanation) }),
      "version": .string(notes.version),
    ])
  }

  private func words(_ pairs: [(String, String)]) -> JSONValue {
    .object(Dictionary(pairs.map { ($0, .string($1)) }) { first, _ in first })
  }

  private func json(of group: Group) -> JSONValue {
    .object([
      "comparison": group.comparison.json(orders: 0),
      "states": .array(group.logs.map { $0.log.stateJSON() ?? .null }),
    ])
  }
}
