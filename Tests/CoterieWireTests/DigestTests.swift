import CoterieWire
import Testing

@Suite struct `A digest` {
  @Test func `reads and writes hexadecimal digits`() throws {
    let text = String(repeating: "0123456789abcdef", count: 4)
    #expect(try #require(Digest(hex: text)).hex == text)
    #expect(Digest(hex: text.uppercased())?.hex == text)
  }

  @Test func `refuses every other length and every other character`() {
    #expect(Digest(hex: "00") == nil)
    #expect(Digest(hex: String(repeating: "0", count: 63)) == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
    #expect(Digest([UInt8](repeating: 0, count: 33)) == nil)
  }

  @Test func `is ordered as its bytes are`() throws {
    var low = [UInt8](repeating: 0, count: 32)
    var high = low
    low[31] = 255
    high[0] = 1
    #expect(try #require(Digest(low)) < #require(Digest(high)))
    #expect(try #require(Digest(low)).bytes == low)
  }
}
