internal import CoterieEngine
internal import CoterieEvents
public import CoterieJSON
public import CoterieJudgement
public import CoterieWire

/// Something that an auditor should look at.
public struct Finding: Sendable {
  /// A stable word.
  public var code: String
  /// How much it matters.
  public var severity: Severity
  /// The event, where there is one.
  public var event: Digest?
  /// The group, where there is one.
  public var group: Digest?
  /// What was found, and where.
  public var message: String
  /// What to do next.
  public var help: String
  /// Events that show it.
  public var evidence: [Digest]

  /// Takes all fields.
  public init(
    code: String,
    severity: Severity,
    event: Digest?,
    group: Digest?,
    message: String,
    help: String,
    evidence: [Digest]
  ) {
    self.code = code
    self.severity = severity
    self.event = event
    self.group = group
    self.message = message
    self.help = help
    self.evidence = evidence
  }

  /// How much a finding matters.
  public enum Severity: String, Sendable {
    case error, warning
  }

  /// The finding as reports show it.
  public var json: JSONValue {
    .object([
      "code": .string(code), "severity": .string(severity.rawValue),
      "event": .optional(event?.hex), "group": .optional(group?.hex),
      "message": .string(message), "help": .string(help),
      "evidence": .strings(evidence.map(\.hex)),
    ])
  }
}

extension Verdict {
  /// The verdict of an event as reports show it.
  public func json(id: Digest) -> JSONValue {
    .object([
      "id": .string(id.hex),
      "status": .string(status.rawValue),
      "code": .optional(code?.rawValue),
      "by": .optional(by?.hex),
      "standing": standing?.json ?? .null,
      "need": .optional(need?.name),
      "support": .optional(support?.hex),
      "root": .optional(root?.hex),
      "missing": .array([]),
      "history": .array([]),
    ])
  }
}

extension Standing {
  /// Role and path as reports show them.
  public var json: JSONValue {
    .object([
      "role": .string(role.name), "path": .array(path.map { .integer(Int64(clamping: $0)) }),
    ])
  }
}

extension GroupComparison {
  /// The comparison as `coterie replay --json` shows it.
  public func json(orders: Int) -> JSONValue {
    .object([
      "group": .string(group.hex),
      "members": .array(members.map(\.json)),
      "status": .string(status.rawValue),
      "first": first?.json ?? .null,
      "cause": .optional(cause?.rawValue),
      "forks": .array(forks.map(\.json)),
      "missing": .array(
        missing.map {
          .object(["member": .string($0.member), "ids": .strings($0.ids.map(\.hex))])
        }
      ),
      "orders": .integer(Int64(orders)),
    ])
  }

  /// Bad bytes, forks and divergence.
  public var findings: [Finding] {
    var found: [Finding] = []
    for member in members {
      for bad in member.bad {
        found.append(
          Finding(
            code: bad.fault.code,
            severity: .error,
            event: bad.id,
            group: group,
            message: "\(member.name): \(bad.fault), in \(bad.item)",
            help: "ask another member for this event; it was kept out",
            evidence: []
          )
        )
      }
    }
    for member in members {
      guard let rules = member.otherRules else { continue }
      found.append(
        Finding(
          code: "rules-version",
          severity: .error,
          event: nil,
          group: group,
          message: "\(member.name) is of rules version \(rules); this program knows 1",
          help: "a newer program judges it; or ask its sender what the header means",
          evidence: []
        )
      )
    }
    for member in members {
      for bad in member.unsigned {
        found.append(
          Finding(
            code: "wrong-signature",
            severity: .warning,
            event: bad.id,
            group: group,
            message: "\(member.name): \(bad.fault), in \(bad.item); a later event of "
              + "its author vouches for it",
            help: "ask another member for the signature; the event itself is authentic",
            evidence: []
          )
        )
      }
    }
    for fork in forks {
      found.append(
        Finding(
          code: "fork",
          severity: .warning,
          event: fork.events.first,
          group: group,
          message:
            "\(fork.author) signed \(fork.events.count) events with sequence \(fork.sequence)",
          help: "a key lives on two devices, or its owner cheats",
          evidence: fork.events
        )
      )
    }
    if status == .diverged {
      found.append(
        Finding(
          code: "diverged",
          severity: .error,
          event: first?.event,
          group: group,
          message: "members differ: \(cause?.rawValue ?? "unknown cause")",
          help: "exchange what one of them lacks: coterie export --missing-from",
          evidence: []
        )
      )
    }
    return found
  }
}

extension MemberSummary {
  var json: JSONValue {
    var counted: [String: JSONValue] = [:]
    for (status, count) in counts { counted[status.rawValue] = .integer(Int64(count)) }
    return .object([
      "name": .string(name),
      "events": .integer(Int64(eventCount)),
      "counts": .object(counted),
      "digest": .optional(digest?.hex),
      "heads": .strings(heads.map(\.hex)),
      "bad": .array(
        bad.map {
          .object([
            "id": .optional($0.id?.hex), "code": .string($0.fault.code),
            "problem": .string("\($0.fault.problem)"),
            "offset": .integer(Int64($0.fault.offset)),
            "place": .integer(Int64(clamping: $0.place)),
          ])
        }
      ),
    ])
  }
}

extension Fork {
  /// The fork as reports show it.
  public var json: JSONValue {
    .object([
      "author": .string(author.hex), "sequence": .integer(Int64(clamping: sequence)),
      "events": .strings(events.map(\.hex)),
    ])
  }
}

extension GroupComparison.Difference {
  var json: JSONValue {
    .object([
      "id": .string(event.hex),
      "n": .integer(Int64(position)),
      "members": .strings([members.0, members.1]),
      "verdicts": .array([
        verdicts.0?.json(id: event) ?? .null, verdicts.1?.json(id: event) ?? .null,
      ]),
    ])
  }
}
