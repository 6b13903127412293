internal import CoterieEngine
public import CoterieEvents
internal import CoterieJudgement
internal import CoterieLedger
public import CoterieVault
public import CoterieWire

/// An attachment that can be read a chunk at a time.
public struct AttachmentReading: Sendable {
  /// Name, type, size and chunks.
  public let manifest: AttachmentManifest
  private let file: AttachmentFile
  private let secret: Digest

  init(_ manifest: AttachmentManifest, _ file: AttachmentFile, _ secret: Digest) {
    self.manifest = manifest
    self.file = file
    self.secret = secret
  }

  /// How many chunks are here, from the first on; the rest has not come yet.
  public var chunkCount: Int { file.chunkCount(of: manifest) }

  /// One chunk in clear, checked against what was signed; nil if it is not here.
  public func chunk(_ place: Int) throws(GroupError) -> [UInt8]? {
    do throws(LedgerError) {
      return try file.chunk(place, of: manifest, secret: secret)
    } catch {
      throw .ledger(error)
    }
  }
}

/// A message as this member has it.
public struct Message: Sendable {
  /// The event that posted it.
  public var id: Digest
  /// Who posted it.
  public var author: Digest
  /// Milliseconds since 1970 as its author claims.
  public var time: UInt64
  /// What it carries.
  public var type: Post.ContentType
  /// `live`, `edited`, `hidden`, `deleted` or `erased`.
  public var state: String
  /// What it says now, with its newest edit; nil if it was deleted or erased, is hidden, or its
  /// content is not here.
  public var content: [UInt8]?
  /// The message to which it replies.
  public var reply: Digest?
  /// Whether it was forwarded.
  public var isForwarded: Bool
  /// When it was read here, in milliseconds since 1970; nil if it was not.
  public var readAt: UInt64?
  /// Seconds until it disappears after it was read; nil for never.
  public var lifetimeSeconds: UInt64?
  /// How many reacted with which emoji.
  public var reactions: [(emoji: String, count: Int)]
}

extension Group {
  /// One event that is held.
  ///
  /// - Throws: `.noSuchEvent` if it is not.
  public func event(_ id: Digest) throws(GroupError) -> Event { try stored(id).event }

  /// One event that is held, and of how many bytes its envelope is.
  ///
  /// - Throws: `.noSuchEvent` if it is not.
  public func stored(_ id: Digest) throws(GroupError) -> (event: Event, byteCount: Int) {
    do throws(LedgerError) {
      let snapshot = try store.ledger.snapshot()
      guard let envelope = try envelope(of: id, in: snapshot),
        let event = try? Event.decode(envelope.span).event
      else { throw .notFound(path: "event \(id)") }
      return (event, envelope.count)
    } catch .notFound {
      throw .noSuchEvent(id)
    } catch {
      throw .ledger(error)
    }
  }

  /// The content of an event: what a message said when it was posted, a display name, a report.
  ///
  /// - Throws: `.noContent` if it was erased, or never came.
  public func content(of event: Digest) throws(GroupError) -> [UInt8] {
    guard case .present(_, let content) = try contentState(of: event) else {
      throw .noContent(event)
    }
    return content
  }

  func contentState(of event: Digest) throws(GroupError) -> ContentState {
    guard let contents else { return .missing }
    do {
      return try contents.state(of: event, in: store.ledger.snapshot())
    } catch {
      throw .of(error, else: .noContent(event))
    }
  }

  /// The attachment of a message, to be read a chunk at a time.
  ///
  /// - Throws: `.noContent` if it was erased, never came, or the message has none.
  public func attachment(of message: Digest) throws(GroupError) -> AttachmentReading {
    guard case .present(let secret, let content) = try contentState(of: message),
      let manifest = AttachmentManifest(content), let contents
    else { throw .noContent(message) }
    do {
      guard let file = try contents.attachment(of: message, in: store.ledger.snapshot()) else {
        throw GroupError.noContent(message)
      }
      return AttachmentReading(manifest, file, secret)
    } catch {
      throw .of(error, else: .noContent(message))
    }
  }

  /// The display names of people, by key: the newest that each took, where it is here.
  ///
  /// O(names).
  public func names() throws(GroupError) -> [Digest: String] {
    if let opening, opening.record.namings != nil { return try store.names(by: opening) }
    let (log, judge) = (try log, try log.replica.judge)
    let namings = judge.namings(among: log.namers, in: judge.currentView())
    return try store.names(in: id, by: namings)
  }

  // MARK: Messages

  /// The newest messages, at most so many, the newest last.
  ///
  /// O(events), and O(log events) for each message that is answered.
  public func messages(limit: Int = .max) throws(GroupError) -> [Message] {
    let judge = try log.replica.judge
    let current = judge.currentView()
    var found: [Message] = []
    let reactions = try reactions(current)
    for number in judge.canonicalOrder().reversed() where judge.kind(of: number) == .messagePost {
      if found.count >= limit { break }
      guard let state = judge.messageState(of: number, in: current) else { continue }
      found.append(try message(number, state, current, reactions[number] ?? []))
    }
    return found.reversed()
  }

  /// One message.
  ///
  /// - Throws: `.noSuchMessage` if there is none of this id, or it has no effect.
  public func message(_ id: Digest) throws(GroupError) -> Message {
    let judge = try log.replica.judge
    let current = judge.currentView()
    guard let number = judge.number(of: id), judge.kind(of: number) == .messagePost,
      let state = judge.messageState(of: number, in: current)
    else { throw .noSuchMessage(id) }
    return try message(number, state, current, reactions(current)[number] ?? [])
  }

  private func message(
    _ number: Int,
    _ state: MessageState,
    _ current: CurrentView,
    _ reactions: [(author: Digest, emoji: String)]
  ) throws(GroupError) -> Message {
    let judge = try log.replica.judge
    let id = judge.graph.id(number)
    let event = try event(id)
    guard case .messagePost(let post) = event.action else { throw .noSuchMessage(id) }
    var content: [UInt8]?
    var shown = state
    switch try shownContent(of: number, current) {
    case .present(_, let bytes): if state == .live || state == .edited { content = bytes }
    case .erased: shown = .erased
    case .missing: break
    }
    return Message(
      id: id,
      author: event.author,
      time: event.time,
      type: post.type,
      state: shown.rawValue,
      content: content,
      reply: post.reply,
      isForwarded: post.forwarded == true,
      readAt: try readTime(of: id),
      lifetimeSeconds: judge.lifetime(of: number, post),
      reactions: Dictionary(grouping: reactions, by: \.emoji)
        .map { ($0.key, $0.value.count) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    )
  }

  /// What a message says now: the content of its newest edit, unless the message itself is erased.
  private func shownContent(
    of message: Int,
    _ current: CurrentView
  ) throws(GroupError) -> ContentState {
    let judge = try log.replica.judge
    let post = try contentState(of: judge.graph.id(message))
    if case .erased = post { return post }
    guard let edit = judge.newestEdit(of: message, in: current) else { return post }
    return try contentState(of: judge.graph.id(edit))
  }

  private func readTime(of id: Digest) throws(GroupError) -> UInt64? {
    do {
      return try contents?.readTime(of: id, in: store.ledger.snapshot())
    } catch let error as VaultError {
      throw .vault(error)
    } catch {
      return nil
    }
  }

  /// Who reacts to which message with what: of each author and emoji the causally last counts.
  private func reactions(
    _ current: CurrentView
  ) throws(GroupError) -> [Int: [(author: Digest, emoji: String)]] {
    let judge = try log.replica.judge
    var found: [Int: [(author: Digest, emoji: String)]] = [:]
    for number in judge.canonicalOrder() where judge.kind(of: number) == .messageReact {
      guard let message = judge.message(actedOnBy: number),
        judge.verdict(of: number, in: current).status == .effective,
        let event = try? event(judge.graph.id(number)),
        case .messageReact(_, let emoji, let on) = event.action
      else { continue }
      found[message, default: []].removeAll {
        $0.author == event.author && $0.emoji == emoji.string
      }
      if on { found[message, default: []].append((event.author, emoji.string)) }
    }
    return found
  }

  /// Notes that messages were read now: those that disappear start to.
  ///
  /// What was read before keeps its time; messages whose content is not here are left out.
  public func markRead(_ messages: [Digest]) throws(GroupError) {
    guard let contents else { return }
    let judge = try log.replica.judge
    let current = judge.currentView()
    var read: [Contents.Reading] = []
    for id in messages {
      guard let number = judge.number(of: id), judge.kind(of: number) == .messagePost,
        case .messagePost(let post) = try event(id).action,
        case .present = try shownContent(of: number, current)
      else { continue }
      read.append(
        Contents.Reading(
          event: id,
          edits: judge.edits(of: number).map { judge.graph.id($0) },
          lifetimeSeconds: judge.lifetime(of: number, post)
        )
      )
    }
    if read.isEmpty { return }
    let now = surroundings.now()
    do throws(LedgerError) {
      try store.ledger.write { transaction throws(LedgerError) in
        let time = try Contents.time(now, in: transaction)
        try contents.markRead(read, now: time, in: transaction)
      }
    } catch {
      throw .ledger(error)
    }
  }

  /// Erases contents from this store only: the messages given with their edits, or, with nil,
  /// everything that was ever posted here.
  ///
  /// - Returns: how many contents are gone now.
  @discardableResult
  public func eraseHere(_ messages: [Digest]?) throws(GroupError) -> Int {
    guard let contents else { return 0 }
    let log = try log
    return try log.exclusively { () throws(GroupError) in
      let judge = log.replica.judge
      do {
        let chosen: [Digest]
        if let messages {
          let numbers = messages.compactMap { judge.number(of: $0) }
          chosen = messages + numbers.flatMap { judge.edits(of: $0) }.map { judge.graph.id($0) }
        } else {
          chosen = try contents.held().filter { id in
            guard let number = judge.number(of: id) else { return true }
            let kind = judge.kind(of: number)
            return kind == .messagePost || kind == .messageEdit || kind == .messageReport
          }
        }
        try store.ledger.write { transaction throws(LedgerError) in
          try contents.decide(chosen, in: transaction)
        }
        return try contents.finishErasures()
      } catch {
        throw GroupError.of(error, else: .noContent(self.id))
      }
    }
  }
}

extension Group {
  /// The events that a word may mean: those whose id starts so, or the one at `#N` of the canonical
  /// order.
  ///
  /// O(events).
  public func events(matching word: String) throws(GroupError) -> [Digest] {
    let log = try log
    let judge = log.replica.judge
    if word.hasPrefix("#"), let position = Int(word.dropFirst()) {
      let order = order(in: log)
      return order.indices.contains(position - 1) ? [judge.graph.id(order[position - 1])] : []
    }
    if word.isEmpty { return [] }
    let prefix = word.lowercased()
    return (0..<judge.count).filter { log.strangers[$0] == nil }.map { judge.graph.id($0) }
      .filter { $0.hex.hasPrefix(prefix) }
  }

  /// Where events stand in the canonical order now, from 1; those that wait stand nowhere.
  ///
  /// O(events).
  public func positions(of events: [Digest]) throws(GroupError) -> [Digest: Int] {
    let log = try log
    let judge = log.replica.judge
    let wanted = Set(events.compactMap { judge.number(of: $0) })
    var positions: [Digest: Int] = [:]
    for (place, event) in order(in: log).enumerated() where wanted.contains(event) {
      positions[judge.graph.id(event)] = place + 1
    }
    return positions
  }

  private func order(in log: GroupLog) -> [Int] {
    log.replica.judge.canonicalOrder().filter { log.strangers[$0] == nil }
  }
}
