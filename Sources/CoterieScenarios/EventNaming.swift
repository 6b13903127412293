internal import CoterieEngine
internal import CoterieEvents
internal import CoterieJSON
internal import CoterieSealing
internal import CoterieWire

/// Shows events with names for keys, and step ids for events where they have one.
struct EventNaming {
  private let world: World

  init(_ world: World) {
    self.world = world
  }

  func json(_ known: WorldEvent) -> JSONValue {
    let event = known.event
    return .object([
      "step": .optional(known.step),
      "id": .string(event.id.hex),
      "author": .string(known.author),
      "sequence": .integer(Int64(event.sequence)),
      "previous": .optional(event.previous?.hex),
      "parents": .strings(event.parents.ids.map(\.hex)),
      "kind": .string(event.action.kindName.string),
      "body": ActionFields(
        key: { .string(world.name(of: $0) ?? $0.hex) },
        event: { .string(world.stepName(of: $0) ?? $0.hex) }
      ).json(of: event.action),
    ])
  }
}
