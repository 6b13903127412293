internal import Glibc

/// Whose turn it is to write, among the threads of one process: first come, first served.
struct Turns {
  /// The lock that keeps other processes out while it is someone's turn.
  var lock: WriterLock?
  private var owner: pthread_t?
  private var depth = 0
  private var waiting: [Int] = []
  private var tickets = 0

  /// A place in the queue; nil for the thread whose turn it is: it goes deeper.
  mutating func ticket(of thread: pthread_t) -> Int? {
    if owner == thread {
      depth += 1
      return nil
    }
    tickets += 1
    waiting.append(tickets)
    return tickets
  }

  /// Begins a turn if it is that of a ticket.
  mutating func begin(_ ticket: Int, _ thread: pthread_t) -> Bool {
    guard owner == nil, waiting.first == ticket else { return false }
    waiting.removeFirst()
    (owner, depth) = (thread, 1)
    return true
  }

  mutating func giveUp(_ ticket: Int) {
    waiting.removeAll { $0 == ticket }
  }

  mutating func end() {
    depth -= 1
    guard depth == 0 else { return }
    lock?.release()
    (lock, owner) = (nil, nil)
  }
}
