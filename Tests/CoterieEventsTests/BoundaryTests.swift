import CoterieEvents
import CoterieSealing
import CoterieWire
import ScopeKit
import Testing

@Suite struct `What a preference allows` {
  @Test func `is everyone, no one, those from a role up, or depends on seconds`() {
    let allowed: [(PreferenceValue, [Bool])] = [
      (.on, [true, true, true, true, true]), (.off, [false, false, false, false, false]),
      (.from(.observer), [true, true, true, true, true]),
      (.from(.moderator), [false, false, true, true, true]),
      (.from(.owner), [false, false, false, false, true]),
      (.seconds(0), [false, false, false, false, false]),
      (.seconds(1), [true, true, true, true, true]),
      (.other("x"), [false, false, false, false, false]),
    ]
    for (value, expected) in allowed { #expect(Role.allCases.map(value.allows) == expected) }
  }

  @Test func `fits its key, and unknown keys take anything`() {
    let year = Limits.lifetimeSecondsMax
    for preference in Preference.allCases {
      let key = Text(preference.key)
      let isTime = preference == .disappearing
      for value in [PreferenceValue.on, .off, .from(.admin)] { #expect(value.fits(key) == !isTime) }
      #expect(PreferenceValue.seconds(year).fits(key) == isTime)
      #expect(!PreferenceValue.seconds(year + 1).fits(key))
      #expect(!PreferenceValue.other("x").fits(key))
    }
    #expect(PreferenceValue.other("x").fits("unheard-of"))
  }
}

@Suite struct `The founding event` {
  private var key: SigningKey { Cast.signingKey("ann") }

  private func problem(_ draft: Draft) -> Malformed.Problem? {
    do throws(Malformed) {
      _ = try Event(verifying: draft.sealed(with: key))
      return nil
    } catch {
      return error.problem
    }
  }

  private func draft(
    group: Digest? = nil,
    sequence: UInt64 = 0,
    previous: Digest? = nil,
    parents: [Digest] = [],
    action: Action? = nil
  ) -> Draft {
    Draft(
      group: group,
      author: key.publicKey,
      sequence: sequence,
      previous: previous,
      parents: Parents(parents),
      time: 0,
      action: action ?? Cast.founding(by: key.publicKey).action
    )
  }

  @Test func `alone has no group, no parents and nothing before it`() {
    let id = Cast.someSeal
    #expect(problem(draft()) == nil)
    #expect(problem(draft(group: id)) == .wrongGroup)
    #expect(problem(draft(parents: [id])) == .invalidParents)
    #expect(problem(draft(sequence: 1, previous: id)) == .brokenChain)
    #expect(problem(draft(previous: id)) == .brokenChain)
    #expect(problem(draft(parents: [id], action: .memberLeave)) == .wrongGroup)
    #expect(problem(draft(group: id, action: .memberLeave)) == .invalidParents)
    #expect(problem(draft(group: id, parents: [id], action: .memberLeave)) == nil)
  }
}
