public import CoterieSealing
public import CoterieWire

/// What an event does: one case for each kind, with the fields of its body.
///
/// The largest bodies, which are rare, stand elsewhere: most events are posts, and are moved about.
public enum Action: Equatable, Sendable {
  indirect case groupFound(Founding)
  case groupProfile(name: Text, description: Text?)
  case groupPreference(key: Text, value: PreferenceValue)
  case groupWelcome(text: Text)
  case groupDissolve
  case inviteCreate(invitee: Digest, role: Role)
  case inviteWithdraw(invite: Digest)
  case inviteAccept(invite: Digest, seal: Digest, name: Commitment?)
  case inviteDecline(invite: Digest)
  case linkCreate(link: Digest, role: Role, uses: UInt64?)
  case linkRole(link: Digest, role: Role)
  case linkClose(link: Digest)
  indirect case linkJoin(Joining)
  case memberRole(member: Digest, role: Role)
  case memberRemove(member: Digest, erase: Bool)
  case memberLeave
  case memberResign(role: Role)
  case memberProfile(name: Commitment)
  case memberSeal(seal: Digest)
  case memberBlock(member: Digest)
  case memberUnblock(member: Digest)
  case messagePost(Post)
  case messageEdit(message: Digest, content: Commitment)
  case messageDelete(message: Digest)
  case messageReact(message: Digest, emoji: Text, on: Bool)
  case messageReport(message: Digest, content: Commitment)
  case historyClear
  /// A kind that this rules version does not know: kept and forwarded, never in effect.
  case unknown(kind: Text, body: [UInt8])

  /// The kind of this action.
  @inlinable
  public var kind: Kind {
    switch self {
    case .groupFound: .groupFound
    case .groupProfile: .groupProfile
    case .groupPreference: .groupPreference
    case .groupWelcome: .groupWelcome
    case .groupDissolve: .groupDissolve
    case .inviteCreate: .inviteCreate
    case .inviteWithdraw: .inviteWithdraw
    case .inviteAccept: .inviteAccept
    case .inviteDecline: .inviteDecline
    case .linkCreate: .linkCreate
    case .linkRole: .linkRole
    case .linkClose: .linkClose
    case .linkJoin: .linkJoin
    case .memberRole: .memberRole
    case .memberRemove: .memberRemove
    case .memberLeave: .memberLeave
    case .memberResign: .memberResign
    case .memberProfile: .memberProfile
    case .memberSeal: .memberSeal
    case .memberBlock: .memberBlock
    case .memberUnblock: .memberUnblock
    case .messagePost: .messagePost
    case .messageEdit: .messageEdit
    case .messageDelete: .messageDelete
    case .messageReact: .messageReact
    case .messageReport: .messageReport
    case .historyClear: .historyClear
    case .unknown: .unknown
    }
  }

  /// The commitment to content that travels beside the event; nil for kinds without content.
  public var content: Commitment? {
    switch self {
    case .inviteAccept(_, _, let name): name
    case .linkJoin(let joining): joining.name
    case .memberProfile(let name): name
    case .messagePost(let post): post.content
    case .messageEdit(_, let content), .messageReport(_, let content): content
    default: nil
    }
  }

  /// The kind's name as it stands in the event.
  public var kindName: Text {
    if case .unknown(let name, _) = self { return name }
    return Text(kind.name)
  }
}

/// The body of `group.found`.
public struct Founding: Equatable, Sendable {
  /// What kind of group.
  public var template: Template
  /// The group's first name.
  public var name: Text
  /// Preferences in ascending order of their keys, each once.
  public var preferences: [PreferenceSetting]
  /// Sixteen random bytes, so that no one can choose a group's id.
  public var nonce: [UInt8]
  /// The founder's X25519 public key, to which others seal what they send.
  public var seal: Digest
  /// The group and event through which the two of a secret chat met.
  public var from: Origin?

  /// Takes all fields; preferences are put into the order in which they are written.
  public init(
    template: Template,
    name: Text,
    preferences: [PreferenceSetting],
    nonce: [UInt8],
    seal: Digest,
    from: Origin? = nil
  ) {
    self.template = template
    self.name = name
    self.preferences = preferences.sorted { $1.key.isEncoded(after: $0.key) }
    self.nonce = nonce
    self.seal = seal
    self.from = from
  }

  /// Where two people met.
  public struct Origin: Equatable, Sendable {
    /// The group's id.
    public var group: Digest
    /// The event in it.
    public var event: Digest

    /// Takes both ids.
    public init(group: Digest, event: Digest) {
      self.group = group
      self.event = event
    }
  }
}

/// The body of `link.join`.
public struct Joining: Equatable, Sendable {
  /// The `link.create` event.
  public var link: Digest
  /// The link key's signature on `coterie.join` ‖ group ‖ author.
  public var proof: Signature
  /// The joiner's X25519 public key.
  public var seal: Digest
  /// The joiner's display name.
  public var name: Commitment?

  /// Takes all fields.
  public init(link: Digest, proof: Signature, seal: Digest, name: Commitment? = nil) {
    self.link = link
    self.proof = proof
    self.seal = seal
    self.name = name
  }

  /// What a link's key signs for a joiner.
  public static func statement(group: Digest, author: Digest) -> [UInt8] {
    Array("coterie.join".utf8) + group.bytes + author.bytes
  }
}

/// The body of `message.post`.
public struct Post: Equatable, Sendable {
  /// What a message carries.
  public enum ContentType: UInt8, CaseIterable, Sendable {
    case text, image, video, voice, file, link

    /// The name by which events call the type.
    public var name: String { spelling.description }

    /// The same, without memory.
    package var spelling: StaticString {
      switch self {
      case .text: "text"
      case .image: "image"
      case .video: "video"
      case .voice: "voice"
      case .file: "file"
      case .link: "link"
      }
    }

    /// The type of this name; nil for any other text.
    public init?(name: String) {
      guard let type = ContentType.allCases.first(where: { $0.name == name }) else { return nil }
      self = type
    }
  }

  /// What the message carries.
  public var type: ContentType
  /// The commitment to what it says.
  public var content: Commitment
  /// The message to which it replies.
  public var reply: Digest?
  /// Whether it was forwarded; absent and false are different bytes.
  public var forwarded: Bool?
  /// Seconds until it disappears after it was read.
  public var lifetime: UInt64?

  /// Takes all fields.
  public init(
    type: ContentType,
    content: Commitment,
    reply: Digest? = nil,
    forwarded: Bool? = nil,
    lifetime: UInt64? = nil
  ) {
    self.type = type
    self.content = content
    self.reply = reply
    self.forwarded = forwarded
    self.lifetime = lifetime
  }
}
