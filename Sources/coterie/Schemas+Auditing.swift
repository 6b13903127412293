import CoterieJSON

/// The documents of the auditor's and the debugger's commands.
extension Schemas {
  static let auditing: [String: JSONValue] = [
    "why": object([
      "id": optionalString, "n": nullable(integer), "kind": string, "author": string,
      "target": optionalString, "verdict": Schemas.verdict, "judged_on": array(string),
      "checks": array(check), "would_pass_if": array(string), "evidence": array(string),
    ]),
    "blame": object([
      "path": string, "value": optionalString, "from": optionalString,
      "turns": array(
        object([
          "n": integer, "event": string, "kind": string, "author": string,
          "value": optionalString,
        ])
      ),
    ]),
    "impact": object([
      "id": string, "kind": string, "status": string, "voids": array(fallen),
      "through": array(fallen), "carries": array(fallen),
    ]),
    "diff": object([
      "group": string, "a": side, "b": side,
      "status": .object(["enum": ["same", "diverged", "undecided"]]), "cause": optionalString,
      "because": optionalString, "first": nullable(difference), "only_a": array(string),
      "only_b": array(string), "same_verdicts": integer, "verdict_diff": array(difference),
      "state_diff": array(
        object([
          "path": string, "a": optionalString, "b": optionalString, "from_a": optionalString,
          "from_b": optionalString,
        ])
      ),
      "heals": bool, "missing": array(string),
    ]),
    "bisect": object([
      "comparisons": array(object(["n": integer, "a": string, "b": string])),
      "n": nullable(integer), "a": optionalString, "b": optionalString,
    ]),
    "search": object([
      "first_bad": array(object(["n": integer, "id": string])), "steps": integer,
    ]),
    "verify": object([
      "logs": array(
        object([
          "group": string, "events": integer, "signatures": integer, "chains": integer,
          "digest": optionalString, "waiting": integer,
        ])
      )
    ]),
    "doctor": object([
      "store": nullable(
        object([
          "format": integer, "map_bytes": integer, "used_bytes": integer, "stale_readers": integer,
        ])
      ),
      "groups": array(
        object([
          "group": string, "events": integer, "waiting": integer, "bad": integer,
          "drill": nullable(
            object([
              "attempts": array(object(["name": string, "noticed": bool, "how": string])),
              "untouched": array(string),
            ])
          ),
        ])
      ),
    ]),
    "forks": object([
      "forks": array(object(["author": string, "sequence": integer, "events": array(string)]))
    ]),
    "roles": object([
      "spans": array(
        object([
          "member": string, "role": string, "from_n": integer, "from": string, "by": string,
          "until_n": nullable(integer), "until": optionalString, "ended_by": optionalString,
        ])
      )
    ]),
  ]

  private static let fact = object(["path": string, "value": string, "from": optionalString])
  private static let check = object([
    "name": string, "result": .object(["enum": ["ok", "fail", "skipped"]]),
    "code": optionalString, "facts": array(fact),
  ])
  private static let fallen = object([
    "id": string, "n": integer, "kind": string, "author": string, "status": string,
    "code": optionalString, "by": optionalString,
  ])
  private static let side = object([
    "name": string, "events": integer, "digest": optionalString, "heads": array(string),
    "waiting": integer, "bad": integer,
  ])
  private static let difference = object([
    "id": string, "n": integer, "kind": string, "author": string, "a": optionalString,
    "b": optionalString,
  ])
}
