internal import CoterieEngine
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
}

extension Scenario {
  /// The people of the scenario and their public keys.
  public func keysOfPeople() -> [(name: String, key: Digest)] {
    people.map { ($0, SigningKey(seed: FixtureKeys.seed($0)).publicKey) }
  }
}
