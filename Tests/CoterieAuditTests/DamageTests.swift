import CoterieAudit
import CoterieWire
import ScopeKit
import Testing

@Suite struct `A log of nothing but damage` {
  /// A sound log, and behind it so many items that are no events.
  private func source(_ count: Int) -> MemorySource {
    let sound = RandomGroup(seed: 1, members: 3, events: 5).envelopes(seed: 1)
    return MemorySource(name: "damage", envelopes: sound + Array(repeating: [], count: count))
  }

  @Test func `is not read on after ten thousand malformed events`() throws {
    #expect(throws: SourceFault.self) {
      try LogReading().read(source(Limits.malformedEventsMax + 50))
    }
    let reading = try LogReading(isLenient: true).read(source(Limits.malformedEventsMax + 50))
    #expect(reading.fault?.kind == .malformed)
    #expect(reading.logs.map(\.bad.count) == [Limits.malformedEventsMax])
  }

  @Test func `is read to its end as long as there are fewer`() throws {
    let reading = try LogReading().read(source(Limits.malformedEventsMax - 1))
    #expect(reading.fault == nil)
    #expect(reading.logs.map(\.bad.count) == [Limits.malformedEventsMax - 1])
  }
}
