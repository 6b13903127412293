import CoterieJSON
import Foundation
import ScopeKit
import Testing

/// Runs a script in a folder of its own, and requires that its output holds these words in order.
private func told(
  _ script: String,
  _ words: [String],
  _ place: SourceLocation = #_sourceLocation
) throws {
  let run = try Desk().shell(script)
  var rest = run.output[...]
  for word in words {
    guard let range = rest.firstRange(of: word) else {
      Issue.record("\(word) in \(rest)\n\(run.errors)", sourceLocation: place)
      return
    }
    rest = rest[range.upperBound...]
  }
}

@Suite struct `Chores` {
  /// Ann's group with Bob in it, each with a store.
  private static let pair = """
    exec 2>&1; set -e
    for name in a b; do coterie init $name.coterie -q; done
    coterie group create Club --me Ann -s a.coterie > /dev/null
    coterie group welcome "Read the rules" -s a.coterie > /dev/null
    coterie invite create $(coterie key new -s b.coterie) moderator -s a.coterie > /dev/null
    coterie sync a.coterie -s b.coterie > /dev/null
    both() { coterie sync a.coterie -s b.coterie > /dev/null; }
    id() { cut -c1-64; }

    """

  @Test func `of joining show the invite, the key, the welcome and the member`() throws {
    try told(
      Self.pair + """
        coterie group list -s b.coterie; coterie key list -s b.coterie
        coterie invite list -s b.coterie; coterie invite accept --me Bob -s b.coterie; both
        coterie key list -s b.coterie; coterie members b.coterie; coterie members a.coterie
        coterie members a.coterie --history; coterie group list -s a.coterie
        coterie state b.coterie
        """,
      [
        "Club", "secret-group", "invited", "1 members", "free", "moderator", "open", "you",
        "Read the rules", "invite.accept", "member ", "owner ", "Ann", "moderator ", "Bob",
        "  you", "owner ", "Ann", "  you", "moderator ", "Bob", "Ann", "owner", "from #1 by Ann",
        "Bob", "until now", "owner", "2 members", "Club", "path founder", "moderator",
        "accepted", "preference", "on", "welcome      Read the rules", "digest",
      ]
    )
  }

  @Test func `of members move them up, down, out of sight and out of the group`() throws {
    try told(
      Self.pair + """
        coterie invite accept --me Bob -s b.coterie > /dev/null; both
        coterie member role Bob admin -s a.coterie; coterie member role Bob observer -s a.coterie
        coterie member block Bob -s a.coterie; coterie members a.coterie
        coterie member unblock Bob -s a.coterie; coterie member rename "Ann L." -s a.coterie
        coterie member seal -s a.coterie; coterie members a.coterie; both
        coterie member resign observer -s b.coterie || echo "resigned $?"
        coterie member leave --yes -s b.coterie; both; coterie members a.coterie | wc -l
        coterie log a.coterie --graph -n 3; coterie group list -s b.coterie
        """,
      [
        "member.role", "member.role", "member.block", "observer", "Bob", "blocked",
        "member.unblock", "member.profile", "member.seal", "Ann L.", "Bob", "resigned 9",
        "member.leave", "\n1\n", "*", "member.leave", "effective", "*",
        "3 of ", "not a member",
      ]
    )
  }

  @Test func `of messages answer, change, forward, react, report, delete and clear`() throws {
    try told(
      Self.pair + """
        coterie invite accept --me Bob -s b.coterie > /dev/null; both
        first=$(coterie message post "the first" --lifetime 1w -s a.coterie | id)
        printf 'from standard\\ninput' | coterie message post - --reply $first -s a.coterie > answer
        coterie message edit $first "the first, changed" -s a.coterie; both
        for who in b a; do coterie message react $first "+1" -s $who.coterie; done
        both; coterie message react $first "+1" --off -s a.coterie
        coterie message post --forward $first -s a.coterie
        coterie message report $first "is it true?" -s b.coterie; both
        coterie message list --peek -s b.coterie; echo "== read"
        coterie message list -n 3 -s b.coterie; echo "== deleted"
        coterie message delete $(id < answer) -s b.coterie || echo "bob $?"
        coterie message delete $first -s a.coterie; both
        coterie message list -s b.coterie; coterie log b.coterie --touching Bob -n 1
        coterie history clear --here --yes -s b.coterie; coterie history clear --yes -s a.coterie
        both; coterie message list -s b.coterie; coterie state a.coterie --json | grep deleted
        """,
      [
        "message.edit", "message.react", "message.react", "message.react", "message.post",
        "message.report", "(unread)", "== read", "Ann", "disappears 604800 s after reading",
        "the first, changed", "+1 1", "reply to", "from standard", "input", "forwarded",
        "== deleted", "bob 9", "message.delete", "deleted", "contents erased here",
        "history.clear", "erased", "\"deleted\": ",
      ]
    )
  }

  @Test func `of files send them in pieces, and save them as they were`() throws {
    try told(
      Self.pair + """
        coterie invite accept --me Bob -s b.coterie > /dev/null; both
        head -c 700000 /dev/urandom > photo.jpg
        sent=$(coterie message post --file photo.jpg --type image --media-type image/jpeg \\
          -s a.coterie | id)
        coterie message post --file photo.jpg --dry-run -s a.coterie; both
        coterie message list -s b.coterie; coterie message list --json -s b.coterie
        coterie message read $sent -o saved.jpg -s b.coterie; cmp photo.jpg saved.jpg && echo equal
        note=$(coterie message post "a note" -s b.coterie | id)
        coterie message read $note -s b.coterie; coterie message read $note --json -s b.coterie
        coterie message read $note -o note.txt -s b.coterie; wc -c < note.txt
        coterie store stats -s b.coterie; coterie store stats --json -s b.coterie
        """,
      [
        "would be admitted: message.post", "[image photo.jpg, 700000 bytes]",
        "\"size\": 700000", "image/jpeg", "equal", "a note\n", "\"text\": \"a note\"",
        "\n6\n", "bytes", "\"files\"",
      ]
    )
  }

  @Test func `of links show them, change what they give, count and close them`() throws {
    try told(
      Self.pair + """
        coterie link create --uses 2 -s a.coterie > ticket
        link=$(coterie log a.coterie --kind link.create --json | grep -o '"id": "[0-9a-f]*' |
          head -n 1 | cut -d'"' -f4)
        coterie link show -s a.coterie; coterie link show $link -s a.coterie | cmp - ticket
        coterie link show $link --qr --ascii -s a.coterie | tail -n 3 | head -n 1
        coterie link role $link observer -s a.coterie
        coterie init c.coterie -q
        coterie link join - --me Cat -s c.coterie < ticket || echo "waits $?"
        coterie sync a.coterie -s c.coterie; coterie link join --me Cat -s c.coterie
        coterie sync a.coterie -s c.coterie > /dev/null
        coterie link show -s a.coterie; coterie state a.coterie
        coterie link close $link -s a.coterie; coterie link show -s a.coterie --json
        coterie init d.coterie -q; coterie sync c.coterie -s d.coterie || true
        """,
      [
        "member", "open", "used 0 of 2", "##", "link.role", "the ticket is kept", "waits 8",
        "received ", "Read the rules", "link.join", "observer", "open", "used 1 of 2", "link ",
        "used 1/2", "link.close", "\"status\": \"closed\"",
      ]
    )
  }

  @Test func `of a direct message found a chat of two, which declining cancels`() throws {
    try told(
      Self.pair + """
        coterie invite accept --me Bob -s b.coterie > /dev/null; both
        chat=$(coterie group create --with Bob --me Ann -g club -s a.coterie)
        coterie export a.coterie 2> /dev/null | coterie import - -s b.coterie
        coterie group list -s b.coterie; coterie invite list -g chat -s b.coterie
        coterie invite decline -g chat -s b.coterie
        coterie export b.coterie 2> /dev/null | coterie import - -s a.coterie
        coterie group list -s a.coterie
        coterie message post late -g $chat -s a.coterie || echo "late $?"
        coterie group dissolve --yes -g club -s a.coterie; coterie group list -s a.coterie
        coterie message post late -g club -s a.coterie || echo "late $?"
        coterie state a.coterie -g club
        coterie group forget -g club --dry-run -s a.coterie
        coterie group forget -g club --yes -s a.coterie; coterie group list -s a.coterie | wc -l
        """,
      [
        "3 new", "chat", "secret-chat", "invited", "owner", "open", "you", "invite.decline",
        "1 new",
        "cancelled", "late 9", "group.dissolve", "Club", "dissolved", "late 9", "dissolved    by",
        "would erase", "erasing in 5 seconds", "\n1\n",
      ]
    )
  }

  @Test func `of preferences show and set them, for all and from a role up`() throws {
    try told(
      Self.pair + """
        coterie prefs set voice moderator -s a.coterie
        coterie prefs set disappearing 1h -s a.coterie
        coterie prefs set links off -s a.coterie; coterie prefs show -s a.coterie
        coterie prefs show --json -s a.coterie; coterie prefs set disappearing off -s a.coterie
        coterie prefs show -s a.coterie; coterie explain preferences; coterie explain link.role
        coterie explain admin --json; coterie help exit-status; coterie help prefs
        coterie version; coterie --version; coterie --help; coterie schema
        coterie group profile "A longer name" --description "What it is for" -s a.coterie
        coterie group show -s a.coterie; coterie why preferences.voice a.coterie
        coterie why preferences.media a.coterie
        """,
      [
        "group.preference", "disappearing", "3600 s", "links", "off", "voice", "from moderator",
        "\"disappearing\": 3600", "\"voice\": \"moderator\"", "disappearing", "off", "default in",
        "on one's own link", "\"text\"", "refused by the rules", "prefs set", "coterie 0.1.0",
        "coterie 0.1.0", "usage", "preferences", "group.profile", "A longer name",
        "preferences.voice = moderator", "given by", "preferences.media = on",
      ]
    )
  }

  @Test func `of stores copy, write anew, lock, salvage and mend them`() throws {
    try told(
      Self.pair + """
        coterie store backup copy.coterie -s a.coterie; coterie replay a.coterie copy.coterie
        coterie store compact -s a.coterie; coterie store purge -s a.coterie
        coterie verify a.coterie --mend; coterie state a.coterie --from-checkpoint
        coterie members a.coterie --from-checkpoint
        coterie state a.coterie --from-checkpoint --json || echo "no document $?"
        coterie store salvage a.coterie saved.coterie; coterie doctor -s saved.coterie
        coterie contacts -s a.coterie; coterie contacts nobody --add $(printf 'ab%.0s' {1..32}) \\
          -s a.coterie; coterie contacts --remove $(printf 'ab%.0s' {1..32}) -s a.coterie
        coterie unlock -s a.coterie; echo sesame > word
        coterie key passwd --passphrase-fd 3 -s a.coterie 3< word
        coterie unlock --passphrase-fd 3 -s a.coterie 3< word
        coterie store purge --passphrase-fd 3 -s a.coterie 3< word
        coterie lock -s a.coterie; coterie message post x -s a.coterie || echo "locked $?"
        coterie members a.coterie
        coterie unlock --passphrase-fd 3 -s a.coterie 3< word
        coterie key passwd --remove -s a.coterie
        coterie lock -s a.coterie || echo "never $?"
        coterie init e.coterie --passphrase-fd 3 3< word; coterie lock -s e.coterie
        """,
      [
        "copied to copy.coterie", "SAME", "compacted a.coterie", "purged a.coterie",
        "wrote the checkpoints anew", "sound", "checkpoint   of", "  you", "no document 2",
        "events, ", "keys; ",
        "store     ", "everyone", "nobody", "abab", "nobody", "it is never locked",
        "the passphrase is set", "unlocked", "purged", "locked", "locked 6",
        "unlocked; locks itself after 900",
        "the store has no passphrase now", "never 6", "the passphrase is set", "made e.coterie",
        "locked",
      ]
    )
  }

  /// Runs a line on a terminal of its own, and types an answer whenever something is asked.
  private static let typist = """
    import os, pty, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.alarm(120)
    child, end = pty.fork()
    if child == 0: os.execvp("/bin/sh", ["sh", "-c", sys.argv[1]])
    answers, asked = sys.argv[2:], b""
    while True:
      try: said = os.read(end, 1024)
      except OSError: break
      sys.stdout.buffer.write(said)
      asked += said
      if answers and asked.endswith((b": ", b"] ")):
        os.write(end, answers.pop(0).encode() + b"\\n")
        asked = b""
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  @Test func `at a terminal are asked about before they are done`() throws {
    try told(
      Self.pair + """
        asked() { python3 -c '\(Self.typist)' "$@"; }
        asked "coterie group dissolve -s a.coterie" n || echo "no $?"
        asked "coterie member leave -s b.coterie" y || echo "stranger $?"
        asked "coterie history clear -s a.coterie" n || echo "kept $?"
        asked "coterie key passwd -s a.coterie" open close || echo "differ $?"
        asked "coterie key passwd -s a.coterie" open open
        coterie lock -s a.coterie
        asked "coterie unlock -s a.coterie --for 2h" open
        asked "coterie history clear -s a.coterie" y
        """,
      [
        "ends the group", "go on?", "cancelled; nothing was done", "no 130", "you leave",
        "stranger 6", "erases all messages", "kept 130", "new passphrase: ", "once more: ",
        "the two passphrases differ", "differ 6", "once more: ", "the passphrase is set",
        "locked", "passphrase: ", "unlocked; locks itself after 7200 s", "history.clear",
      ]
    )
  }

  @Test func `of looking go event by event, both ways`() throws {
    try told(
      Self.pair + """
        coterie invite accept --me Bob -s b.coterie > /dev/null; both
        printf '%s\\n' p n '' w m d s w s b 'go' 'g 99' 'g -1' 'g #1' next previous dance n q |
          coterie replay --step a.coterie
        printf 'g\\nb\\n' | coterie bisect a.coterie --to @ --interactive || echo "stopped $?"
        printf 'skip\\nquit\\n' | coterie bisect a.coterie --to @ --interactive || echo "stopped $?"
        coterie log a.coterie --dot; coterie log a.coterie --mermaid
        coterie log a.coterie --ndjson -n 1; coterie log a.coterie --status effective --color always
        coterie log a.coterie '#1..#3'; coterie log a.coterie '#2~1'; coterie log a.coterie root..
        coterie log a.coterie --at time:2020-01-01 || echo "then $?"
        coterie log a.coterie --at '#2^' --code role-too-low; coterie show '#1' a.coterie
        coterie impact '#3' a.coterie; coterie blame Bob.role a.coterie
        coterie why welcome a.coterie; coterie why '#1' a.coterie --expect rejected || echo "why $?"
        """,
      [
        "events. n next", "this is the beginning", "#1 ", "group.found", "#2 ", "standing",
        "marked #2", "0 values differ", "skipped, with what builds on it", "SKIPPED",
        "it is skipped", "taken back", "go where? g 12", "this is the end",
        "this is the beginning", "#1 ", "n next", "good, bad, skip or quit?", "first bad: #",
        "good, bad, skip or quit?", "stopped after", "stopped 130", "digraph", "graph",
        "\"complete\":true", "\u{1b}[", "effective", "of ", "then 3", "0 of 0 events",
        "\"kind\": \"group.found\"", "carries: ", "moderator", "welcome = Read the rules",
        "given by", "expected rejected", "why 1",
      ]
    )
  }

  @Test func `that go on look again and again until they are told to end`() throws {
    try told(
      Self.pair + """
        set +e; mkdir spool
        for_a_while() { python3 -c '\(Desk.unblocked)' timeout -s INT 4 coterie "$@" -s a.coterie; }
        for_a_while serve spool --every 1 > served & serving=$!
        for_a_while watch --every 50 > watched & watching=$!
        sleep 1; coterie message post "over the spool" -s a.coterie > /dev/null
        wait $serving; echo "serving $?"; wait $watching; echo "watching $?"; cat served watched
        coterie sync spool -s b.coterie
        """,
      [
        "serving 124", "watching 124", "; sent ", "Ann", "message.post", "effective", "received 1 ",
      ]
    )
  }
}

@Suite struct `Why not` {
  private static let asked = [
    "group.profile", "group.preference voice off", "group.welcome hi", "group.dissolve",
    "invite.create zed member", "invite.withdraw #2", "invite.accept #2", "invite.decline #2",
    "link.create member", "link.role #2 member", "link.close #2", "member.role bob admin",
    "member.remove bob", "member.leave", "member.resign observer", "member.profile",
    "member.seal", "member.block bob", "member.unblock bob", "message.post voice",
    "message.edit #2", "message.delete #2", "message.react #2 +", "message.report #2",
    "history.clear",
  ]

  @Test func `asks about every kind that needs no signature, and each check has a result`() throws {
    let desk = try Desk()
    let log = Fixtures.folder.appending(
      path: "scenarios/conflicts/removed-admin-forges-later.json"
    ).path
    var refused = 0
    for words in Self.asked {
      let named = words.replacing("zed", with: String(repeating: "ab", count: 32))
      let arguments = ["why-not"] + named.split(separator: " ").map(String.init)
      let run = try desk.run(
        Desk.products().appending(path: "coterie").path,
        arguments + ["--as", "bob", "--in", log, "--json"]
      )
      #expect(run.status == 0, "\(words): \(run.errors)")
      let result = try #require(try run.json()["result"], "\(words)")
      let checks = try result["checks"]?.array() ?? []
      #expect(!checks.isEmpty, "\(words)")
      // Bob was removed: only declining and accepting ask something else.
      let failed = try checks.first { try $0["result"]?.string() == "fail" }?["code"]?.string()
      if failed == "author-not-member" { refused += 1 }
    }
    #expect(refused == Self.asked.count - 2)
  }
}
