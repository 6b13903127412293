public import CoterieAudit
public import CoterieJSON

/// What the panel of an event shows beside its row: the one place where more can be joined in.
///
/// The page shows any field that it does not know as a tree, and `why` (as `coterie why --json`
/// gives it) as a list of checks.
public enum EventPanel {
  /// The panel of one event.
  ///
  /// Kept in rows of equal shape, so what is the same for many events costs its values only; what
  /// an event does not need is better left out than null.
  public static func json(of report: EventReport, in log: MemberLog) -> JSONValue {
    .object(["body": report.body])
  }
}
