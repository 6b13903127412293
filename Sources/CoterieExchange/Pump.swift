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
  /// that says and takes nothing for `idleSeconds` is given up, and so is one of which no whole
  /// message comes or goes for five times as long.
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
    var patience = Patience(seconds: idleSeconds)
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      if place == pending.count {
        place = 0
        pending = try session.send() ?? []
        if pending.isEmpty, session.isDone { return }
      }
      let isSending = place < pending.count
      // An end that has stopped reading would be ready at once, again and again.
      var watched = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isSending ? output : -1, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = unsafe poll(&watched, 2, 250)
      if ready < 0, errno != EINTR { throw .unreachable("waiting failed with error \(errno)") }
      guard goesOn() else { throw .unreachable("interrupted") }
      if ready < 0 { continue }
      if isSending, watched[1].revents != 0 {
        let count = unsafe pending.withUnsafeBytes { bytes in
          unsafe write(output, bytes.baseAddress.map { unsafe $0 + place }, pending.count - place)
        }
        if count < 0, errno != EAGAIN, errno != EINTR {
          throw .unreachable("the other end does not take any more")
        }
        place += max(0, count)
        if count > 0 { patience.renew(isWhole: place == pending.count) }
      }
      if watched[0].revents != 0 {
        let count = unsafe chunk.withUnsafeMutableBytes { bytes in
          unsafe read(input, bytes.baseAddress, bytes.count)
        }
        if count == 0 { throw .unreachable("the other end went away") }
        if count < 0, errno != EAGAIN, errno != EINTR {
          throw .unreachable("reading failed with error \(errno)")
        }
        if count > 0 {
          let understood = session.bytesUnderstood
          try session.receive(Array(chunk[..<count]))
          patience.renew(isWhole: session.bytesUnderstood > understood)
        }
      }
      try patience.check()
    }
  }
}

/// How long an end waits for the other: for any byte, and for a whole message.
private struct Patience {
  private static let turns = 5
  private let seconds: Int
  private var lastByte = Self.now()
  private var lastMessage = Self.now()

  init(seconds: Int) { self.seconds = seconds }

  mutating func renew(isWhole: Bool) {
    lastByte = Self.now()
    if isWhole { lastMessage = lastByte }
  }

  func check() throws(ExchangeError) {
    let now = Self.now()
    if now - lastByte > seconds {
      throw .unreachable("the other end said nothing for \(seconds) s")
    }
    if now - lastMessage > seconds * Self.turns {
      throw .unreachable("the other end said nothing whole for \(seconds * Self.turns) s")
    }
  }

  private static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
