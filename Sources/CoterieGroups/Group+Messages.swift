public import CoterieEvents
public import CoterieJudgement
internal import CoterieLedger
internal import CoterieVault
public import CoterieWire
internal import Glibc

extension Group {
  /// How a message is posted, besides what it says.
  public struct Posting: Sendable {
    /// What the message carries.
    public var type: Post.ContentType
    /// The message to which it replies.
    public var reply: Digest?
    /// Seconds until it disappears after it was read; nil for the group's preference.
    public var lifetimeSeconds: UInt64?
    /// Whether it was forwarded.
    var isForwarded = false

    /// Takes all fields.
    public init(
      _ type: Post.ContentType = .text,
      reply: Digest? = nil,
      lifetimeSeconds: UInt64? = nil
    ) {
      self.type = type
      self.reply = reply
      self.lifetimeSeconds = lifetimeSeconds
    }

    /// The body of the event that posts these words.
    public func post(_ words: GroupLog.Words) -> Post {
      Post(
        type: type,
        content: words.commitment,
        reply: reply,
        forwarded: isForwarded ? true : nil,
        lifetime: lifetimeSeconds
      )
    }
  }

  /// Posts a text, or any content of at most 1 MiB.
  @discardableResult
  public func post(
    _ content: [UInt8],
    _ posting: Posting = Posting()
  ) throws(GroupError) -> Digest {
    let words = words(content)
    return try act(.messagePost(posting.post(words)), with: words)
  }

  /// Posts a text.
  @discardableResult
  public func post(_ text: String, _ posting: Posting = Posting()) throws(GroupError) -> Digest {
    try post(Array(text.utf8), posting)
  }

  /// Posts a file of any size up to about 31 GB, a chunk of 1 MiB at a time.
  ///
  /// - Parameter read: answers the next bytes, at most so many and fewer only at the end; nil if
  ///   the file cannot be read.
  /// - Throws: `.refused` before anything is read, if the message would be.
  @discardableResult
  public func post(
    fileNamed name: String,
    mediaType: String? = nil,
    _ posting: Posting,
    read: (Int) -> [UInt8]?
  ) throws(GroupError) -> Digest {
    guard let contents else { throw .noKey(group: id) }
    let probe = words([])
    if let refusal = try mayI(.messagePost(posting.post(probe))) {
      throw .refused(refusal.code, by: refusal.by)
    }
    let secret = surroundings.digest()
    let file: AttachmentFile
    let manifest: AttachmentManifest
    var hold: AttachmentHold?
    defer { hold = nil }
    do throws(LedgerError) {
      file = try contents.newAttachment()
      manifest = try Self.copy(name, mediaType, into: file, &hold, secret, read)
    } catch {
      throw .ledger(error)
    }
    var words = GroupLog.Words(manifest.bytes, secret: secret)
    words.attachment = file
    do throws(GroupError) {
      return try act(.messagePost(posting.post(words)), with: words)
    } catch {
      file.remove()
      throw error
    }
  }

  private static func copy(
    _ name: String,
    _ mediaType: String?,
    into file: AttachmentFile,
    _ hold: inout AttachmentHold?,
    _ secret: Digest,
    _ read: (Int) -> [UInt8]?
  ) throws(LedgerError) -> AttachmentManifest {
    var manifest = AttachmentManifest(
      name: Text(name),
      type: mediaType.map { Text($0) },
      size: 0,
      chunks: []
    )
    do throws(LedgerError) {
      while let chunk = read(AttachmentManifest.chunkBytes) {
        if chunk.isEmpty { return manifest }
        guard manifest.chunks.count < AttachmentManifest.chunksMax else {
          throw .system(operation: "reading \(name): it is larger than 31 GB", number: EFBIG)
        }
        if hold == nil { hold = try file.held() }
        let place = manifest.chunks.count
        manifest.chunks.append(try file.append(chunk, at: place, secret: secret))
        manifest.size += UInt64(chunk.count)
      }
      throw .system(operation: "reading \(name)", number: EIO)
    } catch {
      file.remove()
      throw error
    }
  }

  /// Posts a message of this group again in another one, as forwarded.
  ///
  /// - Throws: `.refused(.preferenceOff)` if `forwarding` is off here for this member, as it is in
  ///   every secret chat.
  @discardableResult
  public func forward(_ message: Digest, to other: Group) async throws(GroupError) -> Digest {
    if let refusal = try mayForward(message) { throw .refused(refusal.code, by: refusal.by) }
    guard case .messagePost(let post) = try event(message).action else {
      throw .refused(.notInPast, by: message)
    }
    let content = try content(of: message)
    guard AttachmentManifest(content) == nil else {
      // The chunks are sealed under the message's own secret, so they are read and posted anew.
      return try await forwardFile(message, content, post.type, to: other)
    }
    var posting = Posting(post.type)
    posting.isForwarded = true
    return try await other.post(content, posting)
  }

  /// Why a message may not be forwarded out of this group; nil if it may.
  public func mayForward(_ message: Digest) throws(GroupError) -> (code: Code, by: Digest?)? {
    let governance = try state()
    let key = Text(Preference.forwarding.key)
    let value = governance.preferences.first { $0.key == key }?.value
    let me = try signing().publicKey
    guard let role = governance.members.first(where: { $0.key == me })?.standing.role else {
      return (.authorNotMember, nil)
    }
    let isAllowed = governance.template != .secretChat && value?.allows(role) != false
    return isAllowed ? nil : (.preferenceOff, nil)
  }

  private func forwardFile(
    _ message: Digest,
    _ content: [UInt8],
    _ type: Post.ContentType,
    to other: Group
  ) async throws(GroupError) -> Digest {
    guard let manifest = AttachmentManifest(content) else { throw .noContent(message) }
    let reading = try attachment(of: message)
    var posting = Posting(type)
    posting.isForwarded = true
    return try await other.post(copyOf: reading, manifest, posting)
  }

  func post(
    copyOf attachment: AttachmentReading,
    _ manifest: AttachmentManifest,
    _ posting: Posting
  ) throws(GroupError) -> Digest {
    var place = 0
    return try post(
      fileNamed: manifest.name.string,
      mediaType: manifest.type?.string,
      posting
    ) { _ in
      defer { place += 1 }
      return place < manifest.chunks.count ? try? attachment.chunk(place) : []
    }
  }

  /// Changes what a message of one's own says.
  @discardableResult
  public func edit(_ message: Digest, to text: String) throws(GroupError) -> Digest {
    let words = words(Array(text.utf8))
    return try act(.messageEdit(message: message, content: words.commitment), with: words)
  }

  /// Deletes a message for everyone: erases it where `full-delete` is on, else marks it deleted.
  @discardableResult
  public func delete(_ message: Digest) throws(GroupError) -> Digest {
    try act(.messageDelete(message: message))
  }

  /// Reacts to a message, or takes a reaction back.
  @discardableResult
  public func react(
    to message: Digest,
    with emoji: String,
    on: Bool = true
  ) throws(GroupError) -> Digest {
    try act(.messageReact(message: message, emoji: Text(emoji), on: on))
  }

  /// Reports a message to the group.
  @discardableResult
  public func report(_ message: Digest, because text: String) throws(GroupError) -> Digest {
    let words = words(Array(text.utf8))
    return try act(.messageReport(message: message, content: words.commitment), with: words)
  }

  /// Deletes all messages held, for everyone.
  @discardableResult
  public func clearHistory() throws(GroupError) -> Digest {
    try act(.historyClear)
  }
}
