public import CoterieEvents
public import CoterieJSON
internal import CoterieJudgement
public import CoterieWire

/// A change of a log for which events must be signed anew.
public enum Resigning: Sendable {
  /// Other roles for people whom the founder invited.
  case founding([(person: String, role: Role)])
  /// Further steps at the end, as scenarios write them.
  case adding([OrderedJSON])
  /// The one is signed in knowledge of the other.
  case ordering(first: Digest, then: Digest)
}

/// Why a log cannot be changed so.
public enum ResigningFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The log cannot be recorded.
  case recording(RecordingFault)
  /// The founder did not invite anyone of this name.
  case notInvited(String, known: [String])
  /// The two stand so already.
  case inOrder(first: String, then: String)
  /// The one names the other in its body, or builds on it by way of events in between.
  case notNeighbours(first: String, then: String)
  /// The steps that were added are none.
  case steps(JSONFault)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .recording(let fault): fault.description
    case .notInvited(let name, let known):
      "the founder invited nobody called \"\(name)\"; known: \(known.joined(separator: ", "))"
    case .inOrder(let first, let then): "\(then) was signed in knowledge of \(first) already"
    case .notNeighbours(let first, let then):
      "\(first) names \(then), or builds on it by way of others, so they cannot change places"
    case .steps(let fault): "the steps that were added: \(fault)"
    }
  }
}

extension Recording {
  /// Records logs, changes the recording, signs everything anew with fixture keys, and compares.
  ///
  /// O(events²).
  public func resigned(
    _ logs: [RecordedLog],
    _ change: Resigning
  ) throws(ResigningFault) -> Alternative {
    var recording = self
    if case .ordering = change { recording.usesSetup = false }
    let recorded: Recorded
    let drafted: RecordedDraft
    let graph = RecordedGraph(logs)
    do {
      recorded = try recording.run(logs)
      drafted = try RecordedDraft(graph, logs, recording)
    } catch {
      throw .recording(error)
    }
    let document = drafted.document(clock: recorded.clock)
    let names = recorded.people.map(\.name)
    let changed: OrderedJSON
    switch change {
    case .founding(let roles):
      changed = try Self.founded(document, roles, names, recorded.people)
    case .adding(let steps): changed = Self.added(document, steps)
    case .ordering(let first, let then):
      let steps = drafted.steps.names.steps
      changed = try StepOrder(document).ordered(
        first: steps[first] ?? "\(first)",
        then: steps[then] ?? "\(then)"
      )
    }
    var alternative = try Self.compare(document, changed, recorded)
    alternative.unfaithful = recorded.differences
    alternative.people = recorded.people
    return alternative
  }

  // MARK: Changes

  private static func founded(
    _ document: OrderedJSON,
    _ roles: [(person: String, role: Role)],
    _ names: [String],
    _ people: [(name: String, key: Digest)]
  ) throws(ResigningFault) -> OrderedJSON {
    var document = document
    for (word, role) in roles {
      let person =
        people.first { $0.name == word }
        ?? people.first { word.count >= 8 && $0.key.hex.hasPrefix(word) }
      guard let name = person?.name else { throw .notInvited(word, known: names) }
      let value = OrderedJSON.string(role.name)
      if document["group"]?["members"]?[name] != nil {
        document["group"]?["members"]?[name] = value
        continue
      }
      var steps = document["steps"]?.items ?? []
      let founder =
        document["group"]?["founder"] ?? steps.first { $0["do"]?.text == "group.found" }?["as"]
      let place = steps.firstIndex { step in
        step["do"]?.text == "invite.create" && step["invitee"]?.text == name
          && step["as"] == founder
      }
      guard let place else { throw .notInvited(name, known: names) }
      steps[place]["role"] = value
      document["steps"] = .array(steps)
    }
    return document
  }

  /// Adds steps behind everything; those without an id get one, so that they can be named.
  private static func added(_ document: OrderedJSON, _ added: [OrderedJSON]) -> OrderedJSON {
    var document = document
    var taken = Set((document["steps"]?.items ?? []).compactMap { $0["id"]?.text })
    taken.formUnion(added.compactMap { $0["id"]?.text })
    var count = 0
    let named = added.map { step -> OrderedJSON in
      guard step["do"] != nil, step["id"] == nil else { return step }
      repeat { count += 1 } while taken.contains("added\(count)")
      return .object([.init("id", .string("added\(count)"))] + step.pairs)
    }
    document["steps"] = .array((document["steps"]?.items ?? []) + named)
    return document
  }

  // MARK: Comparing

  private static func compare(
    _ document: OrderedJSON,
    _ changed: OrderedJSON,
    _ recorded: Recorded
  ) throws(ResigningFault) -> Alternative {
    let worlds: (World, World)
    do {
      worlds = (try RecordedDraft.run(document), try RecordedDraft.run(changed))
    } catch {
      throw .steps(error)
    }
    var alternative = Alternative()
    alternative.isResigned = true
    alternative.refused = worlds.1.refusals.map { refusal in
      (refusal.act.id ?? refusal.act.kind.name, refusal.code.rawValue)
    }
    let views = (WorldView(worlds.0, of: nil).json, WorldView(worlds.1, of: nil).json)
    let verdicts = (fields(views.0, "verdicts"), fields(views.1, "verdicts"))
    let ids = Dictionary(recorded.steps.map { ($0.value, $0.key) }) { first, _ in first }
    for known in worlds.1.events {
      guard let step = known.step else { continue }
      let sides = (Alternative.short(verdicts.0[step]), Alternative.short(verdicts.1[step]))
      if sides.0 != nil { alternative.comparedCount += 1 }
      guard sides.0 != sides.1 else { continue }
      let event = Alternative.Named(
        id: ids[step],
        label: step,
        author: known.author,
        kind: known.event.action.kindName.string
      )
      alternative.verdicts.append(.init(event: event, before: sides.0, after: sides.1))
    }
    alternative.state = Alternative.differences(state(views.0), state(views.1))
    return alternative
  }

  private static func fields(_ view: JSONValue, _ name: String) -> [String: JSONValue] {
    guard case .object(let all) = view, case .object(let found)? = all[name] else { return [:] }
    return found
  }

  private static func state(_ view: JSONValue) -> JSONValue {
    guard case .object(var fields) = view else { return view }
    for name in ["verdicts", "digest", "refused", "same"] { fields[name] = nil }
    return .object(fields)
  }
}
