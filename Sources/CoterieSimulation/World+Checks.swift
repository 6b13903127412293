internal import CoterieBundles
internal import CoterieEngine
internal import CoterieEvents
internal import CoterieGroups
internal import CoterieJudgement
internal import CoterieVault
internal import CoterieWire

/// What must hold whenever everyone has exchanged.
extension SimulatedWorld {
  func check() async throws {
    for member in honest {
      try checkKept(member)
      try checkAdmissions(member)
      try checkFiles(member)
      guard let judge = member.judge, let judged = member.judged() else { continue }
      if let broken = Promises.broken(in: judge, judged) { throw judgingBreach(broken, at: member) }
      if let broken = extraCheck?(judge) { throw judgingBreach(broken, at: member) }
    }
    for set in connected() { try checkSame(set) }
    try countStranded()
  }

  /// Nothing that a store acknowledged is lost.
  func checkKept(_ member: SimulatedMember) throws {
    let events = member.events()
    guard let lost = member.held.subtracting(events).sorted().first else { return }
    throw breach(
      "kept",
      expected: "\(member.name) holds \(lost.hex), which it had acknowledged",
      found: "it does not"
    )
  }

  /// G7: an event is admitted everywhere and for ever, or nowhere.
  private func checkAdmissions(_ member: SimulatedMember) throws {
    guard let judge = member.judge else { return }
    for event in 0..<judge.count {
      let id = judge.graph.id(event)
      let code = judge.facts(of: event).code
      if let known = admissions[id], known != code {
        throw breach(
          "G7",
          expected: "\(id.hex) \(known?.rawValue ?? "admitted")",
          found: "\(code?.rawValue ?? "admitted") at \(member.name)"
        )
      }
      admissions[id] = .some(code)
    }
  }

  // MARK: Connected sets

  /// Members of good will who hold each other for members, in sets that reach each other.
  func connected() -> [[SimulatedMember]] {
    var left = honest.filter { $0.role != nil }
    var sets: [[SimulatedMember]] = []
    while let first = left.first {
      left.removeFirst()
      var set = [first]
      var next = 0
      while next < set.count {
        let one = set[next]
        set += left.filter { knows(one, $0) && knows($0, one) }
        left.removeAll { other in set.contains { $0 === other } }
        next += 1
      }
      sets.append(set)
    }
    return sets
  }

  func knows(_ one: SimulatedMember, _ other: SimulatedMember) -> Bool {
    guard let key = other.key, let standpoint = one.eye?.standpoint(of: key) else { return false }
    if case .member = standpoint { return true }
    return false
  }

  /// All of a connected set show the same, and what they show is what the definition says.
  private func checkSame(_ set: [SimulatedMember]) throws {
    guard let first = set.first, let judge = first.judge, let reference = first.judged() else {
      return
    }
    if let broken = Promises.broken(in: judge, reference, orders: []) {
      throw judgingBreach(broken, at: first)
    }
    for order in 0..<2 {
      // Refused events of strangers are held in memory only, so they are left out.
      let events = arrivalOrder(first, seed: stirred(plan.seed, UInt64(order), 9))
      let other = Judged(events, looking: order == 0).admitted
      if let difference = reference.admitted.difference(from: other) {
        throw judgingBreach("G1: another order: \(difference)", at: first)
      }
    }
    for other in set.dropFirst() {
      guard let judged = other.judged() else { continue }
      let difference =
        reference.admitted.difference(from: judged.admitted)
        ?? judged.admitted.difference(from: reference.admitted)
      if let difference {
        throw breach(
          "digest",
          expected: "\(first.name) and \(other.name) show the same",
          found: difference
        )
      }
    }
    try checkContents(set, judge)
  }

  /// An order of arrival by chance in which parents come first.
  private func arrivalOrder(_ member: SimulatedMember, seed: UInt64) -> [Event] {
    guard let log = member.eye, let snapshot = try? log.snapshot() else { return [] }
    let judge = log.replica.judge
    var events = judge.canonicalOrder().compactMap { number -> Event? in
      let entry = try? log.entry(of: number, withContent: false, in: snapshot)
      return entry.flatMap { try? Event.decode($0.envelope.span).event }
    }
    var random = SplitMix64(seed: seed)
    events.shuffle(using: &random)
    let replica = Replica(seed: random.next())
    var order: [Event] = []
    for event in events {
      if case .placed(let placed, _)? = try? replica.receive(event, envelope: []) {
        order += placed.map(\.event)
      }
    }
    return order
  }

  /// Members by the rules of all events that anyone of good will holds, who are in no set with the
  /// founder's side: they were let in and out again before anyone had heard of them.
  private func countStranded() throws {
    let sets = connected()
    guard sets.count > 1 else { return }
    note("apart: \(sets.map { $0.map(\.name) })")
    counts.stranded += sets.map(\.count).reduce(0, +) - (sets.map(\.count).max() ?? 0)
  }

  /// What became of the events in the store that holds most.
  func countVerdicts() {
    let richest = honest.max { ($0.judge?.count ?? 0) < ($1.judge?.count ?? 0) }
    guard let judge = richest?.judge else { return }
    let statuses = Judged(judge).verdicts.values.map(\.status)
    counts.defeated = statuses.count { $0 == .defeated }
    counts.overridden = statuses.count { $0 == .overridden }
    counts.heldBack = statuses.count { $0 == .heldBack }
    counts.forked = Set(judge.allForks().map(\.author)).count
  }

  // MARK: Contents

  /// What some of a set have, and everyone may have, everyone has.
  private func checkContents(_ set: [SimulatedMember], _ judge: Judge) throws {
    guard sharesAll, set.count > 1 else { return }
    let current = judge.currentView()
    for (event, _) in contents where !vanishing.contains(event) {
      guard let number = judge.number(of: event), !judge.isGone(number, in: current) else {
        continue
      }
      var holder: SimulatedMember?
      var lacker: SimulatedMember?
      for member in set {
        switch try state(of: event, at: member) {
        case .present: holder = member
        case .missing: lacker = lacker ?? member
        case .erased, nil: break
        }
      }
      guard let holder, let lacker else { continue }
      throw breach(
        "exchange",
        expected: "\(lacker.name) has the content of \(event.hex), as \(holder.name) has",
        found: "it is missing"
      )
    }
  }

  private func state(of event: Digest, at member: SimulatedMember) throws -> ContentState? {
    guard let log = member.eye, let contents = log.contents else { return nil }
    return try contents.state(of: event, in: log.snapshot())
  }

  /// No text stands in any file, and of what was erased there is no secret left to open it.
  private func checkFiles(_ member: SimulatedMember) throws {
    guard let judge = member.judge, let vault = member.store?.vault, judge.count > 0 else { return }
    let files = try member.files()
    let mark = Array(SimulatedWorld.mark.utf8)
    for (name, bytes) in files where bytes.holds(mark) {
      throw breach("erased", expected: "no text in clear", found: "\(name) of \(member.name)")
    }
    let current = judge.currentView()
    var secrets: Set<Digest>?
    for event in contents.keys.sorted() {
      let isGone = judge.number(of: event).map { judge.isGone($0, in: current) } ?? false
      guard isGone || member.erasedHere.contains(event), let secret = contents[event]?.secret else {
        continue
      }
      counts.erased += 1
      if case .present? = try state(of: event, at: member) {
        throw breach(
          "erased",
          expected: "\(member.name) has erased the content of \(event.hex)",
          found: "it is there"
        )
      }
      let live: Set<Digest>
      if let secrets { live = secrets } else { live = try vault.liveSecrets() }
      secrets = live
      let isInFile = files.contains { $0.bytes.holds(secret.bytes) }
      if live.contains(secret) || isInFile {
        throw breach(
          "erased",
          expected: "\(member.name) has no secret of \(event.hex) any more",
          found: "one is in \(isInFile ? "a file" : "a slot")"
        )
      }
    }
  }
}

extension Judged {
  /// The same without what was rejected, which not everyone keeps.
  var admitted: Judged {
    var judged = self
    judged.verdicts = verdicts.filter { $0.value.status != .rejected }
    return judged
  }
}
