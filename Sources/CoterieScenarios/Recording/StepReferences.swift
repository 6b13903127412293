internal import CoterieJSON

/// The step ids that a scenario names anywhere but where the step stands.
enum StepReferences {
  /// The fields of a step that name one step.
  static let fields = Scenario.Act.references + ["previous"]
  /// The fields of expectations whose keys are steps.
  static let keyed = ["verdicts", "refused", "links", "invites", "messages", "pending"]
  /// The fields of an expected verdict that name a step.
  static let causes = ["by", "root", "support"]

  static func of(_ document: OrderedJSON) -> Set<String> {
    var found: Set<String> = []
    for step in document["steps"]?.items ?? [] {
      found.formUnion((step["after"]?.texts ?? []) + (step["deliver"]?.texts ?? []))
      for field in fields { if let name = step[field]?.text { found.insert(name) } }
    }
    for expectation in expectations(of: document) {
      for field in keyed {
        for pair in expectation[field]?.pairs ?? [] {
          found.insert(pair.key)
          found.formUnion(pair.value.texts)
          for cause in causes { if let name = pair.value[cause]?.text { found.insert(name) } }
        }
      }
    }
    return found
  }

  static func expectations(of document: OrderedJSON) -> [OrderedJSON] {
    (document["expect"].map { [$0] } ?? []) + (document["expectations"]?.items ?? [])
  }

  /// Takes away the ids that nothing names; those from which keys derive stay.
  static func prune(_ document: inout OrderedJSON) {
    let named = of(document)
    let steps = (document["steps"]?.items ?? []).map { step -> OrderedJSON in
      guard let id = step["id"]?.text, !named.contains(id), !isSeed(step) else { return step }
      var step = step
      step["id"] = nil
      return step
    }
    document["steps"] = .array(steps)
  }

  /// Whether the key of a link, or a seal, derives from the step's id.
  static func isSeed(_ step: OrderedJSON) -> Bool {
    step["do"]?.text == "link.create" || step["do"]?.text == "member.seal"
  }
}
