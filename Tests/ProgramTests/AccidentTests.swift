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

  @Test func `that leads beyond the end of a damaged file is said and not a crash`() throws {
    let ground = try Ground()
    let (run, _) = try ground.post("one", injecting: "pwrite64:signal=BUS:when=1")
    #expect(
      run
        == Run(
          status: 5,
          output: "",
          errors: """
            coterie: a store is damaged: its pages point beyond the end of its file
              coterie verify STORE says where; coterie store salvage brings back what is sound

            """
        )
    )
    try ground.check("after the signal")
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
      mkdir small && mount -t tmpfs -o size=400k tmpfs small
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

  @Test(arguments: ["purge", "backup b.coterie"])
  func `of reading while a store is sealed anew or copied loses no content`(
    _ act: String
  ) throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    for number in 1...3 {
      ground.note(try ground.desk.coterie("message", "post", "m \(number)", "-s", store))
    }
    var refused = 0
    for number in 1...20 {
      let run = try ground.desk.shell(
        """
        rm -rf b.coterie
        strace -f -qq -o trace -P '\(store)/slots' -e inject=pread64:error=EIO:when=\(number) \
          coterie store \(act) -s '\(store)'; echo "status $?"
        grep -c INJECTED trace
        """
      )
      let isDone = run.output.hasPrefix("status 0\n")
      if !isDone {
        refused += 1
        #expect(run.output.hasPrefix("status 5\n"), "\(run)")
        #expect(run.errors.contains("Input/output error"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: ground.desk.path("b.coterie")))
      }
      try ground.check("\(act) \(number)")
      if isDone, run.output.hasSuffix("\n0\n") { break }
      #expect(number < 20, "slots are read without end")
    }
    #expect(refused > 1)
  }

  @Test func `of the output is said, and leaves no half of a file`() throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    #expect(try ground.desk.coterie("message", "post", "m", "-s", store).status == 0)
    let run = try ground.desk.shell(
      """
      coterie log '\(store)' > /dev/full; echo "full $?"
      coterie export '\(store)' -o nowhere/out.cborseq; echo "nowhere $?"
      coterie export '\(store)' -o nowhere/out.cborseq --json 2> /dev/null | grep write-failed
      coterie export '\(store)' -o out.cborseq 2> /dev/null
      cp out.cborseq before; printf x >> out.cborseq; head -c 300 before > cut.cborseq
      coterie log cut.cborseq -o log.txt; echo "cut $?"; ls log.txt
      strace -f -qq -o trace -P '\(store)/slots' -e inject=pread64:error=EIO:when=3+ \
        coterie export '\(store)' -o out.cborseq; echo "unreadable $?"
      cmp -n "$(stat -c %s before)" before out.cborseq && echo kept
      """
    )
    for word in ["full 5", "nowhere 5", "cut 4", "unreadable 5", "kept"] {
      #expect(run.output.contains("\(word)\n"), "\(word): \(run)")
    }
    #expect(!run.output.contains("log.txt\n"), "\(run)")
    #expect(run.output.contains("\"code\": \"write-failed\""), "\(run)")
    #expect(run.errors.contains("coterie: the output cannot be written: No space left on device"))
    #expect(run.errors.contains("nowhere/out.cborseq cannot be written: No such file or directory"))
  }

  @Test func `of one's own file is found by verify, and ends no reader by a signal`() throws {
    let ground = try Ground()
    let store = ground.desk.path("a.coterie")
    for number in 1...12 {
      let words = String(repeating: "m \(number) ", count: 40)
      #expect(try ground.desk.coterie("message", "post", words, "-s", store).status == 0)
    }
    let file = URL(filePath: "\(store)/log.mdb")
    let sound = try Data(contentsOf: file)
    var found = 0
    for page in stride(from: 2 * 4096, to: sound.count, by: 4096) {
      var damaged = sound
      // The bounds of a page's free space: what LMDB trusts most.
      damaged[page + 12] ^= 0x51
      damaged[page + 14] ^= 0x37
      let handle = try FileHandle(forWritingTo: file)
      try handle.write(contentsOf: damaged)
      try handle.close()
      let verify = try ground.desk.coterie("verify", store)
      #expect([0, 5].contains(verify.status), "\(page): \(verify)")
      if verify.status == 5 {
        found += 1
        #expect(verify.errors.contains("damaged at page"), "\(verify.errors)")
        #expect(verify.errors.contains("coterie store salvage"), "\(verify.errors)")
      }
      let replay = try ground.desk.coterie("replay", store)
      #expect([0, 1, 5].contains(replay.status), "\(page): \(replay)")
    }
    #expect(found > 5)
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: sound)
    try handle.close()
    try ground.check("sound again")
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
