public import CoterieLedger
internal import CoterieSealing
public import CoterieWire

/// What an event committed to, on its way into a store.
public struct Deposit: Sendable {
  /// The event.
  public var event: Digest
  /// The secret of its content.
  public var secret: Digest
  /// The content in clear.
  public var content: [UInt8]
  /// The file that holds its chunks, if it is an attachment.
  public var attachment: AttachmentFile?

  /// Takes all fields.
  public init(
    event: Digest,
    secret: Digest,
    content: [UInt8],
    attachment: AttachmentFile? = nil
  ) {
    self.event = event
    self.secret = secret
    self.content = content
    self.attachment = attachment
  }
}

/// How a content stands in a store.
public enum ContentState: Sendable {
  /// It is there.
  case present(secret: Digest, content: [UInt8])
  /// It was erased here, for ever.
  case erased
  /// It never came, or cannot be opened any more.
  case missing
}

/// The contents of one group in a store: sealed rows in the ledger, secrets in the slots.
///
/// All writing goes through a write transaction of the ledger, under its writer lock.
public struct Contents: Sendable {
  /// The keys and slots.
  public let vault: Vault
  let ledger: Ledger
  let number: UInt32
  private static let counter = Array("slots".utf8)

  /// Opens the contents of the group with this number in the store.
  public init(vault: Vault, ledger: Ledger, number: UInt32) {
    self.vault = vault
    self.ledger = ledger
    self.number = number
  }

  // MARK: Taking in

  /// A content that has its slot and waits for its row to be committed.
  public struct Row {
    fileprivate var event: Digest
    fileprivate var value: [UInt8]
  }

  /// Writes the secrets of contents into fresh slots and syncs them; the rows are then written with
  /// `put` in the transaction that commits the events.
  ///
  /// A crash in between leaves slots that no row names; they are written over by the next content.
  public func prepare(_ deposits: [Deposit]) throws(VaultError) -> [Row] {
    if deposits.isEmpty { return [] }
    let key = try vault.keyForWriting()
    let first = try vault.ledger { () throws(LedgerError) in try nextSlot() }
    try vault.ledger { () throws(LedgerError) in
      for deposit in deposits { try deposit.attachment?.sync() }
      try vault.slotFile.write(deposits.map(\.secret), from: first, under: key)
    }
    return deposits.enumerated().map { place, deposit in
      var writer = CBORWriter(capacity: deposit.content.count + 96)
      writer.array(3)
      writer.unsigned(first + UInt64(place))
      let sealed = Cipher.seal(
        deposit.content,
        context: deposit.event.bytes,
        key: Self.key(of: deposit.secret)
      )
      writer.byteString(sealed)
      if let file = deposit.attachment { writer.text(file.name) } else { writer.null() }
      return Row(event: deposit.event, value: writer.bytes)
    }
  }

  private func nextSlot() throws(LedgerError) -> UInt64 {
    let kept = try ledger.snapshot().value(.meta, Self.counter)
    return LedgerKey.number(kept ?? []) + 1
  }

  /// Writes prepared rows, and that their slots are taken.
  public func put(
    _ rows: [Row],
    to transaction: borrowing WriteTransaction
  ) throws(LedgerError) {
    if rows.isEmpty { return }
    let taken = LedgerKey.number(try transaction.value(.meta, Self.counter) ?? [])
    let next = LedgerKey.bigEndian(taken + UInt64(rows.count), 8)
    try transaction.put(.meta, Self.counter, next)
    for row in rows {
      try transaction.put(.contents, LedgerKey.digest(number, row.event), row.value)
    }
  }

  /// The key under which a store keeps the bytes of a content: specification §2.3.
  static func key(of secret: Digest) -> SecretBytes {
    var bytes = Hashing.digest(of: [], domain: .cipher, key: secret).bytes
    return SecretBytes(moving: &bytes)
  }

  /// A fresh file for the chunks of an attachment.
  public func newAttachment() throws(LedgerError) -> AttachmentFile {
    try FileAccess.makeFolder(folder)
    return AttachmentFile(folder: folder, name: Array(Entropy.bytes(16)).hex)
  }

  var folder: String { "\(vault.path)/\(StoreFormat.attachmentsFolder)" }

  // MARK: Looking

  /// A row, read.
  struct Place {
    var slot: UInt64
    var sealed: [UInt8]
    var attachment: AttachmentFile?
  }

  func place(of event: Digest, in source: some LedgerSource) throws(VaultError) -> Place? {
    let row = try vault.ledger { () throws(LedgerError) in
      try source.value(.contents, LedgerKey.digest(number, event))
    }
    return try row.map { row throws(VaultError) in
      try Self.place(row, of: event, path: vault.path)
    }
  }

  /// Reads a row.
  static func place(
    _ row: [UInt8],
    of event: Digest,
    path: String
  ) throws(VaultError) -> Place {
    var cursor = CBORCursor()
    let span = row.span
    do throws(Malformed) {
      guard try cursor.array(in: span, limit: 3) == 3 else { throw Malformed(.truncated, at: 0) }
      let slot = try cursor.unsigned(in: span)
      let limit = Limits.contentBytesMax + Cipher.overhead
      let sealed = span.copy(of: try cursor.byteString(in: span, limit: limit))
      if cursor.null(in: span) { return Place(slot: slot, sealed: sealed) }
      let name = String(
        decoding: span.copy(of: try cursor.text(in: span, limit: AttachmentFile.nameBytes)),
        as: UTF8.self
      )
      guard name.utf8.count == AttachmentFile.nameBytes, [UInt8](hex: name) != nil else {
        throw Malformed(.invalidValue(field: "attachment"), at: 0)
      }
      let file = AttachmentFile(folder: "\(path)/\(StoreFormat.attachmentsFolder)", name: name)
      return Place(slot: slot, sealed: sealed, attachment: file)
    } catch {
      throw .damaged(path: path, problem: "the content of \(event) cannot be read: \(error)")
    }
  }

  /// How the content of an event stands; its bytes if they are there.
  public func state(
    of event: Digest,
    in source: some LedgerSource
  ) throws(VaultError) -> ContentState {
    if try isErased(event, in: source) { return .erased }
    guard let place = try place(of: event, in: source) else { return .missing }
    let key = try vault.key()
    let record = try vault.ledger { () throws(LedgerError) in
      try vault.slotFile.read(place.slot, under: key)
    }
    guard case .secret(let secret) = record,
      let content = Cipher.open(place.sealed, context: event.bytes, key: Self.key(of: secret))
    else { return .missing }
    return .present(secret: secret, content: content)
  }

  /// The file of an attachment that is held.
  public func attachment(
    of event: Digest,
    in source: some LedgerSource
  ) throws(VaultError) -> AttachmentFile? {
    try place(of: event, in: source)?.attachment
  }

  /// Whether a row is there, without looking at its slot.
  public func holds(_ event: Digest, in source: some LedgerSource) throws(VaultError) -> Bool {
    try vault.ledger { () throws(LedgerError) in
      try source.value(.contents, LedgerKey.digest(number, event)) != nil
    }
  }

  /// An attachment that is held: what it says of itself, its chunks, its secret.
  public func opened(
    _ event: Digest,
    in source: some LedgerSource
  ) throws(VaultError) -> (AttachmentManifest, AttachmentFile, Digest)? {
    guard let file = try attachment(of: event, in: source),
      case .present(let secret, let content) = try state(of: event, in: source),
      let manifest = AttachmentManifest(content)
    else { return nil }
    return (manifest, file, secret)
  }

  /// The events whose contents are attachments.
  public func withAttachments() throws(VaultError) -> [Digest] {
    var found: [Digest] = []
    try vault.ledger { () throws(LedgerError) in
      let source = try ledger.snapshot()
      try source.scan(.contents, prefix: LedgerKey.group(number), from: nil) { key, value in
        // The last item of a row is the file's name, or null.
        if value.count > 0, value[value.count - 1] != 0xf6,
          let id = Digest(key.copy(of: 4..<key.count))
        {
          found.append(id)
        }
        return true
      }
    }
    return found
  }

  /// The events whose contents are held now.
  public func held() throws(VaultError) -> [Digest] {
    try vault.ledger { () throws(LedgerError) in
      try Self.held(number, in: ledger.snapshot())
    }
  }

  /// The same for the group of this number in any store.
  public static func held(
    _ number: UInt32,
    in source: some LedgerSource
  ) throws(LedgerError) -> [Digest] {
    var found: [Digest] = []
    try source.scan(.contents, prefix: LedgerKey.group(number), from: nil) { key, _ in
      if let id = Digest(key.copy(of: 4..<key.count)) { found.append(id) }
      return true
    }
    return found
  }
}
