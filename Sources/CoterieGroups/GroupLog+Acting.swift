internal import CoterieEngine
public import CoterieEvents
public import CoterieJudgement
internal import CoterieLedger
public import CoterieSealing
package import CoterieVault
public import CoterieWire

extension GroupLog {
  // MARK: Acting

  /// A content on its way into an event.
  public struct Words: Sendable {
    /// The bytes.
    public var content: [UInt8]
    /// Their secret.
    public var secret: Digest
    /// The chunks, if it is an attachment.
    package var attachment: AttachmentFile?

    /// Takes both.
    public init(_ content: [UInt8], secret: Digest) {
      self.content = content
      self.secret = secret
    }

    /// What the event says of it.
    public var commitment: Commitment { Commitment(to: content, secret: secret) }
  }

  /// Signs an act with everything held as its past, and commits it.
  ///
  /// - Throws: `.refused` with the code if the rules do not allow it; nothing is written then.
  @discardableResult
  public func append(
    _ action: Action,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> Digest {
    do {
      try ledger.beginExclusive()
    } catch {
      throw .ledger(error)
    }
    defer { ledger.endExclusive() }
    try takeIn()
    let draft = try draft(action, by: key.publicKey, time: time)
    return try place(draft, draft.sealed(with: key), isForced: false)
  }

  /// The same with any signer, and with the content that the event commits to.
  ///
  /// - Throws: `.noContent` for the edit of a message that was erased here: its content would not
  ///   be kept, so nobody could ever read it.
  @discardableResult
  public func append(
    _ action: Action,
    with words: Words? = nil,
    by signer: any Signer,
    time: UInt64
  ) throws(GroupError) -> Digest {
    try exclusively { () throws(GroupError) in
      let draft = try draft(action, by: signer.publicKey, time: time)
      if case .messageEdit(let message, _) = action { try requireKept(message) }
      return try place(draft, try draft.sealed(by: signer), words, isForced: false)
    }
  }

  private func requireKept(_ message: Digest) throws(GroupError) {
    do {
      if try contents?.isErased(message, in: ledger.snapshot()) == true {
        throw GroupError.noContent(message)
      }
    } catch {
      throw .of(error, else: .noContent(message))
    }
  }

  private func draft(
    _ action: Action,
    by author: Digest,
    time: UInt64
  ) throws(GroupError) -> Draft {
    if let refusal = replica.judge.refusal(of: action, by: author) {
      throw .refused(refusal.code, by: refusal.by)
    }
    return replica.draft(action, by: author, time: time)
  }

  /// The governance state now; nil while the founding event is missing.
  public func governance() -> Governance? {
    replica.judge.governance(in: replica.judge.currentView())
  }

  /// Signs an act that the rules refuse, as a program of strangers would: for demonstrations and
  /// tests of what a rejected event looks like.
  public func forceForDemonstration(
    _ action: Action,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> Digest {
    let draft = replica.draft(action, by: key.publicKey, time: time)
    return try place(draft, draft.sealed(with: key))
  }

  /// Signs a message that conflicts with the author's newest event, as a copied key would: for
  /// demonstrations and tests of what a fork looks like.
  public func forkForDemonstration(
    _ content: Commitment,
    by key: borrowing SigningKey,
    time: UInt64
  ) throws(GroupError) -> Digest {
    let graph = replica.judge.graph
    guard let newest = replica.newestEvent(of: key.publicKey), let previous = graph.previous(newest)
    else { throw .refused(.notInPast, by: nil) }
    let draft = Draft(
      group: group,
      author: key.publicKey,
      sequence: graph.sequence(newest),
      previous: graph.id(previous),
      parents: Parents(graph.parents(newest).map { graph.id(Int($0)) }),
      time: time,
      action: .messagePost(Post(type: .text, content: content))
    )
    return try place(draft, draft.sealed(with: key))
  }

  /// Places one's own event, and commits it.
  @discardableResult
  func place(
    _ draft: Draft,
    _ envelope: [UInt8],
    _ words: Words? = nil,
    isForced: Bool = true
  ) throws(GroupError) -> Digest {
    let event = try draft.event(in: envelope)
    let arrival: Replica.Arrival
    do {
      arrival = try replica.receive(event, envelope: envelope)
    } catch {
      throw .malformed(error)
    }
    guard case .placed(let placed, _) = arrival else { return event.id }
    // With more heads than an event can name it may have seen too little.
    if !isForced, let facts = placed.first.map({ replica.judge.facts(of: $0.number) }),
      let code = facts.code
    {
      let by = facts.by < 0 ? nil : replica.judge.graph.id(facts.by)
      isStale = true
      throw .refused(code, by: by)
    }
    let deposits = [words].compactMap { $0 }.map { words in
      Deposit(
        event: event.id,
        secret: words.secret,
        content: words.content,
        attachment: words.attachment
      )
    }
    try commit(sorted(placed), ownPost: event) { deposits }
    return event.id
  }

  /// Commits what was judged, with the contents that go with it.
  ///
  /// If that fails, memory is made anew from the disk at once: what is asked next must not be
  /// answered from what was not written.
  func commit(
    _ placed: [Replica.Placed],
    ownPost: Event? = nil,
    with deposits: () throws(GroupError) -> [Deposit]
  ) throws(GroupError) {
    do throws(GroupError) {
      try write(placed, try deposits(), ownPost: ownPost)
    } catch {
      forgetAll()
      do throws(GroupError) { try takeIn() } catch { forgetAll() }
      throw error
    }
  }

  /// Why an act would be refused now; nil if it would be admitted.
  public func mayI(_ action: Action, by author: Digest) -> (code: Code, by: Digest?)? {
    replica.judge.refusal(of: action, by: author)
  }
}

extension Draft {
  /// The event in an envelope of this draft, as everyone will read it.
  ///
  /// Refuses what they would call malformed, such as a text that is too long or a key that is none,
  /// before it is in one's own log.
  func event(in envelope: [UInt8]) throws(GroupError) -> Event {
    do throws(Malformed) {
      let event = try Event.decode(envelope.span).event
      guard Draft(event) == self else { throw Malformed(.invalidValue(field: "body"), at: 0) }
      return event
    } catch {
      throw .malformed(error)
    }
  }

  /// The envelope of this event, signed by any signer.
  func sealed(by signer: any Signer) throws(GroupError) -> [UInt8] {
    precondition(signer.publicKey == author, "an event is signed by its author")
    let payload = payload
    return Envelope.joining(
      payload,
      try signer.signature(of: Envelope.signedBytes(of: payload.span))
    )
  }
}
