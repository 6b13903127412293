internal import Glibc

/// Drives sessions: over descriptors, or between two stores in one process.
public enum Pump {
  /// Runs two sessions against each other until both are done.
  public static func run(
    _ one: ExchangeSession,
    _ other: ExchangeSession
  ) throws(ExchangeError) {
    while !one.isDone || !other.isDone {
      var isMoving = false
      while let bytes = try one.send() {
        isMoving = true
        try other.receive(bytes)
      }
      while let bytes = try other.send() {
        isMoving = true
        try one.receive(bytes)
      }
      if !isMoving, !one.isDone || !other.isDone {
        throw .unreachable("the two wait for each other")
      }
    }
  }

  /// Runs a session over two descriptors, such as pipes or a socket, until both ends are done.
  ///
  /// Reads while it writes, so that two ends that both send much never wait for each other. An end
  /// that says and takes nothing for `idleSeconds` is given up.
  ///
  /// - Parameter goesOn: asked now and then; answers false to stop.
  public static func run(
    _ session: ExchangeSession,
    reading input: Int32,
    writing output: Int32,
    idleSeconds: Int = 60,
    goesOn: () -> Bool = { true }
  ) throws(ExchangeError) {
    let before = (fcntl(input, F_GETFL), fcntl(output, F_GETFL))
    _ = fcntl(input, F_SETFL, before.0 | O_NONBLOCK)
    _ = fcntl(output, F_SETFL, before.1 | O_NONBLOCK)
    defer {
      _ = fcntl(input, F_SETFL, before.0)
      _ = fcntl(output, F_SETFL, before.1)
    }
    do {
      try pump(session, input, output, idleSeconds, goesOn)
    } catch {
      try session.close()
      throw error
    }
  }

  private static func pump(
    _ session: ExchangeSession,
    _ input: Int32,
    _ output: Int32,
    _ idleSeconds: Int,
    _ goesOn: () -> Bool
  ) throws(ExchangeError) {
    var pending: [UInt8] = []
    var place = 0
    var idleTurns = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      if place == pending.count {
        place = 0
        pending = try session.send() ?? []
        if pending.isEmpty, session.isDone { return }
      }
      var watched = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output, events: place < pending.count ? Int16(POLLOUT) : 0, revents: 0),
      ]
      let ready = unsafe poll(&watched, 2, 250)
      if ready < 0, errno != EINTR { throw .unreachable("waiting failed with error \(errno)") }
      guard goesOn() else { throw .unreachable("interrupted") }
      idleTurns = ready > 0 ? 0 : idleTurns + 1
      if idleTurns > idleSeconds * 4 {
        throw .unreachable("the other end said nothing for \(idleSeconds) s")
      }
      if place < pending.count, watched[1].revents != 0 {
        let count = unsafe pending.withUnsafeBytes { bytes in
          unsafe write(output, bytes.baseAddress.map { unsafe $0 + place }, pending.count - place)
        }
        if count < 0, errno != EAGAIN, errno != EINTR {
          throw .unreachable("the other end does not take any more")
        }
        place += max(0, count)
      }
      if watched[0].revents != 0 {
        let count = unsafe chunk.withUnsafeMutableBytes { bytes in
          unsafe read(input, bytes.baseAddress, bytes.count)
        }
        if count == 0 { throw .unreachable("the other end went away") }
        if count < 0, errno != EAGAIN, errno != EINTR {
          throw .unreachable("reading failed with error \(errno)")
        }
        if count > 0 { try session.receive(Array(chunk[..<count])) }
      }
    }
  }
}
