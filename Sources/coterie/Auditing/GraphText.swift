import CoterieAudit
import CoterieConsole
import CoterieEvents
import CoterieJudgement
import CoterieWire

/// The graph of events for Graphviz or Mermaid.
struct GraphText {
  private let reports: [EventReport]
  private let opened: OpenedCase

  init(_ reports: [EventReport], _ opened: OpenedCase) {
    self.reports = reports
    self.opened = opened
  }

  func lines(isDot: Bool) -> [String] {
    let shown = Set(reports.map(\.event.id))
    var lines = [isDot ? "digraph coterie {" : "graph BT"]
    if isDot { lines.append("  rankdir=BT; node [shape=box, fontname=monospace];") }
    for report in reports {
      let id = String(report.event.id.hex.prefix(8))
      let author = opened.people.shown(report.event.author)
      let kind = Escaping.visible(report.event.action.kindName.string)
      let code = report.verdict.code.map { " \($0.rawValue)" } ?? ""
      let status = report.verdict.status.rawValue + code
      let label = [kind, author, status].map { quoted($0) }
      if isDot {
        let colour = report.verdict.status == .effective ? "black" : "red"
        let text = label.joined(separator: "\\n")
        lines.append("  e\(id) [label=\"\(id)\\n\(text)\", color=\(colour)];")
      } else {
        lines.append("  e\(id)[\"\(id)<br/>\(label.joined(separator: "<br/>"))\"]")
      }
      guard let number = opened.log.number(of: report.event.id) else { continue }
      for parent in opened.log.drawnParents(of: number) {
        let other = opened.log.id(of: parent)
        guard shown.contains(other) else { continue }
        lines.append("  e\(id) \(isDot ? "->" : "-->") e\(other.hex.prefix(8))\(isDot ? ";" : "")")
      }
    }
    if isDot { lines.append("}") }
    return lines
  }

  /// A text in which nothing ends the quotes around it.
  private func quoted(_ text: String) -> String {
    text.replacing("\\", with: "/").replacing("\"", with: "'")
      .replacing("<", with: "‹").replacing(">", with: "›")
  }
}
