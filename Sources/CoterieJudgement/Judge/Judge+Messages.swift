package import CoterieEvents
package import CoterieWire

/// Which events act on which messages and people: what the judge looks up for states of messages.
struct MessageIndex {
  var deletions: [Int: [Int]] = [:]
  var edits: [Int: [Int]] = [:]
  var clearings: [Int] = []
  /// Acts that remove a person and erase what it posted, by person.
  var erasures: [Int: [Int]] = [:]
  var blocks: [Int: [Int]] = [:]
  var unblocks: [Int: [Int]] = [:]
}

/// How a message stands.
package enum MessageState: String, Sendable {
  case live, edited, hidden, deleted, erased
}

extension Judge {
  /// Notes what an admitted event acts on.
  ///
  /// O(1).
  func index(_ action: Action, _ number: Int) {
    switch action {
    case .messageDelete, .messageEdit, .messageReact, .messageReport:
      guard let message = messageNamed(by: action, in: .everything) else { return }
      records[number].target = Int32(message)
      if case .messageDelete = action { messages.deletions[message, default: []].append(number) }
      if case .messageEdit = action { messages.edits[message, default: []].append(number) }
    case .historyClear:
      messages.clearings.append(number)
    case .memberRemove(_, true):
      if let person = personActedOn(by: action) {
        messages.erasures[person, default: []].append(Int(records[number].act))
      }
    case .memberBlock:
      if let person = personActedOn(by: action) {
        messages.blocks[person, default: []].append(number)
      }
    case .memberUnblock:
      if let person = personActedOn(by: action) {
        messages.unblocks[person, default: []].append(number)
      }
    case .inviteDecline:
      guard let entry = entryNamed(by: action, in: .everything) else { return }
      records[number].target = Int32(entry)
      declines[entry, default: []].append(number)
      if template == .secretChat { addDissolver(number) }
    case .memberLeave:
      if template == .secretChat { addDissolver(number) }
    case .groupDissolve:
      addDissolver(number)
    default:
      break
    }
  }

  private func addDissolver(_ event: Int) {
    dissolvers.append(event)
    forgetPlainPosts()
  }

  /// The first event in effect, by depth and id, that dissolved the group.
  func dissolution(in view: View, _ past: Past) -> Int? {
    first(of: dissolvers, in: view, past)
  }

  /// The first decline in effect of an invite.
  func declination(of entry: Int, in view: View, _ past: Past) -> Int? {
    first(of: declines[entry] ?? [], in: view, past)
  }

  private func first(of events: [Int], in view: View, _ past: Past) -> Int? {
    var found: Int?
    for event in events where includes(event, in: past) && isInEffect(event, in: view) {
      if let known = found, graph.isCanonicallyBefore(known, event) { continue }
      found = event
    }
    return found
  }

  private func isInEffect(_ event: Int, in view: View) -> Bool {
    outcome(of: event, in: view).isInEffect
  }

  /// The first event in effect, by depth and id, that deleted a message.
  func deletion(of message: Int, in view: View, _ past: Past) -> Int? {
    first(of: deleters(of: message), in: view, past)
  }

  private func deleters(of message: Int) -> [Int] {
    var events = messages.deletions[message] ?? []
    events += messages.clearings.filter { graph.isBefore(message, $0) }
    for act in messages.erasures[graph.author(message)] ?? [] {
      let event = acts[act].event
      if graph.isBefore(message, event) { events.append(event) }
    }
    return events
  }

  /// How a message stands in a view; nil if it has no effect there.
  func messageState(of message: Int, in view: View) -> MessageState? {
    guard outcome(of: message, in: view).isInEffect else { return nil }
    var isDeleted = false
    for event in deleters(of: message) where isInEffect(event, in: view) {
      if erases(event) { return .erased }
      isDeleted = true
    }
    if isDeleted { return .deleted }
    if isHidden(message, in: view) { return .hidden }
    let isEdited = (messages.edits[message] ?? []).contains { isInEffect($0, in: view) }
    return isEdited ? .edited : .live
  }

  /// Whether a deleting event erases: for a deletion, if `full-delete` was on in its past.
  private func erases(_ event: Int) -> Bool {
    guard records[event].kind == .messageDelete else { return true }
    let value = preference(.fullDelete, in: pastView(of: event))
    return Role(rank: records[event].rank).map { value.allows($0) } ?? false
  }

  /// Whether a block in effect hides a message: the block has not seen it, and no unblock in
  /// effect lies between them.
  private func isHidden(_ message: Int, in view: View) -> Bool {
    let author = graph.author(message)
    let unblocks = (messages.unblocks[author] ?? []).filter { isInEffect($0, in: view) }
    return (messages.blocks[author] ?? []).contains { block in
      isInEffect(block, in: view) && !graph.isBefore(message, block)
        && !unblocks.contains { graph.isBefore(block, $0) && graph.isBefore($0, message) }
    }
  }

  /// Whether a person's later messages are hidden in a view.
  func isBlocked(_ person: Int, in view: View) -> Bool {
    guard let blocks = messages.blocks[person] else { return false }
    let unblocks = (messages.unblocks[person] ?? []).filter { isInEffect($0, in: view) }
    return blocks.contains { block in
      isInEffect(block, in: view) && !unblocks.contains { graph.isBefore(block, $0) }
    }
  }
}

extension Judge {
  /// Whether an event was rejected and its author was never a member: nothing that a store must
  /// keep, unless something admitted builds on it.
  package func isByStranger(_ event: Int) -> Bool {
    !wasAdmitted(event) && !joined.contains(graph.author(event))
  }

  /// Whether events of this kind can make that contents are to be gone.
  package func mayErase(_ event: Int) -> Bool {
    switch records[event].kind {
    case .messageDelete, .historyClear, .memberRemove: true
    default: (records[event].kind.isAuthority || hasConflicts) && hasErasers
    }
  }

  /// Whether someone signed conflicting acts: then whatever has seen one of them may decide which
  /// counts, even a message.
  package var hasConflicts: Bool { !forks.conflicted.isEmpty }

  private var hasErasers: Bool {
    !messages.deletions.isEmpty || !messages.clearings.isEmpty || !messages.erasures.isEmpty
  }

  /// Whether the content of an event is to be gone for everyone: a message that was erased, or an
  /// edit of one.
  package func isGone(_ event: Int, in current: CurrentView) -> Bool {
    guard hasErasers else { return false }
    let message: Int
    switch records[event].kind {
    case .messagePost: message = event
    case .messageEdit: message = Int(records[event].target)
    default: return false
    }
    return message >= 0 && messageState(of: message, in: current.view) == .erased
  }

  /// The message that an event edits, deletes, reports, or reacts to; nil for others.
  package func message(actedOnBy event: Int) -> Int? {
    switch records[event].kind {
    case .messageDelete, .messageEdit, .messageReact, .messageReport:
      records[event].target < 0 ? nil : Int(records[event].target)
    default: nil
    }
  }

  /// The admitted message that an action names; nil if it names none.
  package func message(namedBy action: Action) -> Int? {
    messageNamed(by: action, in: .everything)
  }

  /// The newest authority events of all.
  package var newestActs: [Int] { frontiers.acts(of: front).map { acts[$0].event } }

  /// Whether events of this kind may commit to content.
  package func mayHaveContent(_ event: Int) -> Bool {
    switch records[event].kind {
    case .messagePost, .messageEdit, .messageReport, .memberProfile, .inviteAccept, .linkJoin: true
    default: false
    }
  }

  /// The removal that ended a person's membership; nil for one who is a member, left, or never was
  /// one.
  package func removal(of key: Digest) -> Digest? {
    let view = currentView().view
    guard let person = graph.authors.number(of: key), present(person, in: view) == nil else {
      return nil
    }
    let removal = state(of: person, in: view).removal
    return removal < 0 ? nil : graph.id(acts[removal].event)
  }

  /// All edits of a message.
  package func edits(of message: Int) -> [Int] { messages.edits[message] ?? [] }

  /// The newest edit in effect of a message, by depth and id; nil if it was not edited.
  package func newestEdit(of message: Int, in current: CurrentView) -> Int? {
    var newest: Int?
    for edit in messages.edits[message] ?? [] where isInEffect(edit, in: current.view) {
      if let known = newest, graph.isCanonicallyBefore(edit, known) { continue }
      newest = edit
    }
    return newest
  }

  /// How a message stands now; nil if it has no effect.
  package func messageState(of message: Int, in current: CurrentView) -> MessageState? {
    messageState(of: message, in: current.view)
  }

  /// Seconds after which a message disappears: its own lifetime, or the preference that its author
  /// had seen; nil for never.
  package func lifetime(of message: Int, _ post: Post) -> UInt64? {
    if let lifetime = post.lifetime { return lifetime }
    guard case .seconds(let seconds) = preference(.disappearing, in: pastView(of: message)) else {
      return nil
    }
    return seconds == 0 ? nil : seconds
  }
}
