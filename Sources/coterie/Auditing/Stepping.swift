import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieWire
import Glibc

/// `coterie replay --step`: walks a log event by event, in plain lines.
struct Stepping {
  private let opened: OpenedCase
  private let console: Console
  private var place = 0
  private var mark = 0
  private var skipped: Set<Int> = []

  static let help = """
    n next · p previous · g N go to #N · m mark · b back to the mark · w why · \
    d diff against the mark · s skip or take back this event · q quit
    """

  init(_ opened: OpenedCase, _ console: Console) {
    self.opened = opened
    self.console = console
  }

  /// Reads commands from standard input until it ends.
  mutating func run() throws -> ExitStatus {
    let count = opened.log.ids.count
    console.line("\(count) events. \(Self.help)")
    while !Interruption.isAsked {
      console.flushNow()
      guard let line = Terminal.line(from: STDIN_FILENO) else { break }
      let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
      switch words.first {
      case nil, "n", "next": try go(to: place + 1, count)
      case "p", "previous": try go(to: place - 1, count)
      case "g", "go":
        let number = words.count > 1 ? Int(words[1].drop { $0 == "#" }) : nil
        guard let number else {
          console.line("go where? g 12")
          continue
        }
        try go(to: number, count)
      case "m", "mark":
        mark = place
        console.line("marked #\(place)")
      case "b", "back": try go(to: mark, count)
      case "w", "why": try why()
      case "d", "diff": try diff()
      case "s", "skip": try skip()
      case "q", "quit": return .done
      default: console.line(Self.help)
      }
    }
    return .done
  }

  private mutating func go(to wanted: Int, _ count: Int) throws {
    guard (0...count).contains(wanted) else {
      console.line(wanted < 0 ? "this is the beginning" : "this is the end")
      return
    }
    let before = try part(place)
    place = wanted
    guard place > 0, let event = opened.log.event(atPosition: place) else {
      console.line("#0 before the first event")
      return
    }
    let now = try part(place)
    console.line(try describe(event, in: now))
    for line in changes(before, now) { console.line("      \(line)") }
  }

  /// The log up to a position, without what is skipped and what builds on it.
  private func part(_ position: Int) throws(Failure) -> MemberLog {
    try opened.read { () throws(SourceFault) in
      try opened.log.prefix(position, without: skipped, from: opened.source)
    }
  }

  private func describe(_ event: Int, in log: MemberLog) throws(Failure) -> String {
    let id = opened.log.id(of: event)
    let report = try opened.read { () throws(SourceFault) in
      try opened.log.report(event, from: opened.source)
    }
    let author = opened.people.shown(report.event.author)
    let kind = Escaping.visible(report.event.action.kindName.string)
    guard let verdict = log.verdict(of: id) else { return "#\(place) \(id)  \(kind)  SKIPPED" }
    let code = verdict.code.map { " \($0.rawValue)" } ?? ""
    return "#\(place) \(id)  \(author)  \(kind)  \(verdict.status.rawValue)\(code)"
  }

  private func changes(_ before: MemberLog, _ now: MemberLog) -> [String] {
    let old = Dictionary(before.stateValues().map { ($0.path, $0.value) }) { first, _ in first }
    let new = Dictionary(now.stateValues().map { ($0.path, $0.value) }) { first, _ in first }
    return Set(old.keys).union(new.keys).sorted().compactMap { path in
      if old[path] == new[path] { return nil }
      let (from, to) = (old[path] ?? "none", new[path] ?? "none")
      return
        "\(opened.people.shown(path)): \(opened.people.shown(from)) -> \(opened.people.shown(to))"
    }
  }

  private func why() throws {
    guard place > 0, let event = opened.log.event(atPosition: place) else {
      console.line("no event here")
      return
    }
    let part = try part(place)
    let id = opened.log.id(of: event)
    guard let number = part.number(of: id) else {
      console.line("it is skipped")
      return
    }
    let report = try opened.read { () throws(SourceFault) in
      try part.why(number, from: opened.source)
    }
    for line in WhyText(report, opened).lines { console.line(line) }
  }

  private func diff() throws {
    let lines = changes(try part(mark), try part(place))
    console.line("from #\(mark) to #\(place): \(lines.count) values differ")
    for line in lines { console.line("      \(line)") }
  }

  private mutating func skip() throws {
    guard place > 0, let event = opened.log.event(atPosition: place) else {
      console.line("no event here")
      return
    }
    let isBack = skipped.remove(event) != nil
    if !isBack { skipped.insert(event) }
    console.line(isBack ? "taken back" : "skipped, with what builds on it")
    let count = opened.log.ids.count
    try go(to: place, count)
  }
}
