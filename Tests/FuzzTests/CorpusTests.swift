import Foundation
import FuzzKit
import ScopeKit
import Testing

/// Files below `Fixtures/corpora/TARGET`.
private func corpus(of target: FuzzTarget) throws -> [URL] {
  let folder = Fixtures.folder.appending(path: "corpora/\(target.rawValue)")
  return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
}

@Suite struct `Every input that a fuzzer kept` {
  @Test(arguments: FuzzTarget.allCases)
  func `is read again without a trap, and keeps what was promised`(_ target: FuzzTarget)
    async throws
  {
    try await FuzzTarget.prepare()
    let files = try corpus(of: target)
    #expect(!files.isEmpty)
    for file in files { target.run(Array(try Data(contentsOf: file))) }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `starts from seeds of real logs, which are good inputs`(_ target: FuzzTarget) async throws {
    try await FuzzTarget.prepare()
    let seeds = try target.seeds()
    #expect(!seeds.isEmpty)
    for seed in seeds { target.run(seed) }
  }
}
