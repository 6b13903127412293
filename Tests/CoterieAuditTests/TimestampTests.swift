import CoterieAudit
import Testing

@Suite struct `Times as people write them` {
  /// 2026-03-01T10:00:00Z.
  private static let morning: UInt64 = 1_772_359_200_000

  @Test func `stand for a moment, or for the whole second that is shown`() {
    let spans = [
      "2026-03-01", "2026-03-01Z", "2026-03-01T10", "2026-03-01T10:00Z", "2026-03-01T10:00:09Z",
      "2026-03-01T10:00:09", "2026-03-01T10:00:09.5Z", "2026-03-01T10:00:09.05Z",
      "2026-03-01T10:00:09.050Z", "1970-01-01", "2024-02-29T23:59:59.999Z",
    ].map { Timestamp.span($0) }
    let morning = Self.morning
    #expect(
      spans == [
        morning - 36_000_000...morning - 36_000_000, morning - 36_000_000...morning - 36_000_000,
        morning...morning, morning...morning, morning + 9000...morning + 9999,
        morning + 9000...morning + 9999, morning + 9500...morning + 9599,
        morning + 9050...morning + 9059, morning + 9050...morning + 9050, 0...0,
        1_709_251_199_999...1_709_251_199_999,
      ]
    )
  }

  @Test func `are read back as they are shown`() {
    for time in [0, 1, 999, Self.morning, Self.morning + 350, 253_402_300_799_999] as [UInt64] {
      #expect(Timestamp.span(Timestamp.text(time)) == time...time)
    }
  }

  @Test(
    arguments: [
      "", "Z", "noon", "2026", "2026-03", "2026-3-1", "2026-13-01", "2026-02-29", "2026-03-32",
      "1969-12-31", "+026-03-01", "2026-03-01T", "2026-03-01T24:00Z", "2026-03-01T10:60Z",
      "2026-03-01T10:00:60Z", "2026-03-01T1:00Z", "2026-03-01T+1:00Z", "2026-03-01T10:00.5Z",
      "2026-03-01T10:00:09.Z", "2026-03-01T10:00:09.1234Z", "2026-03-01T10:00:09.5+02:00",
      "2026-03-01T10:00:09+02:00", "2026-03-01T10:00:09ZZ", "2026-03-01 10:00",
    ]
  )
  func `are nothing else`(_ text: String) {
    #expect(Timestamp.span(text) == nil)
  }
}
