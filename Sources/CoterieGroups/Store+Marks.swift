internal import CoterieEvents
package import CoterieLedger
internal import CoterieSealing
internal import CoterieVault
public import CoterieWire

extension Store {
  /// A local mark, which is never an event.
  package func mark(_ key: [UInt8]) throws(GroupError) -> [UInt8]? {
    do {
      return try ledger.snapshot().value(.marks, key)
    } catch {
      throw .ledger(error)
    }
  }

  /// The local marks whose keys begin so, by key.
  package func marks(under prefix: [UInt8]) throws(GroupError) -> [[UInt8]: [UInt8]] {
    var found: [[UInt8]: [UInt8]] = [:]
    do throws(LedgerError) {
      try ledger.snapshot().scan(.marks, prefix: prefix, from: nil) { key, value in
        found[key.copy(of: 0..<key.count)] = value.copy(of: 0..<value.count)
        return true
      }
    } catch {
      throw .ledger(error)
    }
    return found
  }

  /// Sets local marks in one commit; those without a value are removed.
  package func setMarks(_ marks: [[UInt8]: [UInt8]?]) throws(GroupError) {
    if marks.isEmpty { return }
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        for (key, value) in marks {
          if let value {
            try transaction.put(.marks, key, value)
          } else {
            try transaction.delete(.marks, key)
          }
        }
      }
    } catch {
      throw .ledger(error)
    }
  }

  /// Writes a file beside its place and renames it, so that nobody sees it half.
  package func replaceFile(
    _ path: String,
    beside: String,
    with bytes: [UInt8]
  ) throws(LedgerError) {
    try FileAccess.replace(path, beside: beside, with: bytes, isWipingOld: false)
  }
}

extension Store {
  /// Events whose content is held and cannot be opened, or is not what was signed.
  ///
  /// O(contents held).
  public func wrongContents(of group: Digest) throws(GroupError) -> [Digest] {
    guard let vault, !vault.isLocked,
      let (number, _) = try numbers().first(where: { $0.id == group })
    else { return [] }
    let contents = Contents(vault: vault, ledger: ledger, number: number)
    var wrong: [Digest] = []
    do {
      let snapshot = try ledger.snapshot()
      var envelopes = Envelopes(source: snapshot, group: number)
      for id in try contents.held() {
        guard let envelope = try envelopes.envelope(of: id),
          let event = try? Event.decode(envelope.span).event,
          case .present(let secret, let content) = try contents.state(of: id, in: snapshot),
          event.action.content?.holds(for: content, secret: secret) == true
        else {
          wrong.append(id)
          continue
        }
      }
      return wrong
    } catch let error as VaultError {
      throw .vault(error)
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch {
      return wrong
    }
  }
}
