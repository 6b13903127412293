internal import CoterieLedger
public import CoterieWire

/// Who may invite this user: local, never an event.
public struct ContactPolicy: Equatable, Sendable {
  /// Whose invites are taken in by an exchange.
  public enum Rule: String, CaseIterable, Sendable {
    case everyone, known, nobody
  }

  /// The rule.
  public var rule: Rule
  /// The keys that are known.
  public var known: Set<Digest>

  /// Takes both.
  public init(rule: Rule = .everyone, known: Set<Digest> = []) {
    self.rule = rule
    self.known = known
  }

  /// Whether an invite by this key is taken in.
  public func admits(_ key: Digest) -> Bool {
    switch rule {
    case .everyone: true
    case .known: known.contains(key)
    case .nobody: false
    }
  }
}

extension Store {
  private static let rule = Array("contacts.rule".utf8)
  private static let contact = Array("contacts.key.".utf8)

  /// Who may invite this user.
  public func contactPolicy() throws(GroupError) -> ContactPolicy {
    do throws(LedgerError) {
      let snapshot = try ledger.snapshot()
      let word = try snapshot.value(.marks, Self.rule) ?? []
      var policy = ContactPolicy(
        rule: ContactPolicy.Rule(rawValue: String(decoding: word, as: UTF8.self)) ?? .everyone
      )
      try snapshot.scan(.marks, prefix: Self.contact, from: nil) { key, _ in
        if let contact = Digest(key.copy(of: Self.contact.count..<key.count)) {
          policy.known.insert(contact)
        }
        return true
      }
      return policy
    } catch {
      throw .ledger(error)
    }
  }

  /// Sets who may invite this user.
  public func setContactPolicy(_ policy: ContactPolicy) throws(GroupError) {
    let before = try contactPolicy()
    do throws(LedgerError) {
      try ledger.write { transaction throws(LedgerError) in
        try transaction.put(.marks, Self.rule, Array(policy.rule.rawValue.utf8))
        for key in before.known.subtracting(policy.known) {
          try transaction.delete(.marks, Self.contact + key.bytes)
        }
        for key in policy.known.subtracting(before.known) {
          try transaction.put(.marks, Self.contact + key.bytes, [])
        }
      }
    } catch {
      throw .ledger(error)
    }
  }
}
