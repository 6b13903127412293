internal import CoterieEvents
internal import CoterieWire

/// The admission of a post that rests on its author, its type and the acts it had seen: it holds
/// for the next such post as well, as long as what these acts come to stays as it is.
struct PlainPost {
  var before: Frontier
  var type: Post.ContentType
  var facts: Judge.Facts
}

extension Action {
  /// The type of a post that names nothing; nil for other actions.
  var typeOfPlainPost: Post.ContentType? {
    guard case .messagePost(let post) = self, post.reply == nil else { return nil }
    return post.type
  }
}

/// What each event touches: its place in the graph, what is kept of it, the heads.
///
/// It stands in one value, so that an event that is like its author's last one is taken in one
/// access to the judge, with no look at a view.
struct History {
  /// The id of the founding event; nil before it came.
  var group: Digest?
  var graph: EventGraph
  /// What is kept of each event, by number.
  var records: [Record] = []
  /// Admitted events that no admitted event has in its past.
  var heads: [Int] = []
  /// The admission of each author's last plain post, by person.
  var plainPosts: [PlainPost?] = []
  /// The numbers of the parents of the event that is taken, and of the one before it.
  private(set) var parents: [Int] = []
  private(set) var previous: Int?
  /// Whether an event names one that was rejected.
  private var namesRejected = false
  private var touched: UInt32 = 0

  init(seed: UInt64) {
    graph = EventGraph(seed: seed)
  }

  mutating func reserve(_ count: Int) {
    graph.reserve(count)
    records.reserveCapacity(count)
  }

  mutating func expect(_ ids: [Digest]) {
    touched ^= graph.table.touch(ids)
  }

  /// What came of taking an event.
  enum Taking {
    /// It is in, and was admitted as its author's post before it.
    case admitted(Int)
    /// It has its place in the graph; its admission is to be asked for.
    case placed(Int)
    case known(Int)
    case pending
    case malformed(Malformed.Problem)
  }

  /// Takes events as long as each is admitted as its author's post before it; answers where the
  /// first other one stands, and what came of it.
  mutating func take(_ events: Span<Event>, _ items: Range<Int>) -> (item: Int, taking: Taking)? {
    for item in items {
      let taking = take(events, item)
      guard case .admitted = taking else { return (item, taking) }
    }
    return nil
  }

  /// Gives an event its place; it is read where it stands among others.
  mutating func take(_ events: Span<Event>, _ item: Int) -> Taking {
    let place = graph.table.place(of: events[item].id)
    if let known = place.number { return .known(known) }
    if let group, events[item].groupID != group { return .malformed(.wrongGroup) }
    if let problem = link(events, item) { return problem }
    let kind = events[item].action.kind
    let number = graph.insert(
      id: events[item].id,
      at: place,
      author: events[item].author,
      sequence: events[item].sequence,
      previous: previous,
      parents: parents,
      needsClock: kind.isAuthority
    )
    guard let post = plainPost(events[item].action.typeOfPlainPost, by: graph.author(number)) else {
      return .placed(number)
    }
    records.append(Record(kind, before: post.before, facts: post.facts))
    noteRejectedLinks()
    updateHeads(number)
    return .admitted(number)
  }

  /// Looks up what an event names; answers why it cannot be taken.
  private mutating func link(_ events: Span<Event>, _ item: Int) -> Taking? {
    parents.removeAll(keepingCapacity: true)
    previous = nil
    for place in 0..<events[item].parents.count {
      guard let number = graph.table.number(of: events[item].parents[place]) else {
        return .pending
      }
      parents.append(number)
    }
    guard let id = events[item].previous else { return nil }
    guard let number = graph.table.number(of: id) else { return .pending }
    previous = number
    guard graph.authorKey(number) == events[item].author,
      graph.sequence(number) &+ 1 == events[item].sequence
    else { return .malformed(.brokenChain) }
    return nil
  }

  // MARK: Plain posts

  /// The author's post before this one, if this one has seen the same acts and is of the same type.
  private func plainPost(_ type: Post.ContentType?, by author: Int) -> PlainPost? {
    guard author < plainPosts.count, let known = plainPosts[author], type == known.type,
      hasSeenOnly(known.before)
    else { return nil }
    return known
  }

  /// Whether a frontier is that of each parent and of the previous event.
  private func hasSeenOnly(_ frontier: Frontier) -> Bool {
    if let previous, after(previous) != frontier { return false }
    for parent in parents where after(parent) != frontier { return false }
    return !parents.isEmpty
  }

  mutating func note(_ post: PlainPost, of author: Int) {
    while plainPosts.count <= author { plainPosts.append(nil) }
    plainPosts[author] = post
  }

  /// The newest acts among an event and its past.
  func after(_ event: Int) -> Frontier {
    records[event].act >= 0 ? Frontier(raw: records[event].act) : records[event].before
  }

  // MARK: Heads

  /// Learns whether the event that is taken names a rejected one.
  mutating func noteRejectedLinks() {
    if namesRejected { return }
    if let previous, records[previous].code != nil { namesRejected = true }
    for parent in parents where records[parent].code != nil { namesRejected = true }
  }

  /// The event that is taken was admitted: nothing that it names is a head any more.
  mutating func updateHeads(_ number: Int) {
    if heads.count == 1, heads[0] == previous || parents.contains(heads[0]) {
      heads[0] = number
      return
    }
    var kept: [Int] = []
    swap(&kept, &heads)
    kept.removeAll { head in
      if head == previous || parents.contains(head) { return true }
      return namesRejected && graph.isBefore(head, number)
    }
    kept.append(number)
    heads = kept
  }
}
