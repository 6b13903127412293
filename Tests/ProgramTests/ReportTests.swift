import CoterieJSON
import Foundation
import ScopeKit
import Testing

private let markup = "</script><script>window.hacked=1</script><img src=x onerror=alert(1)>"
private let turned = "\u{202e}evil\u{2066}\u{200f}\u{7} & <b>"

/// People, names, texts and settings that try to be markup, to turn text round, or to be too long.
private let hostile: JSONValue = .object([
  "scenario": 1, "title": "hostile",
  "group": .object([
    "founder": .string(markup), "name": .string(markup),
    "members": .object([
      turned: "admin", String(repeating: "L", count: 10_000): "member", "__proto__": "member",
      "constructor": "moderator",
    ]),
  ]),
  "steps": .array([
    act(markup, "group.welcome", ["text": .string("\(markup)\(turned)\u{2028}\u{2029}<!--")]),
    act(markup, "group.profile", ["name": .string("]]>\(turned)"), "description": "--><!--"]),
    act(markup, "group.preference", ["key": "__proto__", "value": "<script>"]),
    act(markup, "group.preference", ["key": "10", "value": "\u{202e}"]),
    act(markup, "group.preference", ["key": "9", "value": "x"]),
    act(turned, "message.post", ["id": "post", "text": "hello"]),
    .object(["sync": "all"]),
    act("__proto__", "message.react", ["message": "post", "emoji": "<b>\u{202e}"]),
    act("constructor", "member.remove", ["member": .string(turned)]),
    .object(["sync": "all"]),
  ]),
])

private func act(_ name: String, _ kind: String, _ fields: [String: JSONValue]) -> JSONValue {
  .object(fields.merging(["as": .string(name), "do": .string(kind)]) { first, _ in first })
}

extension Desk {
  /// Writes the hostile scenario.
  fileprivate func hostileScenario() throws -> String {
    try hostile.compact.write(toFile: path("hostile.json"), atomically: true, encoding: .utf8)
    return path("hostile.json")
  }

  /// Writes a page of some logs, as if it were always the same day, and reads it.
  fileprivate func page(_ arguments: String..., status: Int32 = 0) throws -> String {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let run = try shell("SOURCE_DATE_EPOCH=1700000000 coterie report \(words) -o page.html")
    #expect(run.status == status, "\(run.errors)")
    return try String(contentsOfFile: path("page.html"), encoding: .utf8)
  }

  /// Holds a page against the program's other outputs in a real browser.
  fileprivate func browse(_ arguments: String...) throws -> Run {
    let root = Fixtures.folder.deletingLastPathComponent()
    let home = ProcessInfo.processInfo.environment["HOME"] ?? "/root"
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try shell(
      """
      export XDG_CACHE_HOME=${XDG_CACHE_HOME:-'\(home)/.cache'}
      '\(root.path)/Tools/browser/python.sh' '\(root.path)/Tools/browser/check.py' \\
        '\(try Desk.products().path)/coterie' \(words)
      """
    )
  }
}

@Suite struct `A report` {
  private let forks = Fixtures.folder
    .appending(path: "scenarios/forks/the-witnessed-history-counts.json").path

  @Test func `has the same bytes for the same logs`() throws {
    let desk = try Desk()
    let bundle = try desk.bundle("links/join-and-close.json", "links.cborseq")
    let pages = try (0..<3).map { _ in try desk.page(bundle) }
    #expect(Set(pages).count == 1)
    #expect(pages[0].contains("2023-11-14T22:13:20.000Z"))
  }

  @Test func `allows nothing but its own style and script`() throws {
    let page = try Desk().page(forks, status: 1)
    let policy = try #require(page.firstMatch(of: #/Content-Security-Policy" content="([^"]*)"/#))
    #expect(policy.1.hasPrefix("default-src 'none'; script-src 'sha256-"))
    #expect(!policy.1.contains("unsafe"))
    #expect(!page.contains("http://www.") || page.matches(of: #/https?://[^"]*/#).count == 1)
    #expect(!page.contains(" src="))
  }

  @Test func `never lets a name be markup`() throws {
    let desk = try Desk()
    let page = try desk.page(desk.hostileScenario())
    #expect(!page.contains("hacked=1</script>"))
    #expect(!page.contains("<img"))
    #expect(!page.contains("\u{2028}"))
    let elements = page.matches(of: #/<script/#).count
    #expect(elements == page.matches(of: #/<\/script>/#).count)
    #expect(elements == 6)
  }

  @Test func `has text of messages only if that is asked for`() throws {
    let desk = try Desk()
    #expect(try desk.coterie("init", desk.path("a.coterie")).status == 0)
    let store = desk.path("a.coterie")
    let found = try desk.coterie("group", "create", "Club", "--me", "Alice Ames", "-s", store)
    #expect(found.status == 0)
    let words = "not for <everyone>"
    #expect(try desk.coterie("message", "post", words, "-s", store).status == 0)
    let plain = try desk.page(store)
    #expect(!plain.contains("not for"))
    #expect(!plain.contains("Alice Ames"))
    let whole = try desk.page(store, "--content")
    #expect(whole.contains(#"not for \u003ceveryone\u003e"#))
  }

  @Test func `needs a file, says what it wrote, and exits like replay`() throws {
    let desk = try Desk()
    #expect(try desk.coterie("report", forks).status == 2)
    let run = try desk.coterie("report", forks, "--json", "-o", desk.path("page.html"))
    #expect(run.status == (try desk.coterie("replay", forks).status))
    let result = try #require(try run.json()["result"])
    let size = try FileManager.default.attributesOfItem(atPath: desk.path("page.html"))[.size]
    #expect(try result["bytes"]?.integer() == (size as? NSNumber)?.int64Value)
    #expect(try result["status"]?.string() == "same")
    let lost = try desk.coterie("report", forks, "-o", desk.path("nowhere/page.html"))
    #expect(lost.status == 5)
  }

  @Test func `of forks holds in a browser`() throws {
    let run = try Desk().browse(forks)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test func `of hostile names holds in a browser`() throws {
    let desk = try Desk()
    let run = try desk.browse("--hostile", desk.hostileScenario())
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test func `of a log that waits holds in a browser`() throws {
    let desk = try Desk()
    let one = try desk.bundle("conflicts/removed-admin-forges-later.json", "one.cborseq")
    let events = try desk.coterie("log", one, "--json").json()["result"]?["events"]?.array() ?? []
    let heads = try events.prefix(8).map { try $0["id"]?.string() ?? "" }.joined(separator: ",")
    let later = desk.path("later.cborseq")
    #expect(
      try desk.coterie("export", one, "--missing-from", heads, "-o", later).status == 0
    )
    #expect(try desk.coterie("import", later, "-s", desk.path("b.coterie")).status == 8)
    let run = try desk.browse(one, desk.path("b.coterie"))
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test func `of logs that differ holds in a browser`() throws {
    let desk = try Desk()
    let scenario: JSONValue = .object([
      "scenario": 1, "title": "apart",
      "group": .object(["founder": "ann", "members": .object(["bob": "admin", "cat": "member"])]),
      "steps": .array([
        act("ann", "message.post", ["text": "hello"]), .object(["sync": "all"]),
        act("ann", "member.remove", ["member": "bob"]),
        act("bob", "member.remove", ["member": "cat"]),
      ]),
    ])
    try scenario.compact.write(toFile: desk.path("apart.json"), atomically: true, encoding: .utf8)
    #expect(try desk.coterie("replay", desk.path("apart.json")).status == 1)
    let run = try desk.browse(desk.path("apart.json"))
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }
}
