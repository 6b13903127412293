import CoterieExchange
import Glibc
import StoreKit
import Testing

@Suite struct `An end that is waited for` {
  /// Two pipes; answers what this end reads and writes, and what the other one does.
  private func pipes() -> (input: Int32, output: Int32, otherInput: Int32, otherOutput: Int32) {
    var (to, from): ([Int32], [Int32]) = ([0, 0], [0, 0])
    unsafe pipe(&to)
    unsafe pipe(&from)
    return (from[0], to[1], to[0], from[1])
  }

  private func session() async throws -> (ExchangeSession, Shelf) {
    let shelf = try Shelf()
    let ann = try shelf.make("ann.coterie")
    _ = try await shelf.group(of: ann, with: [])
    return (try ExchangeSession(store: ann, surroundings: shelf.surroundings), shelf)
  }

  @Test func `is given up if it stops reading and says nothing, without turning round`()
    async throws
  {
    signal(SIGPIPE, SIG_IGN)
    let (session, _) = try await session()
    let ends = pipes()
    defer { for end in [ends.input, ends.output, ends.otherOutput] { close(end) } }
    var turns = 0
    #expect(throws: ExchangeError.self) {
      try Pump.run(session, reading: ends.input, writing: ends.output, idleSeconds: 1) {
        // The hello has gone out by now.
        if turns == 1 { close(ends.otherInput) }
        turns += 1
        return turns < 10_000
      }
    }
    #expect(turns < 30)
  }

  @Test func `is given up if it says nothing whole, byte after byte`() async throws {
    let (session, _) = try await session()
    let ends = pipes()
    defer {
      for end in [ends.input, ends.output, ends.otherInput, ends.otherOutput] { close(end) }
    }
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let (start, hello) = (time.tv_sec, Array("coterie1".utf8))
    var said = 0
    #expect(throws: ExchangeError.self) {
      try Pump.run(session, reading: ends.input, writing: ends.output, idleSeconds: 1) {
        var byte = hello[min(said, 7)]
        if said < 39 { unsafe write(ends.otherOutput, &byte, 1) }
        said += said < 39 ? 1 : 0
        usleep(400_000)
        return true
      }
    }
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    #expect(said < 39)
    #expect((5...12).contains(time.tv_sec - start))
  }
}
