import CoterieAudit
import ScopeKit
import Testing

@Suite struct `A drill` {
  /// The log of a random group, sound and signed.
  private func drilled(_ seed: UInt64) throws -> Drill {
    let group = RandomGroup(seed: seed, members: 4, events: 20)
    let source = MemorySource(name: "random", envelopes: group.envelopes(seed: seed))
    let log = try #require(try LogReading(signatures: .every).read(source).logs.first)
    return try Drill(log, source)
  }

  @Test(arguments: UInt64(1)...12)
  func `notices every way of tampering, and nothing of an untouched log`(_ seed: UInt64) throws {
    let drill = try drilled(seed)
    #expect(drill.attempts.count == 40)
    #expect(Set(drill.attempts.map(\.name)).count == drill.attempts.count)
    #expect(drill.attempts.filter { !$0.isNoticed } == [])
    #expect(drill.untouched == [])
  }

  @Test func `finds no way in a log of two events, and says so by trying none`() throws {
    let group = RandomGroup(seed: 1, members: 1, events: 0)
    let source = MemorySource(name: "short", envelopes: group.envelopes(seed: 1))
    let log = try #require(try LogReading().read(source).logs.first)
    #expect(try Drill(log, source).attempts == [])
  }

  @Test func `notices of a damaged log that it is damaged already`() throws {
    var envelopes = RandomGroup(seed: 3, members: 4, events: 20).envelopes(seed: 3)
    envelopes.remove(at: envelopes.count / 2)
    let source = MemorySource(name: "damaged", envelopes: envelopes)
    let log = try #require(try LogReading().read(source).logs.first)
    #expect(try Drill(log, source).untouched.contains { $0.hasSuffix("is missing") })
  }
}
