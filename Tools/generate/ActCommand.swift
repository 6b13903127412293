import CoterieConsole
import CoterieEvents
import CoterieGroups
import CoterieJudgement
import CoterieLedger
import CoterieSealing
import CoterieWire
import Glibc

/// `coterie-generate act`: one person does one thing in one store, in a process of its own.
enum ActCommand {
  static let row = Command(
    "act",
    "sign one act of one person into that person's store",
    about: """
      Keys derive from names. WHAT is one of: found, invite NAME ROLE, accept, post TEXT,
      role NAME ROLE, remove NAME, leave, fork TEXT, kind NAME. The store is made if it is not
      there. fork signs a message that conflicts with the person's newest event; kind signs an
      event of a kind that nobody knows.
      """,
    example: "act alice.coterie alice found",
    operands: [
      Operand("STORE", help: "the person's store"),
      Operand("NAME", help: "who acts"),
      Operand("WHAT", .oneOrMore, help: "what is done"),
    ],
    run: run
  )

  private static func run(_ invocation: Invocation, _ console: Console) async throws -> ExitStatus {
    let path = invocation.operands[0]
    let name = invocation.operands[1]
    let words = Array(invocation.operands.dropFirst(2))
    let keyring = Keyring(path: Cast.keyringPath())
    var status = stat()
    let store =
      unsafe stat(path, &status) == 0
      ? try Store.open(path) : try Store.create(at: path, keyring: keyring)
    let key = Cast.key(name)
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let time = UInt64(now.tv_sec) * 1000
    if words[0] == "found" {
      let log = try store.found(founding(name), by: key, time: time)
      console.line(log.group.hex)
      return .done
    }
    guard let group = try store.groups().first else {
      throw Failure(.notFound, "not-found", "\(path) holds no group; import one first")
    }
    let log = try store.log(of: group)
    let action = action(words, by: name, in: log)
    do throws(GroupError) {
      if words[0] == "fork" {
        console.line(try log.forkForDemonstration(content(words), by: key, time: time).hex)
        return .done
      }
      if words[0] == "kind", words.count > 1 {
        let action = Action.unknown(kind: Text(words[1]), body: [0xa0])
        console.line(try log.forceForDemonstration(action, by: key, time: time).hex)
        return .done
      }
      if let action {
        console.line(try log.append(action, by: key, time: time).hex)
        return .done
      }
    } catch GroupError.refused(let code, _) {
      throw Failure(.refused, code.rawValue, "\(name) may not: \(code.rawValue)")
    }
    throw Failure.usage("\(name) cannot do \"\(words.joined(separator: " "))\" here")
  }

  private static func founding(_ name: String) -> Founding {
    Founding(
      template: .secretGroup,
      name: "Book club",
      preferences: Preference.allCases
        .map { PreferenceSetting(key: Text($0.key), value: $0.standard(in: .secretGroup)) }
        .sorted { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) },
      nonce: Array(Entropy.digest().bytes.prefix(16)),
      seal: Cast.seal(name)
    )
  }

  private static func content(_ words: [String]) -> Commitment {
    Cast.commitment(words.dropFirst().joined(separator: " "), 0)
  }

  private static func action(_ words: [String], by name: String, in log: GroupLog) -> Action? {
    let other = words.count > 1 ? Cast.key(words[1]).publicKey : nil
    let role = words.count > 2 ? Role(name: words[2]) : nil
    switch (words[0], other, role) {
    case ("invite", let invitee?, let role?): return .inviteCreate(invitee: invitee, role: role)
    case ("role", let member?, let role?): return .memberRole(member: member, role: role)
    case ("remove", let member?, _): return .memberRemove(member: member, erase: false)
    case ("leave", _, _): return .memberLeave
    case ("post", _, _): return .messagePost(Post(type: .text, content: content(words)))
    case ("accept", _, _):
      let mine = Cast.key(name).publicKey
      let open = log.governance()?.invites.first { $0.key == mine && $0.status == .open }
      return open.map { .inviteAccept(invite: $0.id, seal: Cast.seal(name), name: nil) }
    default: return nil
    }
  }
}
