import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieWire

/// An explanation in lines for people.
struct WhyText {
  private let report: WhyReport
  private let opened: OpenedCase

  init(_ report: WhyReport, _ opened: OpenedCase) {
    self.report = report
    self.opened = opened
  }

  private func name(_ hex: String) -> String {
    Digest(hex: hex).map { opened.people.shown($0) } ?? hex
  }

  var lines: [String] {
    let verdict = report.verdict
    var head = report.id.map { "\($0.prefix(8))  " } ?? "not made  "
    if let position = report.position { head += "#\(position)  " }
    let target = report.target.map { " \(opened.people.shown($0))" } ?? ""
    let isBad = ["rejected", "defeated"].contains(verdict.status)
    head += "\(report.kind)\(target)  by \(name(report.author))   "
    head += isBad ? verdict.status.uppercased() : verdict.status
    if let code = verdict.code { head += "  \(code)" }
    if let by = verdict.by { head += "  by \(opened.shown(event: by))" }
    var lines = [Escaping.visible(head)]
    if let code = verdict.code.flatMap({ Code(rawValue: $0) }) {
      lines.append("meaning    \(code.explanation)")
    }
    if let need = verdict.need {
      let role = verdict.role ?? "none"
      lines.append(
        "standing   \(role)\(verdict.path.map { $0.isEmpty ? ", founder" : ", path \($0)" } ?? "")"
          + "   need \(need)"
      )
    }
    let view = report.judgedOn.map { opened.shown(event: $0) }.joined(separator: ", ")
    if !view.isEmpty { lines.append("judged on  the view of \(view)") }
    for check in report.checks where check.result != "skipped" {
      let word = check.result == "ok" ? "ok  " : "FAIL"
      let facts = check.facts.map { fact in
        let from = fact.from.map { " from \(opened.shown(event: $0))" } ?? ""
        return "\(opened.people.shown(fact.path)) = \(opened.people.shown(fact.value))\(from)"
      }
      lines.append("  \(word) \(check.name)")
      for fact in facts { lines.append("         \(fact)") }
    }
    for cure in report.wouldPassIf {
      lines.append("would pass if   \(opened.people.shown(cure))")
    }
    if verdict.history.count > 0 {
      let turns = verdict.history.map { turn in
        let at = turn.at == report.id ? "" : " (\(opened.shown(event: turn.at)))"
        return "\(turn.status)\(turn.code.map { " \($0)" } ?? "")\(at)"
      }
      lines.append("history    \(turns.joined(separator: " -> "))")
    }
    if let root = verdict.root, root != verdict.by {
      lines.append("root       \(opened.shown(event: root))")
    }
    if !report.evidence.isEmpty, let id = report.id {
      lines.append(
        "evidence   \(report.evidence.count) events:  "
          + "coterie why \(id.prefix(8)) --bundle why.cborseq"
      )
    }
    return lines
  }
}
