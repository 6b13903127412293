import CoterieJSON

/// JSON Schemas (2020-12) of the documents that the program prints.
enum Schemas {
  static let names =
    ([
      "acceptance", "completion", "explain", "failure", "fixture", "import", "lint", "log",
      "manual",
      "recording", "replay", "report", "scenario", "show", "shrinking", "simulate", "state",
      "version", "whatif",
    ] + parts.keys + acting.keys + auditing.keys).sorted()

  /// What stands within documents, and what stands in lines of their own.
  private static let parts = [
    "header": header, "event": event, "verdict": verdict, "finding": finding, "progress": progress,
    "summary": summary,
  ]

  static func schema(_ name: String) -> JSONValue? {
    switch name {
    case "replay": document(name, replay)
    case "fixture": document(name, fixture)
    case "report":
      document(
        name,
        object([
          "file": string, "bytes": integer, "events": integer,
          "status": .object(["enum": ["same", "diverged", "undecided"]]),
          "groups": array(comparison),
        ])
      )
    case "recording", "acceptance", "lint", "scenario", "shrinking", "whatif":
      document(name, scenarioWork(name))
    case "log": document(name, object(["events": array(event), "total": integer]))
    case "import":
      document(
        name,
        object([
          "placed": integer, "rejected": integer, "known": integer, "waiting": integer,
          "turned_away": integer, "contents": integer, "unkept": integer, "strangers": integer,
          "missing": array(string),
        ])
      )
    case "show": document(name, event)
    case "simulate": document(name, simulate)
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
    default: parts[name] ?? (acting[name] ?? auditing[name]).map { document(name, $0) }
    }
  }

  // MARK: Parts

  static let string = JSONValue.object(["type": "string"])
  static let optionalString = JSONValue.object(["type": ["string", "null"]])
  static let integer = JSONValue.object(["type": "integer"])
  static let bool = JSONValue.object(["type": "boolean"])
  static let anything = JSONValue.object([:])

  static func array(_ items: JSONValue) -> JSONValue {
    .object(["type": "array", "items": items])
  }

  static func map(_ values: JSONValue) -> JSONValue {
    .object(["type": "object", "additionalProperties": values])
  }

  /// An object whose fields must all be there; further ones may be added within a version.
  static func object(_ fields: [String: JSONValue], optional: [String: JSONValue] = [:])
    -> JSONValue
  {
    .object([
      "type": "object",
      "properties": .object(fields.merging(optional) { first, _ in first }),
      "required": .strings(fields.keys.sorted()),
    ])
  }

  static func nullable(_ schema: JSONValue) -> JSONValue {
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

  private static func type(_ name: String) -> JSONValue { .object(["const": .string(name)]) }

  private static let header = object([
    "type": type("header"), "schema": string, "command": optionalString,
  ])

  private static let finding = object(
    [
      "code": string, "severity": .object(["enum": ["error", "warning"]]), "event": optionalString,
      "group": optionalString, "message": string, "help": optionalString,
      "evidence": array(string),
    ],
    optional: ["type": type("finding")]
  )

  private static let progress = object([
    "type": type("progress"), "done": integer, "total": integer, "unit": string, "rate": integer,
    "eta_s": integer, "phase": string,
  ])

  private static let summary = object(
    ["type": type("summary"), "complete": bool],
    optional: ["result": anything, "exit": integer, "total": integer]
  )

  private static let standing = object(["role": string, "path": array(integer)])

  static let verdict = object(
    [
      "id": optionalString, "status": string, "code": optionalString, "by": optionalString,
      "standing": nullable(standing), "need": optionalString, "support": optionalString,
      "root": optionalString, "missing": array(string),
      "history": array(object(["status": string, "code": optionalString, "at": string])),
    ],
    optional: ["role": optionalString, "path": optionalString]
  )

  private static let event = object([
    "type": type("event"), "id": string, "n": nullable(integer), "group": string,
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

  private static let simulate = object([
    "runs": array(
      object([
        "seed": string, "passed": bool, "trace": string, "counts": map(integer), "steps": integer,
        "breach": nullable(
          object(["promise": string, "step": integer, "expected": string, "found": string])
        ),
        "files": array(string),
      ])
    ),
    "passed": integer, "failed": integer, "counts": map(integer),
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
