import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// A store with a group of one, on which accidents happen.
private final class Ground {
  let desk: Desk
  /// Messages that the program said it had posted.
  var acknowledged: Set<String> = []

  init() throws {
    desk = try Desk()
    #expect(try desk.coterie("init", desk.path("a.coterie")).status == 0)
    let found = try desk.coterie("group", "create", "Club", "-s", desk.path("a.coterie"))
    #expect(found.status == 0)
  }

  /// Posts under strace, with something injected into the calls of a name.
  func post(_ words: String, injecting what: String) throws -> (run: Run, isHit: Bool) {
    let trace = desk.path("trace")
    let run = try desk.shell(
      """
      strace -f -qq -o '\(trace)' -e inject='\(what)' \\
        coterie message post '\(words)' -s '\(desk.path("a.coterie"))'
      """
    )
    note(run)
    let log = try String(contentsOfFile: trace, encoding: .utf8)
    return (run, log.contains("(INJECTED)") || log.contains("killed by SIGKILL"))
  }

  func note(_ run: Run) {
    for line in run.output.split(separator: "\n") where line.hasSuffix("message.post") {
      acknowledged.insert(String(line.prefix(64)))
    }
  }

  /// The store must be sound, with every message that was acknowledged, and take new ones.
  func check(_ comment: String) throws {
    let replay = try desk.coterie("replay", desk.path("a.coterie"))
    #expect(replay.status == 0, "\(comment): \(replay.output)\(replay.errors)")
    let list = try desk.coterie(
      "message",
      "list",
      "-n",
      "100000",
      "--json",
      "-s",
      desk.path("a.coterie")
    )
    #expect(list.status == 0, "\(comment): \(list.errors)")
    let messages = try list.json()["result"]?["messages"]?.array() ?? []
    let ids = Set(try messages.compactMap { try $0["id"]?.string() })
    #expect(acknowledged.subtracting(ids) == [], "\(comment)")
    for message in messages where acknowledged.contains(try message["id"]?.string() ?? "") {
      #expect(try message["text"]?.string().isEmpty == false, "\(comment)")
    }
  }
}

@Suite(.serialized) struct `An accident` {
  private static let writing = [
    "pwrite64", "writev", "pwritev", "fdatasync", "fsync", "ftruncate", "rename", "unlink",
    "openat", "mmap", "mkdir",
  ]

  @Test(arguments: writing)
  func `that kills the program at a call loses nothing that was acknowledged`(
    _ call: String
  ) throws {
    let ground = try Ground()
    for number in 1...400 {
      let (_, isHit) = try ground.post(
        "m\(number)",
        injecting: "\(call):signal=KILL:when=\(number)"
      )
      if number < 4 || number.isMultiple(of: 8) || !isHit { try ground.check("\(call) \(number)") }
      if !isHit { return }
      #expect(number < 400, "\(call) is called without end")
    }
  }

  @Test(arguments: ["ENOSPC", "EIO"])
  func `of the disk ends in a clear message and a sound store`(_ fault: String) throws {
    let ground = try Ground()
    for call in ["pwrite64", "writev", "pwritev", "fdatasync", "fsync", "ftruncate"] {
      for number in 1...400 {
        let (run, isHit) = try ground.post(
          "m\(number)",
          injecting: "\(call):error=\(fault):when=\(number)"
        )
        if !isHit { break }
        #expect([0, 5].contains(run.status), "\(call) \(number): \(run.status) \(run.errors)")
        if run.status != 0 { #expect(run.errors.hasPrefix("coterie message post: ")) }
      }
      try ground.check("\(call) \(fault)")
    }
  }

  @Test func `of a real full disk ends in a clear message, and erasing works on it`() throws {
    let ground = try Ground()
    let script = """
      set -e
      mkdir small && mount -t tmpfs -o size=600k tmpfs small
      trap 'umount small' EXIT
      coterie init small/b.coterie
      coterie group create Club -s small/b.coterie > /dev/null
      first=$(coterie message post 'the first of all' -s small/b.coterie | cut -c1-64)
      status=0
      for n in $(seq 500); do
        coterie message post "message $n of many" -s small/b.coterie || { status=$?; break; }
      done
      echo "status $status"
      coterie replay small/b.coterie
      coterie message delete $first --here --yes -s small/b.coterie
      if grep -rqa 'the first of all' small; then echo found; fi
      """
    let run = try ground.desk.shell("unshare -m bash -c '\(script.replacing("'", with: "'\\''"))'")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("status 5"))
    #expect(run.errors.contains("is full; the store is sound"))
    #expect(run.output.contains("SAME"))
    #expect(run.output.contains("1 contents erased here"))
    #expect(!run.output.contains("found"))
  }

  @Test func `of two programs at once lets both write, one after the other`() throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    let run = try ground.desk.shell(
      "for n in 1 2 3 4 5 6 7 8; do coterie message post \"m $n\" -s '\(store)' & done; wait"
    )
    ground.note(run)
    #expect(ground.acknowledged.count == 8)
    try ground.check("eight writers")
  }

  @Test func `of a folder that cannot be written is said, and reading goes on`() throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    #expect(try ground.desk.coterie("message", "post", "m", "-s", store).status == 0)
    let run = try ground.desk.shell(
      """
      chown -R nobody . && chmod 700 . && chmod -R a-w a.coterie
      as() { setpriv --reuid=nobody --clear-groups --reset-env \
        env PATH="$PATH" COTERIE_KEYRING="$COTERIE_KEYRING" "$@"; }
      as coterie message post refused -s a.coterie; echo "status $?"
      as coterie replay a.coterie; echo "status $?"
      chown -R root . ; chmod -R u+w a.coterie
      """
    )
    #expect(run.output.contains("status 5\n"))
    #expect(run.output.contains("SAME"))
    #expect(run.errors.contains("coterie message post: "))
  }

  @Test func `of copying a store while it is open leaves the copy whole or refused`() throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    let run = try ground.desk.shell(
      """
      for n in $(seq 40); do coterie message post "m $n" -s '\(store)' > /dev/null; done &
      for n in 1 2 3 4 5; do
        cp -r '\(store)' copy$n
        coterie replay copy$n > /dev/null; echo "copy $?"
      done
      wait
      """
    )
    let statuses = run.output.split(separator: "\n").filter { $0.hasPrefix("copy") }
    #expect(statuses.count == 5)
    #expect(statuses.allSatisfy { ["copy 0", "copy 5"].contains($0) }, "\(statuses)")
  }
}
