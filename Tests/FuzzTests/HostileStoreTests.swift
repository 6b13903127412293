import Foundation
import ScopeKit
import Testing

@Suite struct `A damaged store` {
  /// `Tools/hostile.sh` does the same with 16 000 files.
  @Test func `is read and salvaged in a second and 64 MiB, 800 times without a crash`() throws {
    let process = Process()
    process.executableURL = try Fixtures.products(with: "coterie-hostile")
      .appending(path: "coterie-hostile")
    process.arguments = ["800", "7", "40"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
    #expect(output.contains("read: 800 files, 0 crashes, 0 hangs, 0 over 64 MiB"))
    #expect(output.contains("salvaged: 800 files, 0 crashes, 0 hangs, 0 over 64 MiB"))
  }
}
