import CoterieJSON

/// The documents of the commands around scenarios.
extension Schemas {
  private static let named = object([
    "id": optionalString, "label": string, "author": string, "kind": string,
  ])

  private static let size = object([
    "steps": integer, "members": integer, "preferences": integer, "expectations": integer,
  ])

  /// What the commands around scenarios print.
  static func scenarioWork(_ name: String) -> JSONValue {
    switch name {
    case "recording": recording
    case "acceptance":
      object([
        "files": array(
          object([
            "file": string, "written": bool,
            "changes": array(
              object(["path": string, "was": optionalString, "now": optionalString])
            ),
          ])
        )
      ])
    case "lint":
      object([
        "files": integer,
        "found": array(
          object([
            "rule": string, "file": string, "line": integer, "column": integer, "path": string,
            "message": string,
          ])
        ),
      ])
    case "scenario": object(["file": string, "text": string])
    case "shrinking":
      object([
        "kept": string, "text": string, "before": size, "after": size, "runs": integer,
        "stopped": bool,
      ])
    default:
      object([
        "change": .object(["enum": ["skip", "founding", "add", "order"]]), "about": string,
        "resigned": bool, "people": array(object(["name": string, "key": string])),
        "left_out": array(named), "compared": integer,
        "refused": array(object(["step": string, "code": string])),
        "verdicts": array(object(["event": named, "before": anything, "after": anything])),
        "state": array(object(["path": string, "before": anything, "after": anything])),
        "unfaithful": array(string),
      ])
    }
  }

  private static let recording = object([
    "title": string, "text": string,
    "people": array(object(["name": string, "key": string])),
    "events": array(object(["id": string, "scenario_id": string, "step": optionalString])),
    "setup": integer, "clock": integer, "ties": array(string),
    "sides": array(object(["log": string, "person": string])),
    "left_out": array(object(["id": string, "reason": string])),
    "differences": array(
      object([
        "id": string, "store": optionalString, "path": string, "log": string, "scenario": string,
        "tie": bool,
      ])
    ),
  ])
}
