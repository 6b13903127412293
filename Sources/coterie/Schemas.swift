import CoterieJSON

/// JSON Schemas (2020-12) of the documents that the program prints.
enum Schemas {
  static let names = [
    "acceptance", "completion", "explain", "failure", "finding", "fixture", "import", "lint", "log",
    "manual", "recording", "replay", "scenario", "show", "shrinking", "state", "verdict", "version",
    "whatif",
  ]

  static func schema(_ name: String) -> JSONValue? {
    switch name {
    case "finding": finding
    case "verdict": verdict
    case "replay": document(name, replay)
    case "fixture": document(name, fixture)
    case "recording", "acceptance", "lint", "scenario", "shrinking", "whatif":
      document(name, scenarioWork(name))
    case "log": document(name, object(["events": array(event), "total": integer]))
    case "import":
      document(
        name,
        object([
          "placed": integer, "rejected": integer, "known": integer, "waiting": integer,
          "turned_away": integer, "contents": integer, "missing": array(string),
        ])
      )
    case "show": document(name, event)
    case "state": document(name, state)
    case "explain": document(name, object(["word": string, "text": string]))
    case "version":
      document(
        name,
        object([
          "version": string, "format": integer, "rules": integer, "scenario": integer,
          "store": integer, "bundle": integer,
        ])
      )
    case "completion": document(name, object(["shell": string, "text": string]))
    case "manual":
      document(
        name,
        object(["pages": array(object(["name": string, "section": integer, "text": string]))])
      )
    case "failure": document(name, .object(["type": "null"]))
    default: nil
    }
  }

  // MARK: Parts

  private static let string = JSONValue.object(["type": "string"])
  private static let optionalString = JSONValue.object(["type": ["string", "null"]])
  private static let integer = JSONValue.object(["type": "integer"])
  private static let bool = JSONValue.object(["type": "boolean"])
  private static let anything = JSONValue.object([:])

  private static func array(_ items: JSONValue) -> JSONValue {
    .object(["type": "array", "items": items])
  }

  private static func map(_ values: JSONValue) -> JSONValue {
    .object(["type": "object", "additionalProperties": values])
  }

  /// An object whose fields must all be there; further ones may be added within a version.
  private static func object(_ fields: [String: JSONValue], optional: [String: JSONValue] = [:])
    -> JSONValue
  {
    .object([
      "type": "object",
      "properties": .object(fields.merging(optional) { first, _ in first }),
      "required": .strings(fields.keys.sorted()),
    ])
  }

  private static func nullable(_ schema: JSONValue) -> JSONValue {
    .object(["anyOf": [schema, .object(["type": "null"])]])
  }

  private static func document(_ name: String, _ result: JSONValue) -> JSONValue {
    .object([
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("coterie.\(name)/1"),
      "type": "object",
      "properties": .object([
        "schema": .object(["const": .string("coterie.\(name)/1")]),
        "result": result, "findings": array(finding), "exit": integer,
      ]),
      "required": ["schema", "result", "findings", "exit"],
    ])
  }

  private static let finding = object([
    "code": string, "severity": .object(["enum": ["error", "warning"]]), "event": optionalString,
    "group": optionalString, "message": string, "help": optionalString, "evidence": array(string),
  ])

  private static let standing = object(["role": string, "path": array(integer)])

  private static let verdict = object([
    "id": string, "status": string, "code": optionalString, "by": optionalString,
    "standing": nullable(standing), "need": optionalString, "support": optionalString,
    "root": optionalString, "missing": array(string), "history": array(string),
  ])

  private static let event = object([
    "type": .object(["const": "event"]), "id": string, "n": nullable(integer), "group": string,
    "author": string, "sequence": integer, "previous": optionalString, "parents": array(string),
    "kind": string, "body": .object(["type": "object"]), "time": string, "bytes": integer,
    "verdict": verdict,
  ])

  private static let comparison = object([
    "group": string,
    "members": array(
      object([
        "name": string, "events": integer, "counts": map(integer), "digest": optionalString,
        "heads": array(string), "bad": array(anything),
      ])
    ),
    "status": .object(["enum": ["same", "diverged", "undecided"]]),
    "first": anything, "cause": optionalString,
    "forks": array(object(["author": string, "sequence": integer, "events": array(string)])),
    "missing": array(object(["member": string, "ids": array(string)])),
    "orders": integer,
  ])

  private static let replay = object([
    "status": .object(["enum": ["same", "diverged", "undecided"]]), "groups": array(comparison),
    "orders": integer, "signatures": .object(["enum": ["chain", "every"]]),
  ])

  private static let fixture = object([
    "scenarios": array(
      object([
        "file": string, "title": string, "passed": bool, "failures": array(anything),
        "events": array(anything), "view": anything,
      ])
    ),
    "passed": integer, "failed": integer,
  ])

  private static let named = object([
    "id": optionalString, "label": string, "author": string, "kind": string,
  ])

  private static let size = object([
    "steps": integer, "members": integer, "preferences": integer, "expectations": integer,
  ])

  /// What the commands around scenarios print.
  private static func scenarioWork(_ name: String) -> JSONValue {
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

  private static let state = object([
    "group": string, "at": string, "rules": integer, "digest": string,
    "members": map(
      object([
        "key": string, "role": string, "path": array(integer), "since": optionalString,
        "by": optionalString, "blocked": bool,
      ])
    ),
    "invites": anything, "links": anything, "preferences": anything, "profile": anything,
    "welcome": optionalString,
    "messages": object(["posted": integer, "live": integer, "deleted": integer]),
  ])
}
