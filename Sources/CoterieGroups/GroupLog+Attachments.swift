internal import CoterieEngine
internal import CoterieLedger
internal import CoterieVault
package import CoterieWire

extension GroupLog {
  // MARK: Attachments

  /// Attachments whose chunks are not all here, with the number that is; at most so many besides
  /// some.
  ///
  /// O(contents held).
  package func missingChunks(
    limit: Int,
    besides known: Set<Digest> = []
  ) throws(GroupError) -> [(event: Digest, from: Int)] {
    guard let contents, !contents.vault.isLocked else { return [] }
    var found: [(event: Digest, from: Int)] = []
    do {
      let snapshot = try ledger.snapshot()
      for event in try contents.withAttachments() where !known.contains(event) {
        if found.count >= limit { break }
        guard let (manifest, file, secret) = try contents.opened(event, in: snapshot) else {
          continue
        }
        let count = try file.soundChunkCount(of: manifest, secret: secret)
        if count < manifest.chunks.count { found.append((event, count)) }
      }
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
    return found
  }

  /// One chunk of an attachment that is held; nil if it is not.
  package func chunk(_ place: Int, of event: Digest) throws(GroupError) -> [UInt8]? {
    guard let contents else { return nil }
    do {
      let snapshot = try ledger.snapshot()
      guard let (manifest, file, secret) = try contents.opened(event, in: snapshot) else {
        return nil
      }
      return try file.chunk(place, of: manifest, secret: secret)
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
  }

  /// Adds the chunk that follows to an attachment; false if it is not what was signed.
  package func add(_ chunk: [UInt8], at place: Int, to event: Digest) throws(GroupError) -> Bool {
    guard let contents else { return false }
    do {
      let snapshot = try ledger.snapshot()
      guard let (manifest, file, secret) = try contents.opened(event, in: snapshot),
        place < manifest.chunks.count,
        file.chunkCount(of: manifest) >= place,
        AttachmentFile.commitment(to: chunk, secret: secret) == manifest.chunks[place]
      else { return false }
      _ = try file.append(chunk, at: place, secret: secret)
      if AttachmentFile.isSynced(after: place, of: manifest) { try file.sync() }
      return true
    } catch {
      throw .of(error, else: .noSuchGroup(group))
    }
  }
}
