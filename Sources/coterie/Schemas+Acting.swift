import CoterieJSON

/// The documents of the commands that act in groups and care for stores.
extension Schemas {
  static let acting: [String: JSONValue] = [
    "act": object([
      "id": optionalString, "group": string, "kind": string, "admitted": bool, "dry_run": bool,
    ]),
    "group": object(["group": string, "key": optionalString]),
    "groups": object([
      "groups": array(
        object([
          "group": string, "name": optionalString, "template": optionalString,
          "role": optionalString, "status": string, "members": integer, "events": integer,
          "invites": array(string),
        ])
      )
    ]),
    "members": object([
      "members": array(
        object([
          "key": string, "name": optionalString, "role": string, "path": array(integer),
          "since": string, "blocked": bool, "me": bool,
        ])
      )
    ]),
    "invites": object([
      "invites": array(
        object([
          "id": string, "key": string, "role": string, "status": string, "mine": bool,
        ])
      )
    ]),
    "link": object(["link": string, "ticket": string, "group": string]),
    "links": object([
      "links": array(
        object([
          "id": string, "key": string, "role": string, "status": string, "used": integer,
          "uses": nullable(integer),
        ])
      )
    ]),
    "preferences": object(["preferences": map(anything)]),
    "message": message,
    "messages": object(["messages": array(message)]),
    "erase": object(["erased": integer]),
    "key": object(["key": string]),
    "keys": object([
      "keys": array(
        object([
          "key": string, "purpose": .object(["enum": ["free", "member", "link"]]),
          "group": optionalString, "link": optionalString, "created": string,
        ])
      )
    ]),
    "sync": object([
      "received": integer, "sent": integer, "contents": integer, "chunks": integer,
      "waiting": integer, "useless": integer, "bytes_received": integer, "bytes_sent": integer,
      "complaints": array(string),
    ]),
    "stats": object([
      "counts": map(integer), "files": map(integer), "bytes": integer, "locked": bool,
    ]),
    "store": object([
      "deed": .object(["enum": ["made", "copied", "compacted", "purged"]]), "path": string,
      "copy": optionalString,
    ]),
    "lock": object(["locked": bool, "passphrase": bool, "idle_seconds": nullable(integer)]),
    "forget": object([
      "group": string, "name": optionalString, "store": string, "events": integer, "erased": bool,
    ]),
    "upgrade": object(["format": integer, "upgraded": bool, "kept": optionalString]),
    "salvage": object([
      "events": integer, "contents": integer, "keys": integer, "waiting": integer, "bad": integer,
      "unreadable": integer,
    ]),
    "contacts": object([
      "rule": .object(["enum": ["everyone", "known", "nobody"]]), "known": array(string),
    ]),
  ]

  private static let message = object([
    "id": string, "author": string, "name": optionalString, "time": string, "type": string,
    "state": .object(["enum": ["live", "edited", "hidden", "deleted", "erased"]]),
    "text": optionalString,
    "file": nullable(object(["name": string, "size": integer, "type": optionalString])),
    "reply": optionalString, "forwarded": bool, "read": optionalString,
    "lifetime": nullable(integer),
    "reactions": array(object(["emoji": string, "count": integer])),
  ])
}
