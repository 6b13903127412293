import ScopeKit
import Testing

@Suite struct `Seven acts of which none had seen another` {
  static let files = (try? Permutations.files()) ?? []

  @Test func `are the end of at least forty scenarios`() {
    #expect(Self.files.count >= 40)
  }

  @Test(arguments: files.indices)
  func `give one state in every order, step by step and from the definition`(_ place: Int) throws {
    let orders = try Permutations(Self.files[place]).judge(first: place, stride: 280)
    #expect(orders == 18)
  }
}
