import Foundation
import ScopeKit
import Testing

/// Whether this run writes `Fixtures/accounts.txt` anew: after a scenario or a generator changed,
/// never because a judgement did.
private let isFreezing = ProcessInfo.processInfo.environment["COTERIE_FREEZE"] != nil

@Suite(.serialized) struct `What was once judged and read` {
  @Test func `is judged and read the same by this program`() throws {
    let cases = try Accounts.judgement(in: fixtures) + Accounts.codec(in: fixtures)
    let found = try cases.map { ($0.name, try $0.digest()) }
    if isFreezing {
      let text = found.map { "\($0) \($1)\n" }.joined()
      try text.write(to: Accounts.file(in: fixtures), atomically: true, encoding: .utf8)
    }
    let frozen = try Accounts.frozen(in: fixtures)
    for (name, digest) in found { #expect(frozen[name] == digest, "\(name)") }
    #expect(Set(found.map(\.0)) == Set(frozen.keys))
  }
}
