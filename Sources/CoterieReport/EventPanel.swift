public import CoterieAudit
public import CoterieJSON

/// What the panel of an event shows beside its row: the one place where more can be joined in.
///
/// The page shows any field that it does not know as a tree, and `why` (as `coterie why --json`
/// has it, without history and evidence) as a list of checks.
public enum EventPanel {
  /// The panel of one event.
  ///
  /// Kept in rows of equal shape, so what is the same for many events costs its values only; what
  /// an event does not need is better left out than null.
  /// - Parameter isTraced: whether the judge's checks are wanted too.
  public static func json(
    of report: EventReport,
    in log: MemberLog,
    isTraced: Bool
  ) -> JSONValue {
    var fields = ["body": report.body]
    if isTraced { fields["why"] = why(report, in: log) }
    return .object(fields)
  }

  private static func why(_ report: EventReport, in log: MemberLog) -> JSONValue? {
    guard let (checks, cures) = log.trace(of: report) else { return nil }
    return .object([
      "checks": .array(checks.map { json(of: $0) }), "would_pass_if": .strings(cures),
    ])
  }

  private static func json(of check: WhyReport.Check) -> JSONValue {
    .object([
      "name": .string(check.name), "result": .string(check.result), "code": .optional(check.code),
      "facts": .array(
        check.facts.map { fact in
          .object([
            "path": .string(fact.path), "value": .string(fact.value),
            "from": .optional(fact.from),
          ])
        }
      ),
    ])
  }
}
