internal import CoterieEvents
internal import CoterieJSON
internal import CoterieSealing
internal import CoterieWire

/// The names of people and steps in a recording.
struct RecordedNames {
  private(set) var people: [(name: String, key: Digest)] = []
  private var nameOf: [Digest: String] = [:]
  /// Step ids by event.
  private(set) var steps: [Digest: String] = [:]
  private var taken: Set<String> = []
  private var counters: [String: Int] = [:]

  private static let first = [
    "alice", "bob", "carol", "dan", "eve", "frank", "grace", "heidi", "ivan", "judy", "ken", "lara",
    "mike", "nina", "oscar", "peggy", "quinn", "rita", "steve", "trudy", "ursula", "victor",
    "walter", "xenia", "yuri", "zoe",
  ]

  /// Names everyone in order of appearance: as given, else by the next name that is free.
  init(
    _ graph: RecordedGraph,
    given: [Digest: String],
    renames: [(old: String, new: String)]
  ) throws(RecordingFault) {
    var keys: [Digest] = []
    var seen: Set<Digest> = []
    for id in graph.order {
      guard let event = graph.events[id] else { continue }
      for key in [event.author] + (event.action.person.map { [$0] } ?? [])
      where seen.insert(key).inserted {
        keys.append(key)
      }
    }
    var free = Self.first.filter { name in !keys.contains { given[$0] == name } }[...]
    var count = 0
    for key in keys {
      count += 1
      let name = given[key] ?? free.popFirst() ?? "person\(count)"
      people.append((name, key))
    }
    for (old, new) in renames {
      let place =
        people.firstIndex { $0.name == old }
        ?? people.firstIndex { old.count >= 8 && $0.key.hex.hasPrefix(old) }
      guard let place else { throw .unknownPerson(old, known: people.map(\.name)) }
      people[place].name = new
    }
    for (place, person) in people.enumerated() {
      if people[..<place].contains(where: { $0.name == person.name }) {
        throw .nameTwice(person.name)
      }
      nameOf[person.key] = person.name
    }
  }

  func name(of key: Digest) -> String { nameOf[key] ?? key.hex }

  /// Gives an event a step id.
  mutating func name(_ event: Digest, _ step: String) {
    steps[event] = step
    taken.insert(step)
  }

  /// Gives an event a step id from its kind, such as `post1`.
  mutating func name(_ event: Digest, by kind: Kind) {
    let word =
      switch kind {
      case .inviteCreate: "invite"
      case .linkCreate: "link"
      case .linkRole: "regrade"
      case .memberProfile: "rename"
      default: kind.name.split(separator: ".").last.map(String.init) ?? kind.name
      }
    repeat { counters[word, default: 0] += 1 } while taken.contains("\(word)\(counters[word] ?? 0)")
    name(event, "\(word)\(counters[word] ?? 0)")
  }
}

/// The texts that people wrote, or neutral ones in their place.
struct RecordedTexts {
  let isRedacted: Bool
  let contents: [Digest: [UInt8]]
  private var neutral: [[UInt8]: String] = [:]
  private var counters: [String: Int] = [:]

  private static let contentBytesMax = 4096

  init(isRedacted: Bool, contents: [Digest: [UInt8]]) {
    self.isRedacted = isRedacted
    self.contents = contents
  }

  /// A text of the event itself; the same words stay the same when they are redacted.
  mutating func text(_ text: Text, _ word: String) -> String {
    guard isRedacted else { return text.string }
    let key = Array(word.utf8) + [0] + text.utf8
    if let known = neutral[key] { return known }
    counters[word, default: 0] += 1
    let made = "\(word) \(counters[word] ?? 0)"
    neutral[key] = made
    return made
  }

  /// The content beside an event; nil if it is not text, too long, or not in the log.
  func content(of event: Digest, _ commitment: Commitment) -> OrderedJSON? {
    if isRedacted { return .string("redacted") }
    guard let bytes = contents[event], bytes.count <= Self.contentBytesMax,
      UInt64(bytes.count) == commitment.size
    else { return nil }
    return String(validating: bytes, as: UTF8.self).map { .string($0) }
  }
}
