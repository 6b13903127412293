internal import CoterieEngine
internal import CoterieEvents
public import CoterieJSON
internal import CoterieJudgement
internal import CoterieSealing
public import CoterieWire

extension Scenario {
  /// The stores that the steps leave behind: each person's events, as signed bytes.
  ///
  /// - Throws: `JSONFault` for a step that cannot be run.
  public func logs() throws(JSONFault) -> [(name: String, envelopes: [[UInt8]])] {
    let world = try World(self)
    return world.people.compactMap { person in
      let judge = person.replica.judge
      let placed = (0..<judge.count).map { judge.graph.id($0) }
      let waiting = person.replica.waiting.guests.keys.sorted()
      let envelopes = (placed + waiting).compactMap { id in
        world.placeOfEvent[id].map { world.events[$0].envelope }
      }
      return envelopes.isEmpty ? nil : (person.name, envelopes)
    }
  }

  /// What the keys, events and contents of the logs are called in the scenario.
  ///
  /// - Throws: `JSONFault` for a step that cannot be run.
  public func names() throws(JSONFault) -> (
    people: [Digest: String], steps: [Digest: String], contents: [Digest: [UInt8]]
  ) {
    let world = try World(self)
    var steps: [Digest: String] = [:]
    var contents: [Digest: [UInt8]] = [:]
    for known in world.events {
      if let step = known.step { steps[known.event.id] = step }
      if let content = known.event.action.content, let bytes = world.contents[content.digest] {
        contents[known.event.id] = bytes
      }
    }
    let people = world.people.map { ($0.key.publicKey, $0.name) }
    return (Dictionary(people) { first, _ in first }, steps, contents)
  }
}

extension Scenario {
  /// The people of the scenario and their public keys.
  public func keysOfPeople() -> [(name: String, key: Digest)] {
    people.map { ($0, SigningKey(seed: FixtureKeys.seed($0)).publicKey) }
  }
}
